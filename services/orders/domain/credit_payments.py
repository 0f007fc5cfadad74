"""Orders and store credit: paid with it, given back before the invoice, used again."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from services.orders.domain.order import Order, recorded
from services.orders.domain.store_credit import Account, Cause, given_back, used
from shared.contracts.message import Event
from shared.contracts.orders import PaymentRecorded, UseStoreCredit
from shared.contracts.reason import Reason
from shared.contracts.values import Payment
from shared.writing.currencies import written

METHOD = "Store credit"


@dataclass(frozen=True)
class Wish:
    """How much of an order is to be paid with store credit: all there is, an amount, or what these
    credit slips say.
    """

    everything: bool = False
    amount: int | None = None
    codes: tuple[str, ...] = ()

    @property
    def wanted(self) -> bool:
        """Return whether any store credit is to be used."""
        return self.everything or self.amount is not None or bool(self.codes)

    @property
    def lots_of(self) -> Collection[str]:
        """Return the credit slips to whose lots it is restricted; none: it is not."""
        return () if self.everything or self.amount is not None else self.codes


@dataclass(frozen=True)
class Spent:
    """The order with a payment from store credit, the account after it, and what is announced."""

    order: Order
    account: Account
    events: list[Event]


def part_of(due: int, account: Account, wish: Wish, at: datetime) -> int | Reason:
    """Return how much of what is due the store credit pays."""
    there = account.available(at, wish.lots_of)
    if wish.amount is None:
        return min(max(due, 0), there)
    if wish.amount > there:
        asked, left = (written(amount, account.currency) for amount in (wish.amount, there))
        return Reason(
            "not_enough_store_credit", f"{asked} of store credit were asked, {left} are there."
        )
    if wish.amount > due:
        asked, left = (written(amount, account.currency) for amount in (wish.amount, max(due, 0)))
        return Reason("more_than_due", f"{asked} of store credit were asked, {left} are due.")
    return wish.amount


def spend(
    order: Order, account: Account, wish: Wish, payment_id: UUID, by: str, at: datetime
) -> Spent | Reason:
    """Pay an order with store credit, as much as is wished."""
    amount = part_of(order.due, account, wish, at)
    if isinstance(amount, Reason):
        return amount
    if not amount:
        return Spent(order, account, [])
    cause = Cause(at, by, order_id=order.order_id)
    return _paid(
        order,
        used(account, amount, cause, wish.lots_of),
        amount,
        payment_id,
        cause,
        ", ".join(wish.codes),
    )


def return_unbilled(
    order: Order, account: Account, until: datetime | None, by: str, at: datetime
) -> Spent | None:
    """Give back what an order was paid with that comes to nothing before an invoice states the
    payment; None where there is nothing of that kind. `until`: when what it used would have
    expired.
    """
    amount = order.credit_paid
    if amount <= 0 or order.issued("invoice"):
        return None
    cause = Cause(at, by, order_id=order.order_id)
    return _paid(
        order,
        given_back(account, amount, until, cause, order.shop),
        -amount,
        _next_id(order),
        cause,
    )


def use_again(order: Order, account: Account, by: str, at: datetime) -> Spent | Reason | None:
    """Pay an order that is taken up again with the credit that it gave back; None where it gave
    nothing back.
    """
    back = [payment for payment in order.payments if payment.kind == "store_credit"]
    if not back or back[-1].amount.amount > 0:
        return None
    amount, there = min(-back[-1].amount.amount, order.due), account.available(at)
    if amount > there:
        gone = written(amount, order.currency)
        reason = (
            f"The order gave {gone} of store credit back, of which {written(there, order.currency)}"
            " are left."
        )
        return Reason("store_credit_gone", reason)
    cause = Cause(at, by, order_id=order.order_id)
    return (
        _paid(order, used(account, amount, cause), amount, _next_id(order), cause)
        if amount > 0
        else None
    )


@dataclass(frozen=True)
class Settled:
    """An order whose store credit was settled when it moved; `account` is there where that
    changed.
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
    """Give store credit back that paid an order which comes to nothing, or use it again for one
    that is taken up. Without an account the order was never paid with any.
    """
    found: Spent | Reason | None = None
    if account is not None and retaken:
        found = use_again(order, account, by, at)
    elif account is not None and gives_up:
        found = return_unbilled(order, account, until, by, at)
    if isinstance(found, Reason):
        return found
    return Settled(found.order, found.events, found.account) if found else Settled(order, [])


def objection_to_use(order: Order, command: UseStoreCredit) -> Reason | None:
    """Return why an order cannot be paid with store credit."""
    if any(known.payment_id == command.payment_id for known in order.payments):
        return Reason(
            "already_recorded",
            f"Payment {command.payment_id} was recorded before.",
            field="payment_id",
        )
    if not order.holds_stock:
        return Reason(
            "order_ended",
            "The order gave its stock back: take it up again first.",
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
    told = PaymentRecorded(
        order_id=order.order_id, order=order.summary(), payment=payment, due=order.money(order.due)
    )
    return Spent(order, account, [told])
