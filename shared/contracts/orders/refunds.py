"""Refunds: money that is given back for what was sold."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.orders import refund_samples
from shared.contracts.orders.parts import By, OrderSummary
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
    Field(gt=0, lt=2**53, strict=True, description="Minor units of the order's currency, with tax"),
]
Reason = Annotated[str, Field(max_length=500, description="Printed on the credit slip")]


class WantedRefundLine(Value):
    """What is refunded of a line: so many pieces at their whole price; or, of a partial refund or a
    return, an `amount` of its own for them (a gesture of goodwill has no pieces).
    """

    line: LineNumber
    quantity: int = Field(default=0, ge=0, le=1_000_000, strict=True)
    amount: Minor | None = None


class RefundOptions(Value):
    """What goes with a refund. Null is what is usual for its kind."""

    shipping: bool = Field(default=False, description="Refund what is left of the shipping")
    shipping_amount: Minor | None = Field(default=None, description="Only so much of the shipping")
    restock: bool | None = Field(
        default=None,
        description="Whether the pieces go back to stock; usual: yes, but not of a partial refund",
    )
    credit_slip: bool | None = Field(
        default=None,
        description=(
            "Usual: yes, if the order has an invoice. False: a compensation, an amount without"
            " pieces that was paid before and that no document states, now or later"
        ),
    )
    store_credit: bool = Field(
        default=False, description="The customer gets store credit in the place of money"
    )
    reason: Reason = ""


class RefundTerms(RefundOptions):
    """A refund as it is asked for."""

    order_id: OrderId
    kind: RefundKind
    lines: list[WantedRefundLine] = Field(default=[], max_length=1000)
    overpaid: bool = Field(
        default=False,
        description="Give back what was paid beyond what the order costs; stands on no credit slip",
    )


class RefundedLine(Value):
    """What was refunded of a line."""

    line: int
    sku: Sku
    name: str
    quantity: int
    net: Money
    tax: Money
    gross: Money
    restocked: int = Field(description="Pieces that went back to stock")


class RefundView(Value):
    """A refund: `gross` is `store_credit`, `money` and `settled`, but for the rounding of cash.
    `due`: the money is still to be given back; `by_hand`: an employee does it, else the payment
    system. One of the kind `cancelled` was made when the order was cancelled: it gives back what
    was paid.
    """

    refund_id: UUID
    kind: GrantedKind
    at: AwareDatetime
    by: str
    reason: str = ""
    lines: list[RefundedLine]
    shipping: Money
    overpaid: Money | None = Field(
        default=None, description="Within `net` and `gross`: paid beyond what it costs"
    )
    settled: Money | None = Field(
        default=None, description="Within `gross`: was not paid yet, so that it lessens what is due"
    )
    net: Money
    tax: Money
    gross: Money
    store_credit: Money | None = Field(
        default=None, description="What of it went to the customer's store credit"
    )
    given_back: Money | None = Field(
        default=None,
        description=(
            "Of `store_credit`: what the order had been paid with store credit; that goes first"
        ),
    )
    money: Money | None = Field(default=None, description="What of it goes back as money")
    vouchers: Money | None = Field(
        default=None,
        description=(
            "What vouchers had taken off the refunded pieces, in the order's kind of prices: nobody"
            " paid it, and it is not given back"
        ),
    )
    method: str = Field(description="How the money goes back; `store_credit` where none does")
    due: bool
    by_hand: bool
    done_at: AwareDatetime | None = None
    transaction_id: str = ""
    credit_slip: DocumentReference | None = None


class LineLeft(Value):
    """What can still be refunded of a line."""

    line: int
    sku: Sku
    quantity: int
    amount: Money


class RefundLeft(Value):
    """What can still be refunded of an order."""

    lines: list[LineLeft]
    shipping: Money
    paid: Money = Field(description="Payments less what was given back of them")
    overpaid: Money | None = Field(
        default=None, description="Of `paid`: beyond what the order costs"
    )


class CreateRefund(Command, RefundTerms, name="refund.create", subject="order_id"):
    """Refunds products, their shipping, or an amount. An amount beyond what is left is refused, and
    what is left is named; pieces cost at most what earlier refunds left of their line, even
    nothing. What the customer has not paid yet is settled first, the rest is given back. A
    `refund_id` that is known changes nothing.
    """

    example: ClassVar[dict[str, Any]] = refund_samples.CREATE_REFUND

    refund_id: UUID = Field(
        description="Chosen by who sends it, so that a repeated command is recognised"
    )
    by: By = "system"


class RefundPreview(Answer, name="refund.preview_answered"):
    """The refund as it would be, and what would be left after it. Nothing was changed."""

    example: ClassVar[dict[str, Any]] = {
        "refund": refund_samples.REFUND,
        "left": refund_samples.REFUND_LEFT,
    }

    refund: RefundView
    left: RefundLeft


class PreviewRefund(
    Query, RefundTerms, name="refund.preview", answer=RefundPreview, subject="order_id"
):
    """Asks what a refund would come to; refused as `refund.create` would be."""

    example: ClassVar[dict[str, Any]] = {
        name: value
        for name, value in refund_samples.CREATE_REFUND.items()
        if name not in ("refund_id", "by")
    }


class RefundCreated(Event, name="refund.created", subject="order_id"):
    """A refund was granted; `left` can still be refunded."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "order": samples.ORDER_SUMMARY,
        "refund": refund_samples.REFUND,
        "left": refund_samples.REFUND_LEFT,
    }

    order_id: UUID
    order: OrderSummary
    refund: RefundView
    left: RefundLeft


class PaymentRefundDue(Event, name="payment.refund_due", subject="order_id"):
    """Money is to be given back. Unless `by_hand`, the payment system that hears this is asked to
    do it, and to answer with `payment.mark_refunded`.
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
    amount: Money
    method: str
    by_hand: bool
    payments: list[Payment]


class MarkRefunded(Command, name="payment.mark_refunded", subject="order_id"):
    """Says that the money of a refund was given back: by the payment system, or by hand."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "refund_id": refund_samples.REFUND_ID,
        "transaction_id": "RF-77",
        "by": "anna@shop.test",
    }

    order_id: OrderId
    refund_id: UUID
    transaction_id: str = Field(default="", max_length=200)
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
    amount: Money
    method: str
    transaction_id: str
    by: str
    at: AwareDatetime


class RefundToStoreCredit(Command, name="refund.to_store_credit", subject="order_id"):
    """Turns the money of a refund that is still due into store credit: the customer agreed, or
    wants to buy something else. Not where the payment system was asked to give it back already.
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
    """The money of a refund that was still due became store credit: `amount` is not to be given
    back any more.
    """

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
    left: RefundLeft
    amount: Money
    by: str
    at: AwareDatetime


class CreditSlipIssued(Event, name="credit_slip.issued", subject="order_id"):
    """A credit slip got its number; the snapshot is all that will ever be printed on it."""

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
