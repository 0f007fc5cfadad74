"""Mails by id."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from services.notify.domain.letter import Letter
from services.notify.domain.mail import Mail, Occasion
from services.notify.domain.wording import Facts
from services.notify.store.tables import mails
from shared.contracts.orders import DocumentReference
from shared.runtime.database import locking, write_rows
from shared.runtime.store import Store


class Mails(Store[UUID, Mail]):
    """Their rows are locked, in the order of the ids."""

    def load(self, keys: Sequence[UUID]) -> Mapping[UUID, Mail]:
        query = select(mails).where(mails.c.mail_id.in_(keys)).order_by(mails.c.mail_id)
        rows = self.connection.execute(locking(self.connection, query))
        return {row.mail_id: _mail(row) for row in rows}

    def put(self, new: Mapping[UUID, Mail], changed: Mapping[UUID, Mail]) -> None:
        write_rows(self.connection, mails, _rows(new.values()), _rows(changed.values()))

    def of(self, shop: str, order_id: UUID | None, thread_id: UUID | None) -> list[Mail]:
        """The mails of an order or of a thread, oldest first."""
        about = mails.c.order_id == order_id if order_id else mails.c.thread_id == thread_id
        query = select(mails).where(mails.c.shop == shop, about)
        rows = self.connection.execute(query.order_by(mails.c.created_at, mails.c.position, mails.c.mail_id))
        return [_mail(row) for row in rows]


def _mail(row: Row[Any]) -> Mail:
    return Mail(
        mail_id=row.mail_id,
        occasion=Occasion(row.shop, row.event_key, row.created_at),
        facts=Facts.model_validate(row.facts),
        letter=Letter.model_validate(row.letter),
        conversation=row.conversation,
        order_id=row.order_id,
        thread_id=row.thread_id,
        position=row.position,
        wanted=tuple(DocumentReference.model_validate(document) for document in row.wanted),
        missing=frozenset(map(UUID, row.missing)),
        attached=tuple(row.attached),
        state=row.state,
        attempts=row.attempts,
        doubts=row.doubts,
        reason=row.reason,
        changed_at=row.changed_at,
        claimed_at=row.claimed_at,
    )


def _rows(values: Iterable[Mail]) -> list[dict[str, Any]]:
    return [
        {
            "mail_id": mail.mail_id,
            "shop": mail.occasion.shop,
            "event_key": mail.occasion.event_key,
            "recipient": mail.recipient,
            "template": mail.template,
            "position": mail.position,
            "conversation": mail.conversation,
            "order_id": mail.order_id,
            "thread_id": mail.thread_id,
            "message_id": mail.letter.message_id,
            "facts": mail.facts.model_dump(mode="json"),
            "letter": mail.letter.model_dump(mode="json"),
            "wanted": [document.model_dump(mode="json") for document in mail.wanted],
            "missing": sorted(map(str, mail.missing)),
            "attached": list(mail.attached),
            "state": mail.state,
            "attempts": mail.attempts,
            "doubts": mail.doubts,
            "reason": mail.reason,
            "created_at": mail.occasion.at,
            "changed_at": mail.changed_at or mail.occasion.at,
            "claimed_at": mail.claimed_at,
        }
        for mail in values
    ]
