"""Mails become messages of threads: finding a thread, and being allowed to write there, are two
questions.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.ingest.domain.attachments import attachment, views
from services.ingest.domain.authentication import Verdict
from services.ingest.domain.inbound import Inbound
from services.ingest.domain.mail import NOBODY, Mail, Unreadable
from services.ingest.domain.mail_rates import QUIET, Traffic
from services.ingest.domain.subject import is_new_topic
from services.ingest.domain.thread import Thread, derived_id, thread_id_of
from services.ingest.domain.thread_matching import Choice, Place
from shared.contracts.conversation import Conversation, tokens_in
from shared.contracts.ingest import (
    Fold,
    MailReceived,
    MailUnreadable,
    Mark,
    ThreadMessage,
    ThreadMessageAdded,
    ThreadOpened,
    ThreadReplied,
    ThreadView,
)
from shared.contracts.message import Event

FORGED: frozenset[Mark] = frozenset({"dmarc_failed", "sender_unknown", "several_senders"})
"""Marks of messages that others than their sender may have written."""
A_SECOND = timedelta(seconds=1)  # servers tell the second only: what came in it stands at its end


@dataclass(frozen=True, slots=True)
class Reception:
    """Under what circumstances a mail came: what is assumed of strangers, whom they wrote to, what
    the receiving mail server found out, and how much came before. `own`: addresses of the shop.
    """

    language: str = "en"
    contact: str | None = None
    verdict: Verdict = "none"
    traffic: Traffic = QUIET
    own: frozenset[str] = frozenset()


USUAL = Reception()


@dataclass(frozen=True, slots=True)
class Filing:
    """A mail filed: the new values, and whether its thread is new. `replied`: it goes to the
    customer as the answer of an employee. `conversation`: where answers to it belong, if that is
    not its thread's.
    """

    inbound: Inbound
    thread: Thread
    message: ThreadMessage
    mail: Mail
    opened: bool
    replied: ThreadReplied | None = None
    conversation: str = ""

    def acknowledged(self) -> "Filing":
        """The same, to be answered by an automatic confirmation."""
        return replace(self, inbound=replace(self.inbound, acknowledged=True))

    @property
    def events(self) -> list[Event]:
        """What happened."""
        mail, inbound = self.mail, self.inbound
        received = MailReceived(
            mailbox=inbound.mailbox,
            inbound_id=inbound.inbound_id,
            thread_id=self.thread.id,
            sender=mail.sender,
            subject=mail.subject,
            message_id=mail.message_id,
            kind=mail.kind,
            verified=self.message.verified,
            may_acknowledge=inbound.acknowledged,
        )
        mailed = [self.replied] if self.replied else []
        return [*_told(self.thread, self.message, opened=self.opened), *mailed, received]


def file(mail: Mail, inbound: Inbound, choice: Choice, reception: Reception = USUAL) -> Filing:
    """Puts the mail into its thread, or into a new one.

    A sender who is no participant never becomes the customer: their message is an unverified,
    private note until an employee lets them in. It reopens a closed thread, too: often it is the
    customer with another address, and a mail that nobody looks at would be lost. Automatic mail
    wakes no thread.
    """
    place, verdict = choice.place, reception.verdict
    at = arrival(inbound)
    before = place.thread or _opened(mail, inbound, choice, reception, at)
    stranger = mail.certain and not place.participants and verdict != "fail"
    verified, wakes = place.takes(mail, verdict) or stranger, not mail.automatic
    thread = before.heard(
        [*mail.chain, *filter(None, [mail.message_id])],
        mail.message_id,
        at=at,
        wakes=wakes,
        answered=verified and not (mail.automatic and before.last_mail),
    )
    if verified:
        thread = thread.naming(_others(mail, reception))
    message = ThreadMessage(
        message_id=inbound.inbound_id,
        direction="customer",
        author=mail.sender,
        text=mail.text,
        at=at,
        verified=verified,
        private=bool(place.participants) and mail.sender not in place.participants,
        unread=wakes,
        mail_message_id=mail.message_id,
        kind=mail.kind,
        folds=[Fold(first=fold.first, last=fold.last) for fold in mail.folds],
        formatted=bool(mail.page),
        attachments=views(inbound.inbound_id, mail.files),
        marks=marks_of(mail, choice, reception),
    )
    return Filing(filed_in(thread, inbound, mail, place), thread, message, mail, not place.thread)


def arrival(inbound: Inbound) -> datetime:
    """Return when a mail stands in its thread."""
    return min(inbound.arrived_at + A_SECOND, inbound.fetched_at)


def filed_in(thread: Thread, inbound: Inbound, mail: Mail, place: Place) -> Inbound:
    """Return the fetched mail after it was filed in a thread."""
    return inbound.filed(
        thread.id,
        place.evidence.found_by if place.evidence else "new",
        message_id=mail.message_id,
        sender=mail.sender,
        kind=mail.kind,
        content=mail.content,
    )


def _others(mail: Mail, reception: Reception) -> list[str]:
    """Return the recipients of a mail that are not the shop's."""
    return [each for each in mail.copied if each not in reception.own and not tokens_in(each)]


