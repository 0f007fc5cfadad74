"""Answers by mail to a thread that was forwarded: an employee's goes to the customer, any other
becomes a private note.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.ingest.domain import unseen_messages
from services.ingest.domain.attachments import Attachment, views
from services.ingest.domain.body import clean
from services.ingest.domain.enclosures import Enclosure
from services.ingest.domain.filing import Filing, Reception, arrival, filed_in, marks_of
from services.ingest.domain.forwards import Forward
from services.ingest.domain.inbound import Inbound
from services.ingest.domain.internal_text import new_text, quotes_private, takes_private
from services.ingest.domain.mail import Mail
from services.ingest.domain.subject import is_passed_on
from services.ingest.domain.thread import Thread, employee_message
from services.ingest.domain.thread_matching import SIGNED, Choice
from shared.contracts.conversation import Conversation
from shared.contracts.ingest import Fold, Mark, ThreadMessage, ThreadReplied, ThreadStatus
from shared.contracts.ingest.files import LARGEST_TOGETHER

UNREAD: frozenset[Mark] = frozenset({"cut_off", "encrypted", "parts_left_out"})
"""Marks of mails with text that could not be read completely."""


@dataclass(frozen=True, slots=True)
class Around:
    """What an answer is judged by: the messages of the thread, the files of its private ones, and
    the status of a thread that was answered.
    """

    messages: Sequence[ThreadMessage]
    private_files: Sequence[bytes]
    status_after_reply: ThreadStatus


@dataclass(frozen=True, slots=True)
class Answer:
    """A mail that answers a forwarded thread."""

    mail: Mail
    inbound: Inbound
    choice: Choice
    reception: Reception
    forward: Forward
    thread: Thread

    @property
    def at(self) -> datetime:
        return arrival(self.inbound)

    @property
    def from_recipient(self) -> bool:
        """Whether the recipient of the forward sent it."""
        return self.forward.is_answered_by(self.mail, self.reception.verdict)

    def filed(self, thread: Thread, message: ThreadMessage) -> Filing:
        """Return the mail filed as a message. What others answer to it belongs to the forward,
        too.
        """
        return Filing(
            filed_in(thread, self.inbound, self.mail, self.choice.place),
            thread,
            message,
            self.mail,
            opened=False,
            conversation=str(Conversation("forward", self.forward.forward_id)),
        )


def answer_of(mail: Mail, inbound: Inbound, choice: Choice, reception: Reception) -> Answer | None:
    """Return the mail as an answer to a forwarded thread; None where it is none. A participant with
    the address of a forward, as from a copy of an employee's answer, writes as always.
    """
    place = choice.place
    if place.forward is None or place.thread is None:
        return None
    answer = Answer(mail, inbound, choice, reception, place.forward, place.thread)
    return answer if answer.from_recipient or mail.sender not in place.participants else None


def file_answer(answer: Answer, around: Around) -> Filing:
    """File an answer to a forwarded thread.

    It goes to the customer if the employee was asked for an answer, wrote it from the address that
    the thread was forwarded to, and nothing internal is in it.
    """
    if answer.mail.automatic:
        return _quiet_note(answer)
    if not answer.forward.answers_customer:
        return _note(answer, [])
    text = new_text(answer.mail.text, answer.reception.own)
    reasons = _objections(answer, text, around)
    return _note(answer, reasons) if reasons else _reply(answer, text, around)


def _objections(answer: Answer, text: str, around: Around) -> list[Mark]:
    """Return why an employee's answer does not go to the customer; `not_mailed` among it."""
    mail = answer.mail
    internal = (
        is_passed_on(mail.subject)
        or quotes_private(text, around.messages)
        or takes_private(mail.files, around.private_files)
    )
    evidence = answer.choice.place.evidence
    unsure = (
        answer.choice.conflict
        or answer.reception.traffic.is_flood
        or not answer.thread.can_be_answered
        or not clean(text).strip()
        or bool(UNREAD & set(mail.marks))
        or evidence is None
        or evidence.found_by not in SIGNED
    )
    reasons: dict[Mark, bool] = {
        "forward_expired": answer.forward.is_over(answer.at),
        "quotes_internal": internal,
        "not_mailed": unsure or not answer.from_recipient,
    }
    found: list[Mark] = [mark for mark, holds in reasons.items() if holds]
    return sorted({*found, "not_mailed"}) if found else []


