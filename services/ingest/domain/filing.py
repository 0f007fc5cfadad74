"""File mails as messages of threads. Finding a thread and being allowed to post in it are separate
decisions.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.ingest.domain.attachments import attachment, views
from services.ingest.domain.inbound import Inbound
from services.ingest.domain.mail import NOBODY, Mail, Unreadable
from services.ingest.domain.new_threads import DEFAULT_CONTEXT, MailContext, open_thread
from services.ingest.domain.subject import is_new_topic
from services.ingest.domain.thread import Thread
from services.ingest.domain.thread_matching import Candidate, Match
from shared.contracts.conversation import tokens_in
from shared.contracts.ingest import (
    Fold,
    MailReceived,
    MailUnreadable,
    Mark,
    ThreadMessage,
    ThreadMessageAdded,
    ThreadOpened,
    ThreadReplied,
)
from shared.contracts.message import Event

FORGED: frozenset[Mark] = frozenset({"dmarc_failed", "sender_unknown", "several_senders"})
"""Marks of messages that someone other than the named sender may have written."""
A_SECOND = timedelta(seconds=1)  # servers report whole seconds: mails of a second sort at its end


@dataclass(frozen=True, slots=True)
class FiledMail:
    """A filed mail with the new values. `opened`: its thread is new; `replied`: the mail goes to
    the customer as an employee's answer; `conversation`: the conversation of answers to it, if not
    that of its thread.
    """

    inbound: Inbound
    thread: Thread
    message: ThreadMessage
    mail: Mail
    opened: bool
    replied: ThreadReplied | None = None
    conversation: str = ""

    def acknowledged(self) -> "FiledMail":
        """Return the filed mail, to be answered by an automatic confirmation."""
        return replace(self, inbound=replace(self.inbound, acknowledged=True))

    @property
    def events(self) -> list[Event]:
        """Return the events of the filed mail."""
        mail, inbound = self.mail, self.inbound
        events = _thread_events(self.thread, self.message, opened=self.opened)
        if self.replied:
            events.append(self.replied)
        received = MailReceived(
            mailbox=inbound.mailbox,
            inbound_id=inbound.inbound_id,
            thread_id=self.thread.id,
            sender=mail.sender,
            subject=mail.subject,
            mail_message_id=mail.message_id,
            kind=mail.kind,
            verified=self.message.verified,
            may_acknowledge=inbound.acknowledged,
        )
        return [*events, received]


def file_mail(
    mail: Mail, inbound: Inbound, match: Match, context: MailContext = DEFAULT_CONTEXT
) -> FiledMail:
    """File the mail into its thread, or into a new one.

    A sender other than a participant never becomes the customer: their message is an unverified,
    private note until an employee approves them. It reopens a closed thread nevertheless: often it
    is the customer with another address, and a mail that nobody sees would be lost. Automatic mail
    reopens no thread.
    """
    candidate, verdict = match.candidate, context.verdict
    at = arrival(inbound)
    before = candidate.thread or open_thread(mail, inbound, match, context, at)
    stranger = mail.certain and not candidate.participants and verdict != "fail"
    verified, wakes = candidate.takes(mail, verdict) or stranger, not mail.automatic
    thread = before.with_mail(
        [*mail.chain, *filter(None, [mail.message_id])],
        mail.message_id,
        at=at,
        wakes=wakes,
        answered=verified and not (mail.automatic and before.last_mail),
    )
    if verified:
        thread = thread.with_named_recipients(_others(mail, context))
    message = ThreadMessage(
        message_id=inbound.inbound_id,
        direction="customer",
        author=mail.sender,
        text=mail.text,
        at=at,
        verified=verified,
        private=bool(candidate.participants) and mail.sender not in candidate.participants,
        unread=wakes,
        mail_message_id=mail.message_id,
        kind=mail.kind,
        folds=shown_folds(mail),
        formatted=bool(mail.page),
        attachments=views(inbound.inbound_id, mail.files),
        marks=marks_of(mail, match, context),
    )
    return FiledMail(
        filed_in(thread, inbound, mail, candidate), thread, message, mail, not candidate.thread
    )


def shown_folds(mail: Mail) -> list[Fold]:
    """Return the lines of a mail to fold in display."""
    return [Fold(first=fold.first, last=fold.last) for fold in mail.folds]


def arrival(inbound: Inbound) -> datetime:
    """Return the time of a mail in its thread."""
    return min(inbound.arrived_at + A_SECOND, inbound.fetched_at)


def filed_in(thread: Thread, inbound: Inbound, mail: Mail, candidate: Candidate) -> Inbound:
    """Return the fetched mail, filed in a thread."""
    evidence = candidate.evidence
    return inbound.filed(
        thread.id,
        evidence.found_by if evidence else "new",
        message_id=mail.message_id,
        sender=mail.sender,
        kind=mail.kind,
        content=mail.content,
    )


def _others(mail: Mail, context: MailContext) -> list[str]:
    """Return the recipients of a mail other than the shop's addresses."""
    others = []
    for address in mail.copied:
        if address not in context.own and not tokens_in(address):
            others.append(address)
    return others


