"""One function per incoming message: what happened is turned into mails, and mails are sent."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from services.notify.domain import sending
from services.notify.domain.commands import DeliverMail
from services.notify.domain.letter import Parcel, pack
from services.notify.domain.mail import Mail
from services.notify.domain.paper import Paper
from services.notify.domain.sending import Outcome
from services.notify.domain.shop import Shop
from services.notify.work import Outside, Work
from shared.contracts.documents import DocumentContent
from shared.contracts.ingest import ThreadReplied
from shared.contracts.message import Event, Message
from shared.contracts.notify import ListMails, MailList
from shared.contracts.orders import OrderPlaced, OrderTransitioned, ShopChanged
from shared.runtime.errors import NotYet, Unprocessable
from shared.runtime.service import Handlers, Later

service = Handlers()

Told = Iterable[Event | DeliverMail | Later]


@service.handles(OrderPlaced)
def confirm_order(event: OrderPlaced, work: Work) -> Told:
    """Thanks for the order, and tells how to pay."""
    return _queue(work.drafter.placed(event, work.occasion), work)


@service.handles(OrderTransitioned)
def announce_state(event: OrderTransitioned, work: Work) -> Told:
    """Tells the customer of the state, with the documents that it brings."""
    return _queue(work.drafter.transitioned(event, work.occasion), work)


@service.handles(ThreadReplied)
def send_reply(event: ThreadReplied, work: Work) -> Told:
    """Carries an employee's answer to the customer."""
    shop = work.shops.get(work.shop)
    if shop is None:
        raise NotYet(f"the profile of shop '{work.shop}' has not been told yet")
    return _queue(work.drafter.replied(event, shop.profile, work.occasion), work)


@service.handles(ShopChanged)
def keep_shop(event: ShopChanged, work: Work) -> Told:
    """Remembers who the mails of threads come from."""
    as_of = work.envelope.time or work.now
    known = work.shops.get(work.shop)
    if known is None or known.as_of <= as_of:
        work.shops.save(work.shop, Shop(event.profile, as_of))
    return ()


@service.handles(DocumentContent)
def keep_document(event: DocumentContent, work: Work) -> Told:
    """Keeps the bytes, and sends the mails that waited for nothing else."""
    paper = work.papers.get(event.document_id) or Paper()
    if paper.arrived:
        return ()
    work.papers.save(event.document_id, Paper(event.document.filename))
    work.contents.add(document_id=event.document_id, content=event.content)
    waiting = [mail for mail in map(work.mails.get, paper.awaited_by) if mail and mail.state == "waiting"]
    supplied = [mail.waiting_for(mail.missing - {event.document_id}, work.now) for mail in waiting]
    for mail in supplied:
        work.mails.save(mail.mail_id, mail)
    return [DeliverMail(mail_id=mail.mail_id) for mail in supplied if mail.state == "queued"]


def claim_mail(command: DeliverMail, work: Work) -> Parcel | None:
    """Takes the mail for one attempt, and packs it."""
    mail = work.mails.get(command.mail_id)
    if mail is None:
        raise Unprocessable(f"there is no mail {command.mail_id}")
    readiness = sending.readiness(mail, command, work.now, work.rules.lease)
    if readiness == "held":
        raise NotYet(f"mail {mail.mail_id} was claimed at {mail.claimed_at} and may be on its way")
    if readiness == "over":
        return None
    attachments = work.attachments(mail)
    claimed = sending.claim(mail, [attachment.filename for attachment in attachments], work.drafter.writer, work.now)
    work.mails.save(mail.mail_id, claimed)
    return pack(claimed.letter, attachments, claimed.attempts)


def hand_over(parcel: Parcel, outside: Outside) -> Outcome:
    """The SMTP conversation."""
    return outside.send(parcel)


@service.handles(DeliverMail, claim=claim_mail, act=hand_over)
def record_delivery(command: DeliverMail, work: Work, outcome: Outcome) -> Told:
    """Keeps what came of the attempt, and tries again later where that may help."""
    mail = work.mails.get(command.mail_id)
    recorded = sending.record(mail, outcome, work.now) if mail else None
    if recorded is None:
        return ()
    work.mails.save(command.mail_id, recorded.mail)
    again = [_later(recorded.mail, recorded.again_at)] if recorded.again_at else []
    return [recorded.event, *again]


@service.handles(ListMails)
def list_mails(query: ListMails, work: Work) -> Message:
    """The mails of one order, or of one thread."""
    if (query.order_id is None) == (query.thread_id is None):
        return query.refuse("which", "Mails are listed by 'order_id' or by 'thread_id': one of the two.")
    found = work.mails.of(work.shop, query.order_id, query.thread_id)
    return MailList(mails=[mail.view() for mail in found])


def _queue(mails: Sequence[Mail], work: Work) -> list[DeliverMail | Later]:
    """Keeps new mails; those whose documents are here, or that take none, are sent at once."""
    told: list[DeliverMail | Later] = []
    for mail in mails:
        if work.mails.get(mail.mail_id) is None:
            new = _with_papers(mail, work)
            work.mails.save(new.mail_id, new)
            limit = new.occasion.at + work.rules.document_wait
            told.append(_later(new, limit) if new.state == "waiting" else DeliverMail(mail_id=new.mail_id))
    return told


def _with_papers(mail: Mail, work: Work) -> Mail:
    """Looks for the documents that a mail wants, and has it called when a missing one comes."""
    missing = set()
    for document in mail.wanted:
        paper = work.papers.get(document.document_id) or Paper()
        if not paper.arrived:
            missing.add(document.document_id)
            work.papers.save(document.document_id, paper.awaited(mail.mail_id))
    return mail.waiting_for(frozenset(missing), work.now)


def _later(mail: Mail, at: datetime) -> Later:
    """One mail has one entry in the schedule: what is planned last holds."""
    return Later(DeliverMail(mail_id=mail.mail_id, attempt=mail.attempts + 1), at, key=f"mail/{mail.mail_id}")
