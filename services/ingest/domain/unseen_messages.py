"""Which messages of a customer an employee had not seen when they acted on the thread."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.contracts.ingest import (
    MarkThreadRead,
    PostOrderMessage,
    ReplyThread,
    SetThreadStatus,
    ThreadMessage,
)
from shared.contracts.message import Refusal

Acting = ReplyThread | PostOrderMessage | SetThreadStatus | MarkThreadRead


def objection(command: Acting, messages: Sequence[ThreadMessage]) -> Refusal | None:
    """Return why `seen` of the command is refused: it names a message of this thread."""
    if command.seen is None or any(message.message_id == command.seen for message in messages):
        return None
    return command.refuse(
        "unknown_message", f"There is no message {command.seen} in this thread.", field="seen"
    )


def unseen(
    messages: Sequence[ThreadMessage], seen: UUID | None, *, answering: bool = False
) -> list[ThreadMessage]:
    """Return the customer's messages that came after the last one that the employee saw, oldest
    first.

    Where the command does not name that one, the read marks decide: an employee who marked a
    message as read since the last answer has not seen the unread ones. One who marked none and is
    `answering` saw the oldest unread message.
    """
    ordered = sorted(messages, key=_age)
    if seen is not None:
        position = next(
            (number for number, message in enumerate(ordered) if message.message_id == seen), -1
        )
        return [
            message
            for message in ordered[position + 1 :]
            if message.unread and _wants_an_answer(message)
        ]
    answers = [number for number, message in enumerate(ordered) if _is_answer(message)]
    since = ordered[answers[-1] + 1 :] if answers else ordered
    unread = [message for message in ordered if message.unread and _wants_an_answer(message)]
    if not unread:
        return []
    # Only what came before counts: messages that wake nobody are never unread.
    earlier = [message for message in since if _age(message) < _age(unread[0])]
    if any(_wants_an_answer(message) for message in earlier):
        return unread
    return unread[1:] if answering else []


def came_meanwhile(command: SetThreadStatus, missed: Sequence[ThreadMessage]) -> Refusal:
    """Return the refusal to close a thread over messages that the employee has not seen."""
    messages = "A message" if len(missed) == 1 else f"{len(missed)} messages"
    reason = (
        f"{messages} of the customer came meanwhile: read the thread again, then give it another"
        " status."
    )
    ids = [str(message.message_id) for message in missed]
    return command.refuse("unseen_messages", reason, field="seen", messages=ids)


def _age(message: ThreadMessage) -> tuple[datetime, UUID]:
    return message.at, message.message_id


def _wants_an_answer(message: ThreadMessage) -> bool:
    """Return whether somebody waits for an answer to a message. What a stranger wrote is private,
    and often the customer's, from another address; an answer to a forwarded thread waits for none.
    """
    is_answer = "answer_to_forward" in message.marks
    return message.direction == "customer" and message.kind == "personal" and not is_answer


def _is_answer(message: ThreadMessage) -> bool:
    return message.direction == "employee" and not message.private
