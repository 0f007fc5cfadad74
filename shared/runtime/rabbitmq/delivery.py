"""A message as it came from RabbitMQ, and what becomes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol, TypeVar

from shared.contracts.envelope import Envelope, Unreadable, decode

T = TypeVar("T")

ATTEMPTS = "x-attempts"
ORIGIN = (  # where a copy of ours was first published; believed from our own exchange only
    "x-exchange"
)
MAX_BELIEVED_ATTEMPTS = 1000  # the header may come from a stranger
LONGEST_PROPERTY = 255  # bytes, in AMQP


class CallHandler(Protocol):
    """Call a part of a message's handler, and show it to middleware where there is any."""

    def __call__(self, call: Callable[[], T], /) -> T: ...


def call_unobserved(call: Callable[[], T], /) -> T:
    """Call a part of a handler where there is no middleware."""
    return call()


@dataclass(frozen=True)
class Delivery:
    """`envelope` is None when the bytes are no CloudEvent; `fault` then says why. Of the headers
    only the count of attempts is believed. `exchange` is where it was published, which RabbitMQ
    vouches for.
    """

    body: bytes
    envelope: Envelope | None
    fault: str = ""
    attempts: int = 0
    headers: Mapping[str, Any] = field(default_factory=dict)
    exchange: str = ""
    call: CallHandler = field(default=call_unobserved, compare=False)

    @property
    def name(self) -> str:
        """The message's name, for logs and actors."""
        return self.envelope.name if self.envelope else "unreadable"


def receive(body: bytes, headers: Mapping[str, Any] | None = None, exchange: str = "") -> Delivery:
    """What RabbitMQ delivered, decoded as far as it can be. Never raises."""
    headers = headers or {}
    count = headers.get(ATTEMPTS, 0)
    attempts = min(max(count, 0), MAX_BELIEVED_ATTEMPTS) if isinstance(count, int) else 0
    try:
        return Delivery(body, _checked(body), "", attempts, headers, exchange)
    except Exception as fault:  # whatever it is, this message's consumer must live
        return Delivery(body, None, str(fault), attempts, headers, exchange)


def _checked(body: bytes) -> Envelope:
    """The envelope, if what it says can be said again: to RabbitMQ as properties, to anybody in
    UTF-8.
    """
    envelope = decode(body)
    if "\0" in f"{envelope.id}{envelope.source}{envelope.subject}{envelope.correlationid}":
        raise Unreadable("id, source, subject or correlationid: the character NUL cannot be kept")
    for name in ("id", "replyto"):
        if len((getattr(envelope, name) or "").encode(errors="replace")) > LONGEST_PROPERTY:
            raise Unreadable(
                f"{name}: longer than the {LONGEST_PROPERTY} bytes that RabbitMQ can carry"
            )
    try:
        body.decode()
        if (
            b"\\u" in body or b"\0" in body
        ):  # an escape, or UTF-16, may hide half of a surrogate pair
            envelope.encode()
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        raise Unreadable(f"not JSON in UTF-8: {error.reason}") from None
    return envelope


class Fate(Enum):
    """What the consumer does with a message."""

    DONE = "done"
    RETRY = "retry"
    BURY = "bury"
    LEAVE = (  # nothing was done: its thread takes it next; after a pause, where there is an error
        "leave"
    )


@dataclass(frozen=True)
class Verdict:
    """A fate and, where it failed, the error that decided it."""

    fate: Fate
    error: BaseException | None = None


DONE, LEFT = Verdict(Fate.DONE), Verdict(Fate.LEAVE)
