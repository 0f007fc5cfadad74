"""Payment of orders with store credit, its return before an invoice, and its use after that."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from services.orders.domain.order import Order
from services.orders.domain.order_views import summary
from services.orders.domain.payments import recorded
from services.orders.domain.store_credit import Account, Cause, given_back, used
from shared.contracts.message import Event
from shared.contracts.orders import PaymentRecorded, UseStoreCredit
from shared.contracts.reason import Reason
from shared.contracts.values import Payment
from shared.writing.currencies import written

METHOD = "Store credit"


@dataclass(frozen=True)
class Wish:
    """The store credit to pay an order with: all of it, an amount, or that of some credit slips."""

    everything: bool = False
    amount: int | None = None
    codes: tuple[str, ...] = ()

    @property
    def wanted(self) -> bool:
        """Return whether any store credit is to be used."""
        return self.everything or self.amount is not None or bool(self.codes)

    @property
    def lots_of(self) -> Collection[str]:
        """Return the credit slips to use the lots of; empty means all lots."""
        if self.everything or self.amount is not None:
            return ()
        return self.codes


@dataclass(frozen=True)
class Spent:
    """The order with a payment from store credit, the account after it, and the events."""

    order: Order
    account: Account
    events: list[Event]


def part_of(due: int, account: Account, wish: Wish, at: datetime) -> int | Reason:
    """Return the part of the amount due that the store credit pays."""
    available = account.available(at, wish.lots_of)
    if wish.amount is None:
        return min(max(due, 0), available)
    wanted = written(wish.amount, account.currency)
    if wish.amount > available:
        sentence = (
            f"{written(available, account.currency)} of store credit are available, not {wanted}."
        )
        return Reason("not_enough_store_credit", sentence)
    if wish.amount > due:
        sentence = f"{written(max(due, 0), account.currency)} are due, less than {wanted}."
        return Reason("more_than_due", sentence)
    return wish.amount


def spend(
    order: Order, account: Account, wish: Wish, payment_id: UUID, by: str, at: datetime
) -> Spent | Reason:
    """Pay an order with the wished part of the customer's store credit."""
    amount = part_of(order.due, account, wish, at)
    if isinstance(amount, Reason):
        return amount
    if not amount:
        return Spent(order, account, [])
    cause = Cause(at, by, order_id=order.order_id)
    account = used(account, amount, cause, wish.lots_of)
    return _paid(order, account, amount, payment_id, cause, ", ".join(wish.codes))


def return_unbilled(
    order: Order, account: Account, until: datetime | None, by: str, at: datetime
) -> Spent | None:
    """Give back the store credit of an order that ends before an invoice states the payment.

    Return None if there is none. The credit used would have expired at `until`.
    """
    amount = order.credit_paid
    if amount <= 0 or order.issued("invoice"):
        return None
    cause = Cause(at, by, order_id=order.order_id)
    account = given_back(account, amount, until, cause, order.shop)
    return _paid(order, account, -amount, _next_id(order), cause)


def use_again(order: Order, account: Account, by: str, at: datetime) -> Spent | Reason | None:
    """Pay a reopened order with the credit that it gave back; return None if it gave none back."""
    back = [payment for payment in order.payments if payment.kind == "store_credit"]
    if not back or back[-1].amount.amount > 0:
        return None
    amount, available = min(-back[-1].amount.amount, order.due), account.available(at)
    if amount > available:
        reason = (
            f"The order gave {written(amount, order.currency)} of store credit back, but only"
            f" {written(available, order.currency)} are still available."
        )
        return Reason("store_credit_gone", reason)
    if amount <= 0:
        return None
    cause = Cause(at, by, order_id=order.order_id)
    return _paid(order, used(account, amount, cause), amount, _next_id(order), cause)


@dataclass(frozen=True)
class Settled:
    """An order after its store credit was given back or used again for a move; `account` is None if
    it did not change.
    """

    order: Order
    events: list[Event]
    account: Account | None = None


def settle(
    order: Order,
    account: Account | None,
    until: datetime | None,
    by: str,
    at: datetime,
    *,
    retaken: bool,
    gives_up: bool,
) -> Settled | Reason:
    """Give back the store credit of an order that ends, or use it again for a reopened order.

    `account` is None if the order was never paid with store credit.
    """
    found: Spent | Reason | None = None
    if account is not None and retaken:
        found = use_again(order, account, by, at)
    elif account is not None and gives_up:
        found = return_unbilled(order, account, until, by, at)
    if isinstance(found, Reason):
        return found
    if found is None:
        return Settled(order, [])
    return Settled(found.order, found.events, found.account)


def objection_to_use(order: Order, command: UseStoreCredit) -> Reason | None:
    """Return the reason that an order cannot be paid with store credit; None if it can."""
    if any(known.payment_id == command.payment_id for known in order.payments):
        return Reason(
            "already_recorded",
            f"Payment {command.payment_id} was recorded before.",
            field="payment_id",
        )
    if not order.holds_stock:
        return Reason(
            "order_ended",
            "The order released its stock: move it to another state first.",
            field="order_id",
        )
    if order.due <= 0:
        return Reason("nothing_due", "Nothing is due for this order.", field="order_id")
    return None


def _next_id(order: Order) -> UUID:
    return uuid5(order.order_id, f"store credit #{len(order.payments)}")


def _paid(
    order: Order, account: Account, amount: int, payment_id: UUID, cause: Cause, slips: str = ""
) -> Spent:
    payment = Payment(
        payment_id=payment_id,
        kind="store_credit",
        method=METHOD,
        amount=order.money(amount),
        transaction_id=slips[:200],
    )
    order = replace(order, payments=(*order.payments, recorded(payment, cause.by, cause.at)))
    event = PaymentRecorded(
        order_id=order.order_id, order=summary(order), payment=payment, due=order.money(order.due)
    )
    return Spent(order, account, [event])
