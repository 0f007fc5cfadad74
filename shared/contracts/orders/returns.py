"""Define returns of goods, from the request to the refund (RMA)."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders import refund_samples
from shared.contracts.orders.lists import Cursor, CustomerKey
from shared.contracts.orders.refund_values import LineNumber, RefundOptions
from shared.contracts.orders.values import By, OrderSummary
from shared.contracts.references import OrderId
from shared.contracts.refusals import codes
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import DocumentReference, PositiveMoney, Quantity, Sku

ReturnState = Literal[
    "waiting_for_confirmation", "waiting_for_package", "package_received", "denied", "completed"
]
ReturnText = Annotated[str, Field(max_length=2000)]


class WantedReturnLine(Value):
    """Pieces of a line to return."""

    line: LineNumber
    quantity: Quantity = Field(description="Pieces")


class ReturnedLine(Value):
    """Pieces of a line in a return."""

    line: int = Field(description="Number of the line within the order")
    sku: Sku
    name: str = Field(description="Name of the product")
    quantity: int = Field(description="Pieces")


class ReturnView(Value):
    """A return of goods."""

    return_id: UUID
    order_id: UUID
    order_reference: str = Field(description="Reference of the order")
    customer_id: CustomerKey
    state: ReturnState = Field(
        description=(
            "`waiting_for_confirmation` by the shop; `waiting_for_package`; `package_received`;"
            " `denied`; `completed`: refunded"
        )
    )
    lines: list[ReturnedLine] = Field(description="Lines with the pieces to return")
    reason: str = Field(description="Reason given by the customer")
    requested_at: AwareDatetime = Field(description="When the return was requested")
    changed_at: AwareDatetime = Field(description="When the return last changed")
    by: str = Field(description="Who changed it last: `customer`, `system`, or an employee")
    until: AwareDatetime | None = Field(
        default=None,
        description=(
            "The package must arrive before this time, the end of a day in the shop's time zone;"
            " null: not confirmed yet"
        ),
    )
    answer: str = Field(
        default="", description="Text for the customer: why it was denied, or how to send the goods"
    )
    number: str = Field(default="", description="Number of the return slip; empty: none yet")
    refund_id: UUID | None = Field(
        default=None, description="Refund of the returned goods; null: none yet"
    )


class RequestReturn(Command, name="return.request", subject="order_id", key="return_id"):
    """Request a return of goods, as the customer or as an employee on their behalf. The same
    `return_id` again is a repetition.
    """

    example: ClassVar[dict[str, Any]] = refund_samples.REQUEST_RETURN
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "already_requested not_possible too_late too_many_pieces unknown_line unknown_order"
    )

    order_id: OrderId
    return_id: UUID = Field(
        description="Chosen by the sender; use the same one when you repeat the command"
    )
    lines: list[WantedReturnLine] = Field(
        min_length=1, max_length=1000, description="Lines with the pieces to return"
    )
    reason: ReturnText = Field(default="", description="Reason of the customer")
    by: By = "customer"


class _ReturnStep(Command):
    """A step of a return."""

    order_id: OrderId
    return_id: UUID
    by: By = "system"


class ConfirmReturn(_ReturnStep, name="return.confirm", subject="order_id"):
    """Confirm a return: the shop waits for the package, and a return slip is issued and mailed."""

    example: ClassVar[dict[str, Any]] = refund_samples.RETURN_STEP
    refusal_codes: ClassVar[tuple[str, ...]] = codes("not_possible unknown_order unknown_return")

    answer: ReturnText = Field(
        default="", description="Text for the customer, such as how to send the goods"
    )


class DenyReturn(_ReturnStep, name="return.deny", subject="order_id"):
    """Deny a return, with the reason for the customer."""

    example: ClassVar[dict[str, Any]] = refund_samples.RETURN_STEP | {
        "answer": "The seal is broken."
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes("not_possible unknown_order unknown_return")

    answer: Annotated[str, Field(min_length=1, max_length=2000)] = Field(
        description="Text for the customer: why the return is denied"
    )


class ReceiveReturn(_ReturnStep, name="return.receive", subject="order_id"):
    """Record the arrival of a return's package."""

    example: ClassVar[dict[str, Any]] = refund_samples.RETURN_STEP
    refusal_codes: ClassVar[tuple[str, ...]] = codes("not_possible unknown_order unknown_return")


