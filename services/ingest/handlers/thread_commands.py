"""Commands of employees; each changes one thread."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from services.ingest.domain import merging, unseen_messages
from services.ingest.domain.thread import NOWHERE, Thread, status_events
from services.ingest.work import THREAD, UNMERGED_THREAD, Work
from services.ingest.work.locks import THREADS
from shared.contracts.envelope import Envelope
from shared.contracts.ingest import (
    AssignThread,
    ConfirmSender,
    MarkThreadRead,
    MergeThread,
    SenderConfirmed,
    SetThreadStatus,
    ThreadAssigned,
    ThreadMerged,
    ThreadViewed,
)
from shared.contracts.message import Event
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


def other_thread(command: MergeThread, _at: Envelope, _work: Work) -> Iterable[UUID]:
    """Return the thread that another one is merged into."""
    return [command.into]


@service.handles(SetThreadStatus, on=THREAD)
def set_thread_status(
    before: Thread, command: SetThreadStatus, work: Work
) -> Iterable[Event] | Reason:
    """Change the status of a thread; its current status changes nothing. While the customer's
    latest message is unseen, an employee may only open the thread.
    """
    messages = work.messages.contents(before.id)
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
    messages = work.messages.contents(before.id)
    wrong = unseen_messages.objection(command, messages)
    if wrong:
        return wrong
    missed = unseen_messages.unseen(messages, command.seen) if command.seen else []
    if before.view.unread_messages <= len(missed):
        return []
    work.threads.save(before.id, before.read(missed))
    count = work.mark_read(before.id, unseen_messages.ids_of(missed))
    return [ThreadViewed(thread_id=before.id, message_count=count, by=command.by, at=work.now)]


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
            message_count=len(moved),
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
