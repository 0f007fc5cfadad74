"""Mails by ID."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Uuid,
    and_,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from services.notify.domain.facts import Facts
from services.notify.domain.mail import Mail, Occasion
from services.notify.domain.mime import MailContent
from services.notify.domain.queue_health import Unsent
from services.notify.store.tables import NOT_SENT, mails, order_names
from shared.contracts.cursor import Cursor
from shared.contracts.notify import ListMails
from shared.contracts.values import DocumentReference
from shared.runtime.storage import order_references
from shared.runtime.storage.database import UtcDateTime, among
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.rows_by_key import locked_by
from shared.runtime.storage.stores import Store

EventKey = tuple[str, str]
"""Shop, and the event's source and ID."""
Address = tuple[str, str]
"""Shop, and an e-mail address in lower case."""
AGE = (mails.c.created_at, mails.c.position, mails.c.mail_id)


class Mails(Store[UUID, Mail]):
    """Mails by ID; rows are locked in the order of the IDs."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._loaded: dict[UUID, Mail] = {}
        self._events: dict[EventKey, list[UUID]] = {}

    def read_events(self, events: Collection[EventKey]) -> None:
        """Read which mails of these events exist, for `of_event` and `existing`.
        Nothing is locked.
        """
        query = select(mails.c.mail_id, mails.c.shop, mails.c.event_key)
        where = among((mails.c.shop, mails.c.event_key), events)
        self._events.update({event: [] for event in events})
        for row in self.connection.execute(query.where(where)):
            self._events[row.shop, row.event_key].append(row.mail_id)

    def of_event(self, event: EventKey) -> Sequence[UUID]:
        """Return the mails of an event that was read by `read_events`."""
        return self._events[event]

    def existing(self, mail: Mail) -> Mail | None:
        """Return the stored mail with the same occasion, recipient and template, or None."""
        occasion = mail.occasion
        loaded = mail.mail_id in self._known or mail.mail_id in self._pending
        if not loaded and (occasion.shop, occasion.event_key) in self._events:
            return None  # `read_events` would have found it
        return self.get(mail.mail_id)

    def load(self, keys: Sequence[UUID]) -> Mapping[UUID, Mail]:
        found = {}
        for row in locked_by(self.connection, mails.c.mail_id, keys, mails.c.mail_id):
            found[row.mail_id] = _mail(row)
        self._loaded.update(found)
        return found

    def put(self, new: Mapping[UUID, Mail], changed: Mapping[UUID, Mail]) -> None:
        """Write mails. Their content is large, and written again only if it changed."""
        rewritten, states = [], []
        for mail in changed.values():
            if self._loaded[mail.mail_id].has_same_content(mail):
                states.append(_state(mail))
            else:
                rewritten.append(mail)
        write_rows(
            self.connection, mails, list(map(_row, new.values())), list(map(_row, rewritten))
        )
        write_rows(self.connection, mails, [], states)
        named = []
        for mail in new.values():
            if mail.order_id:
                named.append((mail.occasion.shop, mail.order_reference, mail.order_id))
        order_references.remember(self.connection, order_names, named)

    def of(self, shop: str, wanted: ListMails, before: Cursor | None = None) -> list[Mail]:
        """Return a shop's mails that match the query, newest first; one more than its limit if
        there are more.
        """
        fitting = []
        if wanted.thread_id is not None:
            fitting.append(mails.c.thread_id == wanted.thread_id)
        if wanted.state is not None:
            fitting.append(mails.c.state == wanted.state)
        if wanted.recipient is not None:
            fitting.append(mails.c.recipient_key == wanted.recipient.lower())
        if wanted.order_id:
            orders = order_references.order_ids(self.connection, order_names, shop, wanted.order_id)
            fitting.append(mails.c.order_id.in_(orders))
        query = select(mails).where(mails.c.shop == shop, *fitting, *_before(before))
        query = query.order_by(*(column.desc() for column in AGE)).limit(wanted.limit + 1)
        return list(map(_mail, self.connection.execute(query)))

    def of_order(self, shop: str, wanted: str, limit: int) -> list[Mail]:
        """Return the mails about the order with an id or a reference, newest first."""
        return self.of(shop, ListMails(order_id=wanted, limit=limit))[:limit]

    def document_ids(self, mail_ids: Iterable[UUID]) -> list[UUID]:
        """Return the documents that mails attach, which never change; nothing is locked."""
        query = select(mails.c.wanted).where(mails.c.mail_id.in_(list(mail_ids)))
        found: list[UUID] = []
        for documents in self.connection.scalars(query):
            for document in documents:
                found.append(UUID(document["document_id"]))
        return found

    def of_customer(self, shop: str, customer_id: str, emails: Iterable[str]) -> list[UUID]:
        """Return the mails about a customer, oldest first."""
        theirs = mails.c.customer_email.in_([email.lower() for email in emails])
        query = select(mails.c.mail_id).where(
            mails.c.shop == shop, or_(mails.c.customer_id == customer_id, theirs)
        )
        return list(self.connection.scalars(query.order_by(mails.c.created_at, mails.c.mail_id)))

    def stuck(self, claimed_before: datetime, queued_before: datetime, limit: int) -> list[Mail]:
        """Return mails with an expired claim, and queued mails that no command delivered, of all
        shops, oldest first.
        """
        claims = and_(mails.c.state == "claimed", mails.c.claimed_at < claimed_before)
        queued = and_(mails.c.state == "queued", mails.c.changed_at < queued_before)
        query = (
            select(mails)
            .where(NOT_SENT, or_(claims, queued))
            .order_by(mails.c.created_at)
            .limit(limit)
        )
        return list(map(_mail, self.connection.execute(query)))

    def unsent(self) -> list[Unsent]:
        """Return the number of mails in each state but `sent`, of all shops, and the time of the
        oldest.
        """
        query = select(
            mails.c.state, func.count().label("number"), func.min(mails.c.changed_at).label("since")
        )
        rows = self.connection.execute(query.where(NOT_SENT).group_by(mails.c.state))
        return [Unsent(row.state, row.number, row.since) for row in rows]

    def recipients(self, mail_ids: Iterable[UUID]) -> list[Address]:
        """Return the shops and recipients (in lower case) of mails, which never change; nothing is
        locked.
        """
        query = select(mails.c.shop, mails.c.recipient_key).distinct()
        rows = self.connection.execute(query.where(mails.c.mail_id.in_(list(mail_ids))))
        return sorted((row.shop, row.recipient_key) for row in rows)


def _before(cursor: Cursor | None) -> list[ColumnElement[bool]]:
    if cursor is None:
        return []
    position = select(mails.c.position).where(mails.c.mail_id == cursor.key).scalar_subquery()
    last = tuple_(literal(cursor.at, UtcDateTime), position, literal(cursor.key, Uuid))
    return [tuple_(*AGE) < last]


def _mail(row: Row[Any]) -> Mail:
    return Mail(
        mail_id=row.mail_id,
        occasion=Occasion(row.shop, row.event_key, row.created_at),
        facts=Facts.model_validate(row.facts),
        content=MailContent.model_validate(row.letter),
        conversation=row.conversation,
        order_id=row.order_id,
        thread_id=row.thread_id,
        position=row.position,
        documents=tuple(map(DocumentReference.model_validate, row.wanted)),
        missing=frozenset(map(UUID, row.missing)),
        attached=tuple(row.attached),
        state=row.state,
        attempts=row.attempts,
        doubts=row.doubts,
        reason=row.reason,
        changed_at=row.changed_at,
        claimed_at=row.claimed_at,
        file_keys=tuple(map(UUID, row.enclosed)),
        purpose=row.purpose,
        resend_of=row.resend_of,
        customer_id=row.customer_id,
        bounced=row.bounced,
    )


def _state(mail: Mail) -> dict[str, Any]:
    return {
        "mail_id": mail.mail_id,
        "missing": sorted(map(str, mail.missing)),
        "attached": list(mail.attached),
        "state": mail.state,
        "attempts": mail.attempts,
        "doubts": mail.doubts,
        "reason": mail.reason,
        "changed_at": mail.changed_at or mail.occasion.at,
        "claimed_at": mail.claimed_at,
        "bounced": mail.bounced,
    }


def _row(mail: Mail) -> dict[str, Any]:
    return _state(mail) | {
        "shop": mail.occasion.shop,
        "event_key": mail.occasion.event_key,
        "recipient": mail.recipient,
        "recipient_key": mail.recipient.lower(),
        "template": mail.template,
        "position": mail.position,
        "conversation": mail.conversation,
        "order_id": mail.order_id,
        "thread_id": mail.thread_id,
        "message_id": mail.content.message_id,
        "facts": mail.facts.model_dump(mode="json"),
        "letter": mail.content.model_dump(mode="json"),
        "wanted": [document.model_dump(mode="json") for document in mail.documents],
        "created_at": mail.occasion.at,
        "enclosed": list(map(str, mail.file_keys)),
        "purpose": mail.purpose,
        "resend_of": mail.resend_of,
        "customer_id": mail.customer_id,
        "customer_email": mail.customer_email,
    }
