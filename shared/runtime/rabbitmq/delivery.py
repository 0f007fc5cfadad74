"""A message as RabbitMQ delivered it, and the verdict on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol, TypeVar

from shared.contracts.envelope import NOT_UTF8, Envelope, Unreadable, decode
from shared.contracts.reason import Reason
from shared.runtime.rabbitmq.binary_mode import structured
from shared.runtime.rabbitmq.legible import (
    Attributes,
    is_usable,
    legible_attributes,
    misspelt_address,
)
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
# Its properties of the same names, and its routing key.
REPLY_TO, CORRELATION_ID, ROUTING_KEY = "x-reply-to", "x-correlation-id", "x-routing-key"
MAX_ATTEMPTS = 1000  # the header may come from any client
MAX_PROPERTY_BYTES = 255  # in AMQP


class CallHandler(Protocol):
    """Call a part of a message's handler, and show it to middleware where there is any."""

    def __call__(self, call: Callable[[], T], /) -> T: ...


def call_unobserved(call: Callable[[], T], /) -> T:
    """Call a part of a handler where there is no middleware."""
    return call()


@dataclass(frozen=True)
class Origin:
    """How a message was published first: the exchange and the routing key, the RabbitMQ user, which
    RabbitMQ checked, and the AMQP properties for a reply. Each is empty if it is unknown.
    """

    exchange: str = ""
    routing_key: str = ""
    user: str = ""
    reply_to: str = ""
    correlation_id: str = ""

    def headers(self) -> dict[str, str]:
        """Return the headers by which a copy remembers its origin."""
        headers = {
            ORIGIN: self.exchange,
            ROUTING_KEY: self.routing_key,
            USER: self.user,
            REPLY_TO: self.reply_to,
            CORRELATION_ID: self.correlation_id,
        }
        return dict(filter(_has_value, headers.items()))

    @classmethod
    def of_copy(cls, headers: Mapping[str, Any], exchange: str = "") -> "Origin":
        """Return the origin that a copy remembers; `exchange` is that of the copy."""
        return cls(
            exchange=str(headers.get(ORIGIN, exchange)),
            routing_key=str(headers.get(ROUTING_KEY, "")),
            user=str(headers.get(USER, "")),
            reply_to=str(headers.get(REPLY_TO, "")),
            correlation_id=str(headers.get(CORRELATION_ID, "")),
        )


def _has_value(item: tuple[str, str]) -> bool:
    return item[1] != ""


UNKNOWN_ORIGIN = Origin()


@dataclass(frozen=True)
class Delivery:
    """A delivered message. `envelope` is None if the bytes are no CloudEvent; `fault` then says
    why, and `legible` holds the attributes that could be read. Of the headers only the number of
    attempts is trusted. `redelivered` is set by RabbitMQ.

    `excess` says why a message is too large: `envelope` then lacks its data, `body` is cut off.
    """

    body: bytes
    envelope: Envelope | None
    fault: Reason | None = None
    attempts: int = 0
    headers: Mapping[str, Any] = field(default_factory=dict)
    origin: Origin = UNKNOWN_ORIGIN
    legible: Attributes = field(default_factory=dict)
    redelivered: bool = False
    excess: str | None = None
    call: CallHandler = field(default=call_unobserved, compare=False)

    @property
    def name(self) -> str:
        """Return the message's name, for logs and actors."""
        return self.envelope.name if self.envelope else "unreadable"

    @property
    def exchange(self) -> str:
        """Return the exchange that the message was published to."""
        return self.origin.exchange

    @property
    def user(self) -> str:
        """Return the RabbitMQ user that published the message; empty if it was not named."""
        return self.origin.user

    @property
    def attributes(self) -> Mapping[str, Any]:
        """Return the attributes of the envelope, or those that could be read."""
        return self.legible if self.envelope is None else dict(self.envelope)


