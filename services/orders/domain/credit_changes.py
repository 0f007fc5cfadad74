"""Changes of accounts of store credit: the events of new entries, and the expiries of new lots."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.orders.domain.customers import named
from services.orders.domain.order import Order
from services.orders.domain.shop import Shop
from services.orders.domain.store_credit import Account, Entry, Key
from shared.contracts.orders import (
    CustomerRecord,
    StoreCreditExpired,
    StoreCreditGivenBack,
    StoreCreditIssued,
    StoreCreditUsed,
)
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.values import Customer

CreditEvent = StoreCreditIssued | StoreCreditUsed | StoreCreditGivenBack | StoreCreditExpired


@dataclass(frozen=True)
class Holder:
    """The holder of store credit as events show it; `customer` is None if the shop does not know
    them.
    """

    customer: Customer | None
    language: str
    shop: ShopProfile


@dataclass(frozen=True)
class Expiry:
    """The time at which a lot expires."""

    lot_id: UUID
    at: datetime


@dataclass(frozen=True)
class CreditChange:
    """The events of an account's new entries, and the expiries of its new lots."""

    events: Sequence[CreditEvent]
    expiries: Sequence[Expiry]


def change_of(before: Account, after: Account, holder: Holder) -> CreditChange | None:
    """Return the events and expiries of entries added to an account; None if none were added."""
    fresh = after.entries[len(before.entries) :]
    if not fresh:
        return None
    expiries = []
    for entry in fresh:
        if entry.kind in ("issued", "given_back") and entry.lot.expires_at:
            expiries.append(Expiry(entry.lot.lot_id, entry.lot.expires_at))
    return CreditChange(list(_events(after, fresh, holder)), expiries)


def key_of(order: Order) -> Key:
    """Return the key of the account that an order is paid from."""
    return order.shop.key, order.customer.customer_id, order.currency


def holder_of(order: Order) -> Holder:
    """Return the customer of an order as the holder of an account."""
    return Holder(order.customer, order.language, order.shop.profile)


def known_holder(known: CustomerRecord | None, shop: Shop) -> Holder:
    """Return the holder of an account by the shop's record of the customer, if it has one."""
    if known is None:
        return Holder(None, shop.default_language, shop.profile)
    return Holder(named(known), known.language, shop.profile)


def _events(account: Account, entries: Collection[Entry], holder: Holder) -> Iterator[CreditEvent]:
    """Yield the events of new entries of an account; a payment from several lots is one event."""
    paid = [entry for entry in entries if entry.kind == "used"]
    for entry in entries:
        if entry.kind != "used":
            yield _event(account, entry, holder)
        elif entry is paid[-1]:
            whole = sum(each.amount for each in paid)
            yield _event(account, replace(entry, amount=whole), holder)


def _event(account: Account, entry: Entry, holder: Holder) -> CreditEvent:
    cause, lot = entry.cause, entry.lot
    common = {
        "customer_id": account.customer_id,
        "amount": account.money(entry.amount),
        "balance": account.money(entry.balance),
        "lot_id": lot.lot_id,
        "order_id": cause.order_id,
        "at": cause.at,
        "by": cause.by,
        **vars(holder),
    }
    more = {
        "reason": cause.reason,
        "refund_id": cause.refund_id,
        "code": lot.code,
        "expires_at": lot.expires_at,
    }
    if entry.kind == "issued":
        return StoreCreditIssued.model_validate(common | more)
    if entry.kind == "given_back":
        return StoreCreditGivenBack.model_validate(common | more)
    if entry.kind == "used":
        return StoreCreditUsed.model_validate(common)
    return StoreCreditExpired.model_validate(common)
