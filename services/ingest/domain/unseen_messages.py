"""Find messages of a customer that an employee had not seen when they acted on the thread."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from shared.contracts.ingest import (
    MarkThreadRead,
    PostOrderMessage,
    ReplyThread,
    SetThreadStatus,
    ThreadMessage,
)
from shared.contracts.reason import Reason

Acting = ReplyThread | PostOrderMessage | SetThreadStatus | MarkThreadRead


def objection(command: Acting, messages: Sequence[ThreadMessage]) -> Reason | None:
    """Return a refusal if `seen` of the command is not a message of this thread."""
    if command.seen is None or _position(messages, command.seen) >= 0:
        return None
    return Reason(
        "unknown_message", f"There is no message {command.seen} in this thread.", field="seen"
    )


def unseen(
    messages: Sequence[ThreadMessage], seen: UUID | None, *, answering: bool = False
) -> list[ThreadMessage]:
    """Return the customer's messages after the last one that the employee saw, oldest first.

    If the command does not name that one, the read marks decide. An employee saw a message that
    they marked as read since the last answer, but not the unread ones after it. If they marked
    none and are `answering`, they saw the oldest unread message.
    """
    ordered = sorted(messages, key=_age)
    if seen is not None:
        return _unread(ordered[_position(ordered, seen) + 1 :])
    unread = _unread(ordered)
    if not unread:
        return []
    # Only earlier messages count: messages that need no answer are never unread.
    for message in _since_answer(ordered):
        if _age(message) < _age(unread[0]) and _wants_an_answer(message):
            return unread
    return unread[1:] if answering else []


def _unread(messages: Sequence[ThreadMessage]) -> list[ThreadMessage]:
    return [message for message in messages if message.unread and _wants_an_answer(message)]


def _since_answer(ordered: Sequence[ThreadMessage]) -> Sequence[ThreadMessage]:
    """Return the messages after the last answer of an employee."""
    for number in range(len(ordered), 0, -1):
        if _is_answer(ordered[number - 1]):
            return ordered[number:]
    return ordered


def _position(messages: Sequence[ThreadMessage], message_id: UUID) -> int:
    for number, message in enumerate(messages):
        if message.message_id == message_id:
            return number
    return -1


def came_meanwhile(missed: Sequence[ThreadMessage]) -> Reason:
    """Return the refusal to close a thread with messages that the employee has not seen."""
    messages = "A message" if len(missed) == 1 else f"{len(missed)} messages"
    reason = (
        f"{messages} of the customer arrived meanwhile: read the thread again, then change its"
        " status."
    )
    details = {"messages": list(map(str, ids_of(missed)))}
    return Reason("unseen_messages", reason, field="seen", details=details)


def ids_of(messages: Iterable[ThreadMessage]) -> list[UUID]:
    """Return the ids of messages."""
    return [message.message_id for message in messages]


def _age(message: ThreadMessage) -> tuple[datetime, UUID]:
    return message.at, message.message_id


def _wants_an_answer(message: ThreadMessage) -> bool:
    """Return whether someone waits for an answer to a message. Private messages of unknown senders
    count, since they are often the customer's from another address; an answer to a forwarded thread
    does not.
    """
    is_answer = "answer_to_forward" in message.marks
    return message.direction == "customer" and message.kind == "personal" and not is_answer


def _is_answer(message: ThreadMessage) -> bool:
    return message.direction == "employee" and not message.private
