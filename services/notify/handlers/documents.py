"""Documents that arrive for the mails that attach them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from services.notify.domain import resend
from services.notify.domain.commands import DeliverMail
from services.notify.domain.documents import ExpectedDocument
from services.notify.domain.mail import Mail
from services.notify.handlers.queue import QUEUE, Published, queue_mails
from services.notify.work import DOCUMENTS, MAILS, Work
from shared.contracts.documents import DocumentContent
from shared.contracts.envelope import Envelope
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


def arriving(event: DocumentContent, _at: Envelope, _work: Work) -> Iterable[UUID]:
    """Return the document that arrives."""
    return [event.document_id]


def awaiting(event: DocumentContent, _at: Envelope, work: Work) -> Iterable[UUID]:
    """Return the mails that wait for a document."""
    expected = work.documents.get(event.document_id)
    return expected.awaited_by if expected else []


@service.handles(DocumentContent, locks=[DOCUMENTS.of(arriving), *QUEUE, MAILS.of(awaiting)])
def store_document(event: DocumentContent, work: Work) -> Published:
    """Store the bytes, queue the mails that waited for nothing else, and mail the document to the
    recipients of mails sent without it.
    """
    expected = work.documents.get(event.document_id) or ExpectedDocument()
    if expected.arrived:
        return ()
    work.documents.save(event.document_id, ExpectedDocument(event.document.filename))
    work.contents.add(document_id=event.document_id, content=event.content)
    expecting: list[Mail] = []
    deliveries: list[DeliverMail] = []
    for mail_id in expected.awaited_by:
        mail = work.mails.get(mail_id)
        if mail is None or event.document_id not in mail.missing:
            continue
        expecting.append(mail)
        if mail.state in ("waiting", "deferred"):
            supplied = _supply(mail, event, work)
            if supplied.state == "queued":
                deliveries.append(DeliverMail(mail_id=mail.mail_id))
    return [*deliveries, *_send_after(expecting, event, work)]


def _supply(mail: Mail, event: DocumentContent, work: Work) -> Mail:
    missing = mail.missing - {event.document_id}
    if mail.state == "waiting":
        mail = mail.waiting_for(missing, work.now)
    else:
        mail = mail.with_missing(missing).rewritten(work.composer.writer)
    work.mails.save(mail.mail_id, mail)
    return mail


def _send_after(expecting: Sequence[Mail], event: DocumentContent, work: Work) -> Published:
    """Mail the document on its own, once to each recipient of a mail sent without it."""
    sent = {}
    for mail in expecting:
        if mail.state in ("claimed", "sent", "unknown"):
            sent[mail.recipient] = mail
    late = []
    for mail in sent.values():
        for document in mail.documents:
            if document.document_id == event.document_id:
                late.append(
                    resend.late_document(mail, document, work.occasion, work.composer.writer)
                )
    return queue_mails(late, work)
