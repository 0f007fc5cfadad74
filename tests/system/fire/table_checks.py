"""Compare the tables of all services with the events: each row as often as the events say, and no
other row.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from shared.contracts.envelope import Envelope
from tests.system.fire import projections as events_on
from tests.system.fire.evidence import Evidence
from tests.system.fire.projections import Row, Rows

SHOWN = 3  # rows in a finding


@dataclass(frozen=True)
class Projection:
    """What the events say about some columns of a table. `where` are columns with the value that
    a row must have to be compared.
    """

    table: str
    columns: tuple[str, ...]
    expected: Callable[[list[Envelope]], Rows]
    where: tuple[tuple[str, Any], ...] = ()
    distinct: bool = False
    """Whether several events say the same about one row."""

    def stored(self, evidence: Evidence) -> Counter[Row]:
        """Count the rows of the table."""
        found: Counter[Row] = Counter()
        for row in evidence.tables.get(self.table, ()):
            if all(row[column] == value for column, value in self.where):
                found[tuple(row[column] for column in self.columns)] += 1
        return found

    def said(self, events: list[Envelope]) -> Counter[Row]:
        """Count the rows that the events describe."""
        rows = Counter(self.expected(events))
        return Counter(rows.keys()) if self.distinct else rows


DOCUMENT = ("document_id", "shop", "kind", "number")
REFERENCE = ("shop", "reference", "order_id")
SUMS = ("order_id", "state", "paid", "refunded")
MESSAGE = ("message_id", "thread_id")
COUNTS = ("thread_id", "customer_messages", "employee_messages")
KNOWN = ("shop", "mail_message_id", "conversation")
CUSTOMER = ("shop", "customer_id")
FROM_CUSTOMER = (("direction", "customer"),)
FROM_EMPLOYEE = (("direction", "employee"),)
PROJECTIONS = [
    Projection("orders.orders", SUMS, partial(events_on.last_states, shown="key")),
    Projection("orders.order_history", ("order_id", "state"), events_on.history),
    Projection("orders.order_lines", ("order_id", "position", "sku", "quantity"), events_on.lines),
    Projection("orders.refunds", ("order_id", "refund_id"), events_on.refunds),
    Projection("orders.documents", DOCUMENT, events_on.documents),
    Projection(
        "orders.stock_movements", ("shop", "sku", "change", "order_id"), events_on.movements
    ),
    Projection("orders.order_messages", ("message_id", "order_id"), events_on.order_messages),
    Projection("orders.first_orders", CUSTOMER, events_on.buyers, distinct=True),
    Projection("orders.customers", CUSTOMER, events_on.buyers, distinct=True),
    Projection("orders.products", ("shop", "sku"), events_on.products, distinct=True),
    Projection("orders.shops", ("shop",), events_on.shops, distinct=True),
    Projection("documents.documents", DOCUMENT, events_on.documents),
    Projection("documents.documents", DOCUMENT, events_on.rendered),
    Projection("documents.order_references", REFERENCE, events_on.documented_orders, distinct=True),
    Projection("ingest.orders", SUMS, partial(events_on.last_states, shown="label")),
    Projection("ingest.order_changes", ("order_id", "state"), events_on.shown_history),
    Projection("ingest.documents", DOCUMENT, events_on.documents),
    Projection("ingest.customers", CUSTOMER, events_on.buyers, distinct=True),
    Projection("ingest.shops", ("shop",), events_on.shops, distinct=True),
    Projection("ingest.threads", ("thread_id", "shop", "conversation"), events_on.opened),
    Projection("ingest.threads", COUNTS, events_on.counted_messages),
    Projection(
        "ingest.thread_messages", MESSAGE, partial(events_on.messages, "customer"), FROM_CUSTOMER
    ),
    Projection(
        "ingest.thread_messages", MESSAGE, partial(events_on.messages, "employee"), FROM_EMPLOYEE
    ),
    Projection("ingest.inbound_mails", MESSAGE, events_on.filed, (("state", "filed"),)),
    Projection("ingest.known_mails", KNOWN, events_on.known_mails),
    Projection("notify.papers", ("document_id",), events_on.rendered_ids),
    Projection("notify.paper_contents", ("document_id",), events_on.rendered_ids),
    Projection("notify.order_references", REFERENCE, events_on.references),
    Projection("notify.shops", ("shop",), events_on.shops, distinct=True),
    Projection(
        "notify.mails",
        ("mail_id", "message_id", "conversation"),
        events_on.sent_mails,
        (("state", "sent"),),
    ),
    Projection("notify.attempts", ("mail_id",), events_on.accepted, (("result", "sent"),)),
]
ELSEWHERE = {
    "orders.payments": "compared by `effects_have_events`",
    "orders.counters": "compared by `numbers_without_gap`",
    "orders.stock": "compared by `stock_adds_up`",
    "orders.customer_words": "an index of names",
    "orders.order_words": "an index of orders",
    "orders.product_words": "an index of names",
    "ingest.thread_words": "an index of messages",
    "ingest.mailboxes": "how far a mailbox is read",
    "ingest.server_names": "names of mails at a POP3 server",
    "ingest.raw_mails": "the content of mails, until it is filed",
    "ingest.pages": "HTML of messages",
}
"""Tables that no projection compares, and why."""
OF_MESSAGES = {
    "access": "what a storefront may send",
    "inbox": "compared by `messages_handled`",
    "journal": "compared by `journal_is_stream`",
    "sequence": "compared by `journal_is_stream`",
    "outbox": "compared by `nothing_left`",
    "schedule": "messages that are due later",
    "redelivered": "messages that a killed process held",
    "schema_version": "the revision of the schema",
}
"""Tables of every service that no projection compares, and why."""


def every_table_is_compared(evidence: Evidence) -> Iterator[str]:
    """No table holds rows that are neither compared nor named as an exception."""
    compared = {projection.table for projection in PROJECTIONS} | ELSEWHERE.keys()
    for table, rows in evidence.tables.items():
        if rows and table not in compared and table.partition(".")[2] not in OF_MESSAGES:
            yield f"nothing compares the {len(rows)} rows of {table}, such as {rows[0]}"


def tables_are_as_events_say(evidence: Evidence, events: list[Envelope]) -> Iterator[str]:
    """Yield the differences between tables and events."""
    for projection in PROJECTIONS:
        stored, said = projection.stored(evidence), projection.said(events)
        missing, more = stored_less(said, stored), stored_less(stored, said)
        if missing:
            yield f"{projection.table} lacks {len(missing)} rows of events: {missing[:SHOWN]}"
        if more:
            yield f"{projection.table} has {len(more)} rows without event: {more[:SHOWN]}"


def stored_less(first: Counter[Row], second: Counter[Row]) -> list[Row]:
    """Return the rows of the first that the second lacks, each as often as it lacks it."""
    return sorted((first - second).elements(), key=str)
