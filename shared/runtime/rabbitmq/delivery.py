"""A message as RabbitMQ delivered it, and the verdict on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol, TypeVar

from shared.contracts.envelope import Envelope, Unreadable, decode

T = TypeVar("T")

ATTEMPTS = "x-attempts"
# The exchange of the first publishing, in copies for a retry; trusted from the service's own
# exchange.
ORIGIN = "x-exchange"
MAX_ATTEMPTS = 1000  # the header may come from any client
MAX_PROPERTY_BYTES = 255  # in AMQP


class CallHandler(Protocol):
    """Call a part of a message's handler, and show it to middleware where there is any."""

    def __call__(self, call: Callable[[], T], /) -> T: ...


def call_unobserved(call: Callable[[], T], /) -> T:
    """Call a part of a handler where there is no middleware."""
    return call()


@dataclass(frozen=True)
class Delivery:
    """A delivered message. `envelope` is None if the bytes are no CloudEvent; `fault` then says
    why. Of the headers only the number of attempts is trusted. `exchange` and `redelivered` are set
    by RabbitMQ.
    """

    body: bytes
    envelope: Envelope | None
    fault: str = ""
    attempts: int = 0
    headers: Mapping[str, Any] = field(default_factory=dict)
    exchange: str = ""
    redelivered: bool = False
    call: CallHandler = field(default=call_unobserved, compare=False)

    @property
    def name(self) -> str:
        """Return the message's name, for logs and actors."""
        return self.envelope.name if self.envelope else "unreadable"


def receive(body: bytes, headers: Mapping[str, Any] | None = None, exchange: str = "") -> Delivery:
    """Decode a message as far as possible. Never raises: an error is the delivery's `fault`."""
    headers = headers or {}
    count = headers.get(ATTEMPTS, 0)
    attempts = min(max(count, 0), MAX_ATTEMPTS) if isinstance(count, int) else 0
    try:
        return Delivery(body, _checked(body), "", attempts, headers, exchange)
    except Exception as fault:  # any error of a message must leave the consumer running
        return Delivery(body, None, str(fault), attempts, headers, exchange)


def _checked(body: bytes) -> Envelope:
    """Return the envelope, if its values can be published again as AMQP properties in UTF-8."""
    envelope = decode(body)
    if "\0" in f"{envelope.id}{envelope.source}{envelope.subject}{envelope.correlationid}":
        raise Unreadable("id, source, subject or correlationid: the character NUL cannot be stored")
    for name in ("id", "replyto"):
        if len((getattr(envelope, name) or "").encode(errors="replace")) > MAX_PROPERTY_BYTES:
            raise Unreadable(
                f"{name}: longer than the {MAX_PROPERTY_BYTES} bytes that RabbitMQ can carry"
            )
    try:
        body.decode()
        if b"\\u" in body or b"\0" in body:  # an escape or UTF-16 may hide half a surrogate pair
            envelope.encode()
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        raise Unreadable(f"not JSON in UTF-8: {error.reason}") from None
    return envelope


class Fate(Enum):
    """What the consumer does with a message: acknowledge, retry, move to the dead letters,
    postpone.
    """

    DONE = "done"
    RETRY = "retry"
    BURY = "bury"
    LEAVE = "leave"  # for the thread's next batch; with an error after a pause


@dataclass(frozen=True)
class Verdict:
    """The fate of a message, and the error of one that failed."""

    fate: Fate
    error: BaseException | None = None


DONE = Verdict(Fate.DONE)
