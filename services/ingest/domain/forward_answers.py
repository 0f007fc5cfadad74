"""File mails that answer a forwarded thread: an employee's answer goes to the customer, others
become private notes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.ingest.domain import unseen_messages
from services.ingest.domain.answer_text import new_text, quotes_private, takes_private
from services.ingest.domain.attachments import Attachment, views
from services.ingest.domain.attachments_and_copies import AttachmentsAndCopies
from services.ingest.domain.body import clean
from services.ingest.domain.filing import FiledMail, arrival, filed_in, marks_of, shown_folds
from services.ingest.domain.forwards import Forward
from services.ingest.domain.inbound import Inbound
from services.ingest.domain.mail import Mail
from services.ingest.domain.new_threads import MailContext
from services.ingest.domain.subject import is_passed_on
from services.ingest.domain.thread import Thread, employee_message
from services.ingest.domain.thread_matching import SIGNED, Match
from services.ingest.domain.unseen_messages import ids_of
from shared.contracts.conversation import Conversation
from shared.contracts.ingest import Mark, ThreadMessage, ThreadReplied, ThreadStatus
from shared.contracts.ingest.files import MAX_TOTAL_BYTES

UNREAD: frozenset[Mark] = frozenset({"cut_off", "encrypted", "parts_left_out"})
"""Marks of mails with text that could not be read completely."""


@dataclass(frozen=True, slots=True)
class ThreadContext:
    """The messages of the thread, the contents of its private files, and the status after an
    answer.
    """

    messages: Sequence[ThreadMessage]
    private_files: Sequence[bytes]
    status_after_reply: ThreadStatus


@dataclass(frozen=True, slots=True)
class Answer:
    """A mail that answers a forwarded thread."""

    mail: Mail
    inbound: Inbound
    match: Match
    context: MailContext
    forward: Forward
    thread: Thread

    @property
    def at(self) -> datetime:
        return arrival(self.inbound)

    @property
    def from_recipient(self) -> bool:
        """Return whether the recipient of the forward sent the mail."""
        return self.forward.is_answered_by(self.mail, self.context.verdict)

    def filed(self, thread: Thread, message: ThreadMessage) -> FiledMail:
        """Return the mail filed as a message. Answers to it belong to the forward as well."""
        return FiledMail(
            filed_in(thread, self.inbound, self.mail, self.match.candidate),
            thread,
            message,
            self.mail,
            opened=False,
            conversation=str(Conversation("forward", self.forward.forward_id)),
        )


def answer_of(mail: Mail, inbound: Inbound, match: Match, context: MailContext) -> Answer | None:
    """Return the mail as an answer to a forwarded thread, or None. An answer of a participant to
    the address of a forward, as from a copy, is an ordinary message.
    """
    candidate = match.candidate
    if candidate.forward is None or candidate.thread is None:
        return None
    answer = Answer(mail, inbound, match, context, candidate.forward, candidate.thread)
    if mail.sender in candidate.participants and not answer.from_recipient:
        return None
    return answer


def file_answer(answer: Answer, around: ThreadContext) -> FiledMail:
    """File an answer to a forwarded thread.

    It goes to the customer if the employee was asked for an answer, wrote it from the address that
    the thread was forwarded to, and it contains nothing internal.
    """
    if answer.mail.automatic:
        return _quiet_note(answer)
    if not answer.forward.answers_customer:
        return _note(answer, [])
    text = new_text(answer.mail.text, answer.context.own)
    reasons = _objections(answer, text, around)
    return _note(answer, reasons) if reasons else _reply(answer, text, around)


def _objections(answer: Answer, text: str, around: ThreadContext) -> list[Mark]:
    """Return the marks for why an employee's answer does not go to the customer, with
    `not_mailed`; none if it does.
    """
    mail = answer.mail
    marks: list[Mark] = []
    if answer.forward.is_over(answer.at):
        marks.append("forward_expired")
    if (
        is_passed_on(mail.subject)
        or quotes_private(text, around.messages)
        or takes_private(mail.files, around.private_files)
    ):
        marks.append("quotes_internal")
    if marks or _is_uncertain(answer, text) or not answer.from_recipient:
        return sorted([*marks, "not_mailed"])
    return []


def _is_uncertain(answer: Answer, text: str) -> bool:
    """Return whether the answer is incomplete, has no recipient, or may belong elsewhere."""
    evidence = answer.match.candidate.evidence
    return (
        answer.match.conflict
        or answer.context.recent.is_flood
        or not answer.thread.can_be_answered
        or not clean(text).strip()
        or bool(UNREAD & set(answer.mail.marks))
        or evidence is None
        or evidence.found_by not in SIGNED
    )


def _quiet_note(answer: Answer) -> FiledMail:
    """File an automatic answer; it reopens no thread."""
    message = _message(answer, marks=marks_of(answer.mail, answer.match, answer.context))
    return answer.filed(answer.thread, message)


def _note(answer: Answer, reasons: Sequence[Mark]) -> FiledMail:
    known = marks_of(answer.mail, answer.match, answer.context)
    marks = {*known, *reasons, "answer_to_forward"} - {"new_topic", "in_copy"}
    if not answer.from_recipient:
        marks.add("other_sender")
    message = _message(answer, marks=sorted(marks), unread=True)
    return answer.filed(answer.thread.with_mailed_note(), message)


def _message(answer: Answer, *, marks: list[Mark], unread: bool = False) -> ThreadMessage:
    """Return the whole mail as a private note, by the employee if they are known to be its
    sender.
    """
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
        folds=shown_folds(mail),
        formatted=bool(mail.page),
        attachments=views(answer.inbound.inbound_id, mail.files),
        marks=marks,
    )


def _reply(answer: Answer, text: str, around: ThreadContext) -> FiledMail:
    """File the answer like `thread.reply`. Messages that the customer wrote after the forward
    count as unseen.
    """
    forward, mail, message_id = answer.forward, answer.mail, answer.inbound.inbound_id
    by = forward.employee or forward.email
    seen = _forwarded_at(around.messages, forward.forward_id)
    missed = unseen_messages.unseen(around.messages, seen)
    thread = answer.thread.replied(by, around.status_after_reply, answer.at)
    thread = thread.read(missed).reopened_for(missed)
    files = _mailable(mail.files)
    marks: list[Mark] = ["answer_to_forward"]
    if len(files) < len(mail.files):
        marks.append("attachments_left_out")
    message = employee_message(
        message_id,
        by,
        clean(text),
        answer.at,
        attachments=views(message_id, files),
        marks=marks,
    )
    replied = ThreadReplied(
        thread_id=thread.id,
        thread=thread.view,
        message=message,
        in_reply_to=thread.last_mail or None,
        references=thread.references,
        unseen=ids_of(missed),
        **AttachmentsAndCopies(files).event_fields(),
    )
    shown = replace(answer, mail=replace(mail, files=tuple(files), page=""))
    return replace(shown.filed(thread, message), replied=replied)


def _forwarded_at(messages: Sequence[ThreadMessage], forward_id: UUID) -> UUID | None:
    """Return the id of the forward's note if it is in the thread: the last message that the
    employee saw.
    """
    for message in messages:
        if message.message_id == forward_id:
            return forward_id
    return None


def _mailable(files: Sequence[Attachment]) -> list[Attachment]:
    """Return the files that go to the customer: no programs, and no inline pictures, which may
    belong to a quoted mail.
    """
    room, found = MAX_TOTAL_BYTES, list[Attachment]()
    for file in files:
        if file.dangerous or file.inline or len(file.content) > room:
            continue
        room -= len(file.content)
        found.append(file)
    return found