class ReturnAmount(Value):
    """An amount in place of the full price, for the returned pieces of a line."""

    line: LineNumber
    amount: PositiveMoney = Field(description="Amount to refund for the pieces, with tax")


class CompleteReturn(_ReturnStep, RefundOptions, name="return.complete", subject="order_id"):
    """Complete a return after inspection: the returned pieces are refunded, as by `refund.create`
    with the kind `return`.
    """

    example: ClassVar[dict[str, Any]] = refund_samples.RETURN_STEP | {
        "restock": True,
        "refund_shipping": False,
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "balance_too_large "
        "customer_erased line_twice no_invoice not_possible nothing_asked nothing_came_back "
        "nothing_on_slip nothing_overpaid nothing_refunded order_cancelled pieces_need_slip "
        "shipping_twice too_many_pieces too_much unknown_line unknown_order unknown_return "
        "unpaid_needs_slip whole_price_only "
        "wrong_currency"
    )

    amounts: list[ReturnAmount] = Field(
        default=[],
        max_length=1000,
        description="Lines to refund with another amount than their full price",
    )


class _ReturnChanged(Event):
    """A return changed."""

    example: ClassVar[dict[str, Any]] = {}

    order_id: UUID
    order: OrderSummary
    returned: ReturnView = Field(description="The return as it is now")


class ReturnRequested(_ReturnChanged, name="return.requested", subject="order_id"):
    """A return was requested and waits for the shop's confirmation."""

    example: ClassVar[dict[str, Any]] = refund_samples.RETURN_CHANGED


class ReturnConfirmed(_ReturnChanged, name="return.confirmed", subject="order_id"):
    """A return was confirmed; the shop waits for the package."""

    example: ClassVar[dict[str, Any]] = refund_samples.return_in("waiting_for_package")

    attach: list[DocumentReference] = Field(
        default=[], description="Return slip to attach to the mail"
    )


class ReturnDenied(_ReturnChanged, name="return.denied", subject="order_id"):
    """A return was denied; `returned.answer` has the reason."""

    example: ClassVar[dict[str, Any]] = refund_samples.return_in("denied")


class ReturnReceived(_ReturnChanged, name="return.received", subject="order_id"):
    """The package of a return arrived."""

    example: ClassVar[dict[str, Any]] = refund_samples.return_in("package_received")


class ReturnCompleted(_ReturnChanged, name="return.completed", subject="order_id"):
    """A return was completed and its goods were refunded."""

    example: ClassVar[dict[str, Any]] = refund_samples.return_in("completed")


class ReturnSlipIssued(Event, name="return_slip.issued", subject="order_id"):
    """A return slip was issued and has its number. The snapshot is everything printed on it, for
    ever.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "document": (
            samples.SNAPSHOT
            | {
                "kind": "return_slip",
                "number": "RT000001",
                "return_until": samples.NOON,
            }
        ),
    }

    order_id: UUID
    document: DocumentSnapshot


class ReturnList(Answer, name="return.list_answered"):
    """A page of returns, newest first."""

    example: ClassVar[dict[str, Any]] = {"returns": [refund_samples.RETURN], "next": samples.CURSOR}

    returns: list[ReturnView] = Field(description="Returns of this page")
    next: str | None = None


class ListReturns(Query, name="return.list", answer=ReturnList):
    """Return the returns of the shop, of an order, of a customer or in a state, newest first, page
    by page.
    """

    example: ClassVar[dict[str, Any]] = {"state": "waiting_for_confirmation", "limit": 50}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_cursor")

    order_id: OrderId | None = None
    customer_id: CustomerKey | None = None
    state: ReturnState | None = Field(default=None, description="State of the return; null: any")
    cursor: Cursor | None = None
    limit: int = Field(default=50, ge=1, le=200, strict=True)