def _quiet_note(answer: Answer) -> Filing:
    """File what a program answered; it wakes nobody."""
    message = _message(answer, marks=marks_of(answer.mail, answer.choice, answer.reception))
    return answer.filed(answer.thread, message)


def _note(answer: Answer, reasons: Sequence[Mark]) -> Filing:
    other: list[Mark] = [] if answer.from_recipient else ["other_sender"]
    known = marks_of(answer.mail, answer.choice, answer.reception)
    marks = sorted({*known, *reasons, *other, "answer_to_forward"} - {"new_topic", "in_copy"})
    return answer.filed(answer.thread.advised(), _message(answer, marks=marks, unread=True))


def _message(answer: Answer, *, marks: list[Mark], unread: bool = False) -> ThreadMessage:
    """Return the whole mail as a private note, of the employee where it is known to be theirs."""
    mail, employee = answer.mail, answer.forward.employee
    is_theirs = answer.from_recipient and employee is not None and not mail.automatic
    return ThreadMessage(
        message_id=answer.inbound.inbound_id,
        direction="employee" if is_theirs else "customer",
        author=employee if is_theirs and employee else mail.sender,
        text=mail.text,
        at=answer.at,
        verified=answer.from_recipient,
        private=True,
        unread=unread,
        mail_message_id=mail.message_id,
        kind=mail.kind,
        folds=[Fold(first=fold.first, last=fold.last) for fold in mail.folds],
        formatted=bool(mail.page),
        attachments=views(answer.inbound.inbound_id, mail.files),
        marks=marks,
    )


def _reply(answer: Answer, text: str, around: Around) -> Filing:
    """Return the answer as `thread.reply` gives one: what the customer wrote since the thread was
    forwarded was not seen.
    """
    forward, mail, message_id = answer.forward, answer.mail, answer.inbound.inbound_id
    by = forward.employee or forward.email
    missed = unseen_messages.unseen(
        around.messages, _forwarded_at(around.messages, forward.forward_id)
    )
    thread = answer.thread.replied(by, around.status_after_reply, answer.at)
    thread = thread.read(missed).missed(missed)
    files = _mailable(mail.files)
    left_out: list[Mark] = ["attachments_left_out"] if len(files) < len(mail.files) else []
    message = employee_message(
        message_id,
        by,
        clean(text),
        answer.at,
        attachments=views(message_id, files),
        marks=["answer_to_forward", *left_out],
    )
    replied = ThreadReplied(
        thread_id=thread.id,
        thread=thread.view,
        message=message,
        in_reply_to=thread.last_mail or None,
        references=thread.references,
        unseen=[each.message_id for each in missed],
        **Enclosure(files).carried(),
    )
    shown = replace(answer, mail=replace(mail, files=tuple(files), page=""))
    return replace(shown.filed(thread, message), replied=replied)


def _forwarded_at(messages: Sequence[ThreadMessage], forward_id: UUID) -> UUID | None:
    """Return the note of the forward, which the employee saw as the last message."""
    is_there = any(message.message_id == forward_id for message in messages)
    return forward_id if is_there else None


def _mailable(files: Sequence[Attachment]) -> list[Attachment]:
    """Return the files that go to the customer: no programs, and no pictures of the HTML, which may
    be those of a quoted mail.
    """
    room, found = LARGEST_TOGETHER, list[Attachment]()
    for file in files:
        if file.dangerous or file.inline or len(file.content) > room:
            continue
        room -= len(file.content)
        found.append(file)
    return found
