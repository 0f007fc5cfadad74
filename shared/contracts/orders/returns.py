"""Returns: goods that come back, from the request to the refund (RMA)."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders import refund_samples
from shared.contracts.orders.lists import Cursor, CustomerKey
from shared.contracts.orders.parts import By, OrderSummary
from shared.contracts.orders.refunds import LineNumber, Minor, RefundOptions
from shared.contracts.references import OrderId
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import DocumentReference, Quantity, Sku

ReturnState = Literal[
    "waiting_for_confirmation", "waiting_for_package", "package_received", "denied", "completed"
]
Why = Annotated[str, Field(max_length=2000)]


class WantedReturnLine(Value):
    """How many pieces of a line come back."""

    line: LineNumber
    quantity: Quantity


class ReturnedLine(Value):
    """Pieces of a line that come back."""

    line: int
    sku: Sku
    name: str
    quantity: int


class ReturnView(Value):
    """A return. The package is to arrive before `until`, once it is awaited: it ends a day in the
    shop's time zone.
    """

    return_id: UUID
    order_id: UUID
    order_reference: str
    customer_id: CustomerKey
    state: ReturnState
    lines: list[ReturnedLine]
    reason: str
    requested_at: AwareDatetime
    changed_at: AwareDatetime
    by: str = Field(description="Who changed it last")
    until: AwareDatetime | None = None
    answer: str = Field(default="", description="To the customer: why it was denied, or what to do")
    number: str = Field(default="", description="Of the return slip")
    refund_id: UUID | None = None


class RequestReturn(Command, name="return.request", subject="order_id"):
    """A customer, or an employee for him, wants to send goods back."""

    example: ClassVar[dict[str, Any]] = refund_samples.REQUEST_RETURN

    order_id: OrderId
    return_id: UUID = Field(
        description="Chosen by who sends it, so that a repeated command is recognised"
    )
    lines: list[WantedReturnLine] = Field(min_length=1, max_length=1000)
    reason: Why = ""
    by: By = "customer"


class _ReturnStep(Command):
    """A step of a return."""

    order_id: OrderId
    return_id: UUID
    by: By = "system"


class ConfirmReturn(_ReturnStep, name="return.confirm", subject="order_id"):
    """The goods may come: the package is awaited, and the return slip that goes with it is
    issued.
    """

    example: ClassVar[dict[str, Any]] = refund_samples.RETURN_STEP

    answer: Why = ""


class DenyReturn(_ReturnStep, name="return.deny", subject="order_id"):
    """The goods are not taken back; the answer says why."""

    example: ClassVar[dict[str, Any]] = refund_samples.RETURN_STEP | {
        "answer": "The seal is broken."
    }

    answer: Annotated[str, Field(min_length=1, max_length=2000)]


class ReceiveReturn(_ReturnStep, name="return.receive", subject="order_id"):
    """The package arrived."""

    example: ClassVar[dict[str, Any]] = refund_samples.RETURN_STEP


class ReturnAmount(Value):
    """Another amount than the whole price, for the returned pieces of a line."""

    line: LineNumber
    amount: Minor


class CompleteReturn(_ReturnStep, RefundOptions, name="return.complete", subject="order_id"):
    """The goods were looked at: what came back is refunded (kind `return`), as `refund.create`
    would.
    """

    example: ClassVar[dict[str, Any]] = refund_samples.RETURN_STEP | {
        "restock": True,
        "shipping": False,
    }

    amounts: list[ReturnAmount] = Field(default=[], max_length=1000)


class _ReturnChanged(Event):
    """A return is now this."""

    example: ClassVar[dict[str, Any]] = {}

    order_id: UUID
    order: OrderSummary
    returned: ReturnView


class ReturnRequested(_ReturnChanged, name="return.requested", subject="order_id"):
    """Goods are to come back; the shop has to confirm."""

    example: ClassVar[dict[str, Any]] = refund_samples.RETURN_CHANGED


class ReturnConfirmed(_ReturnChanged, name="return.confirmed", subject="order_id"):
    """The package is awaited. `attach` names the return slip, which the mail takes along."""

    example: ClassVar[dict[str, Any]] = refund_samples.return_in("waiting_for_package")

    attach: list[DocumentReference] = []


class ReturnDenied(_ReturnChanged, name="return.denied", subject="order_id"):
    """The goods are not taken back."""

    example: ClassVar[dict[str, Any]] = refund_samples.return_in("denied")


class ReturnReceived(_ReturnChanged, name="return.received", subject="order_id"):
    """The package arrived."""

    example: ClassVar[dict[str, Any]] = refund_samples.return_in("package_received")


class ReturnCompleted(_ReturnChanged, name="return.completed", subject="order_id"):
    """What came back was refunded."""

    example: ClassVar[dict[str, Any]] = refund_samples.return_in("completed")


class ReturnSlipIssued(Event, name="return_slip.issued", subject="order_id"):
    """A return slip got its number; the snapshot is all that will ever be printed on it."""

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

    returns: list[ReturnView]
    next: str | None = Field(
        default=None, description="Ask on with this `cursor`; null: that was all"
    )


class ListReturns(Query, name="return.list", answer=ReturnList):
    """Asks for the returns of the shop, newest first, a page at a time; all, or those of an order,
    customer, state.
    """

    example: ClassVar[dict[str, Any]] = {"state": "waiting_for_confirmation", "limit": 50}

    order_id: OrderId | None = None
    customer_id: CustomerKey | None = None
    state: ReturnState | None = None
    cursor: Cursor | None = None
    limit: int = Field(default=50, ge=1, le=200, strict=True)
