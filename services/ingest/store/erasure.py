"""Delete or empty the rows of an erased customer."""

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
class ErasedCustomer:
    """A customer to be erased, with threads, submissions, and the digests of their addresses."""

    shop: str
    customer_id: str
    threads: tuple[UUID, ...]
    conversations: tuple[str, ...]
    submissions: tuple[UUID, ...]
    senders: tuple[str, ...] = ()


class Erasure:
    """Deletes the customer, and the search terms, Message-IDs and source mails of their threads."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._pending: list[ErasedCustomer] = []
        self._kept: list[ErasedCustomer] = []

    def add(self, gone: ErasedCustomer) -> None:
        """Record a customer to be erased."""
        self._pending.append(gone)

    def mails(self, threads: Iterable[UUID]) -> int:
        """Return the number of source mails in threads."""
        query = select(func.count()).select_from(inbound_mails)
        where = inbound_mails.c.thread_id.in_(list(threads)) & inbound_mails.c.sha256.is_not(None)
        return int(self.connection.scalar(query.where(where)) or 0)

    def held(self, shop: str, customer_id: str, emails: Iterable[str]) -> list[UUID]:
        """Return the submissions of a customer that are stored until their mail was sent."""
        query = select(submissions.c.submission_id, submissions.c.held)
        query = query.where(submissions.c.shop == shop, submissions.c.held.is_not(None))
        addresses = set(map(str.lower, emails))
        found = []
        for row in self.connection.execute(query):
            form = row.held or {}
            if form.get("email", "").lower() in addresses or form.get("customer_id") == customer_id:
                found.append(row.submission_id)
        return found

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
            self._anonymise_forwards(gone)
            self._delete(submissions, submissions.c.submission_id.in_(gone.submissions), gone.shop)
            theirs = (submissions.c.shop == gone.shop) & submissions.c.sender.in_(gone.senders)
            self.connection.execute(update(submissions).where(theirs).values(sender="", client=""))
            self._empty_messages(gone.threads)
            self._empty_mails(gone.threads)

    def _delete(self, table: Table, where: Any, shop: str) -> None:
        self.connection.execute(delete(table).where(table.c.shop == shop, where))

    def _anonymise_forwards(self, gone: ErasedCustomer) -> None:
        """Remove the recipients of forwards: any answer becomes a note then."""
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
        """Empty the mails of threads. Two mails may share the same source: it is deleted with the
        last of them.
        """
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
