"""Threads with their messages, and where a Message-ID belongs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, literal, select, tuple_

from services.ingest.domain.filing import FORGED
from services.ingest.domain.thread import Tally, Thread
from services.ingest.store.customers import of_customer
from services.ingest.store.search_terms import add_words
from services.ingest.store.tables import known_mails, thread_messages, threads
from shared.contracts.cursor import Cursor
from shared.contracts.ingest import Attachment, Fold, ThreadMessage, ThreadView
from shared.contracts.values import DocumentReference
from shared.runtime.storage.database import UtcDateTime, among, insert, locking, write_rows
from shared.runtime.storage.unit_of_work import Store
from shared.writing.search import sorting

_TALLY = tuple(Tally.__dataclass_fields__)
_VIEW = tuple(ThreadView.model_fields)
_MESSAGE = tuple(ThreadMessage.model_fields)
_IN_TIME = (thread_messages.c.at, thread_messages.c.message_id)


class Threads(Store[UUID, Thread]):
    """Threads by id; their rows are locked, in the order of the ids."""

    def load(self, keys: Sequence[UUID]) -> Mapping[UUID, Thread]:
        query = select(threads).where(threads.c.thread_id.in_(keys)).order_by(threads.c.thread_id)
        return {
            row.thread_id: _thread(row)
            for row in self.connection.execute(locking(self.connection, query))
        }

    def put(self, new: Mapping[UUID, Thread], changed: Mapping[UUID, Thread]) -> None:
        write_rows(
            self.connection, threads, _thread_rows(new.values()), _thread_rows(changed.values())
        )
        add_words(
            self.connection,
            [(thread.shop, thread.id, _texts(thread.view)) for thread in new.values()],
        )

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
        """Return the thread in which the messages of a thread are now: itself, or what it was
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
        """The ids of all stored threads of a customer."""
        query = select(threads.c.thread_id).where(of_customer(threads, shop, customer_id, emails))
        return list(self.connection.execute(query.order_by(threads.c.thread_id)).scalars())


@dataclass(frozen=True, slots=True)
class Entry:
    """A message of a thread."""

    thread_id: UUID
    message: ThreadMessage

    def read(self) -> "Entry":
        """After somebody read it."""
        return self.with_message(self.message.model_copy(update={"unread": False}))

    def confirmed(self) -> "Entry":
        """Return the message after an employee let its sender in: it is a note no longer. What may
        be forged, and an answer to a forwarded thread, stays as it is.
        """
        marks = set(self.message.marks)
        if FORGED & marks:
            return self.with_message(self.message.model_copy(update={"verified": False}))
        private = self.message.private and "answer_to_forward" in marks
        return self.with_message(
            self.message.model_copy(update={"verified": True, "private": private})
        )

    def with_message(self, message: ThreadMessage) -> "Entry":
        """With other words."""
        return replace(self, message=message)


