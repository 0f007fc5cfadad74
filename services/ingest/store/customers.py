"""Customers and their orders, as other services tell of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, or_, select

from services.ingest.domain import privacy
from services.ingest.domain.customers import KnownCustomer
from services.ingest.domain.orders import LONG_AGO, KnownOrder, OrderChange
from services.ingest.store.tables import customers, order_changes, orders
from shared.contracts.common import EraseCustomer, ExportCustomer
from shared.contracts.orders import KnownAddress
from shared.runtime.storage.database import among, insert, locking, write_rows
from shared.runtime.storage.unit_of_work import Store

_ORDER = tuple(KnownOrder.__dataclass_fields__)
_CHANGE = tuple(OrderChange.__dataclass_fields__)
Key = tuple[str, str]
"""Shop and customer."""


def of_customer(
    table: Table, shop: str, customer_id: str | None, emails: Iterable[str]
) -> ColumnElement[bool]:
    """A condition on rows with `customer_id` and `email_key`: they are that customer's, by his key
    or an address.
    """
    theirs: list[ColumnElement[bool]] = [
        table.c.email_key.in_(sorted({email.lower() for email in emails}))
    ]
    if customer_id:
        theirs.append(table.c.customer_id == customer_id)
    return (table.c.shop == shop) & or_(*theirs)


class KnownOrders(Store[UUID, KnownOrder]):
    """Orders by id. Locked, so that two mails about an order without a thread wait for one
    another.
    """

    def load(self, keys: Sequence[UUID]) -> Mapping[UUID, KnownOrder]:
        query = select(orders).where(orders.c.order_id.in_(keys)).order_by(orders.c.order_id)
        return {
            row.order_id: read_order(row)
            for row in self.connection.execute(locking(self.connection, query))
        }

    def put(self, new: Mapping[UUID, KnownOrder], changed: Mapping[UUID, KnownOrder]) -> None:
        write_rows(
            self.connection, orders, _order_rows(new.values()), _order_rows(changed.values())
        )

    def with_references(self, keys: Sequence[Key]) -> dict[Key, UUID]:
        """The ids of orders by shop and reference."""
        query = select(orders.c.shop, orders.c.reference, orders.c.order_id)
        rows = self.connection.execute(
            query.where(among((orders.c.shop, orders.c.reference), keys))
        )
        return {(row.shop, row.reference): row.order_id for row in rows}

    def of(self, shop: str, customer_id: str | None, emails: Iterable[str]) -> list[KnownOrder]:
        """All stored orders of a customer, by id."""
        query = (
            select(orders)
            .where(of_customer(orders, shop, customer_id, emails))
            .order_by(orders.c.order_id)
        )
        return [read_order(row) for row in self.connection.execute(query)]


class OrderChanges:
    """What happened with orders; each is kept once."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._pending: list[OrderChange] = []
        self._kept: list[OrderChange] = []

    def add(self, change: OrderChange) -> None:
        """Records a change."""
        self._pending.append(change)

    def keep(self) -> None:
        self._kept += self._pending
        self._pending = []

    def discard(self) -> None:
        self._pending = []

    def write(self) -> None:
        if self._kept:
            rows = [{name: getattr(change, name) for name in _CHANGE} for change in self._kept]
            self.connection.execute(
                insert(self.connection, order_changes).on_conflict_do_nothing(), rows
            )


class Customers(Store[Key, KnownCustomer]):
    """Customers by shop and key."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._languages: dict[Key, str] = {}

    def load(self, keys: Sequence[Key]) -> Mapping[Key, KnownCustomer]:
        query = select(customers).where(among((customers.c.shop, customers.c.customer_id), keys))
        query = query.order_by(customers.c.shop, customers.c.customer_id)
        rows = self.connection.execute(locking(self.connection, query))
        return {(row.shop, row.customer_id): _customer(row) for row in rows}

    def put(self, new: Mapping[Key, KnownCustomer], changed: Mapping[Key, KnownCustomer]) -> None:
        write_rows(self.connection, customers, _customer_rows(new), _customer_rows(changed))

    def emails(self, shop: str, named: EraseCustomer | ExportCustomer) -> list[str]:
        """The addresses by which a customer is known, here and to who named him."""
        known = self.get((shop, named.customer_id))
        return sorted({*named.emails, *([known.email] if known else [])} - {privacy.ADDRESS})

    def preload_languages(self, keys: Iterable[Key]) -> None:
        """Look up the languages of the customers with these addresses (by shop) at once."""
        wanted = {(shop, email.lower()) for shop, email in keys} - self._languages.keys()
        if not wanted:
            return
        place = (customers.c.shop, customers.c.email_key)
        query = select(customers).where(among(place, sorted(wanted))).order_by(customers.c.as_of)
        rows = self.connection.execute(query)
        self._languages.update(dict.fromkeys(wanted, ""))
        self._languages.update({(row.shop, row.email_key): row.language for row in rows})

    def language_of(self, shop: str, email: str) -> str:
        """Return the language of the customer with an address; empty where none is known."""
        self.preload_languages([(shop, email)])
        return self._languages[(shop, email.lower())]

    def with_email(self, shop: str, email: str) -> KnownCustomer | None:
        """The customer with an address; of several, the one who was told of last."""
        query = select(customers).where(of_customer(customers, shop, None, [email]))
        row = self.connection.execute(
            query.order_by(customers.c.as_of.desc()).limit(1)
        ).one_or_none()
        return _customer(row) if row else None


def read_order(row: Any) -> KnownOrder:
    """The order in a row."""
    found = {name: getattr(row, name) for name in _ORDER}
    return KnownOrder(
        **found | {name: found[name] or LONG_AGO for name in ("placed_at", "changed_at")}
    )


def _order_rows(values: Iterable[KnownOrder]) -> list[dict[str, Any]]:
    return [
        {
            **{name: getattr(order, name) for name in _ORDER},
            "email_key": order.customer_email.lower(),
        }
        for order in values
    ]


def _customer(row: Any) -> KnownCustomer:
    addresses = tuple(KnownAddress.model_validate(address) for address in row.addresses)
    return KnownCustomer(
        row.customer_id, row.email, row.name, row.language, addresses, row.registered_at, row.as_of
    )


def _customer_rows(values: Mapping[Key, KnownCustomer]) -> list[dict[str, Any]]:
    return [
        {
            "shop": shop,
            "customer_id": customer.customer_id,
            "email": customer.email,
            "email_key": customer.email.lower(),
            "name": customer.name,
            "language": customer.language,
            "addresses": [address.model_dump(mode="json") for address in customer.addresses],
            "registered_at": customer.registered_at,
            "as_of": customer.as_of,
        }
        for (shop, _), customer in sorted(values.items())
    ]