def deserves_acknowledgement(filed: FiledMail, context: MailContext) -> bool:
    """Return whether an automatic confirmation may answer the mail, unless too many were
    sent.

    Only the first mail of a sender proved by DMARC is confirmed; otherwise a forger could make us
    send mail to any address.
    """
    return (
        filed.opened
        and filed.message.unread
        and filed.message.verified
        and filed.mail.answerable
        and context.verdict == "pass"
        and not context.recent.is_flood
    )


def file_unreadable(
    found: Unreadable, raw: bytes, inbound: Inbound, context: MailContext
) -> FiledMail:
    """File a mail that cannot be parsed into a thread of its own, with its source attached."""
    text = f"This mail cannot be read: {found.reason} Its source is attached."
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
    filed = file_mail(mail, inbound, Match(), context)
    message = filed.message.model_copy(update={"kind": "unreadable", "marks": []})
    return replace(
        filed,
        inbound=replace(inbound.unreadable(found.reason), thread_id=filed.thread.id),
        message=message,
    )


def unreadable_events(filed: FiledMail) -> list[Event]:
    """Return the events of a mail that cannot be parsed."""
    inbound = filed.inbound
    unreadable = MailUnreadable(
        mailbox=inbound.mailbox,
        inbound_id=inbound.inbound_id,
        reason=inbound.reason,
        thread_id=filed.thread.id,
    )
    return [*_thread_events(filed.thread, filed.message, opened=True), unreadable]


def marks_of(mail: Mail, match: Match, context: MailContext) -> list[Mark]:
    """Return the marks of a mail for the employees."""
    thread = match.candidate.thread
    new_topic = False
    if thread and thread.view.order_id is None:
        new_topic = is_new_topic(mail.subject, thread.view.subject)
    conditions: dict[Mark, bool] = {
        "conflicting_evidence": match.conflict,
        "dmarc_failed": context.verdict == "fail",
        "flood": context.recent.is_flood,
        "in_copy": match.candidate.names(mail.sender),
        "new_topic": new_topic,
        "several_senders": not mail.certain and "sender_unknown" not in mail.marks,
    }
    marks = set(mail.marks)
    for mark, holds in conditions.items():
        if holds:
            marks.add(mark)
    return sorted(marks)


def _thread_events(thread: Thread, message: ThreadMessage, *, opened: bool) -> list[Event]:
    view = thread.view
    events: list[Event] = []
    if opened:
        events.append(ThreadOpened(thread_id=thread.id, thread=view))
    added = ThreadMessageAdded(
        thread_id=thread.id, order_id=view.order_id, status=view.status, message=message
    )
    return [*events, added]
