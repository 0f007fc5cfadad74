"""The store of store credit: accounts with their lots, and the ledger of their entries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, select

from services.orders.domain.store_credit import NEVER, Account, Cause, Entry, Key, Lot
from services.orders.store.credit_tables import (
    HOLDER,
    store_credit_accounts,
    store_credit_entries,
    store_credit_lots,
)
from shared.runtime.storage.database import among, lock_names, locking
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.stores import Store

Rows = list[dict[str, Any]]


class Accounts(Store[Key, Account]):
    """Accounts by shop, customer and currency, locked until the commit.

    They are locked by name as well as by row, since a new account has no row yet.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._loaded_lots: dict[UUID, Lot] = {}

    def load(self, keys: Sequence[Key]) -> Mapping[Key, Account]:
        lock_names(self.connection, [f"store credit/{'/'.join(key)}" for key in keys])
        table = store_credit_accounts
        query = select(table).where(_among(table, keys)).order_by(*_holder(table))
        found = [_key(row) for row in self.connection.execute(locking(self.connection, query))]
        return {account.key: account for account in self._accounts(found)}

    def account(self, key: Key) -> Account:
        """Return the account with the changes of earlier messages of the batch; an empty one if the
        customer never had credit.
        """
        return self.get(key) or Account(*key)

    def put(self, new: Mapping[Key, Account], changed: Mapping[Key, Account]) -> None:
        new_rows, changed_rows = map(_row, new.values()), map(_row, changed.values())
        write_rows(self.connection, store_credit_accounts, list(new_rows), list(changed_rows))
        added: Rows = []
        edited: Rows = []
        entries: Rows = []
        for _, account in sorted({**new, **changed}.items()):
            for lot in account.lots:
                if lot.lot_id not in self._loaded_lots:
                    added.append(_lot_row(account, lot))
                elif self._loaded_lots[lot.lot_id] != lot:
                    edited.append(_lot_row(account, lot))
            for entry in account.entries:
                entries.append(_entry_row(account, entry))
        write_rows(self.connection, store_credit_lots, added, edited)
        write_rows(self.connection, store_credit_entries, entries)

    def lot(self, lot_id: UUID) -> tuple[Key, Lot, str] | None:
        """Return a lot with the key of its account and the reason of its issue, even if the lot is
        used up; None if there is no such lot.
        """
        for account in self.known():
            for entry in account.entries:
                if entry.lot.lot_id == lot_id and entry.kind == "issued":
                    return account.key, entry.lot, entry.cause.reason
        lots, entries = store_credit_lots, store_credit_entries
        joined = lots.join(entries, lots.c.lot_id == entries.c.lot_id)
        query = select(lots, entries.c.reason).select_from(joined)
        query = query.where(lots.c.lot_id == lot_id).order_by(entries.c.number)
        row = self.connection.execute(query).first()
        if row is None:
            return None
        return _key(row), _lot(row), row.reason

    def used_until(self, order_id: UUID) -> datetime | None:
        """Return the latest expiry of the credit that an order was paid with; None if some of it
        never expires.
        """
        row = store_credit_entries.c
        query = select(row.expires_at).where(row.order_id == order_id, row.kind == "used")
        ends = list(self.connection.scalars(query))
        for account in self.known():
            for entry in account.entries:
                if entry.kind == "used" and entry.cause.order_id == order_id:
                    ends.append(entry.lot.expires_at)
        last = max((end or NEVER for end in ends), default=NEVER)
        return None if last == NEVER else last

    def of_customer(self, shop: str, customer_id: str) -> list[Account]:
        """Return the accounts of a customer, by currency."""
        row = store_credit_accounts.c
        query = select(store_credit_accounts).where(row.shop == shop)
        query = query.where(row.customer_id == customer_id).order_by(row.currency)
        return self._accounts(map(_key, self.connection.execute(query)))

    def holders(self, shop: str, currency: str, after: str | None, limit: int) -> list[Account]:
        """Return the accounts in a currency with a balance, by customer; one more than the limit if
        there are more.
        """
        row = store_credit_accounts.c
        query = select(store_credit_accounts)
        query = query.where(row.shop == shop, row.currency == currency, row.balance > 0)
        if after:
            query = query.where(row.customer_id > after)
        query = query.order_by(row.customer_id).limit(limit + 1)
        return self._accounts(map(_key, self.connection.execute(query)))

    def entries(
        self, shop: str, customer_id: str, before: int | None, limit: int
    ) -> list[tuple[int, str, Entry]]:
        """Return entries of a customer with number and currency, newest first; one more than the
        limit if there are more.
        """
        row = store_credit_entries.c
        query = select(store_credit_entries)
        query = query.where(row.shop == shop, row.customer_id == customer_id)
        if before:
            query = query.where(row.number < before)
        found = self.connection.execute(query.order_by(row.number.desc()).limit(limit + 1))
        return [(each.number, each.currency, _entry(each)) for each in found]

    def _accounts(self, keys: Iterable[Key]) -> list[Account]:
        """Return the accounts with these keys, with the lots that are not used up."""
        keys = list(keys)
        lots = self._open_lots(keys)
        return [Account(*key, tuple(lots[key])) for key in keys]

    def _open_lots(self, keys: Sequence[Key]) -> Mapping[Key, list[Lot]]:
        found: dict[Key, list[Lot]] = defaultdict(list)
        if not keys:
            return found
        table = store_credit_lots
        query = select(table).where(_among(table, keys), table.c.remaining > 0)
        for row in self.connection.execute(query.order_by(table.c.lot_id)):
            lot = _lot(row)
            found[_key(row)].append(lot)
            self._loaded_lots[lot.lot_id] = lot
        return found


def _among(table: Table, keys: Sequence[Key]) -> Any:
    return among(_holder(table), keys)


def _holder(table: Table) -> list[Any]:
    return [table.c[name] for name in HOLDER]


def _key(row: Any) -> Key:
    return row.shop, row.customer_id, row.currency


def _row(account: Account) -> dict[str, Any]:
    return dict(zip(HOLDER, account.key, strict=True)) | {"balance": account.balance}


def _lot(row: Any) -> Lot:
    return Lot(
        row.lot_id, row.at, row.amount, row.remaining, row.expires_at, row.code, row.order_id
    )


def _lot_row(account: Account, lot: Lot) -> dict[str, Any]:
    return dict(zip(HOLDER, account.key, strict=True)) | {
        "lot_id": lot.lot_id,
        "at": lot.at,
        "amount": lot.amount,
        "remaining": lot.remaining,
        "expires_at": lot.expires_at,
        "code": lot.code,
        "order_id": lot.order_id,
    }


def _entry(row: Any) -> Entry:
    lot = Lot(row.lot_id, row.at, row.amount, 0, row.expires_at)
    cause = Cause(row.at, row.by, row.reason, row.order_id, row.refund_id)
    return Entry(row.kind, lot, row.amount, row.balance, cause)


def _entry_row(account: Account, entry: Entry) -> dict[str, Any]:
    cause = entry.cause
    return dict(zip(HOLDER, account.key, strict=True)) | {
        "kind": entry.kind,
        "amount": entry.amount,
        "balance": entry.balance,
        "lot_id": entry.lot.lot_id,
        "expires_at": entry.lot.expires_at,
        "at": cause.at,
        "by": cause.by,
        "reason": cause.reason,
        "order_id": cause.order_id,
        "refund_id": cause.refund_id,
    }
