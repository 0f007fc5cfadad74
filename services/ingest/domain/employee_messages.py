"""Messages of employees: replies, messages on orders, notes, forwarded threads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.ingest.domain import text_templates
from services.ingest.domain.attachments import Attachment, views
from services.ingest.domain.attachments_and_copies import NONE_ADDED, AttachmentsAndCopies
from services.ingest.domain.body import clean
from services.ingest.domain.known_orders import KnownOrder
from services.ingest.domain.text_templates import PlaceholderValues
from services.ingest.domain.thread import Thread, employee_message, thread_id_of
from services.ingest.domain.unseen_messages import ids_of
from shared.contracts.conversation import Conversation
from shared.contracts.ingest import (
    AddNote,
    CannedMessage,
    ForwardThread,
    OrderMessagePosted,
    PostOrderMessage,
    ReplyThread,
    ThreadForwarded,
    ThreadMessage,
    ThreadMessageAdded,
    ThreadOpened,
    ThreadReplied,
    ThreadStatus,
    ThreadView,
)
from shared.contracts.message import Event
from shared.contracts.reason import Reason

MAX_FORWARDED = 20  # messages
MAX_FORWARDED_LENGTH = 200_000  # characters of all of them
ARROW = "→ "  # before the address, on the first line of the note about a thread that was forwarded


@dataclass(frozen=True, slots=True)
class WrittenMessage:
    """The changed thread, the message with its files, and the events."""

    thread: Thread
    message: ThreadMessage
    events: Sequence[Event]
    files: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True)
class ForwardedContent:
    """The messages of a thread in a forward: the latest ones, the number `omitted` before them,
    their files, and the names of files `left_out`.
    """

    messages: Sequence[ThreadMessage]
    omitted: int = 0
    files: Sequence[Attachment] = ()
    left_out: Sequence[str] = ()


def reply(
    command: ReplyThread,
    before: Thread,
    text: str,
    message_id: UUID,
    usual: ThreadStatus,
    at: datetime,
    missed: Sequence[ThreadMessage] = (),
    added: AttachmentsAndCopies = NONE_ADDED,
) -> WrittenMessage | Reason:
    """Answer the customer. `usual` is the status of the thread afterwards, if the command names
    none; it stays open if the employee `missed` messages that came meanwhile.
    """
    if not before.can_be_answered:
        return _nobody(command, before)
    if not clean(text).strip():
        return _nothing()
    thread = (
        before.replied(command.by, command.status or usual, at).read(missed).reopened_for(missed)
    )
    thread = thread.with_copies_to(added.cc)
    message = _message(message_id, command.by, clean(text), at, added)
    replied = ThreadReplied(
        thread_id=thread.id,
        thread=thread.view,
        message=message,
        in_reply_to=thread.last_mail or None,
        references=thread.references,
        unseen=ids_of(missed),
        **added.event_fields(),
    )
    return WrittenMessage(thread, message, [_added(thread, message), replied], added.files)


def note(
    command: AddNote, before: Thread, files: Sequence[Attachment], message_id: UUID, at: datetime
) -> WrittenMessage | Reason:
    """Add a private note to a thread."""
    if not clean(command.text).strip():
        return _nothing()
    message = _message(
        message_id, command.by, clean(command.text), at, AttachmentsAndCopies(files), private=True
    )
    return WrittenMessage(before, message, [_added(before, message)], files)


def post(
    command: PostOrderMessage,
    order: KnownOrder,
    before: Thread | None,
    text: str,
    message_id: UUID,
    at: datetime,
    missed: Sequence[ThreadMessage] = (),
    added: AttachmentsAndCopies = NONE_ADDED,
) -> WrittenMessage | Reason:
    """Write a note on an order, or a message to its customer, into the order's thread, which is
    opened if necessary. The customer still waits if the employee `missed` messages.
    """
    if not clean(text).strip():
        return _nothing()
    known = before or new_order_thread(order, at)
    if not (command.private or known.can_be_answered):
        return _nobody(command, known)
    thread = (
        known
        if command.private
        else known.replied(command.by, known.view.status, at).reopened_for(missed)
    )
    if not command.private:
        thread = thread.with_copies_to(added.cc)
    message = _message(message_id, command.by, clean(text), at, added, private=command.private)
    posted = OrderMessagePosted(
        thread_id=thread.id,
        order_id=order.order_id,
        thread=thread.view,
        message=message,
        in_reply_to=thread.last_mail or None,
        references=thread.references,
        **added.event_fields(),
    )
    beginning = [] if before else [ThreadOpened(thread_id=thread.id, thread=thread.view)]
    mailed = [] if command.private else [posted]
    return WrittenMessage(
        thread, message, [*beginning, _added(thread, message), *mailed], added.files
    )


def forward(
    command: ForwardThread,
    before: Thread,
    forwarded: ForwardedContent,
    added: AttachmentsAndCopies,
    note_id: UUID,
    at: datetime,
) -> WrittenMessage:
    """Send a thread to someone; the comment is stored as a private note. An employee becomes its
    owner.
    """
    thread = before.assigned(command.employee) if command.employee else before
    comment = clean(command.comment).strip()
    text = f"{ARROW}{command.email}\n\n{comment}".strip()
    note = _message(note_id, command.by, text, at, added, private=True)
    event_fields = replace(added, files=forwarded.files).event_fields()
    event = ThreadForwarded(
        thread_id=thread.id,
        forward_id=note_id,
        email=command.email,
        employee=command.employee,
        comment=comment,
        advice=command.advice,
        by=command.by,
        thread=thread.view,
        messages=[*forwarded.messages],
        omitted=forwarded.omitted,
        left_out=[*forwarded.left_out],
        **event_fields,
    )
    return WrittenMessage(thread, note, [_added(thread, note), event], added.files)


def _message(
    message_id: UUID,
    by: str,
    text: str,
    at: datetime,
    added: AttachmentsAndCopies,
    *,
    private: bool = False,
) -> ThreadMessage:
    return employee_message(
        message_id,
        by,
        text,
        at,
        private=private,
        attachments=views(message_id, added.files),
        documents=[*added.documents],
        cc=[*added.cc],
        bcc=[*added.bcc],
    )


def draft(
    view: ThreadView, choice: Mapping[str, str], employee: str, shop_name: str
) -> tuple[str, str]:
    """Return the language and the text of a draft, chosen from texts by language; an empty text if
    there is none.
    """
    found = text_templates.in_language(choice, view.language)
    if found is None:
        return view.language, ""
    language, text = found
    return language, text_templates.fill(text, _placeholder_values(view, employee, shop_name))


def message_text(
    own: str | None, canned: CannedMessage | None, view: ThreadView, employee: str, shop_name: str
) -> str:
    """Return a predefined message in the customer's language, followed by the employee's own text,
    with placeholders filled in.
    """
    found = text_templates.in_language(canned.texts, view.language) if canned else None
    values = _placeholder_values(view, employee, shop_name)
    texts = [text_templates.fill(found[1] if found else "", values)]
    texts.append(text_templates.fill(own or "", values))
    return "\n\n".join(filter(None, texts))


def _placeholder_values(view: ThreadView, employee: str, shop_name: str) -> PlaceholderValues:
    return PlaceholderValues(
        customer_name=view.customer_name,
        employee=employee,
        order_reference=view.order_reference or "",
        shop_name=shop_name,
        subject=view.subject,
    )


def new_order_thread(order: KnownOrder, at: datetime) -> Thread:
    """Return a new thread for an order."""
    conversation = Conversation("order", order.order_id)
    view = ThreadView(
        thread_id=thread_id_of(conversation),
        conversation=str(conversation),
        order_id=order.order_id,
        order_reference=order.reference,
        customer_email=order.customer_email,
        customer_name=order.customer_name,
        language=order.language,
        subject=order.reference,
        status="closed",
        opened_at=at,
        customer_id=order.customer_id or None,
    )
    return Thread(order.shop, view)


def latest_fitting(messages: Sequence[ThreadMessage]) -> list[ThreadMessage]:
    """Return the latest messages that fit into a mail, at least one, which may be cut off."""
    room, kept = MAX_FORWARDED_LENGTH, list[ThreadMessage]()
    for message in reversed(messages[-MAX_FORWARDED:]):
        if len(message.text) > room and kept:
            break
        kept.append(message.model_copy(update={"text": message.text[:room]}))
        room -= len(message.text)
    return kept[::-1]


def _added(thread: Thread, message: ThreadMessage) -> ThreadMessageAdded:
    view = thread.view
    return ThreadMessageAdded(
        thread_id=thread.id, order_id=view.order_id, status=view.status, message=message
    )


def _nothing() -> Reason:
    return Reason("empty_text", "The text is empty.", field="text")


def _nobody(command: ReplyThread | PostOrderMessage, thread: Thread) -> Reason:
    why = "the customer was erased, or the mail names no sender to answer"
    reason = f"'{thread.view.customer_email}' cannot receive answers: {why}."
    return Reason("nobody_to_answer", reason, field=command.subject_field)
