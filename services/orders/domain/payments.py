"""Payments of an order: each is recorded once; a mistaken one is reversed by another entry."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid5

from services.orders.domain.money import LARGEST
from services.orders.domain.needs import given_back_already
from services.orders.domain.order import Order
from services.orders.domain.order_views import summary
from shared.contracts.orders import PaymentReversed, RecordPayment, ReversePayment
from shared.contracts.reason import Reason
from shared.contracts.values import Payment, RecordedPayment
from shared.writing.currencies import written


def objection(order: Order, command: RecordPayment) -> Reason | None:
    """Return the reason that a payment cannot be recorded; None if it can."""
    return _not_money(command) or _wrong_amount(order, command) or _same_transaction(order, command)


def _not_money(command: RecordPayment) -> Reason | None:
    if command.payment.kind != "money":
        return Reason(
            "not_money",
            "Store credit is used by 'store_credit.use', or when the order is placed.",
            field="payment.kind",
        )
    if command.payment.reverses:
        reason = "A reversal is made by 'payment.reverse', not recorded as a payment."
        return Reason("reverse_instead", reason, field="payment.reverses")
    return None


def _wrong_amount(order: Order, command: RecordPayment) -> Reason | None:
    payment = command.payment
    if any(known.payment_id == payment.payment_id for known in order.payments):
        return Reason(
            "already_recorded",
            f"Payment {payment.payment_id} was recorded before.",
            field="payment.payment_id",
        )
    if payment.amount.currency != order.currency:
        return Reason(
            "wrong_currency",
            f"The order is in {order.currency}, the payment in {payment.amount.currency}.",
            field="payment.amount.currency",
        )
    if payment.amount.amount <= 0:
        return Reason(
            "not_positive",
            "The amount of a payment must be greater than zero.",
            field="payment.amount.amount",
        )
    if order.paid + payment.amount.amount >= LARGEST:
        return Reason(
            "payment_too_large",
            "The sum of the payments is too large.",
            field="payment.amount.amount",
        )
    return None


def _same_transaction(order: Order, command: RecordPayment) -> Reason | None:
    wanted = command.payment.transaction_id.strip()
    known = _payment_of(order, wanted)
    if known is None:
        return None
    amount = written(known.amount.amount, known.amount.currency)
    return Reason(
        "transaction_recorded",
        f"Transaction '{wanted}' was recorded on this order before: {amount} by {known.method}.",
        field="payment.transaction_id",
        details={"payment_id": str(known.payment_id)},
    )


def _payment_of(order: Order, transaction_id: str) -> RecordedPayment | None:
    for payment in order.received:
        if transaction_id and payment.transaction_id.strip() == transaction_id:
            return payment
    return None


def reverse(
    order: Order, command: ReversePayment, at: datetime
) -> tuple[Order, PaymentReversed] | Reason:
    """Return the order with the reversal of a payment, and the event."""
    payments = {each.payment_id: each for each in order.payments}
    payment = payments.get(command.payment_id)
    wrong = _not_reversible(order, payment, command)
    if wrong or payment is None:
        return wrong or _unknown(command)
    entry = Payment(
        payment_id=uuid5(payment.payment_id, "reversed"),
        method=payment.method,
        reverses=payment.payment_id,
        amount=order.money(-payment.amount.amount),
        transaction_id=payment.transaction_id,
        reason=command.reason,
    )
    order = replace(order, payments=(*order.payments, recorded(entry, command.by, at)))
    event = PaymentReversed(
        order_id=order.order_id,
        order=summary(order),
        payment=payment,
        reversal=entry,
        due=order.money(order.due),
        reason=command.reason,
        by=command.by,
        at=at,
    )
    return order, event


def _not_reversible(
    order: Order, payment: Payment | None, command: ReversePayment
) -> Reason | None:
    if payment is None:
        return _unknown(command)
    if payment.reverses:
        reason = "This entry is a reversal itself: record a new payment instead."
        return Reason("is_reversal", reason, field="payment_id")
    if payment.kind != "money":
        reason = "Store credit is given back by a refund, or when the order is cancelled."
        return Reason("not_money", reason, field="payment_id")
    if payment not in order.received:
        return Reason("already_reversed", "This payment was reversed before.", field="payment_id")
    reason = given_back_already(order, payment)
    return Reason("refunded", reason, field="payment_id") if reason else None


def _unknown(command: ReversePayment) -> Reason:
    return Reason(
        "unknown_payment", f"The order has no payment {command.payment_id}.", field="payment_id"
    )


def recorded(payment: Payment, by: str, at: datetime) -> RecordedPayment:
    """Return a payment with the time and the user that recorded it."""
    return RecordedPayment(**dict(payment) | {"at": payment.at or at, "by": by})
