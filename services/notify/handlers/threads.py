"""Mails of threads, of the contact form and of downloads; profiles of shops."""

from collections.abc import Iterable
from uuid import UUID

from services.notify.domain.composing import threads
from services.notify.domain.composing.orders import downloads_offered
from services.notify.domain.documents import ExpectedDocument
from services.notify.domain.shop import Shop
from services.notify.handlers.queue import QUEUE, Published, queue_mails
from services.notify.work import DOCUMENTS, SHOPS, Work
from shared.contracts.envelope import Envelope
from shared.contracts.ingest import (
    ContactSubmitted,
    OrderMessagePosted,
    ThreadForwarded,
    ThreadReplied,
)
from shared.contracts.message import Message
from shared.contracts.notify import OfferDownloads
from shared.contracts.orders import ShopChanged
from shared.contracts.reason import Reason
from shared.contracts.shop_profile import NO_PROFILE
from shared.runtime.errors import NotYet
from shared.runtime.handlers import Handlers, any_of

service = Handlers[Work]()


def shop_of(_message: Message, at: Envelope, _work: Work) -> Iterable[str]:
    """Return the shop that a message belongs to."""
    return [at.shop]


def attached_keys(event: threads.EmployeeMail, _at: Envelope, _work: Work) -> Iterable[UUID]:
    """Return the documents and files that the event's mails attach."""
    return [*(document.document_id for document in event.documents), *threads.file_keys(event)]


def submitted_files(event: ContactSubmitted, _at: Envelope, _work: Work) -> Iterable[UUID]:
    """Return the files that the event's mails attach."""
    return threads.file_keys(event)


SHOP = SHOPS.of(shop_of)


@service.handles(
    any_of(ThreadReplied, OrderMessagePosted), locks=[DOCUMENTS.of(attached_keys), *QUEUE, SHOP]
)
def send_reply(event: ThreadReplied | OrderMessagePosted, work: Work) -> Published:
    """Mail an employee's answer to the customer, with its attachments."""
    _store_files(event, work)
    return queue_mails(threads.replied(work.composer, event, _shop(work), work.occasion), work)


@service.handles(ThreadForwarded, locks=[DOCUMENTS.of(attached_keys), *QUEUE, SHOP])
def forward_thread(event: ThreadForwarded, work: Work) -> Published:
    """Mail a thread to an employee or someone else, with its files."""
    _store_files(event, work)
    return queue_mails(threads.forwarded(work.composer, event, _shop(work), work.occasion), work)


@service.handles(ContactSubmitted, locks=[DOCUMENTS.of(submitted_files), *QUEUE, SHOP])
def pass_on_submission(event: ContactSubmitted, work: Work) -> Published:
    """Mail the contact form to the contact, with its files, and a confirmation to the customer."""
    mails = threads.submitted(work.composer, event, _shop(work), work.occasion)
    _store_files(event, work)
    return queue_mails(mails, work)


@service.handles(OfferDownloads, locks=[*QUEUE, SHOP])
def offer_downloads(command: OfferDownloads, work: Work) -> Published | Reason:
    """Mail the customer the links of purchased downloads."""
    shop = work.shops.get(work.shop)
    if shop is None:
        return NO_PROFILE
    return queue_mails(downloads_offered(work.composer, command, shop, work.occasion), work)


@service.handles(ShopChanged, locks=[SHOP])
def store_shop(event: ShopChanged, work: Work) -> Published:
    """Store the shop's profile, the sender of mails of threads."""
    sequence = work.envelope.sequence_number
    known = work.shops.get(work.shop)
    if known is None or known.sequence <= sequence:
        work.shops.save(work.shop, Shop(event.profile, sequence, event.default_language))
    return ()


def _store_files(event: threads.EmployeeMail | ContactSubmitted, work: Work) -> None:
    """Store the bytes of the files that the event's mails attach."""
    for key, file in zip(threads.file_keys(event), event.attachments, strict=True):
        expected = work.documents.get(key) or ExpectedDocument()
        if not expected.arrived:
            work.documents.save(key, ExpectedDocument(file.filename))
            work.contents.add(document_id=key, content=file.content)


def _shop(work: Work) -> Shop:
    shop = work.shops.get(work.shop)
    if shop is None:
        raise NotYet(f"the profile of shop '{work.shop}' has not arrived yet")
    return shop
