"""A customer's store credit: lots with what is left of them, and a ledger whose entries are never
changed.

Lots that expire first are used first. What is given back becomes a lot of its own, so that a lot
only ever shrinks.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid5

from services.orders.domain.shop import Shop
from shared.contracts.orders import (
    CreditKind,
    StoreCreditAccount,
    StoreCreditEntry,
    StoreCreditExpired,
    StoreCreditGivenBack,
    StoreCreditIssued,
    StoreCreditLot,
    StoreCreditUsed,
)
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.values import Customer, Money
from shared.writing.days import days_later

Key = tuple[str, str, str]
"""Shop, customer and currency."""
Told = StoreCreditIssued | StoreCreditUsed | StoreCreditGivenBack | StoreCreditExpired
GRACE = 30
"""How many days credit that is given back is valid at least, even if it was about to expire when it
was used.
"""
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Lot:
    """An amount that was issued or given back, and what is left of it. `code`: number of its credit
    slip.
    """

    lot_id: UUID
    at: datetime
    amount: int
    left: int
    expires_at: datetime | None = None
    code: str = ""
    order_id: UUID | None = None

    def usable(self, at: datetime) -> bool:
        """Return whether something is left of it that did not expire."""
        return self.left > 0 and (self.expires_at is None or at < self.expires_at)

    @property
    def turn(self) -> tuple[datetime, datetime, UUID]:
        """Return its place in the order of use."""
        return self.expires_at or NEVER, self.at, self.lot_id


@dataclass(frozen=True)
class Cause:
    """Why an account changes, when, and by whom."""

    at: datetime
    by: str
    reason: str = ""
    order_id: UUID | None = None
    refund_id: UUID | None = None


@dataclass(frozen=True)
class Entry:
    """An entry of the ledger. The amount is positive; the kind says which way it goes."""

    kind: CreditKind
    lot: Lot
    amount: int
    balance: int
    cause: Cause


@dataclass(frozen=True)
class Account:
    """What a customer has in a currency: lots of which something is left, and the entries added
    since it was read.
    """

    shop: str
    customer_id: str
    currency: str
    lots: tuple[Lot, ...] = ()
    entries: tuple[Entry, ...] = ()

    @property
    def key(self) -> Key:
        return self.shop, self.customer_id, self.currency

    @property
    def balance(self) -> int:
        """Return what is left of all lots."""
        return sum(lot.left for lot in self.lots)

    def usable(self, at: datetime, codes: Collection[str] = ()) -> list[Lot]:
        """Return the lots that can pay, in the order of use; only those of these credit slips (in
        capitals), if any are named.
        """
        lots = [
            lot for lot in self.lots if lot.usable(at) and (not codes or lot.code.upper() in codes)
        ]
        return sorted(lots, key=lambda lot: lot.turn)

    def available(self, at: datetime, codes: Collection[str] = ()) -> int:
        """Return what those lots are worth."""
        return sum(lot.left for lot in self.usable(at, codes))

    def money(self, amount: int) -> Money:
        return Money(amount=amount, currency=self.currency)


def issued(account: Account, lot: Lot, cause: Cause, kind: CreditKind = "issued") -> Account:
    """Return the account with a new lot."""
    return _entered(replace(account, lots=(*account.lots, lot)), kind, lot, lot.amount, cause)


def given_back(
    account: Account, amount: int, until: datetime | None, cause: Cause, shop: Shop, code: str = ""
) -> Account:
    """Return the account with credit that an order was paid with. It is valid until `until`, when
    what was used would have expired, and at least for the days of grace.
    """
    name = f"given back/{cause.order_id}/{len(account.entries)}/{cause.at.isoformat()}"
    lot = Lot(
        uuid5(cause.refund_id or cause.order_id or UUID(int=0), name),
        cause.at,
        amount,
        amount,
        max(until, days_later(cause.at, GRACE, shop.timezone)) if until else None,
        code,
        cause.order_id,
    )
    return issued(account, lot, cause, "given_back")


def used(account: Account, amount: int, cause: Cause, codes: Collection[str] = ()) -> Account:
    """Return the account after a payment of at most what is available, with an entry for each lot
    it takes from.
    """
    for lot in account.usable(cause.at, codes):
        part = min(lot.left, amount)
        if part:
            account, amount = _taken(account, lot, part, "used", cause), amount - part
    if amount:
        raise ValueError(f"the account {account.key} has {amount} less than is used of it")
    return account


def expired(account: Account, at: datetime) -> Account:
    """Return the account without what expired by now."""
    for lot in account.lots:
        if lot.left and not lot.usable(at):
            account = _taken(account, lot, lot.left, "expired", Cause(at, "system"))
    return account


def until(shop: Shop, at: datetime) -> datetime | None:
    """Return when store credit of the shop expires that is issued now."""
    return (
        None
        if shop.store_credit_days is None
        else days_later(at, shop.store_credit_days, shop.timezone)
    )


def _taken(account: Account, lot: Lot, amount: int, kind: CreditKind, cause: Cause) -> Account:
    less = replace(lot, left=lot.left - amount)
    lots = tuple(less if each.lot_id == lot.lot_id else each for each in account.lots)
    return _entered(replace(account, lots=lots), kind, less, amount, cause)


def _entered(account: Account, kind: CreditKind, lot: Lot, amount: int, cause: Cause) -> Account:
    entry = Entry(kind, lot, amount, account.balance, cause)
    return replace(account, entries=(*account.entries, entry))


# --- messages -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Holder:
    """Whose credit it is, as events say it: the customer where the shop knows one, a language, and
    the shop.
    """

    customer: Customer | None
    language: str
    shop: ShopProfile


def events(account: Account, entries: Collection[Entry], holder: Holder) -> Iterator[Told]:
    """Return what entries of an account announce: one event for what a payment took from several
    lots.
    """
    paid = [entry for entry in entries if entry.kind == "used"]
    for entry in entries:
        if entry.kind != "used":
            yield _event(account, entry, holder)
        elif entry is paid[-1]:
            whole = sum(each.amount for each in paid)
            yield _event(account, replace(entry, amount=whole), holder)


def _event(account: Account, entry: Entry, holder: Holder) -> Told:
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
    return (StoreCreditUsed if entry.kind == "used" else StoreCreditExpired).model_validate(common)


def account_view(account: Account) -> StoreCreditAccount:
    """Return an account as messages show it."""
    lots = sorted((lot for lot in account.lots if lot.left), key=lambda lot: lot.turn)
    return StoreCreditAccount(
        customer_id=account.customer_id,
        balance=account.money(account.balance),
        lots=[
            StoreCreditLot(
                lot_id=lot.lot_id,
                at=lot.at,
                amount=account.money(lot.amount),
                left=account.money(lot.left),
                expires_at=lot.expires_at,
                code=lot.code,
                order_id=lot.order_id,
            )
            for lot in lots
        ],
    )


def entry_view(entry: Entry, currency: str) -> StoreCreditEntry:
    """Return an entry as messages show it."""
    cause = entry.cause
    return StoreCreditEntry(
        kind=entry.kind,
        amount=Money(amount=entry.amount, currency=currency),
        balance=Money(amount=entry.balance, currency=currency),
        lot_id=entry.lot.lot_id,
        at=cause.at,
        by=cause.by,
        reason=cause.reason,
        order_id=cause.order_id,
        refund_id=cause.refund_id,
    )
