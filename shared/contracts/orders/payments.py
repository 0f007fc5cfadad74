"""Payments that were recorded by mistake."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Command, Event
from shared.contracts.orders.parts import By, OrderSummary
from shared.contracts.references import OrderId
from shared.contracts.values import Money, Payment

REVERSAL = samples.PAYMENT | {
    "payment_id": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
    "amount": samples.euro(-2870),
    "reverses": samples.PAYMENT["payment_id"],
    "reason": "It was of another order.",
}


class ReversePayment(Command, name="payment.reverse", subject="order_id"):
    """Takes a payment back that was recorded by mistake: by an entry of its own, nothing is
    deleted. Refused where refunds give back more than the other payments come to. The order stays
    in its state; no money goes to anybody.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "payment_id": samples.PAYMENT["payment_id"],
        "reason": "It was of another order.",
        "by": "anna@shop.test",
    }

    order_id: OrderId
    payment_id: UUID
    reason: str = Field(min_length=1, max_length=500, description="Kept with the entry")
    by: By = "system"


class PaymentReversed(Event, name="payment.reversed", subject="order_id"):
    """A payment counts no more; `due` is what is to be paid now."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "order": samples.ORDER_SUMMARY | {"paid": samples.euro(0)},
        "payment": samples.PAYMENT,
        "reversal": REVERSAL,
        "due": samples.euro(2870),
        "reason": "It was of another order.",
        "by": "anna@shop.test",
        "at": samples.NOON,
    }

    order_id: UUID
    order: OrderSummary
    payment: Payment
    reversal: Payment = Field(description="The entry that takes it back")
    due: Money
    reason: str
    by: str
    at: AwareDatetime
