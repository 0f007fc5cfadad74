"""The contact form: check it, and file it or send it by mail."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.ingest.domain import form_files, form_limits
from services.ingest.domain.attachments import Attachment, views
from services.ingest.domain.attachments_and_copies import attached
from services.ingest.domain.body import clean
from services.ingest.domain.form_limits import Origin, RecentForms
from services.ingest.domain.known_orders import KnownOrder
from services.ingest.domain.thread import Thread, derived_id, thread_id_of
from shared.contracts.conversation import Conversation
from shared.contracts.ingest import (
    Contact,
    ContactSubmitted,
    DeskOptions,
    FormFile,
    SubmitContact,
    ThreadMessage,
    ThreadMessageAdded,
    ThreadOpened,
    ThreadView,
)
from shared.contracts.message import Event
from shared.contracts.reason import Reason
from shared.writing import text

MAX_SUBJECT_LENGTH = 80  # characters


@dataclass(frozen=True, slots=True)
class Submission:
    """An accepted form of an `origin` at `taken_at`. `held`: its content, stored until its mail was
    sent.
    """

    submission_id: UUID
    conversation: str
    held: SubmitContact | None = None
    origin: Origin = form_limits.UNKNOWN
    taken_at: datetime | None = None

    def without_content(self) -> "Submission":
        """Return the submission without its content, which is safe elsewhere."""
        return replace(self, held=None)


@dataclass(frozen=True, slots=True)
class FormContext:
    """The contact that a form names, its order with the order's thread, the options of the desk,
    the language for answers, and the number of recent forms.
    """

    shop: str
    contact: Contact | None
    order: KnownOrder | None
    thread: Thread | None
    options: DeskOptions
    language: str
    lately: RecentForms = form_limits.NONE


@dataclass(frozen=True, slots=True)
class AcceptedForm:
    """The new values and the events. Without a thread, only the submission is stored."""

    submission: Submission
    events: Sequence[Event]
    thread: Thread | None = None
    message: ThreadMessage | None = None
    files: Sequence[Attachment] = ()


def conversation_of(shop: str, command: SubmitContact, order: KnownOrder | None) -> Conversation:
    """Return the conversation of a form: that of its order, or its own."""
    if order:
        return Conversation("order", order.order_id)
    return Conversation("thread", derived_id("submission", shop, command.submission_id))


def objection(command: SubmitContact, context: FormContext) -> Reason | None:
    """Return a refusal if a form is not accepted. It does not reveal whether another customer's
    order exists.
    """
    if context.contact is None or not context.contact.offered:
        return Reason(
            "unknown_contact", f"There is no contact '{command.contact}'.", field="contact"
        )
    if command.order_reference and not _is_their_order(command, context.order):
        reason = f"This customer has no order '{command.order_reference}'."
        return Reason("unknown_order", reason, field="order_reference")
    if not clean(command.text).strip():
        return Reason("empty_text", "The text is empty.", field="text")
    wrong = form_files.objection(command, context.options.form_files)
    return wrong or form_limits.objection(command, context.lately, context.options.form_limits)


def _is_their_order(command: SubmitContact, order: KnownOrder | None) -> bool:
    return order is not None and order.belongs_to(command.email, command.customer_id)


def accept(
    command: SubmitContact, contact: Contact, context: FormContext, at: datetime
) -> AcceptedForm:
    """File a form into its thread; one to a contact that saves nothing is stored until its mail was
    sent.
    """
    if contact.save_messages:
        return _filed(command, contact, context, at)
    conversation = conversation_of(context.shop, command, None)
    submission = Submission(
        command.submission_id,
        str(conversation),
        command,
        form_limits.origin_of(context.shop, command),
        at,
    )
    return AcceptedForm(submission, [_submitted(command, contact, context, conversation, None)])


def file_undelivered(held: SubmitContact, context: FormContext, at: datetime) -> AcceptedForm:
    """File a form after its mail could not be delivered, so that it is not lost."""
    thread, message = _written(held, context, at)
    origin = form_limits.origin_of(context.shop, held)
    submission = Submission(held.submission_id, thread.view.conversation, None, origin, at)
    return AcceptedForm(
        submission,
        _thread_events(thread, message, opened=context.thread is None),
        thread,
        message,
        attached(held.attachments),
    )


def _filed(
    command: SubmitContact, contact: Contact, context: FormContext, at: datetime
) -> AcceptedForm:
    thread, message = _written(command, context, at)
    conversation = Conversation.parse(thread.view.conversation)
    events = [
        *_thread_events(thread, message, opened=context.thread is None),
        _submitted(command, contact, context, conversation, thread.view),
    ]
    submission = Submission(
        command.submission_id,
        str(conversation),
        None,
        form_limits.origin_of(context.shop, command),
        at,
    )
    return AcceptedForm(submission, events, thread, message, attached(command.attachments))


def _written(
    command: SubmitContact, context: FormContext, at: datetime
) -> tuple[Thread, ThreadMessage]:
    before = context.thread or _opened(command, context, at)
    message_id = derived_id("submission", context.shop, command.submission_id)
    message = ThreadMessage(
        message_id=message_id,
        direction="customer",
        author=command.email,
        text=clean(command.text).strip(),
        at=at,
        unread=True,
        attachments=views(message_id, attached(command.attachments)),
    )
    return before.with_question(at), message


def _opened(command: SubmitContact, context: FormContext, at: datetime) -> Thread:
    order, conversation = context.order, conversation_of(context.shop, command, context.order)
    view = ThreadView(
        thread_id=thread_id_of(conversation),
        conversation=str(conversation),
        order_id=None,
        order_reference=None,
        customer_email=command.email,
        customer_name=text.clean(command.customer_name),
        language=context.language,
        subject=_subject(command),
        status="open",
        opened_at=at,
        contact=command.contact,
        sku=command.sku,
        customer_id=command.customer_id or None,
    )
    if order:
        changes = {
            "order_id": order.order_id,
            "order_reference": order.reference,
            "customer_email": order.customer_email,
            "customer_id": view.customer_id or order.customer_id or None,
        }
        view = view.model_copy(update=changes)
    return Thread(context.shop, view)


def _subject(command: SubmitContact) -> str:
    line = text.clean(clean(command.text).strip().partition("\n")[0])
    if len(line) <= MAX_SUBJECT_LENGTH:
        return line
    return f"{line[: MAX_SUBJECT_LENGTH - 1]}…"


def _thread_events(thread: Thread, message: ThreadMessage, *, opened: bool) -> list[Event]:
    view = thread.view
    events: list[Event] = []
    if opened:
        events.append(ThreadOpened(thread_id=thread.id, thread=view))
    added = ThreadMessageAdded(
        thread_id=thread.id, order_id=view.order_id, status=view.status, message=message
    )
    return [*events, added]


def _submitted(
    command: SubmitContact,
    contact: Contact,
    context: FormContext,
    conversation: Conversation,
    thread: ThreadView | None,
) -> ContactSubmitted:
    order = context.order
    names = [file.filename for file in attached(command.attachments)]
    mailed = thread is None or context.options.mail_submissions
    files: list[FormFile] = []
    if mailed:
        for file, name in zip(command.attachments, names, strict=True):
            files.append(file.model_copy(update={"filename": name}))
    return ContactSubmitted(
        submission_id=command.submission_id,
        conversation=str(conversation),
        contact_details=contact,
        mailed=mailed,
        email=command.email,
        customer_name=text.clean(command.customer_name),
        language=context.language,
        text=clean(command.text).strip(),
        order_id=order.order_id if order else None,
        order_reference=command.order_reference,
        sku=command.sku,
        thread=thread,
        filenames=names,
        attachments=files,
    )
