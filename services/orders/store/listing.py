"""The list of orders: read in pages by key, along an index, never as a whole."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, func, literal, select, tuple_

from services.orders.domain.listing import Entry
from services.orders.domain.sorting import Place, Sorting
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
from shared.runtime.storage.unit_of_work import Ledger
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
    """Orders of one shop, found by a filter."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def page(
        self, shop: str, asked: OrderFilter, sorting: Sorting, after: Place | None, limit: int
    ) -> list[Entry]:
        """The next orders behind a place, sorted; one more than `limit` where there are more."""
        columns = [orders.c[name] for name in sorting.columns]
        order = [column.desc() if sorting.descending else column.asc() for column in columns]
        query = (
            select(*COLUMNS)
            .where(*_conditions(shop, asked), *_behind(after))
            .order_by(*order)
            .limit(limit + 1)
        )
        return [Entry._make(row) for row in self.connection.execute(query)]

    def count(self, shop: str, asked: OrderFilter) -> int:
        """How many orders the filter finds."""
        query = select(func.count()).select_from(orders).where(*_conditions(shop, asked))
        return int(self.connection.scalar(query) or 0)

    def new_customer(self, order_id: Any) -> bool:
        """Whether it is its customer's first order."""
        return bool(
            self.connection.scalar(
                select(orders.c.new_customer).where(orders.c.order_id == order_id)
            )
        )

    def messages(self, order_id: Any) -> int:
        """How many messages there are in threads about an order."""
        query = (
            select(func.count())
            .select_from(order_messages)
            .where(order_messages.c.order_id == order_id)
        )
        return int(self.connection.scalar(query) or 0)


class Messages(Ledger):
    """Which messages there are in threads about orders; one that was noted before is no other."""

    def write(self) -> None:
        if self._kept:
            statement = insert(self.connection, self.table).on_conflict_do_nothing()
            self.connection.execute(
                statement, sorted(self._kept, key=lambda row: str(row["message_id"]))
            )


def _conditions(shop: str, asked: OrderFilter) -> Conditions:
    return [orders.c.shop == shop, *_equal(asked), *_between(asked), *_worded(shop, asked)]


def _equal(asked: OrderFilter) -> Conditions:
    names = ("customer_id", "delivery_country", "new_customer")
    same = {name: getattr(asked, name) for name in names}
    found: Conditions = [
        orders.c[name] == value for name, value in same.items() if value is not None
    ]
    if asked.payment_method is not None:
        found.append(orders.c.payment_sorting == plain(asked.payment_method)[:SORTING])
    if asked.states:
        found.append(orders.c.state.in_(sorted(set(asked.states))))
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
    phone = read_phone(asked.phone) if asked.phone is not None else None
    if phone is not None:
        found.append(matches_any(owner, words, shop, phone.terms, (PHONE,)))
    for text, parts in (
        (asked.customer, (CUSTOMER,)),
        (asked.reference, (REFERENCE,)),
        (asked.document_number, (DOCUMENT,)),
        (asked.tracking_number, (TRACKING,)),
        (asked.company, (COMPANY,)),
    ):
        if text is not None:
            found += matches(owner, words, shop, wanted(text), parts)
    if asked.reference is not None:  # to the letter; the words have led to it
        begin = asked.reference.upper()
        found.append(func.substr(orders.c.reference, 1, len(begin)) == begin)
    return found


def _behind(after: Place | None) -> Conditions:
    if after is None:
        return []
    columns = [orders.c[name] for name in after.sorting.columns]
    last = tuple_(
        *(literal(value, column.type) for value, column in zip(after.values, columns, strict=True))
    )
    return [tuple_(*columns) < last if after.sorting.descending else tuple_(*columns) > last]
