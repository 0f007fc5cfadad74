"""Customers are found by their addresses too."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import Json, insert
from shared.writing.search import words

revision, down_revision = "0009_addresses", "0008_editing"

AT_ONCE = 1000  # customers that are read together
PARTS = ("company", "line1", "line2", "postcode", "city")
CUSTOMERS = sa.table(
    "customers", sa.column("shop"), sa.column("customer_id"), sa.column("addresses", Json)
)
WORDS = sa.table("customer_words", sa.column("shop"), sa.column("customer_id"), sa.column("word"))


def upgrade() -> None:
    connection = op.get_bind()
    found = connection.execute(sa.select(CUSTOMERS).execution_options(yield_per=AT_ONCE))
    for customers in found.partitions():
        rows = [row for customer in customers for row in _words(customer)]
        if rows:
            connection.execute(insert(connection, WORDS).on_conflict_do_nothing(), rows)


def _words(customer: sa.Row) -> Iterator[dict[str, Any]]:
    texts = [address[part] for address in customer.addresses for part in PARTS if address.get(part)]
    for word in words(*texts):
        yield {"shop": customer.shop, "customer_id": customer.customer_id, "word": word}