def deserves_acknowledgement(filed: Filing, reception: Reception) -> bool:
    """Whether an automatic confirmation may answer it, if there were not too many yet: only the
    first mail of a person who is proved to be its sender, or others could have us mail to whom they
    like.
    """
    return (
        filed.opened
        and filed.message.unread
        and filed.message.verified
        and filed.mail.answerable
        and reception.verdict == "pass"
        and not reception.traffic.is_flood
    )


def file_unreadable(
    found: Unreadable, raw: bytes, inbound: Inbound, reception: Reception
) -> Filing:
    """A mail that cannot be read gets a thread of its own, with its raw bytes attached."""
    text = f"This mail cannot be read: {found.reason} It is attached as it came."
    mail = Mail(
        sender=NOBODY,
        sender_name="",
        certain=False,
        subject="Unreadable mail",
        text=text,
        message_id="",
        answers=(),
        chain=(),
        recipients="",
        files=(attachment("mail.eml", raw, "message/rfc822"),),
        answerable=False,
    )
    filed = file(mail, inbound, Choice(), reception)
    message = filed.message.model_copy(update={"kind": "unreadable", "marks": []})
    return replace(
        filed,
        inbound=replace(inbound.unreadable(found.reason), thread_id=filed.thread.id),
        message=message,
    )


def unreadable_events(filed: Filing) -> list[Event]:
    """What is told of a mail that cannot be read."""
    inbound = filed.inbound
    unreadable = MailUnreadable(
        mailbox=inbound.mailbox,
        inbound_id=inbound.inbound_id,
        reason=inbound.reason,
        thread_id=filed.thread.id,
    )
    return [*_told(filed.thread, filed.message, opened=True), unreadable]


def marks_of(mail: Mail, choice: Choice, reception: Reception) -> list[Mark]:
    """Return what the reader of a mail should know."""
    thread = choice.place.thread
    own_thread = thread is not None and thread.view.order_id is None
    found: dict[Mark, bool] = {
        "conflicting_evidence": choice.conflict,
        "dmarc_failed": reception.verdict == "fail",
        "flood": reception.traffic.is_flood,
        "in_copy": choice.place.names(mail.sender),
        "new_topic": (
            own_thread and thread is not None and is_new_topic(mail.subject, thread.view.subject)
        ),
        "several_senders": not mail.certain and "sender_unknown" not in mail.marks,
    }
    return sorted({*mail.marks, *(mark for mark, holds in found.items() if holds)})


def own_thread_id(inbound_id: UUID) -> UUID:
    """The thread that a mail opens if it belongs to no other."""
    return derived_id("mail", inbound_id)


def _opened(
    mail: Mail, inbound: Inbound, choice: Choice, reception: Reception, at: datetime
) -> Thread:
    order = choice.place.order
    conversation = Conversation("thread", own_thread_id(inbound.inbound_id))
    if order:
        conversation = Conversation("order", order.order_id)
    view = ThreadView(
        thread_id=thread_id_of(conversation),
        conversation=str(conversation),
        order_id=order.order_id if order else None,
        order_reference=order.reference if order else None,
        customer_email=order.customer_email if order else mail.sender,
        customer_name=order.customer_name if order else mail.sender_name,
        language=order.language if order else reception.language,
        subject=mail.subject,
        status="closed" if mail.automatic else "open",
        opened_at=at,
        contact=reception.contact,
        customer_id=(order.customer_id or None) if order else None,
        related=choice.related,
    )
    return Thread(inbound.shop, view)


def _told(thread: Thread, message: ThreadMessage, *, opened: bool) -> list[Event]:
    view = thread.view
    added = ThreadMessageAdded(
        thread_id=thread.id, order_id=view.order_id, status=view.status, message=message
    )
    return [*([ThreadOpened(thread_id=thread.id, thread=view)] if opened else []), added]
