"""Define refunds: money returned for goods, shipping, or as a gesture of goodwill."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders import refund_samples
from shared.contracts.orders.values import By, OrderSummary
from shared.contracts.references import OrderId
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import DocumentReference, Money, Payment, Sku

RefundKind = Literal["standard", "partial", "return"]
GrantedKind = Literal["standard", "partial", "return", "cancelled"]
LineNumber = Annotated[
    int, Field(ge=1, le=100_000, strict=True, description="Number of the line within the order")
]
Minor = Annotated[
    int,
    Field(
        gt=0, lt=2**53, strict=True, description="In minor units of the order's currency, with tax"
    ),
]
Reason = Annotated[str, Field(max_length=500, description="Printed on the credit slip")]


class WantedRefundLine(Value):
    """Pieces of a line to refund at their full price; or, in a partial refund or a return, an
    `amount` of its own. A gesture of goodwill has an amount and no pieces.
    """

    line: LineNumber
    quantity: int = Field(default=0, ge=0, le=1_000_000, strict=True, description="Pieces; 0: none")
    amount: Minor | None = Field(
        default=None, description="Amount for the pieces; null: their full price"
    )


class RefundOptions(Value):
    """Options of a refund. Null selects the default of its kind."""

    shipping: bool = Field(default=False, description="Whether to refund the rest of the shipping")
    shipping_amount: Minor | None = Field(
        default=None, description="Part of the shipping to refund, in place of the rest"
    )
    restock: bool | None = Field(
        default=None,
        description="Whether the pieces return to stock; default: yes, but no for a partial refund",
    )
    credit_slip: bool | None = Field(
        default=None,
        description=(
            "Whether to issue a credit slip; default: yes if the order has an invoice. False"
            " makes it a compensation: an amount without pieces that was paid before and that no"
            " document states, now or later"
        ),
    )
    store_credit: bool = Field(
        default=False, description="Whether the customer gets store credit in place of money"
    )
    reason: Reason = Field(default="", description="Printed on the credit slip")


class RefundTerms(RefundOptions):
    """The terms of a refund."""

    order_id: OrderId
    kind: RefundKind = Field(
        description=(
            "`standard` for pieces at full price, `partial` for amounts, `return` for returned"
            " goods"
        )
    )
    lines: list[WantedRefundLine] = Field(
        default=[], max_length=1000, description="Lines to refund; empty: none"
    )
    overpaid: bool = Field(
        default=False,
        description=(
            "Whether to give back payments beyond the price of the order; not stated on a credit"
            " slip"
        ),
    )


class RefundedLine(Value):
    """A refunded line."""

    line: int = Field(description="Number of the line within the order")
    sku: Sku
    name: str = Field(description="Name of the product")
    quantity: int = Field(description="Pieces refunded")
    net: Money = Field(description="Refund without tax")
    tax: Money = Field(description="Tax on the refund")
    gross: Money = Field(description="Refund with tax")
    restocked: int = Field(description="Pieces that returned to stock")


class RefundView(Value):
    """A refund. `gross` is the sum of `store_credit`, `money` and `settled`, except for rounding of
    cash.
    """

    refund_id: UUID
    kind: GrantedKind = Field(
        description=(
            "`cancelled` if it was created when the order was cancelled, to give back the payments"
        )
    )
    at: AwareDatetime
    by: str
    reason: str = Field(default="", description="Printed on the credit slip")
    lines: list[RefundedLine] = Field(description="Refunded lines")
    shipping: Money = Field(description="Refund of shipping, with tax")
    overpaid: Money | None = Field(
        default=None,
        description="Part of `net` and `gross` that was paid beyond the price of the order",
    )
    settled: Money | None = Field(
        default=None,
        description="Part of `gross` that had not been paid yet, so that it reduces the amount due",
    )
    net: Money = Field(description="Refund without tax")
    tax: Money = Field(description="Tax on the refund")
    gross: Money = Field(description="Refund with tax")
    store_credit: Money | None = Field(
        default=None, description="Part of it that became the customer's store credit"
    )
    given_back: Money | None = Field(
        default=None,
        description=(
            "Part of `store_credit` that the order had been paid with; store credit is given back"
            " first"
        ),
    )
    money: Money | None = Field(default=None, description="Part of it that goes back as money")
    vouchers: Money | None = Field(
        default=None,
        description=(
            "Amount that vouchers had taken off the refunded pieces, in the order's kind of"
            " prices: it was not paid, so it is not given back"
        ),
    )
    method: str = Field(
        description="Payment method for the money; `store_credit` if no money goes back"
    )
    due: bool = Field(description="Whether the money is still to be given back")
    by_hand: bool = Field(
        description="Whether an employee gives the money back; false: the payment system does"
    )
    done_at: AwareDatetime | None = Field(
        default=None, description="When the money was given back; null: not yet"
    )
    transaction_id: str = Field(default="", description="The payment system's number of the refund")
    credit_slip: DocumentReference | None = Field(
        default=None, description="Credit slip of the refund; null: none"
    )


class LineLeft(Value):
    """The pieces and the amount of a line that can still be refunded."""

    line: int = Field(description="Number of the line within the order")
    sku: Sku
    quantity: int = Field(description="Pieces that can still be refunded")
    amount: Money = Field(description="Amount that can still be refunded, with tax")


class RefundLeft(Value):
    """The amounts of an order that can still be refunded."""

    lines: list[LineLeft] = Field(description="Lines with pieces or amounts left")
    shipping: Money = Field(description="Shipping that can still be refunded, with tax")
    paid: Money = Field(description="Payments less the money given back")
    overpaid: Money | None = Field(
        default=None, description="Part of `paid` beyond the price of the order"
    )


class CreateRefund(Command, RefundTerms, name="refund.create", subject="order_id"):
    """Refund pieces, shipping, or an amount of an order. An amount beyond the rest is refused with
    that rest; pieces cost at most the rest of their line. Unpaid parts reduce the amount due first,
    the remainder is given back. A `refund_id` that exists is refused with `already_refunded`.
    """

    example: ClassVar[dict[str, Any]] = refund_samples.CREATE_REFUND

    refund_id: UUID = Field(
        description="Chosen by the sender; use the same one when you repeat the command"
    )
    by: By = "system"


class RefundPreview(Answer, name="refund.preview_answered"):
    """The refund as it would be, and the rest after it. Nothing was changed."""

    example: ClassVar[dict[str, Any]] = {
        "refund": refund_samples.REFUND,
        "left": refund_samples.REFUND_LEFT,
    }

    refund: RefundView = Field(description="The refund as it would be")
    left: RefundLeft = Field(description="Amounts that could still be refunded afterwards")


class PreviewRefund(
    Query, RefundTerms, name="refund.preview", answer=RefundPreview, subject="order_id"
):
    """Return the effect of a refund. Refused exactly like `refund.create`."""

    example: ClassVar[dict[str, Any]] = {
        name: value
        for name, value in refund_samples.CREATE_REFUND.items()
        if name not in ("refund_id", "by")
    }


class RefundCreated(Event, name="refund.created", subject="order_id"):
    """A refund was created. If money is due, `payment.refund_due` follows."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "order": samples.ORDER_SUMMARY,
        "refund": refund_samples.REFUND,
        "left": refund_samples.REFUND_LEFT,
    }

    order_id: UUID
    order: OrderSummary
    refund: RefundView
    left: RefundLeft = Field(description="Amounts that can still be refunded")


