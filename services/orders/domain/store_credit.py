"""A customer's store credit: lots with their remaining amounts, and an append-only ledger.

Lots that expire first are used first. Credit that is given back becomes a new lot, so that the
remaining amount of a lot only ever decreases.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid5

from services.orders.domain.money import LARGEST
from services.orders.domain.shop import Shop
from shared.contracts.orders import (
    CreditKind,
    StoreCreditAccount,
    StoreCreditEntry,
    StoreCreditLot,
)
from shared.contracts.reason import Reason
from shared.contracts.values import Money
from shared.writing.days import days_later

Key = tuple[str, str, str]
"""Shop, customer and currency."""
GRACE = 30
"""Minimum validity in days of credit that is given back, even if it was about to expire when it was
used.
"""
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Lot:
    """An amount issued or given back, and its remaining part; `code` is the number of its credit
    slip.
    """

    lot_id: UUID
    at: datetime
    amount: int
    remaining: int
    expires_at: datetime | None = None
    code: str = ""
    order_id: UUID | None = None

    def usable(self, at: datetime) -> bool:
        """Return whether the lot has a remaining amount and is not expired."""
        return self.remaining > 0 and (self.expires_at is None or at < self.expires_at)

    @property
    def use_order(self) -> tuple[datetime, datetime, UUID]:
        """Return the sort key of the order of use."""
        return self.expires_at or NEVER, self.at, self.lot_id


@dataclass(frozen=True)
class Cause:
    """The cause, time and user of a change of an account."""

    at: datetime
    by: str
    reason: str = ""
    order_id: UUID | None = None
    refund_id: UUID | None = None


@dataclass(frozen=True)
class Entry:
    """An entry of the ledger. The amount is positive; the kind gives its direction."""

    kind: CreditKind
    lot: Lot
    amount: int
    balance: int
    cause: Cause


@dataclass(frozen=True)
class Account:
    """A customer's store credit in a currency: lots that are not used up, and the entries added
    since it was loaded.
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
        return sum(lot.remaining for lot in self.lots)

    def usable(self, at: datetime, codes: Collection[str] = ()) -> list[Lot]:
        """Return the usable lots in the order of use; only those of the given credit slips (in
        capitals), if any.
        """
        lots = []
        for lot in self.lots:
            if lot.usable(at) and (not codes or lot.code.upper() in codes):
                lots.append(lot)
        return sorted(lots, key=lambda lot: lot.use_order)

    def available(self, at: datetime, codes: Collection[str] = ()) -> int:
        """Return the sum of those lots."""
        return sum(lot.remaining for lot in self.usable(at, codes))

    def money(self, amount: int) -> Money:
        return Money(amount=amount, currency=self.currency)


def issued(account: Account, lot: Lot, cause: Cause, kind: CreditKind = "issued") -> Account:
    """Return the account with a new lot."""
    return _entered(replace(account, lots=(*account.lots, lot)), kind, lot, lot.amount, cause)


def overfull(account: Account) -> Reason | None:
    """Return the reason that a balance is larger than JSON readers can take; each change that adds
    to a balance is refused with it.
    """
    if account.balance < LARGEST:
        return None
    return Reason("balance_too_large", "The balance would be larger than can be stored.")


def given_back(
    account: Account, amount: int, until: datetime | None, cause: Cause, shop: Shop, code: str = ""
) -> Account:
    """Return the account with credit given back that an order was paid with.

    It expires when the used credit would have (`until`), but not before the days of grace are over.
    """
    name = f"given back/{cause.order_id}/{len(account.entries)}/{cause.at.isoformat()}"
    lot = Lot(
        lot_id=uuid5(cause.refund_id or cause.order_id or UUID(int=0), name),
        at=cause.at,
        amount=amount,
        remaining=amount,
        expires_at=max(until, days_later(cause.at, GRACE, shop.timezone)) if until else None,
        code=code,
        order_id=cause.order_id,
    )
    return issued(account, lot, cause, "given_back")


def used(account: Account, amount: int, cause: Cause, codes: Collection[str] = ()) -> Account:
    """Return the account after a payment, with an entry for each lot that it uses.

    Raises `ValueError` if less than the amount is available.
    """
    for lot in account.usable(cause.at, codes):
        part = min(lot.remaining, amount)
        if part:
            account, amount = _taken(account, lot, part, "used", cause), amount - part
    if amount:
        raise ValueError(f"The account {account.key} lacks {amount} for a payment.")
    return account


def expired(account: Account, at: datetime) -> Account:
    """Return the account without the lots that are expired."""
    for lot in account.lots:
        if lot.remaining and not lot.usable(at):
            account = _taken(account, lot, lot.remaining, "expired", Cause(at, "system"))
    return account


def until(shop: Shop, at: datetime) -> datetime | None:
    """Return when store credit that a shop issues at a moment expires; None if never."""
    if shop.store_credit_days is None:
        return None
    return days_later(at, shop.store_credit_days, shop.timezone)


def _taken(account: Account, lot: Lot, amount: int, kind: CreditKind, cause: Cause) -> Account:
    less = replace(lot, remaining=lot.remaining - amount)
    lots = tuple(less if each.lot_id == lot.lot_id else each for each in account.lots)
    return _entered(replace(account, lots=lots), kind, less, amount, cause)


def _entered(account: Account, kind: CreditKind, lot: Lot, amount: int, cause: Cause) -> Account:
    entry = Entry(kind, lot, amount, account.balance, cause)
    return replace(account, entries=(*account.entries, entry))


# --- messages -------------------------------------------------------------------------------------


def account_view(account: Account) -> StoreCreditAccount:
    """Return an account as messages show it."""
    lots = []
    for lot in sorted(account.lots, key=lambda lot: lot.use_order):
        if lot.remaining:
            lots.append(_lot_view(account, lot))
    return StoreCreditAccount(
        customer_id=account.customer_id, balance=account.money(account.balance), lots=lots
    )


def _lot_view(account: Account, lot: Lot) -> StoreCreditLot:
    return StoreCreditLot(
        lot_id=lot.lot_id,
        at=lot.at,
        amount=account.money(lot.amount),
        unused=account.money(lot.remaining),
        expires_at=lot.expires_at,
        code=lot.code,
        order_id=lot.order_id,
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