class Entries(Store[UUID, Entry]):
    """Messages by id; they are changed only under the lock of their thread."""

    def load(self, keys: Sequence[UUID]) -> Mapping[UUID, Entry]:
        query = select(thread_messages).where(thread_messages.c.message_id.in_(keys))
        return {row.message_id: read_entry(row) for row in self.connection.execute(query)}

    def put(self, new: Mapping[UUID, Entry], changed: Mapping[UUID, Entry]) -> None:
        write_rows(
            self.connection,
            thread_messages,
            _entry_rows(new.values()),
            _entry_rows(changed.values()),
        )
        ids = {entry.thread_id for entry in new.values()}
        query = select(threads.c.thread_id, threads.c.shop).where(threads.c.thread_id.in_(ids))
        shops = {row.thread_id: row.shop for row in self.connection.execute(query)} if ids else {}
        found = [
            (shops[entry.thread_id], entry.thread_id, [entry.message.text])
            for entry in new.values()
        ]
        add_words(self.connection, found)

    def of(self, thread_id: UUID) -> list[ThreadMessage]:
        """All stored messages of a thread, oldest first."""
        query = select(thread_messages).where(thread_messages.c.thread_id == thread_id)
        return [
            read_entry(row).message for row in self.connection.execute(query.order_by(*_IN_TIME))
        ]

    def latest(self, thread_id: UUID, before: Cursor | None, limit: int) -> list[ThreadMessage]:
        """The last messages of a thread before a cursor, oldest first; one more than `limit` where
        there are more.
        """
        query = select(thread_messages).where(thread_messages.c.thread_id == thread_id)
        if before:
            query = query.where(
                tuple_(*_IN_TIME)
                < tuple_(literal(before.at, UtcDateTime), literal(before.key, Uuid))
            )
        query = query.order_by(*(column.desc() for column in _IN_TIME)).limit(limit + 1)
        return [read_entry(row).message for row in self.connection.execute(query)][::-1]

    def visible(self, thread_id: UUID, *, private: bool) -> list[ThreadMessage]:
        """The stored messages of a thread, oldest first; private ones only where they are
        wanted.
        """
        return [message for message in self.of(thread_id) if private or not message.private]

    def by(self, thread_id: UUID, author: str) -> list[Entry]:
        """What somebody wrote in a thread, as this message sees it."""
        query = select(thread_messages.c.message_id)
        query = query.where(
            thread_messages.c.thread_id == thread_id, thread_messages.c.author == author
        )
        self.preload(self.connection.execute(query).scalars())
        return [
            entry
            for entry in self.known()
            if entry.thread_id == thread_id and entry.message.author == author
        ]

    def all_of(self, thread_id: UUID) -> list[Entry]:
        """The messages of a thread, as this message sees it."""
        query = select(thread_messages.c.message_id).where(thread_messages.c.thread_id == thread_id)
        self.preload(self.connection.execute(query).scalars())
        return [entry for entry in self.known() if entry.thread_id == thread_id]

    def unread(self, thread_id: UUID) -> list[Entry]:
        """What nobody has read of a thread, as this message sees it."""
        query = select(thread_messages.c.message_id)
        query = query.where(
            thread_messages.c.thread_id == thread_id, thread_messages.c.unread.is_(True)
        )
        self.preload(self.connection.execute(query).scalars())
        return [
            entry for entry in self.known() if entry.thread_id == thread_id and entry.message.unread
        ]


class KnownMails(Store[tuple[str, str], str]):
    """Conversations by shop and Message-ID. The first to use an id keeps it."""

    def load(self, keys: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
        place = (known_mails.c.shop, known_mails.c.mail_message_id)
        rows = self.connection.execute(select(known_mails).where(among(place, keys)))
        return {(row.shop, row.mail_message_id): row.conversation for row in rows}

    def put(
        self, new: Mapping[tuple[str, str], str], changed: Mapping[tuple[str, str], str]
    ) -> None:
        rows = [
            {"shop": shop, "mail_message_id": key, "conversation": conversation}
            for (shop, key), conversation in sorted(new.items())
        ]
        if rows:
            self.connection.execute(
                insert(self.connection, known_mails).on_conflict_do_nothing(), rows
            )

    def learn(self, shop: str, message_id: str, conversation: str) -> None:
        """Remembers where a mail belongs; an empty id is nothing to remember."""
        if message_id and self.get((shop, message_id)) is None:
            self.save((shop, message_id), conversation)


def _fields(value: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}


def read_view(row: Any) -> ThreadView:
    """A thread in a row, as it is shown."""
    return ThreadView.model_construct(**_fields(row, _VIEW))


def _thread(row: Any) -> Thread:
    return Thread(
        row.shop,
        read_view(row),
        row.last_mail,
        tuple(row.chain),
        Tally(**_fields(row, _TALLY)),
        tuple(row.copied),
    )


def _thread_rows(values: Iterable[Thread]) -> list[dict[str, Any]]:
    return [
        {
            "shop": thread.shop,
            **_fields(thread.view, _VIEW),
            **_fields(thread.tally, _TALLY),
            "last_mail": thread.last_mail,
            "chain": [*thread.chain],
            "copied": [*thread.copied],
            "email_key": thread.view.customer_email.lower(),
            "owner_key": sorting(thread.view.owner)[:200] if thread.view.owner else None,
        }
        for thread in values
    ]


def read_entry(row: Any) -> Entry:
    """A message in a row."""
    fields = _fields(row, _MESSAGE) | {
        "folds": [Fold.model_construct(**fold) for fold in row.folds],
        "attachments": [Attachment.model_validate(file) for file in row.attachments],
        "documents": [DocumentReference.model_validate(document) for document in row.documents],
    }
    return Entry(row.thread_id, ThreadMessage.model_construct(**fields))


def _entry_rows(values: Iterable[Entry]) -> list[dict[str, Any]]:
    return [
        {
            "thread_id": entry.thread_id,
            **_fields(entry.message, _MESSAGE),
            **entry.message.model_dump(mode="json", include={"folds", "attachments", "documents"}),
        }
        for entry in values
    ]


def _texts(view: ThreadView) -> list[str]:
    return [view.subject, view.customer_name, view.customer_email, view.order_reference or ""]
