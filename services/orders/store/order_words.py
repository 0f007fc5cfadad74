"""By which words orders are found: written for what changed of them only."""

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, delete

from services.orders.domain.order import Order
from services.orders.store.tables import order_words
from shared.runtime.storage.database import write_rows
from shared.writing.phones import phone_words
from shared.writing.search import words

REFERENCE, CUSTOMER = "reference", "customer"  # where a word of an order stands
DOCUMENT, TRACKING, PHONE, COMPANY = "document", "tracking", "phone", "company"
PARTS = (CUSTOMER, REFERENCE, DOCUMENT, TRACKING, PHONE, COMPANY)
Word = tuple[str, UUID, str, str]
"""Shop, order, where it stands, and the word."""
COLUMNS = ("shop", "order_id", "part", "word")


def write_words(
    connection: Connection,
    new: Iterable[Order],
    changed: Mapping[UUID, Order],
    before: Mapping[UUID, Order],
) -> None:
    """Write the words of new orders, and those that changed orders have got or lost."""
    fresh = {word for order in new for word in _words(order)}
    gone: set[Word] = set()
    for key, order in changed.items():
        if _told(order) != _told(before[key]):
            now, then = set(_words(order)), set(_words(before[key]))
            fresh |= now - then
            gone |= then - now
    if gone:
        where = and_(*(order_words.c[name] == bindparam(f"b_{name}") for name in COLUMNS))
        rows = [
            {f"b_{name}": value for name, value in zip(COLUMNS, word, strict=True)}
            for word in _sorted(gone)
        ]
        connection.execute(delete(order_words).where(where), rows)
    write_rows(
        connection, order_words, [dict(zip(COLUMNS, word, strict=True)) for word in _sorted(fresh)]
    )


def _sorted(found: Iterable[Word]) -> list[Word]:
    return sorted(found, key=lambda word: (word[0], word[1].hex, *word[2:]))


def _told(order: Order) -> dict[str, list[str]]:
    """The texts by whose words an order is found, by where they stand."""
    addresses = (order.delivery_address, order.invoice_address)
    return {
        REFERENCE: [order.reference],
        CUSTOMER: [order.customer.name, order.customer.email],
        DOCUMENT: [document.number for document in order.documents],
        TRACKING: [order.tracking_number],
        PHONE: [form for address in addresses for form in phone_words(address.phone)],
        COMPANY: [address.company for address in addresses],
    }


def _words(order: Order) -> Iterator[Word]:
    for part, texts in _told(order).items():
        for word in words(*texts, whole=True):
            yield order.shop.key, order.order_id, part, word
