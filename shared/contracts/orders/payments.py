"""Define the reversal of payments that were recorded by mistake."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Command, Event
from shared.contracts.orders.values import By, OrderSummary
from shared.contracts.references import OrderId
from shared.contracts.refusals import codes
from shared.contracts.values import Money, Payment

REVERSAL = samples.PAYMENT | {
    "payment_id": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
    "amount": samples.euro(-2870),
    "reverses": samples.PAYMENT["payment_id"],
    "reason": "The payment belongs to another order.",
}


class ReversePayment(Command, name="payment.reverse", subject="order_id"):
    """Reverse a payment that was recorded by mistake. The reversal is an entry of its own; nothing
    is deleted. Refused if refunds exceed the remaining payments. The order stays in its state, and
    no money moves.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "payment_id": samples.PAYMENT["payment_id"],
        "reason": "The payment belongs to another order.",
        "by": "anna@shop.test",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "already_reversed is_reversal not_money refunded unknown_order unknown_payment"
    )

    order_id: OrderId
    payment_id: UUID = Field(description="Id of the payment to reverse")
    reason: str = Field(min_length=1, max_length=500, description="Recorded with the reversal")
    by: By = "system"


class PaymentReversed(Event, name="payment.reversed", subject="order_id"):
    """A payment was reversed and no longer counts."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "order": samples.ORDER_SUMMARY | {"paid": samples.euro(0)},
        "payment": samples.PAYMENT,
        "reversal": REVERSAL,
        "due": samples.euro(2870),
        "reason": "The payment belongs to another order.",
        "by": "anna@shop.test",
        "at": samples.NOON,
    }

    order_id: UUID
    order: OrderSummary
    payment: Payment = Field(description="The payment that was reversed")
    reversal: Payment = Field(description="The negative entry that reverses it")
    due: Money = Field(description="Still to be paid now; negative: overpaid")
    reason: str = Field(description="Why the payment was reversed")
    by: str
    at: AwareDatetime
