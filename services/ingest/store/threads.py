"""Threads with their messages, the orders they are about, and where a Message-ID belongs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from services.ingest.domain.filing import KnownOrder
from services.ingest.domain.thread import Thread
from services.ingest.store.tables import known_mails, orders, thread_messages, threads
from shared.contracts.ingest import ThreadMessage, ThreadStatus, ThreadView
from shared.runtime.database import insert, locking, write_rows
from shared.runtime.store import Store

MOST_LISTED = 200
_ORDER = tuple(KnownOrder.__dataclass_fields__)
_VIEW = tuple(ThreadView.model_fields)
_MESSAGE = tuple(ThreadMessage.model_fields)


class KnownOrders(Store[UUID, KnownOrder]):
    """Orders by id. Locked, so that two mails about an order without a thread wait for one another."""

    def load(self, keys: Sequence[UUID]) -> Mapping[UUID, KnownOrder]:
        query = select(orders).where(orders.c.order_id.in_(keys)).order_by(orders.c.order_id)
        rows = self.connection.execute(locking(self.connection, query))
        return {row.order_id: KnownOrder(**_fields(row, _ORDER)) for row in rows}

    def put(self, new: Mapping[UUID, KnownOrder], changed: Mapping[UUID, KnownOrder]) -> None:
        def rows(values: Mapping[UUID, KnownOrder]) -> list[dict[str, Any]]:
            return [_fields(order, _ORDER) for order in values.values()]

        write_rows(self.connection, orders, rows(new), rows(changed))


class Threads(Store[UUID, Thread]):
    """Threads by id; their rows are locked, in the order of the ids."""

    def load(self, keys: Sequence[UUID]) -> Mapping[UUID, Thread]:
        query = select(threads).where(threads.c.thread_id.in_(keys)).order_by(threads.c.thread_id)
        return {row.thread_id: _thread(row) for row in self.connection.execute(locking(self.connection, query))}

    def put(self, new: Mapping[UUID, Thread], changed: Mapping[UUID, Thread]) -> None:
        write_rows(self.connection, threads, _thread_rows(new.values()), _thread_rows(changed.values()))

    def newest(self, shop: str, order_id: UUID | None, status: ThreadStatus | None) -> list[ThreadView]:
        """Threads of a shop, newest first, at most `MOST_LISTED`."""
        query = select(threads).where(threads.c.shop == shop)
        query = query.where(threads.c.order_id == order_id) if order_id else query
        query = query.where(threads.c.status == status) if status else query
        query = query.order_by(threads.c.opened_at.desc(), threads.c.thread_id).limit(MOST_LISTED)
        return [_thread(row).view for row in self.connection.execute(query)]


@dataclass(frozen=True, slots=True)
class Entry:
    """A message of a thread."""

    thread_id: UUID
    message: ThreadMessage


class Entries(Store[UUID, Entry]):
    """Messages by id; they are changed only under the lock of their thread."""

    def load(self, keys: Sequence[UUID]) -> Mapping[UUID, Entry]:
        query = select(thread_messages).where(thread_messages.c.message_id.in_(keys))
        return {row.message_id: _entry(row) for row in self.connection.execute(query)}

    def put(self, new: Mapping[UUID, Entry], changed: Mapping[UUID, Entry]) -> None:
        write_rows(self.connection, thread_messages, _entry_rows(new.values()), _entry_rows(changed.values()))

    def of(self, thread_id: UUID) -> list[ThreadMessage]:
        """All stored messages of a thread, oldest first."""
        query = select(thread_messages).where(thread_messages.c.thread_id == thread_id)
        rows = self.connection.execute(query.order_by(thread_messages.c.at, thread_messages.c.message_id))
        return [_entry(row).message for row in rows]


class KnownMails(Store[tuple[str, str], str]):
    """Conversations by shop and Message-ID. The first to use an id keeps it."""

    def load(self, keys: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
        place = tuple_(known_mails.c.shop, known_mails.c.mail_message_id)
        rows = self.connection.execute(select(known_mails).where(place.in_(keys)))
        return {(row.shop, row.mail_message_id): row.conversation for row in rows}

    def put(self, new: Mapping[tuple[str, str], str], changed: Mapping[tuple[str, str], str]) -> None:
        rows = [
            {"shop": shop, "mail_message_id": key, "conversation": conversation}
            for (shop, key), conversation in sorted(new.items())
        ]
        if rows:
            self.connection.execute(insert(self.connection, known_mails).on_conflict_do_nothing(), rows)

    def learn(self, shop: str, message_id: str, conversation: str) -> None:
        """Remembers where a mail belongs; an empty id is nothing to remember."""
        if message_id and self.get((shop, message_id)) is None:
            self.save((shop, message_id), conversation)


def _fields(value: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}


def _thread(row: Any) -> Thread:
    view = ThreadView.model_construct(**_fields(row, _VIEW))
    return Thread(row.shop, view, row.last_mail, tuple(row.chain))


def _thread_rows(values: Iterable[Thread]) -> list[dict[str, Any]]:
    return [
        {"shop": thread.shop, **_fields(thread.view, _VIEW), "last_mail": thread.last_mail, "chain": [*thread.chain]}
        for thread in values
    ]


def _entry(row: Any) -> Entry:
    return Entry(row.thread_id, ThreadMessage.model_construct(**_fields(row, _MESSAGE)))


def _entry_rows(values: Iterable[Entry]) -> list[dict[str, Any]]:
    return [{"thread_id": entry.thread_id, **_fields(entry.message, _MESSAGE)} for entry in values]
