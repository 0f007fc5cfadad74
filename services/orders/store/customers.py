"""Stores of customers and their carts, by shop."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    Uuid,
    delete,
    literal,
    select,
    tuple_,
    update,
)

from services.orders.domain.customers import StoredCart, search_texts
from services.orders.domain.order import NOBODY
from services.orders.store.catalogue_tables import carts, customer_words, customers
from services.orders.store.rule_tables import cart_rule_uses, cart_rules
from services.orders.store.tables import SORTING, first_orders
from shared.contracts.cursor import Cursor
from shared.contracts.orders import CustomerRecord, WantedLine
from shared.runtime.storage.database import UtcDateTime, among, locking
from shared.runtime.storage.prefix_index import matches_or_phone, replace_terms
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.stores import Store
from shared.writing.search import sorting, words

Key = tuple[str, str]
"""Shop and customer."""
CartKey = tuple[str, UUID]
"""Shop and cart."""


class Customers(Store[Key, CustomerRecord]):
    """Customers by shop and key; their rows are locked in the order of the keys."""

    def load(self, keys: Sequence[Key]) -> Mapping[Key, CustomerRecord]:
        query = select(customers).where(among((customers.c.shop, customers.c.customer_id), keys))
        query = locking(self.connection, query.order_by(customers.c.shop, customers.c.customer_id))
        rows = self.connection.execute(query)
        return {(row.shop, row.customer_id): _customer(row) for row in rows}

    def put(self, new: Mapping[Key, CustomerRecord], changed: Mapping[Key, CustomerRecord]) -> None:
        write_rows(self.connection, customers, _rows(new), _rows(changed))
        replace_terms(self.connection, customer_words, _words(new), _words(changed))

    def search(self, shop: str, text: str, limit: int) -> list[CustomerRecord]:
        """Return customers that match a text, by name; one more than `limit` if there are more."""
        found = matches_or_phone(customers.c.customer_id, customer_words, shop, text)
        query = (
            select(customers)
            .where(customers.c.shop == shop, found)
            .order_by(customers.c.sorting, customers.c.customer_id)
            .limit(limit + 1)
        )
        return list(map(_customer, self.connection.execute(query)))

    def page(self, shop: str, after: str | None, limit: int) -> list[CustomerRecord]:
        """Return customers after a key, by key; one more than `limit` if there are more."""
        query = select(customers).where(customers.c.shop == shop)
        if after:
            query = query.where(customers.c.customer_id > after)
        query = query.order_by(customers.c.customer_id).limit(limit + 1)
        return list(map(_customer, self.connection.execute(query)))


class Carts(Store[CartKey, StoredCart]):
    """Carts as they were last put."""

    def load(self, keys: Sequence[CartKey]) -> Mapping[CartKey, StoredCart]:
        query = select(carts).where(among((carts.c.shop, carts.c.cart_id), keys))
        return {(row.shop, row.cart_id): _cart(row) for row in self.connection.execute(query)}

    def put(self, new: Mapping[CartKey, StoredCart], changed: Mapping[CartKey, StoredCart]) -> None:
        write_rows(self.connection, carts, _cart_rows(new), _cart_rows(changed))

    def of(self, shop: str, customer_id: str, after: Cursor | None, limit: int) -> list[StoredCart]:
        """Return a customer's carts, the last changed first; one more than `limit` if there are
        more.
        """
        query = select(carts).where(carts.c.shop == shop, carts.c.customer_id == customer_id)
        if after:
            last = tuple_(literal(after.at, UtcDateTime), literal(after.key, Uuid))
            query = query.where(tuple_(carts.c.changed_at, carts.c.cart_id) < last)
        query = query.order_by(carts.c.changed_at.desc(), carts.c.cart_id.desc()).limit(limit + 1)
        return list(map(_cart, self.connection.execute(query)))


class ErasedCustomers:
    """Customers to erase, with their carts and the words that a search finds them by; their
    vouchers end.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._pending: list[Key] = []
        self._kept: list[Key] = []

    def add(self, shop: str, customer_id: str) -> None:
        """Record that a customer is to be erased."""
        self._pending.append((shop, customer_id))

    def keep(self) -> None:
        self._kept += self._pending
        self._pending = []

    def discard(self) -> None:
        self._pending = []

    def write(self) -> None:
        if not self._kept:
            return
        for table in (customers, customer_words, carts, first_orders):
            self.connection.execute(delete(table).where(self._of_customers(table)))
        self._anonymize(cart_rules, active=False)
        self._anonymize(cart_rule_uses)

    def _anonymize(self, table: Table, **changes: Any) -> None:
        statement = update(table).where(self._of_customers(table))
        self.connection.execute(statement.values(customer_id=NOBODY.customer_id, **changes))

    def _of_customers(self, table: Table) -> ColumnElement[bool]:
        return among((table.c.shop, table.c.customer_id), self._kept)


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
    return [_row(shop, customer) for (shop, _), customer in values.items()]


def _row(shop: str, customer: CustomerRecord) -> dict[str, Any]:
    return {
        "shop": shop,
        **customer.model_dump(mode="json", exclude={"full_name"}),
        "name": customer.full_name,
        "sorting": sorting(customer.full_name)[:SORTING],
        "groups": customer.groups or None,
        "registered_at": customer.registered_at,
    }


def _words(values: Mapping[Key, CustomerRecord]) -> dict[Key, list[tuple[str]]]:
    found = {}
    for key, customer in values.items():
        found[key] = [(word,) for word in words(*search_texts(customer), whole=True)]
    return found


def _cart(row: Any) -> StoredCart:
    lines = tuple(WantedLine.model_validate(line) for line in row.lines)
    return StoredCart(row.cart_id, row.customer_id, lines, row.changed_at)


def _cart_rows(values: Mapping[CartKey, StoredCart]) -> list[dict[str, Any]]:
    return [_cart_row(shop, cart) for (shop, _), cart in values.items()]


def _cart_row(shop: str, cart: StoredCart) -> dict[str, Any]:
    return {
        "shop": shop,
        "cart_id": cart.cart_id,
        "customer_id": cart.customer_id,
        "changed_at": cart.changed_at,
        "lines": [line.model_dump(mode="json") for line in cart.lines],
    }
