"""New mails are kept, and called when everything is there that they take along."""

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
"""What a handler locks that queues mails."""


def queue(mails: Sequence[Mail], work: Work) -> list[DeliverMail | Later]:
    """Keeps new mails; those whose documents are here, or that take none, are sent at once."""
    told: list[DeliverMail | Later] = []
    for mail in mails:
        if work.mails.existing(mail) is None:
            new = _await_documents(mail, work)
            work.mails.save(new.mail_id, new)
            limit = new.occasion.at + work.rules.document_wait
            told.append(
                later(new, limit) if new.state == "waiting" else DeliverMail(mail_id=new.mail_id)
            )
    return told


def later(mail: Mail, at: datetime) -> Later:
    """One mail has one entry in the schedule: what is planned last holds."""
    return Later(
        DeliverMail(mail_id=mail.mail_id, attempt=mail.attempts + 1), at, key=f"mail/{mail.mail_id}"
    )


def _await_documents(mail: Mail, work: Work) -> Mail:
    """Looks for the documents that a mail wants, and has it called when a missing one comes."""
    missing = set()
    for document in mail.wanted:
        expected = work.documents.get(document.document_id) or ExpectedDocument()
        if not expected.arrived:
            missing.add(document.document_id)
            work.documents.save(document.document_id, expected.awaited(mail.mail_id))
    return mail.waiting_for(frozenset(missing), work.now)
