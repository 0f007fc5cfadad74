"""The store of orders with their parts, loaded and written for a whole batch in one statement per
table.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from operator import is_, itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, select

from services.orders.domain.backorder import Queue
from services.orders.domain.order import Order
from services.orders.domain.order_line import Line
from services.orders.store.catalogue import Key as ProductKey, Shops
from services.orders.store.order_parts import PARTS, OrderPart
from services.orders.store.order_rows import changed_columns, order_of, order_row
from services.orders.store.order_words import write_words
from services.orders.store.tables import documents, first_orders, orders
from shared.contracts.envelope import Envelope
from shared.contracts.orders import PlaceOrder
from shared.contracts.references import uuid_of
from shared.runtime.storage.row_writes import insertion, parameters, write_rows
from shared.runtime.storage.rows_by_key import locked_by, rows_by, rows_with
from shared.runtime.storage.stores import Store

Rows = list[dict[str, Any]]


def ids_of(
    connection: Connection, wanted: Collection[tuple[str, str]], arrived: Sequence[Envelope]
) -> Mapping[tuple[str, str], UUID]:
    """Return order ids by shop and reference, including orders that messages of the same batch
    place.
    """
    key = (orders.c.shop, orders.c.reference)
    found = rows_with(connection, key, wanted, orders.c.order_id)
    ids: dict[tuple[str, str], UUID] = {}
    for envelope in arrived:
        order_id = uuid_of(envelope.data.get("order_id"))
        if envelope.type == PlaceOrder.wire_type() and order_id:
            ids[envelope.shop, str(envelope.data.get("reference"))] = order_id
    return ids | {(row.shop, row.reference): row.order_id for row in found}


class Orders(Store[UUID, Order]):
    """Orders by id; their rows are locked in the order of the ids."""

    def __init__(
        self, connection: Connection, shops: Shops, queue_of: Callable[[ProductKey], Queue]
    ) -> None:
        super().__init__(connection)
        self.shops, self.queue_of = shops, queue_of
        self._before: dict[UUID, Order] = {}
        self._references: dict[tuple[str, str], bool] = {}
        self._slips: dict[tuple[str, str], UUID | None] = {}

    def get(self, key: UUID) -> Order | None:
        """Return the order, with its shop and its missing pieces after earlier messages of the
        batch.
        """
        order = self.stored(key)
        if order is None:
            return None
        shop, lines = self.shops.get(order.shop.key) or order.shop, self._lines(order)
        if shop is order.shop and lines is order.lines:
            return order
        return replace(order, shop=shop, lines=lines)

    def stored(self, key: UUID) -> Order | None:
        """Return the order without its missing pieces, which need the lock of the stock."""
        return super().get(key)

    def _lines(self, order: Order) -> tuple[Line, ...]:
        """Return the lines with their missing pieces, from the queues of waiting orders."""
        lines = []
        for position, line in enumerate(order.lines):
            missing = 0
            for wait in self.queue_of((order.shop.key, line.sku)):
                if wait.order_id == order.order_id and wait.position == position:
                    missing += wait.quantity
            lines.append(line if missing == line.missing else replace(line, missing=missing))
        if all(map(is_, lines, order.lines)):
            return order.lines
        return tuple(lines)

    def read_references(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Look up with one statement which references, by shop, are taken."""
        fresh = set(wanted) - self._references.keys()
        if fresh:
            key = (orders.c.shop, orders.c.reference)
            self._references |= dict.fromkeys(fresh, False)
            for row in rows_with(self.connection, key, fresh):
                self._references[row.shop, row.reference] = True

    def reference_taken(self, shop: str, reference: str) -> bool:
        """Return whether an order of the shop, or of this batch, has the reference."""
        self.read_references([(shop, reference)])
        in_batch = any(order.reference == reference for order in self._of_shop(shop))
        return in_batch or self._references[shop, reference]

    def numbers(self, shop: str, kind: str, prefix: str) -> set[str]:
        """Return the numbers with a prefix of a shop's documents of a kind, including numbers that
        this batch issued.
        """
        row = documents.c
        query = select(row.number).where(row.shop == shop, row.kind == kind)
        query = query.where(row.number.startswith(prefix, autoescape=True))
        found = set(self.connection.scalars(query))
        for order in self._of_shop(shop):
            found.update(document.number for document in order.documents if document.kind == kind)
        return found

    def with_slips(self, shop: str, numbers: Collection[str]) -> Mapping[str, UUID]:
        """Return order ids by the numbers of their credit slips, including slips of this batch."""
        if not numbers:
            return {}
        self._read_slips(shop, {number for number in numbers if (shop, number) not in self._slips})
        ids = {}
        for number in numbers:
            order_id = self._slips[shop, number]
            if order_id:
                ids[number] = order_id
        for order in self._of_shop(shop):
            for slip in order.issued("credit_slip"):
                if slip.number in numbers:
                    ids[slip.number] = order.order_id
        return ids

    def _read_slips(self, shop: str, numbers: set[str]) -> None:
        if not numbers:
            return
        for number in numbers:
            self._slips[shop, number] = None
        row = documents.c
        query = select(row.number, row.order_id).where(row.shop == shop, row.kind == "credit_slip")
        for found in self.connection.execute(query.where(row.number.in_(sorted(numbers)))):
            self._slips[shop, found.number] = found.order_id

    def _of_shop(self, shop: str) -> Iterator[Order]:
        """Yield the orders of a shop that this batch has loaded."""
        return (order for order in self.known() if order.shop.key == shop)

    def of_customer(self, shop: str, customer_id: str) -> list[UUID]:
        """Return the ids of a customer's orders, including orders of this batch, sorted."""
        wanted = orders.c.customer["customer_id"].as_string() == customer_id
        query = select(orders.c.order_id).where(orders.c.shop == shop, wanted)
        found = set(self.connection.scalars(query))
        for order in self._of_shop(shop):
            if order.customer.customer_id == customer_id:
                found.add(order.order_id)
        return sorted(found)

    def load(self, keys: Sequence[UUID]) -> Mapping[UUID, Order]:
        rows = locked_by(self.connection, orders.c.order_id, keys, orders.c.order_id).all()
        found = [row.order_id for row in rows]
        self.shops.preload(row.shop for row in rows)
        parts = {part.table.name: self._parts(part.table, found) for part in PARTS}
        loaded = {row.order_id: self._order(row, parts) for row in rows}
        self._before.update(loaded)
        return loaded

    def put(self, new: Mapping[UUID, Order], changed: Mapping[UUID, Order]) -> None:
        first = self._first(new)
        rows = []
        for key, order in new.items():
            rows.append(order_row(order) | {"new_customer": key in first})
        write_rows(self.connection, orders, rows)
        self._write_changes(changed)
        for part in PARTS:
            self._write_part(part, new.values(), changed.values())
        write_words(self.connection, new.values(), changed, self._before)

    def _write_changes(self, changed: Mapping[UUID, Order]) -> None:
        """Update the columns that changed, with one statement for each set of columns."""
        edited: dict[tuple[str, ...], Rows] = {}
        for key, order in changed.items():
            columns = changed_columns(self._before[key], order)
            if columns:
                edited.setdefault(tuple(columns), []).append({"order_id": key} | columns)
        for rows in edited.values():
            write_rows(self.connection, orders, (), rows)

    def _first(self, new: Mapping[UUID, Order]) -> frozenset[UUID]:
        """Return which of the orders are their customers' first: one each, even if two orders are
        placed at the same moment.
        """
        rows: Rows = []
        for key, order in new.items():
            customer_id = order.customer.customer_id
            rows.append({"shop": order.shop.key, "customer_id": customer_id, "order_id": key})
        rows.sort(key=itemgetter("shop", "customer_id"))  # all batches lock in the same order
        if not rows:
            return frozenset()
        statement = _first_orders(self.connection.dialect.name)
        return frozenset(self.connection.scalars(statement, parameters(self.connection, rows)))

    def _write_part(self, part: OrderPart, new: Iterable[Order], changed: Iterable[Order]) -> None:
        """Insert the rows of new orders; insert and update the rows that changed orders gained or
        changed. Rows are never removed.
        """
        added: Rows = []
        edited: Rows = []
        for order in new:
            added += part.rows(order)
        for order in changed:
            former = self._before[order.order_id]
            if part.values(order) is part.values(former):
                continue
            before, after = part.rows(former), part.rows(order)
            added += after[len(before) :]
            for row_before, row in zip(before, after, strict=False):
                if row != row_before:
                    edited.append(row)
        write_rows(self.connection, part.table, added, edited)

    def _parts(self, table: Table, keys: Sequence[UUID]) -> Mapping[UUID, list[Any]]:
        grouped: dict[UUID, list[Any]] = defaultdict(list)
        if not keys:
            return grouped
        key = table.c.order_id
        for row in rows_by(self.connection, key, keys, key, table.c.position):
            grouped[row.order_id].append(row)
        return grouped

    def _order(self, row: Any, parts: Mapping[str, Mapping[UUID, list[Any]]]) -> Order:
        shop = self.shops.get(row.shop)
        if shop is None:
            raise LookupError(f"Order {row.order_id}: its shop '{row.shop}' is not stored.")
        return order_of(row, shop, lambda table: parts[table.name].get(row.order_id, []))


@cache
def _first_orders(dialect: str) -> Any:
    adding = insertion(dialect, first_orders, ("shop", "customer_id", "order_id"))
    return adding.on_conflict_do_nothing().returning(first_orders.c.order_id)
