"""Customers and their carts, by shop."""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Uuid, delete, literal, select, tuple_, update

from services.orders.domain.order import NOBODY
from services.orders.domain.people import KeptCart, findable
from services.orders.store.catalogue_tables import carts, customer_words, customers
from services.orders.store.rule_tables import cart_rule_uses, cart_rules
from services.orders.store.tables import first_orders
from shared.contracts.cursor import Cursor
from shared.contracts.orders import CustomerRecord, WantedLine
from shared.runtime.storage.database import UtcDateTime, among, locking, write_rows
from shared.runtime.storage.prefix_index import matches_or_phone, replace_terms
from shared.runtime.storage.unit_of_work import Store
from shared.writing.search import sorting, words

Key = tuple[str, str]
"""Shop and customer."""
CartKey = tuple[str, UUID]
"""Shop and cart."""
SORTING = 200  # characters


class Customers(Store[Key, CustomerRecord]):
    """What is known of customers; their rows are locked, in the order of the keys."""

    def load(self, keys: Sequence[Key]) -> Mapping[Key, CustomerRecord]:
        query = select(customers).where(among((customers.c.shop, customers.c.customer_id), keys))
        query = locking(self.connection, query.order_by(customers.c.shop, customers.c.customer_id))
        return {
            (row.shop, row.customer_id): _customer(row) for row in self.connection.execute(query)
        }

    def put(self, new: Mapping[Key, CustomerRecord], changed: Mapping[Key, CustomerRecord]) -> None:
        write_rows(self.connection, customers, _rows(new), _rows(changed))
        replace_terms(self.connection, customer_words, _words(new), _words(changed))

    def search(self, shop: str, text: str, limit: int) -> list[CustomerRecord]:
        """Return customers, by name; one more than `limit` where there are more."""
        found = matches_or_phone(customers.c.customer_id, customer_words, shop, text)
        query = (
            select(customers)
            .where(customers.c.shop == shop, found)
            .order_by(customers.c.sorting, customers.c.customer_id)
            .limit(limit + 1)
        )
        return [_customer(row) for row in self.connection.execute(query)]

    def page(self, shop: str, after: str | None, limit: int) -> list[CustomerRecord]:
        """All customers behind a key; one more than `limit` where there are more."""
        query = select(customers).where(customers.c.shop == shop)
        query = query.where(customers.c.customer_id > after) if after else query
        query = query.order_by(customers.c.customer_id).limit(limit + 1)
        return [_customer(row) for row in self.connection.execute(query)]


class Carts(Store[CartKey, KeptCart]):
    """Carts as they were last put."""

    def load(self, keys: Sequence[CartKey]) -> Mapping[CartKey, KeptCart]:
        query = select(carts).where(among((carts.c.shop, carts.c.cart_id), keys))
        return {(row.shop, row.cart_id): _cart(row) for row in self.connection.execute(query)}

    def put(self, new: Mapping[CartKey, KeptCart], changed: Mapping[CartKey, KeptCart]) -> None:
        write_rows(self.connection, carts, _cart_rows(new), _cart_rows(changed))

    def of(self, shop: str, customer_id: str, after: Cursor | None, limit: int) -> list[KeptCart]:
        """A customer's carts, the last changed first; one more than `limit` where there are
        more.
        """
        query = select(carts).where(carts.c.shop == shop, carts.c.customer_id == customer_id)
        if after:
            last = tuple_(literal(after.at, UtcDateTime), literal(after.key, Uuid))
            query = query.where(tuple_(carts.c.changed_at, carts.c.cart_id) < last)
        query = query.order_by(carts.c.changed_at.desc(), carts.c.cart_id.desc()).limit(limit + 1)
        return [_cart(row) for row in self.connection.execute(query)]


class Forgotten:
    """Customers who are erased, with their carts and the words by which they were found; their
    vouchers end.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._pending: list[Key] = []
        self._kept: list[Key] = []

    def add(self, shop: str, customer_id: str) -> None:
        """Records that nothing is to be known of a customer any more."""
        self._pending.append((shop, customer_id))

    def keep(self) -> None:
        self._kept += self._pending
        self._pending = []

    def discard(self) -> None:
        self._pending = []

    def write(self) -> None:
        for table in (customers, customer_words, carts, first_orders) if self._kept else ():
            theirs = among((table.c.shop, table.c.customer_id), self._kept)
            self.connection.execute(delete(table).where(theirs))
        for table, end in (
            ((cart_rules, {"active": False}), (cart_rule_uses, {})) if self._kept else ()
        ):
            theirs = among((table.c.shop, table.c.customer_id), self._kept)
            nobodys = update(table).where(theirs).values(customer_id=NOBODY.customer_id, **end)
            self.connection.execute(nobodys)


def _customer(row: Any) -> CustomerRecord:
    return CustomerRecord(
        customer_id=row.customer_id,
        email=row.email,
        full_name=row.name,
        language=row.language,
        addresses=row.addresses,
        groups=row.groups or [],
        registered_at=row.registered_at,
    )


def _rows(values: Mapping[Key, CustomerRecord]) -> list[dict[str, Any]]:
    return [  # sorted: rows that are not locked before are locked in one order when written
        {
            "shop": shop,
            **customer.model_dump(mode="json", exclude={"full_name"}),
            "name": customer.full_name,
            "sorting": sorting(customer.full_name)[:SORTING],
            "groups": customer.groups or None,
            "registered_at": customer.registered_at,
        }
        for (shop, _), customer in sorted(values.items(), key=itemgetter(0))
    ]


def _words(values: Mapping[Key, CustomerRecord]) -> dict[Key, Iterable[tuple[str]]]:
    return {
        key: [(word,) for word in words(*findable(customer), whole=True)]
        for key, customer in values.items()
    }


def _cart(row: Any) -> KeptCart:
    lines = tuple(WantedLine.model_validate(line) for line in row.lines)
    return KeptCart(row.cart_id, row.customer_id, lines, row.changed_at)


def _cart_rows(values: Mapping[CartKey, KeptCart]) -> list[dict[str, Any]]:
    return [
        {
            "shop": shop,
            "cart_id": cart.cart_id,
            "customer_id": cart.customer_id,
            "changed_at": cart.changed_at,
            "lines": [line.model_dump(mode="json") for line in cart.lines],
        }
        for (shop, _), cart in sorted(values.items(), key=itemgetter(0))
    ]
