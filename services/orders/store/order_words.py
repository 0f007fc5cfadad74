"""The word index of orders. Only the words that a change adds or removes are written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, delete

from services.orders.domain.order import Order
from services.orders.store.tables import order_words
from shared.runtime.storage.row_writes import write_rows
from shared.writing.phones import phone_words
from shared.writing.search import words

REFERENCE, CUSTOMER = "reference", "customer"  # parts of an order that words belong to
DOCUMENT, TRACKING, PHONE, COMPANY = "document", "tracking", "phone", "company"
PARTS = (CUSTOMER, REFERENCE, DOCUMENT, TRACKING, PHONE, COMPANY)
Word = tuple[str, UUID, str, str]
"""Shop, order, part of the order, and the word."""
COLUMNS = ("shop", "order_id", "part", "word")


def write_words(
    connection: Connection,
    new: Iterable[Order],
    changed: Mapping[UUID, Order],
    before: Mapping[UUID, Order],
) -> None:
    """Insert the words of new orders; insert and delete the words that changed orders gained and
    lost.
    """
    fresh: set[Word] = set()
    for order in new:
        fresh.update(_words(order))
    gone: set[Word] = set()
    for key, order in changed.items():
        if _texts(order) != _texts(before[key]):
            now, then = set(_words(order)), set(_words(before[key]))
            fresh |= now - then
            gone |= then - now
    if gone:
        where = and_(*(order_words.c[name] == bindparam(f"b_{name}") for name in COLUMNS))
        parameters = [f"b_{name}" for name in COLUMNS]
        connection.execute(delete(order_words).where(where), _rows(parameters, gone))
    write_rows(connection, order_words, _rows(COLUMNS, fresh))


def _rows(columns: Sequence[str], found: Iterable[Word]) -> list[dict[str, Any]]:
    return [dict(zip(columns, word, strict=True)) for word in _sorted(found)]


def _sorted(found: Iterable[Word]) -> list[Word]:
    return sorted(found, key=lambda word: (word[0], word[1].hex, *word[2:]))


def _texts(order: Order) -> dict[str, list[str]]:
    """Return the texts that a search finds an order by, by part."""
    addresses = (order.delivery_address, order.invoice_address)
    return {
        REFERENCE: [order.reference],
        CUSTOMER: [order.customer.name, order.customer.email],
        DOCUMENT: [document.number for document in order.documents],
        TRACKING: [order.tracking_number],
        PHONE: [address.phone for address in addresses],
        COMPANY: [address.company for address in addresses],
    }


def _words(order: Order) -> Iterator[Word]:
    for part, texts in _texts(order).items():
        searched: Iterable[str] = texts
        if part == PHONE:
            searched = chain.from_iterable(map(phone_words, texts))
        for word in words(*searched, whole=True):
            yield order.shop.key, order.order_id, part, word
