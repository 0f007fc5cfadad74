"""Customers and orders, as stored from the events of other services."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, or_, select

from services.ingest.domain import privacy
from services.ingest.domain.customers import CustomerRecord
from services.ingest.domain.known_orders import LONG_AGO, KnownOrder, OrderChange
from services.ingest.store.tables import customers, order_changes, orders
from shared.contracts.common import EraseCustomer, ExportCustomer
from shared.contracts.orders import CustomerAddress
from shared.runtime.storage.database import among, fields_of, insert, locking
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.rows_by_key import locked_by
from shared.runtime.storage.stores import Store

_ORDER = tuple(KnownOrder.__dataclass_fields__)
_CHANGE = tuple(OrderChange.__dataclass_fields__)
Key = tuple[str, str]
"""Shop and customer."""


def of_customer(
    table: Table, shop: str, customer_id: str | None, emails: Iterable[str]
) -> ColumnElement[bool]:
    """Return a condition on rows with `customer_id` and `email_key` that belong to a customer, by
    key or address.
    """
    condition: ColumnElement[bool] = table.c.email_key.in_(sorted(set(map(str.lower, emails))))
    if customer_id:
        condition = or_(condition, table.c.customer_id == customer_id)
    return (table.c.shop == shop) & condition


class KnownOrders(Store[UUID, KnownOrder]):
    """Orders by id. Rows are locked, so that two mails about an order without a thread are filed
    one after the other.
    """

    def load(self, keys: Sequence[UUID]) -> Mapping[UUID, KnownOrder]:
        rows = locked_by(self.connection, orders.c.order_id, keys, orders.c.order_id)
        return {row.order_id: read_order(row) for row in rows}

    def put(self, new: Mapping[UUID, KnownOrder], changed: Mapping[UUID, KnownOrder]) -> None:
        write_rows(
            self.connection,
            orders,
            list(map(_order_row, new.values())),
            list(map(_order_row, changed.values())),
        )

    def with_references(self, keys: Sequence[Key]) -> dict[Key, UUID]:
        """Return the ids of orders by shop and reference."""
        query = select(orders.c.shop, orders.c.reference, orders.c.order_id)
        rows = self.connection.execute(
            query.where(among((orders.c.shop, orders.c.reference), keys))
        )
        return {(row.shop, row.reference): row.order_id for row in rows}

    def of(self, shop: str, customer_id: str | None, emails: Iterable[str]) -> list[KnownOrder]:
        """Return all stored orders of a customer, by id."""
        query = select(orders).where(of_customer(orders, shop, customer_id, emails))
        return list(map(read_order, self.connection.execute(query.order_by(orders.c.order_id))))


class OrderChanges:
    """Changes of orders; each is stored once."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._pending: list[OrderChange] = []
        self._kept: list[OrderChange] = []

    def add(self, change: OrderChange) -> None:
        """Record a change."""
        self._pending.append(change)

    def keep(self) -> None:
        self._kept += self._pending
        self._pending = []

    def discard(self) -> None:
        self._pending = []

    def write(self) -> None:
        if self._kept:
            adding = insert(self.connection, order_changes).on_conflict_do_nothing()
            self.connection.execute(adding, [fields_of(change, _CHANGE) for change in self._kept])


class Customers(Store[Key, CustomerRecord]):
    """Customers by shop and key."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._languages: dict[Key, str] = {}

    def load(self, keys: Sequence[Key]) -> Mapping[Key, CustomerRecord]:
        query = select(customers).where(among((customers.c.shop, customers.c.customer_id), keys))
        query = query.order_by(customers.c.shop, customers.c.customer_id)
        rows = self.connection.execute(locking(self.connection, query))
        return {(row.shop, row.customer_id): _customer(row) for row in rows}

    def put(self, new: Mapping[Key, CustomerRecord], changed: Mapping[Key, CustomerRecord]) -> None:
        write_rows(self.connection, customers, _customer_rows(new), _customer_rows(changed))

    def emails(self, shop: str, named: EraseCustomer | ExportCustomer) -> list[str]:
        """Return the addresses of a customer: the stored one and those in the command."""
        emails = set(named.emails)
        known = self.get((shop, named.customer_id))
        if known:
            emails.add(known.email)
        return sorted(emails - {privacy.ADDRESS})

    def preload_languages(self, keys: Iterable[Key]) -> None:
        """Load the languages of the customers with these addresses (by shop) together."""
        wanted = {(shop, email.lower()) for shop, email in keys} - self._languages.keys()
        if not wanted:
            return
        key = (customers.c.shop, customers.c.email_key)
        query = select(customers).where(among(key, sorted(wanted))).order_by(customers.c.as_of)
        self._languages |= dict.fromkeys(wanted, "")
        for row in self.connection.execute(query):
            self._languages[row.shop, row.email_key] = row.language

    def language_of(self, shop: str, email: str) -> str:
        """Return the language of the customer with an address; empty if unknown."""
        self.preload_languages([(shop, email)])
        return self._languages[(shop, email.lower())]

    def with_email(self, shop: str, email: str) -> CustomerRecord | None:
        """Return the customer with an address; of several, the one changed last."""
        query = select(customers).where(of_customer(customers, shop, None, [email]))
        query = query.order_by(customers.c.as_of.desc()).limit(1)
        row = self.connection.execute(query).one_or_none()
        return _customer(row) if row else None


def read_order(row: Any) -> KnownOrder:
    """Return the order in a row."""
    fields = fields_of(row, _ORDER)
    fields["placed_at"] = fields["placed_at"] or LONG_AGO
    fields["changed_at"] = fields["changed_at"] or LONG_AGO
    return KnownOrder(**fields)


def _order_row(order: KnownOrder) -> dict[str, Any]:
    return fields_of(order, _ORDER) | {"email_key": order.customer_email.lower()}


def _customer(row: Any) -> CustomerRecord:
    addresses = tuple(CustomerAddress.model_validate(address) for address in row.addresses)
    return CustomerRecord(
        row.customer_id,
        row.email,
        row.name,
        row.language,
        addresses,
        row.registered_at,
        row.as_of,
        row.sequence,
    )


def _customer_rows(values: Mapping[Key, CustomerRecord]) -> list[dict[str, Any]]:
    return [_customer_row(shop, customer) for (shop, _), customer in sorted(values.items())]


def _customer_row(shop: str, customer: CustomerRecord) -> dict[str, Any]:
    return {
        "shop": shop,
        "customer_id": customer.customer_id,
        "email": customer.email,
        "email_key": customer.email.lower(),
        "name": customer.name,
        "language": customer.language,
        "addresses": [address.model_dump(mode="json") for address in customer.addresses],
        "registered_at": customer.registered_at,
        "as_of": customer.as_of,
        "sequence": customer.sequence,
    }
