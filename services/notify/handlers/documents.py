"""Documents: kept for the mails that take them along."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.notify.domain import resend
from services.notify.domain.commands import DeliverMail
from services.notify.domain.documents import Paper
from services.notify.domain.mail import Mail
from services.notify.handlers.queue import QUEUE, Told, queue
from services.notify.work import MAILS, PAPERS, Work
from shared.contracts.documents import DocumentContent
from shared.contracts.envelope import Envelope
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


def arriving(event: DocumentContent, _at: Envelope, _work: Work) -> Iterable[UUID]:
    """Return the document whose bytes arrive."""
    return [event.document_id]


def awaiting(event: DocumentContent, _at: Envelope, work: Work) -> Iterable[UUID]:
    """Return the mails that wait for a document."""
    paper = work.papers.get(event.document_id)
    return paper.awaited_by if paper else []


@service.handles(DocumentContent, locks=[PAPERS.of(arriving), *QUEUE, MAILS.of(awaiting)])
def keep_document(event: DocumentContent, work: Work) -> Told:
    """Keeps the bytes, sends the mails that waited for nothing else, and sends it after those that
    went without.
    """
    paper = work.papers.get(event.document_id) or Paper()
    if paper.arrived:
        return ()
    work.papers.save(event.document_id, Paper(event.document.filename))
    work.contents.add(document_id=event.document_id, content=event.content)
    expecting = [
        mail
        for mail in map(work.mails.get, paper.awaited_by)
        if mail and event.document_id in mail.missing
    ]
    supplied = [
        _supply(mail, event, work) for mail in expecting if mail.state in ("waiting", "deferred")
    ]
    ready = [mail for mail in supplied if mail.state == "queued"]
    return [
        *(DeliverMail(mail_id=mail.mail_id) for mail in ready),
        *_send_after(expecting, event, work),
    ]


def _supply(mail: Mail, event: DocumentContent, work: Work) -> Mail:
    missing = mail.missing - {event.document_id}
    if mail.state == "waiting":
        mail = mail.waiting_for(missing, work.now)
    else:
        mail = mail.with_missing(missing).rewritten(work.drafter.writer)
    work.mails.save(mail.mail_id, mail)
    return mail


def _send_after(expecting: Sequence[Mail], event: DocumentContent, work: Work) -> Told:
    """The document on its own, once to each recipient whose mail is gone without it."""
    gone = {
        mail.recipient: mail for mail in expecting if mail.state in ("claimed", "sent", "unknown")
    }
    late = []
    for mail in gone.values():
        document = next(
            document for document in mail.wanted if document.document_id == event.document_id
        )
        late.append(resend.belated(mail, document, work.occasion, work.drafter.writer))
    return queue(late, work)
