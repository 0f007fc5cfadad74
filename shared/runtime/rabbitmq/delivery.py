"""A message as RabbitMQ delivered it, and the verdict on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol, TypeVar

from shared.contracts.envelope import Envelope, Unreadable, decode
from shared.runtime.rabbitmq.names import DOCUMENTS, EVENTS
from shared.runtime.rabbitmq.oversized import HEAD, decode_head, excess

T = TypeVar("T")

ATTEMPTS = "x-attempts"
# The exchange of the first publishing, in copies for a retry; trusted from the service's own
# exchange.
ORIGIN = "x-exchange"
# The queue that a dead letter was in, to which a replay returns it.
QUEUE = "x-queue"
# The RabbitMQ user that published it first, likewise.
USER = "x-user"
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
    by RabbitMQ. `user`, the RabbitMQ user that published the message, is checked by it; empty if
    the sender did not set it.

    `excess` says why a message is too large: `envelope` then lacks its data, `body` is cut off.
    """

    body: bytes
    envelope: Envelope | None
    fault: str = ""
    attempts: int = 0
    headers: Mapping[str, Any] = field(default_factory=dict)
    exchange: str = ""
    user: str = ""
    redelivered: bool = False
    excess: str | None = None
    call: CallHandler = field(default=call_unobserved, compare=False)

    @property
    def name(self) -> str:
        """Return the message's name, for logs and actors."""
        return self.envelope.name if self.envelope else "unreadable"


def origin_headers(exchange: str, user: str) -> dict[str, Any]:
    """Return the headers by which a copy remembers where and by whom it was published first."""
    headers = {}
    if exchange:
        headers[ORIGIN] = exchange
    if user:
        headers[USER] = user
    return headers


def receive(
    body: bytes, headers: Mapping[str, Any] | None = None, exchange: str = "", user: str = ""
) -> Delivery:
    """Decode a message as far as possible. Never raises: an error is the delivery's `fault`."""
    headers = headers or {}
    count = headers.get(ATTEMPTS, 0)
    attempts = min(max(count, 0), MAX_ATTEMPTS) if isinstance(count, int) else 0
    too_large = None
    if exchange not in (EVENTS, DOCUMENTS):  # those are of services, and hold printed documents
        too_large = excess(body)
    read = _checked
    if too_large:
        # Without most of the body: a worker holds hundreds of messages.
        body, read = body[:HEAD], _checked_head
    try:
        envelope, fault = read(body), ""
    except Exception as error:  # any error of a message must leave the consumer running
        envelope, fault = None, str(error)
    return Delivery(body, envelope, fault, attempts, headers, exchange, user, excess=too_large)


def _checked(body: bytes) -> Envelope:
    """Return the envelope, if its values can be published again as AMQP properties in UTF-8."""
    envelope = _publishable(decode(body))
    try:
        body.decode()
        if b"\\u" in body or b"\0" in body:  # an escape or UTF-16 may hide half a surrogate pair
            envelope.encode()
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        raise Unreadable(f"not JSON in UTF-8: {error.reason}") from None
    return envelope


def _checked_head(body: bytes) -> Envelope:
    """Return the envelope of a message that is too large, without its data."""
    envelope = _publishable(decode_head(body))
    try:
        envelope.encode()
    except UnicodeEncodeError as error:
        raise Unreadable(f"not JSON in UTF-8: {error.reason}") from None
    return envelope


def _publishable(envelope: Envelope) -> Envelope:
    if "\0" in f"{envelope.id}{envelope.source}{envelope.subject}{envelope.correlationid}":
        raise Unreadable("id, source, subject or correlationid: the character NUL cannot be stored")
    for name in ("id", "replyto"):
        if len((getattr(envelope, name) or "").encode(errors="replace")) > MAX_PROPERTY_BYTES:
            raise Unreadable(
                f"{name}: longer than the {MAX_PROPERTY_BYTES} bytes that RabbitMQ can carry"
            )
    return envelope


class Fate(Enum):
    """What the consumer does with a message: acknowledge, retry, move to the dead letters or to
    another queue of the service, postpone.
    """

    DONE = "done"
    RETRY = "retry"
    BURY = "bury"
    MOVE = "move"
    LEAVE = "leave"  # for the thread's next batch; with an error after a pause


@dataclass(frozen=True)
class Verdict:
    """The fate of a message, the error of one that failed, and the queue of one that is moved."""

    fate: Fate
    error: BaseException | None = None
    queue: str = ""


DONE = Verdict(Fate.DONE)
