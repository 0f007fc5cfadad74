"""Store new mails, and queue each as soon as its documents have arrived."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from services.notify.domain.commands import DeliverMail
from services.notify.domain.documents import ExpectedDocument
from services.notify.domain.mail import Mail
from services.notify.store.mails import EventKey
from services.notify.work import EVENTS, MAILS, Work, event_key
from shared.contracts.envelope import Envelope
from shared.contracts.message import Event, Message
from shared.runtime.handlers import Later

Published = Iterable[Event | DeliverMail | Later]


def _reason(_event: Message, at: Envelope, _work: Work) -> Iterable[EventKey]:
    return [(at.shop, event_key(at))]


def _mails_of_reason(_event: Message, at: Envelope, work: Work) -> Iterable[UUID]:
    return work.mails.of_event((at.shop, event_key(at)))


QUEUE = (EVENTS.of(_reason), MAILS.of(_mails_of_reason))
"""Locks of a handler that queues mails."""


def queue_mails(mails: Sequence[Mail], work: Work) -> list[DeliverMail | Later]:
    """Store new mails. Those with all documents present are sent at once, the others wait up to a
    limit.
    """
    commands: list[DeliverMail | Later] = []
    for mail in mails:
        if work.mails.existing(mail) is None:
            new = _await_documents(mail, work)
            work.mails.save(new.mail_id, new)
            limit = new.occasion.at + work.rules.document_wait
            commands.append(
                retry_later(new, limit)
                if new.state == "waiting"
                else DeliverMail(mail_id=new.mail_id)
            )
    return commands


def retry_later(mail: Mail, at: datetime) -> Later:
    """Return a command to send the mail later. Each mail has one entry in the schedule: a new one
    replaces it.
    """
    return Later(
        DeliverMail(mail_id=mail.mail_id, attempt=mail.attempts + 1),
        at,
        key=f"mail/{mail.mail_id}",
        correlated=True,
    )


def _await_documents(mail: Mail, work: Work) -> Mail:
    """Return the mail waiting for its missing documents, which will queue it when they arrive."""
    missing = set()
    for document in mail.documents:
        expected = work.documents.get(document.document_id) or ExpectedDocument()
        if not expected.arrived:
            missing.add(document.document_id)
            work.documents.save(document.document_id, expected.awaited(mail.mail_id))
    return mail.waiting_for(frozenset(missing), work.now)
