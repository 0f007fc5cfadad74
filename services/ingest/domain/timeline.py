"""Merge a customer's orders and messages into a timeline, the latest first."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from services.ingest.domain.known_orders import KnownOrder, OrderChange, named
from shared.contracts.cursor import Cursor
from shared.contracts.ingest import ThreadMessage, TimelineEntry
from shared.contracts.values import Money


class CustomerMessage(NamedTuple):
    """A message with its thread."""

    message: ThreadMessage
    thread_id: UUID
    subject: str
    order_id: UUID | None
    order_reference: str | None


DatedEntry = tuple[Cursor, TimelineEntry]
"""An entry with its position for paging."""


def merged(
    messages: Iterable[CustomerMessage],
    changes: Iterable[tuple[OrderChange, KnownOrder]],
    language: str,
) -> list[DatedEntry]:
    """Return messages and changes of orders in one list, the latest first; states are named in the
    given language.
    """
    entries = list(map(_message, messages))
    for change, order in changes:
        entries.append(_change(change, order, language))
    return sorted(entries, key=lambda entry: (entry[0].at, entry[0].key), reverse=True)


def _message(said: CustomerMessage) -> DatedEntry:
    message = said.message
    entry = TimelineEntry(
        kind="message",
        at=message.at,
        order_id=said.order_id,
        order_reference=said.order_reference,
        thread_id=said.thread_id,
        subject=said.subject,
        message=message,
    )
    return Cursor(message.at, message.message_id), entry


def _change(change: OrderChange, order: KnownOrder, language: str) -> DatedEntry:
    placed = change.kind == "order_placed"
    entry = TimelineEntry(
        kind=change.kind,
        at=change.at,
        order_id=order.order_id,
        order_reference=order.reference,
        state_label=named(change.labels, change.state, language),
        state_colour=change.colour,
        total=Money(amount=order.total, currency=order.currency) if placed else None,
    )
    return Cursor(change.at, change.change_id), entry
