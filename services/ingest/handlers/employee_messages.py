"""Messages of employees: replies, messages on orders, notes, forwarded threads."""

from collections.abc import Iterable
from uuid import UUID, uuid4

from services.ingest.domain import attachments_and_copies, employee_messages, unseen_messages
from services.ingest.domain.attachments_and_copies import AttachmentsAndCopies
from services.ingest.domain.employee_messages import ForwardedContent, WrittenMessage
from services.ingest.domain.forwards import Forward
from services.ingest.domain.known_orders import KnownOrder
from services.ingest.domain.thread import Thread, thread_id_of
from services.ingest.work import ORDER, THREAD, Work
from services.ingest.work.locks import ORDERS, THREADS
from shared.contracts.conversation import Conversation
from shared.contracts.envelope import Envelope
from shared.contracts.ingest import (
    AddNote,
    ForwardThread,
    PostOrderMessage,
    ReplyThread,
    ThreadView,
)
from shared.contracts.message import Event
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


def orders_of_documents(
    command: attachments_and_copies.MailCommand, at: Envelope, work: Work
) -> Iterable[UUID]:
    """Return the orders of the documents that a command attaches."""
    return [
        document.order_id for document in work.documents.named(at.shop, command.attach_documents)
    ]


def thread_of_order(command: PostOrderMessage, _at: Envelope, _work: Work) -> Iterable[UUID]:
    """Return the thread of an order."""
    return [thread_id_of(Conversation("order", command.order_id))]


@service.handles(ReplyThread, on=THREAD, locks=[ORDERS.of(orders_of_documents)])
def reply_thread(before: Thread, command: ReplyThread, work: Work) -> Iterable[Event] | Reason:
    """Add an employee's answer; `notify` mails it to the customer on `thread.replied`."""
    text = work.mail_objection or _text(command, before.view, work)
    if isinstance(text, Reason):
        return text
    messages = work.messages.contents(before.id)
    missed = unseen_messages.unseen(messages, command.seen, answering=True)
    wrong = unseen_messages.objection(command, messages)
    if wrong:
        return wrong
    added = _attachments_and_copies(command, before.view, work)
    if isinstance(added, Reason):
        return added
    usual = work.options.status_after_reply
    written = employee_messages.reply(
        command, before, text, uuid4(), usual, work.now, missed, added
    )
    if isinstance(written, WrittenMessage):
        work.mark_read(before.id, unseen_messages.ids_of(missed))
    return _save(written, work)


@service.handles(
    PostOrderMessage,
    on=ORDER,
    locks=[ORDERS.of(orders_of_documents), THREADS.of(thread_of_order)],
)
def post_order_message(
    order: KnownOrder, command: PostOrderMessage, work: Work
) -> Iterable[Event] | Reason:
    """Add a note to an order, or a message that is mailed to its customer."""
    before = work.thread(thread_id_of(Conversation("order", order.order_id)))
    view = (before or employee_messages.new_order_thread(order, work.now)).view
    unsendable = None if command.private else work.mail_objection
    text = unsendable or _text(command, view, work)
    if isinstance(text, Reason):
        return text
    messages = work.messages.contents(before.id) if before else []
    wrong = unseen_messages.objection(command, messages)
    if wrong:
        return wrong
    added = _attachments_and_copies(command, view, work)
    if isinstance(added, Reason):
        return added
    missed = unseen_messages.unseen(messages, command.seen, answering=True)
    written = employee_messages.post(command, order, before, text, uuid4(), work.now, missed, added)
    return _save(written, work)


@service.handles(AddNote, on=THREAD)
def add_note(before: Thread, command: AddNote, work: Work) -> Iterable[Event] | Reason:
    """Add a private note to a thread."""
    files = attachments_and_copies.files_of(command)
    if isinstance(files, Reason):
        return files
    return _save(employee_messages.note(command, before, files, uuid4(), work.now), work)


@service.handles(ForwardThread, on=THREAD, locks=[ORDERS.of(orders_of_documents)])
def forward_thread(before: Thread, command: ForwardThread, work: Work) -> Iterable[Event] | Reason:
    """Send a thread to an employee or someone else; `notify` mails it on `thread.forwarded`."""
    added = work.mail_objection or _attachments_and_copies(
        command, before.view, work, recipient=command.email
    )
    if isinstance(added, Reason):
        return added
    messages = work.messages.visible(before.id, private=command.employee is not None)
    shown = employee_messages.latest_fitting(messages)
    files, left_out = attachments_and_copies.forwarded_files(
        shown, added.files, work.attachments.content
    )
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
    written = employee_messages.forward(command, before, forwarded, added, forward_id, work.now)
    return _save(written, work)


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


def _attachments_and_copies(
    command: attachments_and_copies.MailCommand,
    view: ThreadView,
    work: Work,
    recipient: str | None = None,
) -> AttachmentsAndCopies | Reason:
    """Return attachments and copies, with documents of the customer's orders only."""
    documents = []
    for document in work.documents.named(work.shop, command.attach_documents):
        if document.order_id == view.order_id or _is_of_customer(document.order_id, view, work):
            documents.append(document)
    return attachments_and_copies.attachments_and_copies_of(
        command, documents, recipient or view.customer_email
    )


def _is_of_customer(order_id: UUID, view: ThreadView, work: Work) -> bool:
    order = work.orders.get(order_id)
    return order is not None and order.belongs_to(view.customer_email, view.customer_id)


def _save(written: WrittenMessage | Reason, work: Work) -> Iterable[Event] | Reason:
    if isinstance(written, Reason):
        return written
    work.save_message(written.thread, written.message, written.files)
    return written.events
