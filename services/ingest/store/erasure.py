"""Rows that go when a customer is erased."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, delete, exists, func, select, update

from services.ingest.store.tables import (
    attachments,
    customers,
    forwards,
    inbound_mails,
    known_mails,
    pages,
    raw_mails,
    submissions,
    thread_messages,
    thread_words,
)


@dataclass(frozen=True, slots=True)
class Gone:
    """A customer, with their threads, submissions, and the digests of the addresses that sent
    them.
    """

    shop: str
    customer_id: str
    threads: tuple[UUID, ...]
    conversations: tuple[str, ...]
    submissions: tuple[UUID, ...]
    senders: tuple[str, ...] = ()


class Erasing:
    """Takes away what is known of a customer, and of his threads the words, the Message-IDs and the
    raw mails.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._pending: list[Gone] = []
        self._kept: list[Gone] = []

    def add(self, gone: Gone) -> None:
        """Records that nothing of it is to be left."""
        self._pending.append(gone)

    def mails(self, threads: Iterable[UUID]) -> int:
        """How many raw mails there are in threads."""
        query = select(func.count()).select_from(inbound_mails)
        where = inbound_mails.c.thread_id.in_(list(threads)) & inbound_mails.c.sha256.is_not(None)
        return int(self.connection.scalar(query.where(where)) or 0)

    def held(self, shop: str, customer_id: str, emails: Iterable[str]) -> list[UUID]:
        """The submissions of a customer that are held until their mail has left."""
        query = select(submissions.c.submission_id, submissions.c.held).where(
            submissions.c.shop == shop
        )
        rows = self.connection.execute(query.where(submissions.c.held.is_not(None)))
        theirs = {email.lower() for email in emails}
        return [
            row.submission_id
            for row in rows
            if row.held
            and (row.held["email"].lower() in theirs or row.held["customer_id"] == customer_id)
        ]

    def keep(self) -> None:
        self._kept += self._pending
        self._pending = []

    def discard(self) -> None:
        self._pending = []

    def write(self) -> None:
        for gone in self._kept:
            self._delete(customers, customers.c.customer_id == gone.customer_id, gone.shop)
            self._delete(thread_words, thread_words.c.thread_id.in_(gone.threads), gone.shop)
            self._delete(known_mails, known_mails.c.conversation.in_(gone.conversations), gone.shop)
            self._silence_forwards(gone)
            self._delete(submissions, submissions.c.submission_id.in_(gone.submissions), gone.shop)
            theirs = (submissions.c.shop == gone.shop) & submissions.c.sender.in_(gone.senders)
            self.connection.execute(update(submissions).where(theirs).values(sender="", client=""))
            self._empty_messages(gone.threads)
            self._empty_mails(gone.threads)

    def _delete(self, table: Table, where: Any, shop: str) -> None:
        self.connection.execute(delete(table).where(table.c.shop == shop, where))

    def _silence_forwards(self, gone: Gone) -> None:
        """Forget to whom threads were forwarded: what anybody answers is a note then."""
        theirs = (forwards.c.shop == gone.shop) & forwards.c.conversation.in_(gone.conversations)
        ids = self.connection.execute(select(forwards.c.forward_id).where(theirs)).scalars()
        named = [f"forward/{forward_id}" for forward_id in ids]
        self._delete(known_mails, known_mails.c.conversation.in_(named), gone.shop)
        self.connection.execute(update(forwards).where(theirs).values(email="", employee=None))

    def _empty_messages(self, threads: tuple[UUID, ...]) -> None:
        theirs = select(thread_messages.c.message_id).where(
            thread_messages.c.thread_id.in_(threads)
        )
        for table in (attachments, pages):
            self.connection.execute(delete(table).where(table.c.message_id.in_(theirs)))

    def _empty_mails(self, threads: tuple[UUID, ...]) -> None:
        """Two mails may be the same bytes: these stay until the last of them goes."""
        theirs = inbound_mails.c.thread_id.in_(threads)
        query = select(inbound_mails.c.sha256).where(theirs, inbound_mails.c.sha256.is_not(None))
        digests = list(self.connection.execute(query).scalars())
        nothing: dict[str, Any] = {
            "sha256": None,
            "message_id": "",
            "sender": "",
            "content": "",
            "evidence": [],
        }
        self.connection.execute(update(inbound_mails).where(theirs).values(nothing))
        used = exists().where(inbound_mails.c.sha256 == raw_mails.c.sha256)
        self.connection.execute(delete(raw_mails).where(raw_mails.c.sha256.in_(digests), ~used))
