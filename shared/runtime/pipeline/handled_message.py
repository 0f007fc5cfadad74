"""The states of a message in the pipeline: Read → Claimed → Acted → Decided | Failed.

Each state is a value; a step of the pipeline takes one and returns the next. Messages without a
side effect go from Read to Decided. Postponed messages are handled in the thread's next batch.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

import structlog
from opentelemetry import trace
from opentelemetry.trace import INVALID_SPAN, Span
from structlog.contextvars import bound_contextvars

from shared.contracts.envelope import Envelope
from shared.contracts.message import Message
from shared.runtime.errors import BatchFull, NotYet, Unprocessable
from shared.runtime.handlers import Handling
from shared.runtime.pipeline import tracing
from shared.runtime.rabbitmq.delivery import DONE, Delivery, Fate, Verdict
from shared.runtime.storage import inbox, sequence
from shared.runtime.storage.unavailable import is_unavailable

logger = structlog.get_logger()

MAX_SOURCE = 200  # characters of a source in the inbox
T = TypeVar("T")
Status = Literal["done", "refused", "duplicate"]


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A message with its handler. `message` is None where the handler only refuses the message.
    `reply_only`: the sender may not speak for the shop, so the refusal is no event of that shop.
    `span` is that of OpenTelemetry, if spans are recorded.

    Compared by identity, since the same message may be delivered twice in one batch.
    """

    envelope: Envelope
    message: Message | None
    handling: Handling
    delivery: Delivery
    reply_only: bool = False
    read_at: float = field(default_factory=time.perf_counter)
    span: Span = INVALID_SPAN

    @property
    def trace_ids(self) -> dict[str, str | None]:
        """Return the ids of trace and span for the log; without a span that of the sender's."""
        span_id = tracing.span_id(self.envelope.traceparent)
        if self.span is not INVALID_SPAN:
            span_id = trace.format_span_id(self.span.get_span_context().span_id)
        return {"trace_id": tracing.trace_id(self.envelope.traceparent), "span_id": span_id}

    @property
    def key(self) -> inbox.Key:
        """The message's source and id, by which the inbox recognises duplicates. The source
        includes the RabbitMQ user, so that no client can take the ids of another's messages.
        """
        return _source(self.delivery.user, self.envelope.source), self.envelope.id

    @property
    def effect_key(self) -> tuple[str, str]:
        """The type and the subject of the side effect; only one per key runs at a time."""
        envelope = self.envelope
        aggregate = self.message.aggregate_key if self.message else None
        if not aggregate:
            return envelope.type, "/".join(self.key)
        return envelope.type, sequence.subject_of(envelope.shop, aggregate)

    def call(self, part: Callable[[], T]) -> T:
        """Call a part of the handler: middleware sees it, and log lines name the message."""
        envelope = self.envelope

        def call_part() -> T:
            with (
                trace.use_span(self.span, record_exception=False, set_status_on_exception=False),
                bound_contextvars(
                    message=envelope.name, id=envelope.id, shop=envelope.shop, **self.trace_ids
                ),
            ):
                return part()

        return self.delivery.call(call_part)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message with a claimed side effect. `task` is what `claim` returned."""

    read: Read
    task: Any
    claimed_at: datetime


@dataclass(frozen=True, slots=True)
class Skipped:
    """A message with a side effect that is not needed, or that ran before."""

    read: Read


@dataclass(frozen=True, slots=True)
class Acted:
    """A message after its side effect ran."""

    read: Read
    outcome: Any


@dataclass(frozen=True, slots=True)
class Decided:
    """A message that was handled. `published` is what its handler returned. `reply_only`: only its
    sender is told.
    """

    read: Read
    published: Sequence[Any] = ()
    status: Status = "done"
    reply_only: bool = False

    @property
    def verdict(self) -> Verdict:
        return DONE


@dataclass(frozen=True, slots=True)
class Failed:
    """A message that was not handled: it is retried, or goes to the dead letters."""

    read: Read
    error: BaseException
    fate: Fate

    @property
    def verdict(self) -> Verdict:
        return Verdict(self.fate, self.error)


@dataclass(frozen=True, slots=True)
class Postponed:
    """A message for the thread's next batch. `error` is the database's."""

    read: Read
    error: BaseException | None = None

    @property
    def verdict(self) -> Verdict:
        return Verdict(Fate.LEAVE, self.error)


def _source(user: str, source: str) -> str:
    """Return the source of a message for the inbox; a long one as its hash."""
    if not user:
        return source
    whole = f"{user}:{source}"
    if len(whole) <= MAX_SOURCE:
        return whole
    return f"sha256:{hashlib.sha256(whole.encode()).hexdigest()}"


Ready = Read | Skipped | Acted
"""States that a transaction turns into a final one."""
Final = Decided | Failed | Postponed


def read_of(state: Ready | Final) -> Read:
    """Return the message of a state."""
    if isinstance(state, Read):
        return state
    return state.read


def failure(read: Read, error: BaseException) -> Failed | Postponed:
    """Return the state of a message after an error in its handling."""
    if isinstance(error, BatchFull):
        return Postponed(read)
    if is_unavailable(error):
        return Postponed(read, error)
    if isinstance(error, Unprocessable):
        return Failed(read, error, Fate.BURY)
    return Failed(read, error, Fate.RETRY)


def log_final(final: Final) -> None:
    """Log one line per message, with everything to search for. A postponed message has none."""
    if isinstance(final, Postponed):
        return
    envelope, error = final.read.envelope, final.verdict.error
    line: dict[str, Any] = {}
    published: list[str] = []
    if isinstance(final, Decided):  # each name once: a mailbox may bring 200 of one kind
        published = list(dict.fromkeys(map(_name, final.published)))
    if error is not None:
        line["error"] = f"{type(error).__name__}: {error}"
    expected = error is None or isinstance(error, NotYet)
    if not expected and not isinstance(error, Unprocessable):
        line["exc_info"] = error
    write = logger.info if expected else logger.error
    write(
        envelope.name,
        outcome=final.status if isinstance(final, Decided) else final.fate.value,
        id=envelope.id,
        subject=envelope.subject,
        shop=envelope.shop,
        correlationid=envelope.correlationid,
        **final.read.trace_ids,
        attempts=final.read.delivery.attempts,
        ms=round((time.perf_counter() - final.read.read_at) * 1000, 1),
        published=published,
        **line,
    )


def _name(published: object) -> str:
    return getattr(published, "name", type(published).__name__)
