"""Threads with their messages, and the conversations of Message-IDs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, literal, select, true, tuple_

from services.ingest.domain.filing import FORGED
from services.ingest.domain.thread import Tally, Thread
from services.ingest.store.customers import of_customer
from services.ingest.store.search_terms import add_terms
from services.ingest.store.tables import known_mails, thread_messages, threads
from shared.contracts.cursor import Cursor
from shared.contracts.ingest import Attachment, Fold, ThreadMessage, ThreadView
from shared.contracts.values import DocumentReference
from shared.runtime.storage.database import (
    UtcDateTime,
    among,
    fields_of,
    insert,
)
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.rows_by_key import locked_by, rows_by
from shared.runtime.storage.stores import Store
from shared.writing.search import sorting

_TALLY = tuple(Tally.__dataclass_fields__)
_VIEW = tuple(ThreadView.model_fields)
_MESSAGE = tuple(ThreadMessage.model_fields)
_IN_TIME = (thread_messages.c.at, thread_messages.c.message_id)


class Threads(Store[UUID, Thread]):
    """Threads by id; rows are locked in the order of their ids."""

    def load(self, keys: Sequence[UUID]) -> Mapping[UUID, Thread]:
        rows = locked_by(self.connection, threads.c.thread_id, keys, threads.c.thread_id)
        return {row.thread_id: _thread(row) for row in rows}

    def put(self, new: Mapping[UUID, Thread], changed: Mapping[UUID, Thread]) -> None:
        write_rows(
            self.connection,
            threads,
            list(map(_thread_row, new.values())),
            list(map(_thread_row, changed.values())),
        )
        texts = [(thread.shop, thread.id, _texts(thread.view)) for thread in new.values()]
        add_terms(self.connection, texts)

    def lock(self, keys: Iterable[UUID]) -> None:
        """Lock threads, and those that they were merged into."""
        wanted, fresh = set(keys), set(keys)
        while fresh:
            query = select(threads.c.merged_into).where(
                threads.c.thread_id.in_(fresh), threads.c.merged_into.is_not(None)
            )
            fresh = set(self.connection.scalars(query)) - wanted
            wanted |= fresh
        self.preload(wanted)

    def merged(self, thread: Thread) -> Thread:
        """Return the thread that now holds the messages of a thread: itself, or the one it was
        merged into.
        """
        seen = {thread.id}
        while thread.view.merged_into and thread.view.merged_into not in seen:
            into = self.get(thread.view.merged_into)
            if into is None:
                break
            seen.add(into.id)
            thread = into
        return thread

    def of(self, shop: str, customer_id: str | None, emails: Iterable[str]) -> list[UUID]:
        """Return the ids of all stored threads of a customer."""
        query = select(threads.c.thread_id).where(of_customer(threads, shop, customer_id, emails))
        return list(self.connection.execute(query.order_by(threads.c.thread_id)).scalars())


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message with the id of its thread."""

    thread_id: UUID
    message: ThreadMessage

    def read(self) -> "StoredMessage":
        """Return the message after an employee read it."""
        return self.with_message(self.message.model_copy(update={"unread": False}))

    def confirmed(self) -> "StoredMessage":
        """Return the message after an employee approved its sender: it is no longer a note. A
        message that may be forged, or answers a forwarded thread, stays private or unverified.
        """
        marks = set(self.message.marks)
        if FORGED & marks:
            return self.with_message(self.message.model_copy(update={"verified": False}))
        private = self.message.private and "answer_to_forward" in marks
        return self.with_message(
            self.message.model_copy(update={"verified": True, "private": private})
        )

    def with_message(self, message: ThreadMessage) -> "StoredMessage":
        """Return the stored message with other content."""
        return replace(self, message=message)


