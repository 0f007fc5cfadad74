"""Orders with everything that belongs to them, loaded and written for a whole batch in one
statement per table.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, select

from services.orders.domain.order import Line, Order
from services.orders.store.catalogue import Shops
from services.orders.store.order_rows import PARTS, Rows, order_of, order_row
from services.orders.store.order_words import write_words
from services.orders.store.tables import documents, first_orders, orders
from services.orders.store.waiting import Waiting
from shared.contracts.envelope import Envelope
from shared.contracts.orders import PlaceOrder
from shared.contracts.references import uuid_of
from shared.runtime.storage.database import among, insert, locking, write_rows
from shared.runtime.storage.unit_of_work import Store


def ids_of(
    connection: Connection, wanted: Collection[tuple[str, str]], arrived: Sequence[Envelope]
) -> Mapping[tuple[str, str], UUID]:
    """Look up orders by shop and reference; those that are placed by messages that arrive together,
    too.
    """
    key = (orders.c.shop, orders.c.reference)
    found = connection.execute(select(*key, orders.c.order_id).where(among(key, wanted)))
    ids: dict[tuple[str, str], UUID] = {}
    for envelope in arrived:
        order_id = uuid_of(envelope.data.get("order_id"))
        if envelope.type == PlaceOrder.wire_type() and order_id:
            ids[envelope.shop, str(envelope.data.get("reference"))] = order_id
    return ids | {(row.shop, row.reference): row.order_id for row in found}


class Orders(Store[UUID, Order]):
    """Orders by id; their rows are locked, in the order of the ids."""

    def __init__(self, connection: Connection, shops: Shops, waiting: Waiting) -> None:
        super().__init__(connection)
        self.shops, self.waiting = shops, waiting
        self._before: dict[UUID, Order] = {}
        self._references: dict[tuple[str, str], bool] = {}
        self._slips: dict[tuple[str, str], UUID | None] = {}

    def get(self, key: UUID) -> Order | None:
        """The order, with its shop and with what it waits for as this message sees them: both may
        have changed earlier in the batch.
        """
        order = self.bare(key)
        if order is None:
            return None
        return replace(
            order, shop=self.shops.get(order.shop.key) or order.shop, lines=self._lines(order)
        )

    def bare(self, key: UUID) -> Order | None:
        """The order as it was kept, before the stock is locked."""
        return super().get(key)

    def _lines(self, order: Order) -> tuple[Line, ...]:
        """The lines with what each of them lacks."""
        queues = [self.waiting.get((order.shop.key, line.sku)) for line in order.lines]
        missing = [
            sum(
                wait.quantity
                for wait in queue or ()
                if (wait.order_id, wait.position) == (order.order_id, position)
            )
            for position, queue in enumerate(queues)
        ]
        return tuple(
            replace(line, missing=lack) for line, lack in zip(order.lines, missing, strict=True)
        )

    def read_references(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Looks up, at once, which references of shops are taken."""
        fresh = set(wanted) - self._references.keys()
        if fresh:
            key = (orders.c.shop, orders.c.reference)
            found = self.connection.execute(select(*key).where(among(key, fresh)))
            self._references |= dict.fromkeys(fresh, False) | {
                (row.shop, row.reference): True for row in found
            }

    def reference_taken(self, shop: str, reference: str) -> bool:
        """Whether an order of the shop, or of this batch, bears the reference."""
        self.read_references([(shop, reference)])
        batch = (
            order
            for order in self.known()
            if order.shop.key == shop and order.reference == reference
        )
        return self._references[shop, reference] or next(batch, None) is not None

    def numbers(self, shop: str, kind: str, prefix: str) -> set[str]:
        """The numbers that documents of a kind bear in a shop, or will with this batch, and that
        begin so.
        """
        found = self.connection.execute(
            select(documents.c.number).where(
                documents.c.shop == shop,
                documents.c.kind == kind,
                documents.c.number.startswith(prefix, autoescape=True),
            )
        )
        batch = (
            document
            for order in self.known()
            if order.shop.key == shop
            for document in order.documents
        )
        return {row.number for row in found} | {
            document.number for document in batch if document.kind == kind
        }

    def with_slips(self, shop: str, numbers: Collection[str]) -> Mapping[str, UUID]:
        """Return the orders that credit slips belong to, by number; this batch's too."""
        fresh = sorted(number for number in numbers if (shop, number) not in self._slips)
        if fresh:
            row = documents.c
            query = select(row.number, row.order_id).where(
                row.shop == shop, row.kind == "credit_slip", row.number.in_(fresh)
            )
            self._slips |= dict.fromkeys(((shop, number) for number in fresh), None)
            self._slips |= {
                (shop, found.number): found.order_id for found in self.connection.execute(query)
            }
        known = {number: order_id for number in numbers if (order_id := self._slips[shop, number])}
        return known | self._slips_of_batch(shop, numbers)

    def _slips_of_batch(self, shop: str, numbers: Collection[str]) -> dict[str, UUID]:
        orders = [order for order in self.known() if numbers and order.shop.key == shop]
        return {
            slip.number: order.order_id
            for order in orders
            for slip in order.issued("credit_slip")
            if slip.number in numbers
        }

    def of_customer(self, shop: str, customer_id: str) -> list[UUID]:
        """The orders of a customer, this batch's too, by id."""
        wanted = orders.c.customer["customer_id"].as_string() == customer_id
        found = self.connection.execute(
            select(orders.c.order_id).where(orders.c.shop == shop, wanted)
        ).scalars()
        batch = (
            order.order_id
            for order in self.known()
            if (order.shop.key, order.customer.customer_id) == (shop, customer_id)
        )
        return sorted({*found, *batch})

    def load(self, keys: Sequence[UUID]) -> Mapping[UUID, Order]:
        query = select(orders).where(orders.c.order_id.in_(keys)).order_by(orders.c.order_id)
        rows = self.connection.execute(locking(self.connection, query)).all()
        found = [row.order_id for row in rows]
        self.shops.preload(row.shop for row in rows)
        parts = {table.name: self._parts(table, found) for table, _ in PARTS}
        loaded = {row.order_id: self._order(row, parts) for row in rows}
        self._before.update(loaded)
        return loaded

    def put(self, new: Mapping[UUID, Order], changed: Mapping[UUID, Order]) -> None:
        first = self._first(new)
        write_rows(
            self.connection,
            orders,
            [order_row(order) | {"new_customer": key in first} for key, order in new.items()],
            [order_row(order) for order in changed.values()],
        )
        for table, rows in PARTS:
            write_rows(
                self.connection,
                table,
                [
                    row
                    for order in (*new.values(), *changed.values())
                    for row in self._added(order, rows)
                ],
                [row for order in changed.values() for row in self._edited(order, rows)],
            )
        write_words(self.connection, new.values(), changed, self._before)

    def _first(self, new: Mapping[UUID, Order]) -> frozenset[UUID]:
        """Which of the orders are their customers' first: one each, even if two come at the same
        moment.
        """
        rows = [
            {"shop": order.shop.key, "customer_id": order.customer.customer_id, "order_id": key}
            for key, order in new.items()
        ]
        rows.sort(key=itemgetter("shop", "customer_id"))  # locked in one order by all who write
        if not rows:
            return frozenset()
        found = insert(self.connection, first_orders).values(rows).on_conflict_do_nothing()
        return frozenset(self.connection.scalars(found.returning(first_orders.c.order_id)))

    def _added(self, order: Order, rows: Callable[[Order], Rows]) -> Rows:
        """What was not there when the order was loaded: these parts never shrink."""
        before = self._before.get(order.order_id)
        return rows(order)[len(rows(before)) if before else 0 :]

    def _edited(self, order: Order, rows: Callable[[Order], Rows]) -> Rows:
        """What was there, and is something else now."""
        before = rows(self._before[order.order_id])
        return [now for then, now in zip(before, rows(order), strict=False) if now != then]

    def _parts(self, table: Table, keys: Sequence[UUID]) -> Mapping[UUID, list[Any]]:
        grouped: dict[UUID, list[Any]] = defaultdict(list)
        query = (
            select(table)
            .where(table.c.order_id.in_(keys))
            .order_by(table.c.order_id, table.c.position)
        )
        for row in self.connection.execute(query) if keys else ():
            grouped[row.order_id].append(row)
        return grouped

    def _order(self, row: Any, parts: Mapping[str, Mapping[UUID, list[Any]]]) -> Order:
        shop = self.shops.get(row.shop)
        if shop is None:
            raise LookupError(
                f"order {row.order_id} belongs to the shop '{row.shop}', which is not kept"
            )
        return order_of(row, shop, lambda table: parts[table.name].get(row.order_id, []))
