"""The list of orders, read page by page along an index."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, func, literal, select, tuple_

from services.orders.domain.listing import OrderEntry
from services.orders.domain.sorting import Position, Sorting
from services.orders.store.order_words import (
    COMPANY,
    CUSTOMER,
    DOCUMENT,
    PARTS,
    PHONE,
    REFERENCE,
    TRACKING,
)
from services.orders.store.tables import SORTING, order_messages, order_words, orders
from shared.contracts.orders import OrderFilter
from shared.runtime.storage.database import insert
from shared.runtime.storage.prefix_index import matches, matches_any, matches_or_phone
from shared.runtime.storage.stores import Ledger
from shared.writing.phones import read_phone
from shared.writing.search import sorting as plain, wanted

Conditions = list[ColumnElement[bool]]
COLUMNS = (
    orders.c.order_id,
    orders.c.reference,
    orders.c.placed_at,
    orders.c.customer,
    orders.c.currency,
    orders.c.total,
    orders.c.paid,
    orders.c.payment_method,
    orders.c.delivery_country,
    orders.c.state,
    orders.c.new_customer,
    orders.c.customer_sorting,
    orders.c.payment_sorting,
)


class Listing:
    """Queries for the orders of one shop with a filter."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def page(
        self, shop: str, asked: OrderFilter, sorting: Sorting, after: Position | None, limit: int
    ) -> list[OrderEntry]:
        """Return the next orders after a position, sorted; one more than `limit` if there are
        more.
        """
        query = select(*COLUMNS).where(*_conditions(shop, asked), *_after(after))
        for name in sorting.columns:
            column = orders.c[name]
            query = query.order_by(column.desc() if sorting.descending else column)
        rows = self.connection.execute(query.limit(limit + 1))
        return list(map(OrderEntry._make, rows))

    def count(self, shop: str, asked: OrderFilter) -> int:
        """Return the number of orders with a filter."""
        query = select(func.count()).select_from(orders).where(*_conditions(shop, asked))
        return int(self.connection.scalar(query) or 0)

    def around(self, order_id: Any) -> tuple[int, bool]:
        """Return the number of messages in threads about an order, and whether it is the first of
        its customer.
        """
        counted = select(func.count()).where(order_messages.c.order_id == order_id)
        query = select(counted.scalar_subquery(), orders.c.new_customer)
        row = self.connection.execute(query.where(orders.c.order_id == order_id)).first()
        return (row[0], row[1]) if row else (0, False)


class Messages(Ledger):
    """Ids of the messages in threads about orders; a message that is known is ignored."""

    def write(self) -> None:
        if self._kept:
            statement = insert(self.connection, self.table).on_conflict_do_nothing()
            rows = sorted(self._kept, key=lambda row: str(row["message_id"]))
            self.connection.execute(statement, rows)


def _conditions(shop: str, asked: OrderFilter) -> Conditions:
    return [orders.c.shop == shop, *_equal(asked), *_between(asked), *_worded(shop, asked)]


def _equal(asked: OrderFilter) -> Conditions:
    found: Conditions = []
    for name in ("customer_id", "delivery_country", "new_customer"):
        value = getattr(asked, name)
        if value is not None:
            found.append(orders.c[name] == value)
    if asked.payment_method is not None:
        found.append(orders.c.payment_sorting == plain(asked.payment_method)[:SORTING])
    if asked.state_keys:
        found.append(orders.c.state.in_(sorted(set(asked.state_keys))))
    return found


def _between(asked: OrderFilter) -> Conditions:
    found: Conditions = []
    for money in filter(None, (asked.total_from, asked.total_to)):
        found.append(orders.c.currency == money.currency)
    if asked.total_from:
        found.append(orders.c.total >= asked.total_from.amount)
    if asked.total_to:
        found.append(orders.c.total <= asked.total_to.amount)
    if asked.placed_from:
        found.append(orders.c.placed_at >= asked.placed_from)
    if asked.placed_before:
        found.append(orders.c.placed_at < asked.placed_before)
    return found


def _worded(shop: str, asked: OrderFilter) -> Conditions:
    found: Conditions = []
    owner, words = orders.c.order_id, order_words
    if asked.search is not None:
        found.append(matches_or_phone(owner, words, shop, asked.search, PARTS))
    phone = read_phone(asked.phone or "")
    if phone is not None:
        found.append(matches_any(owner, words, shop, phone.terms, (PHONE,)))
    for text, parts in (
        (asked.customer_search, (CUSTOMER,)),
        (asked.reference, (REFERENCE,)),
        (asked.document_number, (DOCUMENT,)),
        (asked.tracking_number, (TRACKING,)),
        (asked.company, (COMPANY,)),
    ):
        if text is not None:
            found += matches(owner, words, shop, wanted(text), parts)
    if asked.reference is not None:  # compared exactly, after the word index narrowed it down
        begin = asked.reference.upper()
        found.append(func.substr(orders.c.reference, 1, len(begin)) == begin)
    return found


def _after(position: Position | None) -> Conditions:
    if position is None:
        return []
    columns, values = [], []
    for name, value in zip(position.sorting.columns, position.values, strict=True):
        columns.append(orders.c[name])
        values.append(literal(value, orders.c[name].type))
    if position.sorting.descending:
        return [tuple_(*columns) < tuple_(*values)]
    return [tuple_(*columns) > tuple_(*values)]
