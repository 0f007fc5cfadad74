"""The door: which deliveries may be handled at all, and by whom.

Bytes that cannot be read, types that the service does not take, and messages that came by an
exchange where they do not belong are buried with the reason; commands and queries with wrong data
are refused, with a sentence that names the field.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import structlog
from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError
from structlog.contextvars import bound_contextvars

from shared.contracts.envelope import Envelope, faults, first_fault
from shared.contracts.message import Asking, Event, Message
from shared.contracts.references import references
from shared.runtime.errors import BatchFull, NotYet, Unprocessable
from shared.runtime.handlers import Handling
from shared.runtime.pipeline import tracing
from shared.runtime.pipeline.side_effects import log as effect_log
from shared.runtime.rabbitmq.delivery import DONE, LEFT, Delivery, Fate, Verdict
from shared.runtime.rabbitmq.names import COMMANDS, EVENTS
from shared.runtime.service import Service
from shared.runtime.storage import inbox, sequence
from shared.runtime.storage.database import away

log = structlog.get_logger()

T = TypeVar("T")

LONGEST_SUBJECT = 200  # characters of a stranger's, in a refusal
UNCLAIMED = object()
Known = Mapping[tuple[str, str], UUID]
"""Ids by shop and reference."""
NUL = rb"\u0000"  # as JSON writes it
NUL_FAULT = InitErrorDetails(
    type=PydanticCustomError("nul", "The character NUL cannot be kept"), input=None
)


@dataclass
class Item:
    """A readable message on its way through the pipeline. `claimed`: what its act is to do, None
    for nothing; `extra`: what it did.
    """

    envelope: Envelope
    message: Message | None
    handling: Handling
    delivery: Delivery
    claimed: Any = UNCLAIMED
    extra: tuple[Any, ...] = ()
    told: list[Any] = field(default_factory=list)
    verdict: Verdict = DONE
    outcome: str = "done"
    started: float = field(default_factory=time.perf_counter)

    @property
    def key(self) -> inbox.Key:
        return self.envelope.source, self.envelope.id

    @property
    def about(self) -> effect_log.Subject:
        """What its act is about. Of two messages about the same, one acts at a time."""
        envelope, aggregate = self.envelope, self.message.aggregate_key if self.message else None
        alone = f"{envelope.source}/{envelope.id}"
        return envelope.type, sequence.subject_of(envelope.shop, aggregate) if aggregate else alone

    @property
    def fine(self) -> bool:
        """Whether nothing went wrong with it yet."""
        return self.verdict is DONE

    def reset(self) -> None:
        """Nothing was decided about it."""
        self.told, self.verdict, self.outcome = [], DONE, "done"

    def fail(self, error: BaseException) -> None:
        """It was not handled: it is tried again, buried, or left for the next turn."""
        if isinstance(error, BatchFull):
            self.verdict = LEFT
        elif away(error):
            self.verdict = Verdict(Fate.LEAVE, error)
        else:
            self.verdict = Verdict(
                Fate.BURY if isinstance(error, Unprocessable) else Fate.RETRY, error
            )
        self.told = []
        self.outcome = self.verdict.fate.value

    def call(self, part: Callable[[], T]) -> T:
        """Call a part of the handler: middleware sees it, and what it logs names the message."""
        envelope = self.envelope

        def call_part() -> T:
            with bound_contextvars(
                message=envelope.name,
                id=envelope.id,
                shop=envelope.shop,
                trace_id=tracing.trace_id(envelope.traceparent),
            ):
                return part()

        return self.delivery.call(call_part)

    def tell_log(self) -> None:
        """The canonical line: one per message, with all one searches for; none where nothing was
        done.
        """
        if self.verdict.fate is Fate.LEAVE:
            return
        envelope, error = self.envelope, self.verdict.error
        loud = error is not None and not isinstance(error, NotYet)
        (log.error if loud else log.info)(
            envelope.name,
            outcome=self.outcome,
            id=envelope.id,
            subject=envelope.subject,
            shop=envelope.shop,
            correlationid=envelope.correlationid,
            trace_id=tracing.trace_id(envelope.traceparent),
            attempts=self.delivery.attempts,
            ms=round((time.perf_counter() - self.started) * 1000, 1),
            told=[getattr(told, "name", type(told).__name__) for told in self.told],
            **({"error": f"{type(error).__name__}: {error}"} if error else {}),
            **({"exc_info": error} if loud and not isinstance(error, Unprocessable) else {}),
        )


def take_in(delivery: Delivery, service: Service, known: Known | None = None) -> Item | Verdict:
    """A message that can be handled, or the verdict over one that cannot or is for another service.
    Wrong data of a command or query is handled, too: by a refusal that names the field. `known` are
    the ids of the references that are used. Never raises.
    """
    envelope = delivery.envelope
    if envelope is None:
        return _bury(delivery, delivery.fault)
    if tracing.trace_id(envelope.traceparent) is None:  # a walk that begins here
        envelope = envelope.model_copy(update={"traceparent": tracing.child(None)})
    handling = service.handlings.get(envelope.type)
    if handling is None:
        return _bury(delivery, f"{service.name} does not take messages of type '{envelope.type}'")
    if not _may_come_through(delivery.exchange, handling.message):
        return _bury(delivery, f"'{envelope.type}' may not be sent to {delivery.exchange}")
    if not handling.message.is_for(service.name, envelope.data):
        log.info(delivery.name, outcome="not_ours", id=envelope.id)
        return DONE
    for name, reference in (
        references(handling.message, envelope.data) if service.references else ()
    ):
        found = (known or {}).get((envelope.shop, reference))
        if found is None:
            return Item(envelope, None, _unknown(handling.message, name, reference), delivery)
        envelope = envelope.model_copy(update={"data": envelope.data | {name: str(found)}})
    return _read(delivery, envelope, handling)


def used_references(deliveries: Iterable[Delivery], service: Service) -> set[tuple[str, str]]:
    """Return the references, by shop, that messages name in the place of ids."""
    return {
        (envelope.shop, reference)
        for envelope in (delivery.envelope for delivery in deliveries)
        if envelope
        for handling in [service.handlings.get(envelope.type)]
        if handling
        for _, reference in references(handling.message, envelope.data)
    }


def _read(delivery: Delivery, envelope: Envelope, handling: Handling) -> Item | Verdict:
    extra = "ignore" if issubclass(handling.message, Event) else "forbid"
    try:
        message = handling.message.model_validate(envelope.data, extra=extra)  # type: ignore[arg-type]
        if NUL in delivery.body and _holds_nul(envelope.data):
            raise ValidationError.from_exception_data(handling.message.__name__, [NUL_FAULT])
    except ValidationError as error:
        if issubclass(handling.message, Asking):
            return Item(envelope, None, _refusing(handling.message, envelope, error), delivery)
        return _bury(delivery, f"{envelope.type}: {first_fault(error)}")
    return Item(envelope, message, handling, delivery)


def _bury(delivery: Delivery, reason: str) -> Verdict:
    log.warning(delivery.name, outcome="buried", reason=reason)
    return Verdict(Fate.BURY, Unprocessable(reason))


def _may_come_through(exchange: str, kind: type[Message]) -> bool:
    """Whoever may write an exchange may say only what belongs there: an outsider no events, nobody
    what is internal.
    """
    if exchange in (COMMANDS, EVENTS):
        return not kind.internal and issubclass(kind, Asking if exchange == COMMANDS else Event)
    return True


def _refusing(kind: type[Asking], envelope: Envelope, error: ValidationError) -> Handling:
    """Wrong data in a readable command or query is refused with a sentence that names the field."""
    named = envelope.subject or envelope.data.get(kind.subject_field or "")
    refusal = kind.refusal(
        aggregate=named[:LONGEST_SUBJECT] if isinstance(named, str) else None,
        code="invalid",
        reason=first_fault(error),
        details={"faults": faults(error)},
    )
    return Handling(kind, lambda _message, _work: [refusal])


def _unknown(kind: type[Message], name: str, reference: str) -> Handling:
    """What is called by a reference that nothing has is refused; `order_id` names an order."""
    noun = name.removesuffix("_id")
    refusal = kind.refusal(  # type: ignore[attr-defined]
        aggregate=reference,
        code=f"unknown_{noun}",
        reason=f"There is no {noun} '{reference}' in this shop.",
        details={"field": name},
    )
    return Handling(kind, lambda _message, _work: [refusal])


def _holds_nul(value: Any) -> bool:
    """Whether a text anywhere in JSON data holds the character NUL, which PostgreSQL cannot
    keep.
    """
    parts = [value]  # without recursion: a stranger chooses the depth
    while parts:
        part = parts.pop()
        if isinstance(part, str) and "\0" in part:
            return True
        if isinstance(part, dict):
            parts += [*part.keys(), *part.values()]
        elif isinstance(part, list):
            parts += part
    return False
