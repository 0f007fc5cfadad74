"""Commands of employees; each changes one thread."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID, uuid4

from services.ingest.domain import employee_messages, enclosures, merging, unseen_messages
from services.ingest.domain.employee_messages import ForwardedContent, WrittenMessage
from services.ingest.domain.enclosures import Enclosure
from services.ingest.domain.forwards import Forward
from services.ingest.domain.orders import KnownOrder
from services.ingest.domain.thread import NOWHERE, Thread, status_events, thread_id_of
from services.ingest.work import ORDER, ORDERS, THREAD, THREADS, UNMERGED_THREAD, Work
from shared.contracts.conversation import Conversation
from shared.contracts.envelope import Envelope
from shared.contracts.ingest import (
    AddNote,
    AssignThread,
    ConfirmSender,
    ForwardThread,
    MarkThreadRead,
    MergeThread,
    PostOrderMessage,
    ReplyThread,
    SenderConfirmed,
    SetThreadStatus,
    ThreadAssigned,
    ThreadMerged,
    ThreadMessage,
    ThreadView,
    ThreadViewed,
)
from shared.contracts.message import Event
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


def enclosed_orders(
    command: enclosures.EnclosingCommand, at: Envelope, work: Work
) -> Iterable[UUID]:
    """Return the orders of the documents that a command encloses."""
    return [document.order_id for document in work.documents.named(at.shop, command.documents)]


def other_thread(command: MergeThread, _at: Envelope, _work: Work) -> Iterable[UUID]:
    """Return the thread that another one is merged into."""
    return [command.into]


def thread_of_order(command: PostOrderMessage, _at: Envelope, _work: Work) -> Iterable[UUID]:
    """Return the thread of an order."""
    return [thread_id_of(Conversation("order", command.order_id))]


@service.handles(ReplyThread, on=THREAD, locks=[ORDERS.of(enclosed_orders)])
def reply_thread(before: Thread, command: ReplyThread, work: Work) -> Iterable[Event] | Reason:
    """Add an employee's answer; `notify` mails it to the customer on `thread.replied`."""
    text = _text(command, before.view, work)
    if isinstance(text, Reason):
        return text
    messages = _messages(before.id, work)
    missed = unseen_messages.unseen(messages, command.seen, answering=True)
    wrong = unseen_messages.objection(command, messages)
    if wrong:
        return wrong
    enclosure = _enclosure(command, before.view, work)
    if isinstance(enclosure, Reason):
        return enclosure
    usual = work.options.status_after_reply
    written = employee_messages.reply(
        command, before, text, uuid4(), usual, work.now, missed, enclosure
    )
    if isinstance(written, WrittenMessage):
        mark_read(before.id, work, _ids(missed))
    return _save(written, work)


@service.handles(
    PostOrderMessage,
    on=ORDER,
    locks=[ORDERS.of(enclosed_orders), THREADS.of(thread_of_order)],
)
def post_order_message(
    order: KnownOrder, command: PostOrderMessage, work: Work
) -> Iterable[Event] | Reason:
    """Add a note to an order, or a message that is mailed to its customer."""
    before = work.thread(thread_id_of(Conversation("order", order.order_id)))
    view = (before or employee_messages.new_order_thread(order, work.now)).view
    text = _text(command, view, work)
    if isinstance(text, Reason):
        return text
    messages = _messages(before.id, work) if before else []
    wrong = unseen_messages.objection(command, messages)
    if wrong:
        return wrong
    enclosure = _enclosure(command, view, work)
    if isinstance(enclosure, Reason):
        return enclosure
    missed = unseen_messages.unseen(messages, command.seen, answering=True)
    written = employee_messages.post(
        command, order, before, text, uuid4(), work.now, missed, enclosure
    )
    return _save(written, work)


@service.handles(AddNote, on=THREAD)
def add_note(before: Thread, command: AddNote, work: Work) -> Iterable[Event] | Reason:
    """Add a private note to a thread."""
    files = enclosures.files_of(command)
    if isinstance(files, Reason):
        return files
    return _save(employee_messages.note(command, before, files, uuid4(), work.now), work)


@service.handles(ForwardThread, on=THREAD, locks=[ORDERS.of(enclosed_orders)])
def forward_thread(before: Thread, command: ForwardThread, work: Work) -> Iterable[Event] | Reason:
    """Send a thread to an employee or someone else; `notify` mails it on `thread.forwarded`."""
    enclosure = _enclosure(command, before.view, work, recipient=command.email)
    if isinstance(enclosure, Reason):
        return enclosure
    messages = work.messages.visible(before.id, private=command.employee is not None)
    shown = employee_messages.latest_fitting(messages)
    files, left_out = enclosures.forwarded_files(shown, enclosure.files, work.attachments.content)
    forwarded = ForwardedContent(shown, len(messages) - len(shown), files, left_out)
    forward_id = uuid4()
    work.forwards.save(
        forward_id,
        Forward(
            forward_id,
            before.shop,
            before.view.conversation,
            command.email,
            command.employee,
            command.advice,
            work.now,
        ),
    )
    written = employee_messages.forward(command, before, forwarded, enclosure, forward_id, work.now)
    return _save(written, work)


@service.handles(SetThreadStatus, on=THREAD)
def set_thread_status(
    before: Thread, command: SetThreadStatus, work: Work
) -> Iterable[Event] | Reason:
    """Change the status of a thread; its current status changes nothing. While the customer's
    latest message is unseen, an employee may only open the thread.
    """
    messages = _messages(before.id, work)
    wrong = unseen_messages.objection(command, messages)
    if wrong:
        return wrong
    missed = unseen_messages.unseen(messages, command.seen)
    if missed and command.status != "open":
        return unseen_messages.came_meanwhile(missed)
    if command.status == before.view.status:
        return []
    after = before.with_status(command.status, work.now)
    work.threads.save(before.id, after)
    return status_events(before, after, by=command.by, at=work.now)


