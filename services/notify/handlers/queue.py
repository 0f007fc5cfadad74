"""New mails are kept, and called when everything is there that they take along."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from services.notify.domain.commands import DeliverMail
from services.notify.domain.mail import Mail
from services.notify.domain.paper import Paper
from services.notify.work import Work
from shared.contracts.message import Event
from shared.runtime.service import Later

Told = Iterable[Event | DeliverMail | Later]


def queue(mails: Sequence[Mail], work: Work) -> list[DeliverMail | Later]:
    """Keeps new mails; those whose documents are here, or that take none, are sent at once."""
    told: list[DeliverMail | Later] = []
    for mail in mails:
        if work.mails.already(mail) is None:
            new = _with_papers(mail, work)
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


def _with_papers(mail: Mail, work: Work) -> Mail:
    """Looks for the documents that a mail wants, and has it called when a missing one comes."""
    missing = set()
    for document in mail.wanted:
        paper = work.papers.get(document.document_id) or Paper()
        if not paper.arrived:
            missing.add(document.document_id)
            work.papers.save(document.document_id, paper.awaited(mail.mail_id))
    return mail.waiting_for(frozenset(missing), work.now)
