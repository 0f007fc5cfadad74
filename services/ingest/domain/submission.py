"""The contact form: what is refused, and what becomes of what is not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.ingest.domain import form_files, form_limits
from services.ingest.domain.attachments import Attachment, attachment, numbered, views
from services.ingest.domain.body import clean
from services.ingest.domain.form_limits import Lately, Origin
from services.ingest.domain.orders import KnownOrder
from services.ingest.domain.thread import Thread, derived_id, thread_id_of
from shared.contracts.conversation import Conversation
from shared.contracts.ingest import (
    Contact,
    ContactSubmitted,
    DeskOptions,
    SubmitContact,
    ThreadMessage,
    ThreadMessageAdded,
    ThreadOpened,
    ThreadView,
)
from shared.contracts.message import Event, Refusal
from shared.writing import text

LONGEST_SUBJECT = 80  # characters


@dataclass(frozen=True, slots=True)
class Submission:
    """A form that was taken, of an `origin` at `taken_at`. `held`: its content, kept until the mail
    that carries it has left.
    """

    submission_id: UUID
    conversation: str
    held: SubmitContact | None = None
    origin: Origin = form_limits.UNKNOWN
    taken_at: datetime | None = None

    def let_go(self) -> "Submission":
        """After its content is safe elsewhere."""
        return replace(self, held=None)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a form meets: the contact it names, the order it is about with the thread of that order,
    the options of the desk, the language in which the customer is answered, and how many forms came
    lately.
    """

    shop: str
    contact: Contact | None
    order: KnownOrder | None
    thread: Thread | None
    options: DeskOptions
    language: str
    lately: Lately = form_limits.NONE


@dataclass(frozen=True, slots=True)
class Taken:
    """The new values, and what happened. Without a thread nothing is kept but the submission."""

    submission: Submission
    events: Sequence[Event]
    thread: Thread | None = None
    message: ThreadMessage | None = None
    files: Sequence[Attachment] = ()


def conversation_of(shop: str, command: SubmitContact, order: KnownOrder | None) -> Conversation:
    """Where the thread of a form is: at the order that it is about, or on its own."""
    own = Conversation("thread", derived_id("submission", shop, command.submission_id))
    return Conversation("order", order.order_id) if order else own


def objection(command: SubmitContact, here: Circumstances) -> Refusal | None:
    """Why a form is not taken. Of an order that is somebody else's it is not even said that it
    exists.
    """
    if here.contact is None or not here.contact.offered:
        return command.refuse(
            "unknown_contact", f"There is no contact '{command.contact}'.", field="contact"
        )
    order = here.order
    if command.order_reference and not (
        order and order.belongs_to(command.email, command.customer_id)
    ):
        reason = f"This customer has no order '{command.order_reference}'."
        return command.refuse("unknown_order", reason, field="order_reference")
    if not clean(command.text).strip():
        return command.refuse("empty_text", "There is nothing to read in the text.", field="text")
    wrong = form_files.objection(command, here.options.form_files)
    return wrong or form_limits.objection(command, here.lately, here.options.form_limits)


def take(command: SubmitContact, contact: Contact, here: Circumstances, at: datetime) -> Taken:
    """Files a form into its thread; one to a contact that saves nothing is held until it was
    mailed.
    """
    if contact.save_messages:
        return _filed(command, contact, here, at)
    conversation = conversation_of(here.shop, command, None)
    submission = Submission(
        command.submission_id,
        str(conversation),
        command,
        form_limits.origin_of(here.shop, command),
        at,
    )
    return Taken(submission, [_submitted(command, contact, here, conversation, None)])


def rescue(held: SubmitContact, here: Circumstances, at: datetime) -> Taken:
    """Files a form whose mail could not be delivered: it must not be lost."""
    thread, message = _written(held, here, at)
    origin = form_limits.origin_of(here.shop, held)
    submission = Submission(held.submission_id, thread.view.conversation, None, origin, at)
    return Taken(
        submission,
        _told(thread, message, opened=here.thread is None),
        thread,
        message,
        _files(held),
    )


def _filed(command: SubmitContact, contact: Contact, here: Circumstances, at: datetime) -> Taken:
    thread, message = _written(command, here, at)
    conversation = Conversation.parse(thread.view.conversation)
    events = [
        *_told(thread, message, opened=here.thread is None),
        _submitted(command, contact, here, conversation, thread.view),
    ]
    submission = Submission(
        command.submission_id,
        str(conversation),
        None,
        form_limits.origin_of(here.shop, command),
        at,
    )
    return Taken(submission, events, thread, message, _files(command))


def _written(
    command: SubmitContact, here: Circumstances, at: datetime
) -> tuple[Thread, ThreadMessage]:
    before = here.thread or _opened(command, here, at)
    message_id = derived_id("submission", here.shop, command.submission_id)
    message = ThreadMessage(
        message_id=message_id,
        direction="customer",
        author=command.email,
        text=clean(command.text).strip(),
        at=at,
        unread=True,
        attachments=views(message_id, _files(command)),
    )
    return before.asked(at), message


def _files(command: SubmitContact) -> list[Attachment]:
    return numbered([attachment(file.filename, file.content) for file in command.attachments])


def _opened(command: SubmitContact, here: Circumstances, at: datetime) -> Thread:
    order, conversation = here.order, conversation_of(here.shop, command, here.order)
    view = ThreadView(
        thread_id=thread_id_of(conversation),
        conversation=str(conversation),
        order_id=order.order_id if order else None,
        order_reference=order.reference if order else None,
        customer_email=order.customer_email if order else command.email,
        customer_name=text.clean(command.customer_name),
        language=here.language,
        subject=_subject(command),
        status="open",
        opened_at=at,
        contact=command.contact,
        sku=command.sku,
        customer_id=command.customer_id or (order.customer_id if order else None) or None,
    )
    return Thread(here.shop, view)


def _subject(command: SubmitContact) -> str:
    line = text.clean(clean(command.text).strip().partition("\n")[0])
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"


def _told(thread: Thread, message: ThreadMessage, *, opened: bool) -> list[Event]:
    view = thread.view
    added = ThreadMessageAdded(
        thread_id=thread.id, order_id=view.order_id, status=view.status, message=message
    )
    return [*([ThreadOpened(thread_id=thread.id, thread=view)] if opened else []), added]


def _submitted(
    command: SubmitContact,
    contact: Contact,
    here: Circumstances,
    conversation: Conversation,
    thread: ThreadView | None,
) -> ContactSubmitted:
    mailed, names = (
        thread is None or here.options.mail_submissions,
        [file.filename for file in _files(command)],
    )
    files = [
        file.model_copy(update={"filename": name})
        for file, name in zip(command.attachments, names, strict=True)
    ]
    return ContactSubmitted(
        submission_id=command.submission_id,
        conversation=str(conversation),
        contact=contact,
        mailed=mailed,
        email=command.email,
        customer_name=text.clean(command.customer_name),
        language=here.language,
        text=clean(command.text).strip(),
        order_id=here.order.order_id if here.order else None,
        order_reference=command.order_reference,
        sku=command.sku,
        thread=thread,
        filenames=names,
        attachments=files if mailed else [],
    )