class Messages(Store[UUID, StoredMessage]):
    """Messages by id; changed only under the lock of their thread."""

    def load(self, keys: Sequence[UUID]) -> Mapping[UUID, StoredMessage]:
        rows = rows_by(self.connection, thread_messages.c.message_id, keys)
        return {row.message_id: read_message(row) for row in rows}

    def put(self, new: Mapping[UUID, StoredMessage], changed: Mapping[UUID, StoredMessage]) -> None:
        write_rows(
            self.connection,
            thread_messages,
            list(map(_message_row, new.values())),
            list(map(_message_row, changed.values())),
        )
        if not new:
            return
        ids = {stored.thread_id for stored in new.values()}
        query = select(threads.c.thread_id, threads.c.shop).where(threads.c.thread_id.in_(ids))
        shops = {row.thread_id: row.shop for row in self.connection.execute(query)}
        texts = []
        for stored in new.values():
            texts.append((shops[stored.thread_id], stored.thread_id, [stored.message.text]))
        add_terms(self.connection, texts)

    def of(self, thread_id: UUID) -> list[ThreadMessage]:
        """Return all stored messages of a thread, oldest first."""
        query = select(thread_messages).where(thread_messages.c.thread_id == thread_id)
        return self._messages(query.order_by(*_IN_TIME))

    def latest(self, thread_id: UUID, before: Cursor | None, limit: int) -> list[ThreadMessage]:
        """Return the last messages of a thread before a cursor, oldest first; one more than `limit`
        if there are more.
        """
        query = select(thread_messages).where(thread_messages.c.thread_id == thread_id)
        if before:
            end = tuple_(literal(before.at, UtcDateTime), literal(before.key, Uuid))
            query = query.where(tuple_(*_IN_TIME) < end)
        query = query.order_by(*(column.desc() for column in _IN_TIME)).limit(limit + 1)
        return self._messages(query)[::-1]

    def _messages(self, query: Select[Any]) -> list[ThreadMessage]:
        return [read_message(row).message for row in self.connection.execute(query)]

    def visible(self, thread_id: UUID, *, private: bool) -> list[ThreadMessage]:
        """Return the stored messages of a thread, oldest first, with private ones if `private`."""
        return [message for message in self.of(thread_id) if private or not message.private]

    def by(self, thread_id: UUID, author: str) -> list[StoredMessage]:
        """Return the messages of an author in a thread, including changes of the current
        message.
        """
        self._preload(thread_id, thread_messages.c.author == author)
        return [stored for stored in self._in(thread_id) if stored.message.author == author]

    def all_of(self, thread_id: UUID) -> list[StoredMessage]:
        """Return the messages of a thread, including changes of the current message."""
        self._preload(thread_id, true())
        return self._in(thread_id)

    def contents(self, thread_id: UUID) -> list[ThreadMessage]:
        """Return the messages of a thread, including changes of the current message, without its
        id.
        """
        return [stored.message for stored in self.all_of(thread_id)]

    def unread(self, thread_id: UUID) -> list[StoredMessage]:
        """Return the unread messages of a thread, including changes of the current message."""
        self._preload(thread_id, thread_messages.c.unread.is_(True))
        return [stored for stored in self._in(thread_id) if stored.message.unread]

    def _preload(self, thread_id: UUID, condition: ColumnElement[bool]) -> None:
        query = select(thread_messages.c.message_id)
        query = query.where(thread_messages.c.thread_id == thread_id, condition)
        self.preload(self.connection.execute(query).scalars())

    def _in(self, thread_id: UUID) -> list[StoredMessage]:
        return [stored for stored in self.known() if stored.thread_id == thread_id]


class KnownMails(Store[tuple[str, str], str]):
    """Conversations by shop and Message-ID. The first conversation of an id is permanent."""

    def load(self, keys: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
        place = (known_mails.c.shop, known_mails.c.mail_message_id)
        rows = self.connection.execute(select(known_mails).where(among(place, keys)))
        return {(row.shop, row.mail_message_id): row.conversation for row in rows}

    def put(
        self, new: Mapping[tuple[str, str], str], changed: Mapping[tuple[str, str], str]
    ) -> None:
        rows = []
        for (shop, message_id), conversation in sorted(new.items()):
            row = {"shop": shop, "mail_message_id": message_id, "conversation": conversation}
            rows.append(row)
        if rows:
            adding = insert(self.connection, known_mails).on_conflict_do_nothing()
            self.connection.execute(adding, rows)

    def learn(self, shop: str, message_id: str, conversation: str) -> None:
        """Record the conversation of a mail; an empty id is ignored."""
        if message_id and self.get((shop, message_id)) is None:
            self.save((shop, message_id), conversation)


def read_view(row: Any) -> ThreadView:
    """Return the shown data of the thread in a row."""
    return ThreadView.model_construct(**fields_of(row, _VIEW))


def _thread(row: Any) -> Thread:
    return Thread(
        row.shop,
        read_view(row),
        row.last_mail,
        tuple(row.chain),
        Tally(**fields_of(row, _TALLY)),
        tuple(row.copied),
    )


def _thread_row(thread: Thread) -> dict[str, Any]:
    owner = thread.view.owner
    return {
        "shop": thread.shop,
        **fields_of(thread.view, _VIEW),
        **fields_of(thread.tally, _TALLY),
        "last_mail": thread.last_mail,
        "chain": [*thread.chain],
        "copied": [*thread.copied],
        "email_key": thread.view.customer_email.lower(),
        "owner_key": sorting(owner)[:200] if owner else None,
    }


def read_message(row: Any) -> StoredMessage:
    """Return the message in a row."""
    fields = fields_of(row, _MESSAGE) | {
        "folds": [Fold.model_construct(**fold) for fold in row.folds],
        "attachments": [Attachment.model_validate(file) for file in row.attachments],
        "documents": [DocumentReference.model_validate(document) for document in row.documents],
    }
    return StoredMessage(row.thread_id, ThreadMessage.model_construct(**fields))


def _message_row(stored: StoredMessage) -> dict[str, Any]:
    lists = stored.message.model_dump(mode="json", include={"folds", "attachments", "documents"})
    return {"thread_id": stored.thread_id, **fields_of(stored.message, _MESSAGE), **lists}


def _texts(view: ThreadView) -> list[str]:
    return [view.subject, view.customer_name, view.customer_email, view.order_reference or ""]