def receive(
    body: bytes,
    headers: Mapping[str, Any] | None = None,
    origin: Origin = UNKNOWN_ORIGIN,
    content_type: str = "",
) -> Delivery:
    """Decode a message as far as possible. Never raises: an error is the delivery's `fault`."""
    headers = headers or {}
    body = structured(body, headers, content_type)
    count = headers.get(ATTEMPTS, 0)
    attempts = min(max(count, 0), MAX_ATTEMPTS) if isinstance(count, int) else 0
    too_large = None
    if origin.exchange not in (
        EVENTS,
        DOCUMENTS,
    ):  # those are of services, and hold printed documents
        too_large = excess(body)
    read, whole = _checked, body
    if too_large:
        # Without most of the body: a worker holds hundreds of messages.
        body, read = body[:HEAD], _checked_head
    envelope: Envelope | None = None
    fault: Reason | None = None
    found: Attributes = {}
    try:
        envelope = _addressed(read(body), origin)
        if too_large and not envelope.replyto:  # it may come after the data
            envelope = envelope.model_copy(
                update={"replyto": _legible(whole, origin).get("replyto")}
            )
    except Exception as error:  # any error of a message must leave the consumer running
        fault, found = _reason(error), _legible(whole, origin)
    return Delivery(
        body, envelope, fault, attempts, headers, origin, legible=found, excess=too_large
    )


def _reason(error: Exception) -> Reason:
    if isinstance(error, Unreadable):
        return error.reason
    return Reason("not_json", "The message is not JSON, or is nested too deeply.")


def _addressed(envelope: Envelope, origin: Origin) -> Envelope:
    """Return the envelope with the reply address from AMQP, if it has none of its own."""
    if envelope.replyto or not (origin.reply_to or envelope.model_extra):
        return envelope
    address = misspelt_address(envelope.model_extra or {}) or origin.reply_to
    if not is_usable(address):
        return envelope
    return envelope.model_copy(update={"replyto": address})


def _legible(body: bytes, origin: Origin) -> Attributes:
    """Return the attributes of an unreadable message, with the reply address from AMQP."""
    found = dict(legible_attributes(body))
    if is_usable(origin.reply_to):
        found.setdefault("replyto", origin.reply_to)
    return found


def _checked(body: bytes) -> Envelope:
    """Return the envelope, if its values can be published again as AMQP properties in UTF-8."""
    envelope = _publishable(decode(body))
    try:
        body.decode()
        if b"\\u" in body or b"\0" in body:  # an escape or UTF-16 may hide half a surrogate pair
            envelope.encode()
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        raise Unreadable(NOT_UTF8) from error
    return envelope


def _checked_head(body: bytes) -> Envelope:
    """Return the envelope of a message that is too large, without its data."""
    envelope = _publishable(decode_head(body))
    try:
        envelope.encode()
    except UnicodeEncodeError as error:
        raise Unreadable(NOT_UTF8) from error
    return envelope


def _publishable(envelope: Envelope) -> Envelope:
    for name in ("id", "source", "subject", "correlationid"):
        if "\0" in (getattr(envelope, name) or ""):
            raise Unreadable(
                Reason(
                    "invalid_attribute",
                    f"The attribute '{name}' contains the character NUL, which cannot be stored.",
                    name,
                )
            )
    for name in ("id", "replyto"):
        if len((getattr(envelope, name) or "").encode(errors="replace")) > MAX_PROPERTY_BYTES:
            raise Unreadable(
                Reason(
                    "invalid_attribute",
                    f"The attribute '{name}' is longer than {MAX_PROPERTY_BYTES} bytes.",
                    name,
                )
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
    """The fate of a message, the error of one that failed, and the queue of one that is moved.
    `reason` is what the sender of a message is told that no handler takes.
    """

    fate: Fate
    error: BaseException | None = None
    queue: str = ""
    reason: Reason | None = None


DONE = Verdict(Fate.DONE)