class PaymentRefundDue(Event, name="payment.refund_due", subject="order_id"):
    """Money of a refund is due to the customer. Unless `by_hand` is set, the payment system must
    give it back and send `payment.mark_refunded`.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "refund_id": refund_samples.REFUND_ID,
        "amount": samples.euro(1190),
        "method": "Bank wire",
        "by_hand": True,
        "payments": [samples.PAYMENT],
    }

    order_id: UUID
    refund_id: UUID
    amount: Money = Field(description="Money to give back")
    method: str = Field(description="Payment method to give it back with")
    by_hand: bool = Field(
        description="Whether an employee gives the money back; false: the payment system does"
    )
    payments: list[Payment] = Field(description="Payments of the order, with their transactions")


class MarkRefunded(Command, name="payment.mark_refunded", subject="order_id"):
    """Mark the money of a refund as given back, by the payment system or by an employee."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "refund_id": refund_samples.REFUND_ID,
        "transaction_id": "RF-77",
        "by": "anna@shop.test",
    }

    order_id: OrderId
    refund_id: UUID
    transaction_id: str = Field(
        default="", max_length=200, description="The payment system's number of the refund"
    )
    by: By = "system"


class PaymentRefunded(Event, name="payment.refunded", subject="order_id"):
    """The money of a refund was given back."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "refund_id": refund_samples.REFUND_ID,
        "amount": samples.euro(1190),
        "method": "Bank wire",
        "transaction_id": "RF-77",
        "by": "anna@shop.test",
        "at": samples.NOON,
    }

    order_id: UUID
    refund_id: UUID
    amount: Money = Field(description="Money given back")
    method: str = Field(description="Payment method it was given back with")
    transaction_id: str = Field(description="The payment system's number of the refund")
    by: str
    at: AwareDatetime


class RefundToStoreCredit(Command, name="refund.to_store_credit", subject="order_id"):
    """Convert the money of a refund that is still due into store credit, with the customer's
    consent. Refused once the payment system was asked to give it back.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "refund_id": refund_samples.REFUND_ID,
        "by": "anna@shop.test",
    }

    order_id: OrderId
    refund_id: UUID
    by: By = "system"


class RefundConverted(Event, name="refund.converted", subject="order_id"):
    """The money of a refund became store credit and is not due any more."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "order": samples.ORDER_SUMMARY,
        "refund": refund_samples.CONVERTED,
        "left": refund_samples.REFUND_LEFT,
        "amount": samples.euro(1190),
        "by": "anna@shop.test",
        "at": samples.NOON,
    }

    order_id: UUID
    order: OrderSummary
    refund: RefundView
    left: RefundLeft = Field(description="Amounts that can still be refunded")
    amount: Money = Field(description="Amount that became store credit")
    by: str
    at: AwareDatetime


class CreditSlipIssued(Event, name="credit_slip.issued", subject="order_id"):
    """A credit slip was issued and has its number. The snapshot is everything printed on it, for
    ever.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "document": (
            samples.SNAPSHOT
            | {
                "kind": "credit_slip",
                "number": "CR000001",
                "corrects": "IN000001",
                "corrected": [samples.INVOICE_REFERENCE],
                "corrects_issued_at": samples.NOON,
            }
        ),
    }

    order_id: UUID
    document: DocumentSnapshot
