"""Store credit from refunds: given back or issued with the refund, or converted later."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid5

from services.orders.domain.needs import asked_already
from services.orders.domain.order import Order
from services.orders.domain.order_views import summary
from services.orders.domain.refund import Refund
from services.orders.domain.refund_views import refund_view, refundable
from services.orders.domain.store_credit import (
    Account,
    Cause,
    Lot,
    given_back,
    issued,
    overfull,
    until,
)
from shared.contracts.message import Event
from shared.contracts.orders import RefundConverted
from shared.contracts.reason import Reason

Slips = Mapping[str, Order]
"""Orders by the numbers of their credit slips, in capitals."""


def booked(order: Order, refund: Refund, account: Account, used_until: datetime | None) -> Account:
    """Return the customer's account with the store credit of a refund.

    The credit that the order was paid with would have expired at `used_until`.
    """
    cause = Cause(refund.at, refund.by, refund.reason, order.order_id, refund.refund_id)
    if refund.given_back:
        code = _code(order, refund)
        account = given_back(account, refund.given_back, used_until, cause, order.shop, code)
    return _issued(order, refund, account, refund.as_credit, cause)


@dataclass(frozen=True)
class Converted:
    """The order with a refund converted to store credit, the account after it, and the events."""

    order: Order
    account: Account
    events: list[Event]


def convert(
    order: Order, refund: Refund, account: Account, by: str, at: datetime
) -> Converted | Reason:
    """Convert the money that is still due for a refund to store credit."""
    wrong = _objection(order, refund)
    if wrong:
        return wrong
    cause = Cause(at, by, refund.reason, order.order_id, refund.refund_id)
    account = _issued(order, refund, account, refund.money, cause)
    too_large = overfull(account)
    if too_large:
        return too_large
    now = replace(refund, as_credit=refund.as_credit + refund.money)
    refunds = tuple(now if each.refund_id == refund.refund_id else each for each in order.refunds)
    amount, order = order.money(refund.money), replace(order, refunds=refunds)
    converted = RefundConverted(
        order_id=order.order_id,
        order=summary(order),
        refund=refund_view(order, now),
        refundable_amounts=refundable(order),
        amount=amount,
        by=by,
        at=at,
    )
    return Converted(order, account, [converted])


@dataclass(frozen=True)
class Opened:
    """The account after due money of credit slips was converted to store credit, the changed
    orders, and the events.
    """

    account: Account
    codes: tuple[str, ...] = ()
    orders: tuple[Order, ...] = ()
    events: tuple[Event, ...] = ()


def open_slips(
    slips: Slips, codes: Collection[str], customer_id: str, account: Account, by: str, at: datetime
) -> Opened | Reason:
    """Convert credit slips to store credit if needed, so that a customer can pay with them. The
    field of a reason is the code of its slip.
    """
    opened = Opened(account)
    changed: dict[object, Order] = {}
    for code in codes:
        if code not in slips:
            return Reason("unknown_credit_slip", f"There is no credit slip '{code}'.", code)
        order = changed.get(slips[code].order_id, slips[code])
        found = _open(code, order, customer_id, opened.account, by, at)
        if isinstance(found, Reason):
            return found.at(code)
        changed[order.order_id] = found.order
        usable = dict.fromkeys((*opened.codes, code, _lot_code(order, code)))
        events = (*opened.events, *found.events)
        opened = Opened(found.account, tuple(usable), tuple(changed.values()), events)
    return opened


def _lot_code(order: Order, code: str) -> str:
    """Return the code of a slip's store credit; the slips of one refund share it."""
    refund = order.refund_of_slip(code)
    return _code(order, refund).upper() if refund else code


def _open(
    code: str, order: Order, customer_id: str, account: Account, by: str, at: datetime
) -> Converted | Reason:
    refund = order.refund_of_slip(code)
    if order.customer.customer_id != customer_id:
        return Reason("other_customer", f"Credit slip '{code}' belongs to another customer.")
    if order.currency != account.currency:
        return Reason(
            "other_currency",
            f"Credit slip '{code}' is in {order.currency}, not in {account.currency}.",
        )
    if refund is not None and refund.due:
        return convert(order, refund, account, by, at)
    if not account.available(at, [_lot_code(order, code)]):
        return Reason("nothing_left", f"Credit slip '{code}' is used up, or was paid out in money.")
    return Converted(order, account, [])


def _objection(order: Order, refund: Refund) -> Reason | None:
    if order.is_anonymous:
        return Reason(
            "customer_erased",
            "The customer of this order was erased, so they cannot have store credit.",
        )
    if not refund.due:
        return Reason("nothing_due", "No money is due for this refund.")
    asked = asked_already(order, refund)
    return Reason("refund_under_way", asked) if asked else None


def _issued(order: Order, refund: Refund, account: Account, amount: int, cause: Cause) -> Account:
    if not amount:
        return account
    lot = Lot(
        lot_id=uuid5(refund.refund_id, "store credit"),
        at=cause.at,
        amount=amount,
        remaining=amount,
        expires_at=until(order.shop, cause.at),
        code=_code(order, refund),
        order_id=order.order_id,
    )
    return issued(account, lot, cause)


def _code(order: Order, refund: Refund) -> str:
    slips = order.slips_of(refund)
    return slips[0].number if slips else ""
