"""Store credit: accounts with their lots, locked until the commit, and the ledger of their
entries.
"""

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
from shared.runtime.storage.database import among, lock_names, locking, write_rows
from shared.runtime.storage.unit_of_work import Store

Rows = list[dict[str, Any]]


class Accounts(Store[Key, Account]):
    """Accounts by shop, customer and currency. Locked by name too, since a new one has no row
    yet.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._lots: dict[UUID, Lot] = {}  # as they were read

    def load(self, keys: Sequence[Key]) -> Mapping[Key, Account]:
        lock_names(self.connection, [f"store credit/{'/'.join(key)}" for key in keys])
        table = store_credit_accounts
        query = select(table).where(_among(table, keys)).order_by(*_holder(table))
        found = [_key(row) for row in self.connection.execute(locking(self.connection, query))]
        lots = self._open_lots(found)
        return {key: Account(*key, tuple(lots[key])) for key in found}

    def account(self, key: Key) -> Account:
        """Return the account as this message sees it; an empty one where the customer never had
        credit.
        """
        return self.get(key) or Account(*key)

    def put(self, new: Mapping[Key, Account], changed: Mapping[Key, Account]) -> None:
        accounts = sorted([*new.values(), *changed.values()], key=lambda account: account.key)
        write_rows(
            self.connection,
            store_credit_accounts,
            [_row(new[key]) for key in sorted(new)],
            [_row(changed[key]) for key in sorted(changed)],
        )
        lots = [(account, lot) for account in accounts for lot in account.lots]
        write_rows(
            self.connection,
            store_credit_lots,
            [_lot_row(account, lot) for account, lot in lots if lot.lot_id not in self._lots],
            [
                _lot_row(account, lot)
                for account, lot in lots
                if self._lots.get(lot.lot_id, lot) != lot
            ],
        )
        entries = [_entry_row(account, entry) for account in accounts for entry in account.entries]
        write_rows(self.connection, store_credit_entries, entries)

    def lot(self, lot_id: UUID) -> tuple[Key, Lot, str] | None:
        """Return whose lot it is, the lot, and the reason it was issued for, even if nothing is
        left of it.
        """
        for account in self.known():
            for entry in account.entries:
                if entry.lot.lot_id == lot_id and entry.kind == "issued":
                    return account.key, entry.lot, entry.cause.reason
        lots, entries = store_credit_lots, store_credit_entries
        joined = lots.join(entries, lots.c.lot_id == entries.c.lot_id)
        query = select(lots, entries.c.reason).select_from(joined)
        row = self.connection.execute(
            query.where(lots.c.lot_id == lot_id).order_by(entries.c.number)
        ).first()
        return (_key(row), _lot(row), row.reason) if row else None

    def used_until(self, order_id: UUID) -> datetime | None:
        """Return when the credit that an order was paid with would have expired, the last of it;
        None: never.
        """
        row = store_credit_entries.c
        query = select(row.expires_at).where(row.order_id == order_id, row.kind == "used")
        ends = [found.expires_at for found in self.connection.execute(query)]
        ends += [
            entry.lot.expires_at
            for account in self.known()
            for entry in account.entries
            if entry.kind == "used" and entry.cause.order_id == order_id
        ]
        last = max((end or NEVER for end in ends), default=NEVER)
        return None if last == NEVER else last

    def of_customer(self, shop: str, customer_id: str) -> list[Account]:
        """Return what a customer has, by currency."""
        row = store_credit_accounts.c
        query = select(store_credit_accounts).where(
            row.shop == shop, row.customer_id == customer_id
        )
        return self._with_lots(self.connection.execute(query.order_by(row.currency)))

    def holders(self, shop: str, currency: str, after: str | None, limit: int) -> list[Account]:
        """Return the accounts in a currency that hold something, by customer; one more than the
        limit if there are.
        """
        row = store_credit_accounts.c
        chosen = [row.customer_id > after] if after else []
        query = select(store_credit_accounts).where(
            row.shop == shop, row.currency == currency, row.balance > 0, *chosen
        )
        return self._with_lots(
            self.connection.execute(query.order_by(row.customer_id).limit(limit + 1))
        )

    def entries(
        self, shop: str, customer_id: str, before: int | None, limit: int
    ) -> list[tuple[int, str, Entry]]:
        """Return entries of a customer with number and currency, newest first; one more than the
        limit if there are.
        """
        row = store_credit_entries.c
        chosen = [row.number < before] if before else []
        query = select(store_credit_entries).where(
            row.shop == shop, row.customer_id == customer_id, *chosen
        )
        found = self.connection.execute(query.order_by(row.number.desc()).limit(limit + 1))
        return [(each.number, each.currency, _entry(each)) for each in found]

    def _with_lots(self, rows: Iterable[Any]) -> list[Account]:
        keys = [_key(row) for row in rows]
        lots = self._open_lots(keys)
        return [Account(*key, tuple(lots[key])) for key in keys]

    def _open_lots(self, keys: Sequence[Key]) -> Mapping[Key, list[Lot]]:
        found: dict[Key, list[Lot]] = defaultdict(list)
        query = select(store_credit_lots).where(
            _among(store_credit_lots, keys), store_credit_lots.c.remaining > 0
        )
        for row in (
            self.connection.execute(query.order_by(store_credit_lots.c.lot_id)) if keys else ()
        ):
            found[_key(row)].append(_lot(row))
            self._lots[row.lot_id] = found[_key(row)][-1]
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
        "remaining": lot.left,
        "expires_at": lot.expires_at,
        "code": lot.code,
        "order_id": lot.order_id,
    }


def _entry(row: Any) -> Entry:
    lot = Lot(row.lot_id, row.at, row.amount, 0, row.expires_at)
    return Entry(
        row.kind,
        lot,
        row.amount,
        row.balance,
        Cause(row.at, row.by, row.reason, row.order_id, row.refund_id),
    )


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