@service.handles(AssignThread, on=THREAD)
def assign_thread(before: Thread, command: AssignThread, work: Work) -> Iterable[Event]:
    """Set the owner of a thread, or none; the current owner changes nothing."""
    came_from = before.view.owner
    if came_from == command.owner:
        return []
    work.threads.save(before.id, before.assigned(command.owner))
    return [
        ThreadAssigned(
            thread_id=before.id,
            came_from=came_from,
            owner=command.owner,
            by=command.by,
            at=work.now,
        )
    ]


@service.handles(MarkThreadRead, on=THREAD)
def mark_thread_read(
    before: Thread, command: MarkThreadRead, work: Work
) -> Iterable[Event] | Reason:
    """Mark the messages of a thread as read, up to the last one that the employee saw. Repeating it
    changes nothing.
    """
    messages = _messages(before.id, work)
    wrong = unseen_messages.objection(command, messages)
    if wrong:
        return wrong
    missed = unseen_messages.unseen(messages, command.seen) if command.seen else []
    if before.view.unread <= len(missed):
        return []
    work.threads.save(before.id, before.read(missed))
    count = mark_read(before.id, work, _ids(missed))
    return [ThreadViewed(thread_id=before.id, messages=count, by=command.by, at=work.now)]


@service.handles(MergeThread, on=UNMERGED_THREAD, locks=[THREADS.of(other_thread)])
def merge_thread(before: Thread, command: MergeThread, work: Work) -> Iterable[Event] | Reason:
    """Move the messages of a thread into another."""
    into = work.thread(command.into)
    wrong = merging.objection(command, before, into)
    if wrong:
        return wrong
    if into is None:
        return []
    emptied, joined = merging.merge(before, into, work.now)
    work.threads.save(emptied.id, emptied)
    work.threads.save(joined.id, joined)
    moved = work.messages.all_of(before.id)
    for stored in moved:
        work.messages.save(stored.message.message_id, replace(stored, thread_id=joined.id))
    return [
        ThreadMerged(
            thread_id=emptied.id,
            into=joined.id,
            messages=len(moved),
            thread=joined.view,
            by=command.by,
            at=work.now,
        )
    ]


@service.handles(ConfirmSender, on=THREAD)
def confirm_sender(before: Thread, command: ConfirmSender, work: Work) -> Iterable[Event] | Reason:
    """Allow the sender of a message to post in its thread; a participant changes nothing."""
    stored = work.messages.get(command.message_id)
    if stored is None or stored.thread_id != before.id or stored.message.direction != "customer":
        reason = f"There is no message {command.message_id} of a sender in this thread."
        return Reason("unknown_message", reason, field="message_id")
    email = stored.message.author
    if email.endswith(NOWHERE):
        return Reason(
            "nobody_to_confirm", "The sender of this message is unknown.", field="message_id"
        )
    if before.may_post(email):
        return []
    work.threads.save(before.id, before.with_participant(email))
    for theirs in work.messages.by(before.id, email):
        work.messages.save(theirs.message.message_id, theirs.confirmed())
    return [
        SenderConfirmed(
            thread_id=before.id,
            message_id=command.message_id,
            email=email,
            by=command.by,
            at=work.now,
        )
    ]


def unknown_canned_message(key: str | None, field: str = "canned_message") -> Reason:
    """Return the refusal of a predefined message that does not exist."""
    return Reason("unknown_canned_message", f"There is no predefined message '{key}'.", field=field)


def _text(command: ReplyThread | PostOrderMessage, view: ThreadView, work: Work) -> str | Reason:
    key = command.canned_message
    if command.text is None and key is None:
        return Reason(
            "no_text", "A message needs a 'text', a 'canned_message', or both.", field="text"
        )
    canned = work.canned_messages.get((work.shop, key)) if key else None
    if key and canned is None:
        return unknown_canned_message(key)
    return employee_messages.message_text(command.text, canned, view, command.by, work.shop_name)


def _enclosure(
    command: enclosures.EnclosingCommand, view: ThreadView, work: Work, recipient: str | None = None
) -> Enclosure | Reason:
    """Return the enclosure of a command, with documents of the customer's orders only."""
    documents = []
    for document in work.documents.named(work.shop, command.documents):
        if document.order_id == view.order_id or _is_theirs(document.order_id, view, work):
            documents.append(document)
    return enclosures.enclosure_of(command, documents, recipient or view.customer_email)


def _is_theirs(order_id: UUID, view: ThreadView, work: Work) -> bool:
    order = work.orders.get(order_id)
    return order is not None and order.belongs_to(view.customer_email, view.customer_id)


def _ids(messages: Sequence[ThreadMessage]) -> list[UUID]:
    return [message.message_id for message in messages]


def _messages(thread_id: UUID, work: Work) -> list[ThreadMessage]:
    return [stored.message for stored in work.messages.all_of(thread_id)]


def mark_read(thread_id: UUID, work: Work, missed: Sequence[UUID] = ()) -> int:
    """Mark the unread messages of a thread as read, except those the employee missed; return how
    many.
    """
    count = 0
    for stored in work.messages.unread(thread_id):
        if stored.message.message_id not in missed:
            work.messages.save(stored.message.message_id, stored.read())
            count += 1
    return count


def _save(written: WrittenMessage | Reason, work: Work) -> Iterable[Event] | Reason:
    if isinstance(written, Reason):
        return written
    work.save_message(written.thread, written.message, written.files)
    return written.events
