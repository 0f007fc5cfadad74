"""Everything around a handler, once for all services.

Read and validate, bind log and trace, open the transaction, claim in the inbox, call, put what is told into the outbox,
commit. What waits is taken into one transaction; a handler that fails has written nothing and its neighbours are not
disturbed; when the common write itself fails, the messages are taken one by one.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from structlog.contextvars import bound_contextvars

from shared.contracts.envelope import Envelope, faults, first_fault
from shared.contracts.message import Asking, Event, Message, Query, Refusal
from shared.runtime import journal, trace
from shared.runtime.database import reading
from shared.runtime.delivery import DONE, Delivery, Fate, Verdict
from shared.runtime.errors import NotYet, Unprocessable
from shared.runtime.log import logger
from shared.runtime.names import COMMANDS, EVENTS
from shared.runtime.post import Post
from shared.runtime.publisher import Outcome, Outgoing
from shared.runtime.service import Handling, Service
from shared.runtime.store import UnitOfWork

log = logger()

LONGEST_SUBJECT = 200  # characters of a stranger's, in a refusal
NUL = rb"\u0000"  # as JSON writes it
NUL_FAULT = InitErrorDetails(type=PydanticCustomError("nul", "The character NUL cannot be kept"), input=None)

Publish = Callable[[Sequence[Outgoing]], Sequence[Outcome]]


def utc_now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


@dataclass
class Item:
    """A readable message on its way through the pipeline."""

    envelope: Envelope
    message: Message | None
    handling: Handling
    attempts: int = 0
    extra: tuple[Any, ...] = ()
    told: list[Any] = field(default_factory=list)
    verdict: Verdict = DONE
    outcome: str = "done"
    started: float = field(default_factory=time.perf_counter)

    @property
    def key(self) -> journal.Key:
        return self.envelope.source, self.envelope.id


class Pipeline:
    """Runs messages of one service. `clock` gives aware datetimes; `publish` sends the answers to queries."""

    def __init__(
        self,
        service: Service,
        engine: Engine,
        publish: Publish,
        *,
        adapters: Any = None,
        clock: Callable[[], datetime] = utc_now,
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        self.service, self.engine, self.publish = service, engine, publish
        self.adapters, self.clock, self.committed = adapters, clock, committed
        self.post = Post(service.name)

    def process(self, deliveries: Sequence[Delivery]) -> list[Verdict]:
        """What becomes of each delivery, in the same order. Never raises for a message's sake."""
        read = [self._read(delivery) for delivery in deliveries]
        items = [item for item in read if isinstance(item, Item)]
        self._effects([item for item in items if not issubclass(item.handling.message, Query)])
        for item in items:
            if issubclass(item.handling.message, Query):
                self._answer(item)
            self._tell_log(item)
        return [item.verdict if isinstance(item, Item) else item for item in read]

    # --- reading ------------------------------------------------------------------------------------------------------

    def _read(self, delivery: Delivery) -> Item | Verdict:
        envelope = delivery.envelope
        if envelope is None:
            return self._bury(delivery, delivery.fault)
        if trace.trace_id(envelope.traceparent) is None:  # a walk that begins here
            envelope = envelope.model_copy(update={"traceparent": trace.child(None)})
        handling = self.service.handlings.get(envelope.type)
        if handling is None:
            return self._bury(delivery, f"{self.service.name} does not take messages of type '{envelope.type}'")
        if not _may_come_through(delivery.exchange, handling.message):
            return self._bury(delivery, f"'{envelope.type}' may not be sent to {delivery.exchange}")
        extra = "ignore" if issubclass(handling.message, Event) else "forbid"
        try:
            message = handling.message.model_validate(envelope.data, extra=extra)  # type: ignore[arg-type]
            if NUL in delivery.body and holds_nul(envelope.data):
                raise ValidationError.from_exception_data(handling.message.__name__, [NUL_FAULT])
        except ValidationError as error:
            if issubclass(handling.message, Asking):
                return Item(envelope, None, _refusing(handling.message, envelope, error), delivery.attempts)
            return self._bury(delivery, f"{envelope.type}: {first_fault(error)}")
        return Item(envelope, message, handling, delivery.attempts)

    def _bury(self, delivery: Delivery, reason: str) -> Verdict:
        log.warning(delivery.name, outcome="buried", reason=reason)
        return Verdict(Fate.BURY, Unprocessable(reason))

    # --- commands and events ------------------------------------------------------------------------------------------

    def _effects(self, items: Sequence[Item]) -> None:
        for item in items:
            if item.handling.act:  # one after another, so that what was done is kept before the next is touched
                self._act(item)
                if item.verdict is DONE:
                    self._effects_of_one(item)
        ready = [item for item in items if not item.handling.act]
        try:
            self._together(ready)
        except Exception as error:
            if len(ready) > 1:
                log.warning("batch", outcome="taken_apart", size=len(ready), error=str(error))
                for item in ready:
                    self._effects_of_one(item)
            elif ready:
                _fail(ready[0], error)

    def _effects_of_one(self, item: Item) -> None:
        item.told, item.verdict, item.outcome = [], DONE, "done"
        try:
            self._together([item])
        except Exception as error:
            _fail(item, error)

    def _act(self, item: Item) -> None:
        """Claim in a transaction of its own, then touch the world with no transaction open."""
        handling = item.handling
        try:
            claimed = self._claim(item)
            if claimed is None:  # done before, or nothing is to be done: still it is noted, and answered
                item.handling = replace(handling, handler=lambda _message, _work: ())
            elif handling.act:
                with self._bound(item):
                    item.extra = (handling.act(claimed, self.adapters),)
        except Exception as error:
            _fail(item, error)

    def _claim(self, item: Item) -> Any:
        with self.engine.begin() as connection:
            if journal.claimed(connection, item.key):
                return None
            if item.handling.claim is None:
                return item.message
            work = self._open(connection)
            work.begin(item.envelope, self.clock())
            claimed = item.handling.claim(item.message, work)
            work.keep()
            work.write()
            return claimed

    def _together(self, items: Sequence[Item]) -> None:
        if not items:
            return
        with self.engine.begin() as connection:
            fresh = journal.claim(connection, [item.key for item in items], self.clock())
            work = self._open(connection)
            work.preload([item.message for item in items if item.message and item.key in fresh])
            for item in items:
                if item.key in fresh:
                    fresh.discard(item.key)  # the same message twice in one batch
                    self._decide(item, work)
                else:
                    item.outcome = "duplicate"
            failed = {item.key for item in items if item.verdict is not DONE}
            journal.release(connection, sorted(failed))
            work.write()
            self.post.send(connection, [item for item in items if item.key not in failed], self.clock())
        self.committed()

    def _open(self, connection: Connection) -> UnitOfWork:
        work = self.service.work(connection, self.adapters)
        work.service = self.service.name
        return work

    def _decide(self, item: Item, work: UnitOfWork) -> None:
        work.begin(item.envelope, self.clock())
        try:
            with self._bound(item):
                item.told = list(item.handling.handler(item.message, work, *item.extra) or ())
        except DBAPIError:
            raise  # the transaction is broken for all: it is taken apart
        except Exception as error:
            work.discard()
            _fail(item, error)
        else:
            if any(isinstance(told, Refusal) for told in item.told):
                item.outcome = "refused"
                work.discard()  # refused means that nothing changed
            work.keep()

    # --- queries ------------------------------------------------------------------------------------------------------

    def _answer(self, item: Item) -> None:
        if not item.envelope.replyto:
            _fail(item, Unprocessable(f"{item.envelope.name} is a question and needs the attribute 'replyto'"))
            return
        try:
            with reading(self.engine) as connection, self._bound(item):
                work = self._open(connection)
                work.begin(item.envelope, self.clock())
                item.told = _as_list(item.handling.handler(item.message, work))
            if isinstance(item.told[0], Refusal):
                item.outcome = "refused"
            answer = self.post.answer(item, item.told[0], self.clock())
            # RETURNED: nobody waits for it any more.
            if self.publish([answer])[0] not in (Outcome.CONFIRMED, Outcome.RETURNED):
                raise NotYet("the answer was not confirmed by RabbitMQ")
        except Exception as error:
            _fail(item, error)

    # --- logs ---------------------------------------------------------------------------------------------------------

    def _bound(self, item: Item) -> Any:
        envelope = item.envelope
        return bound_contextvars(
            message=envelope.name, id=envelope.id, shop=envelope.shop, trace_id=trace.trace_id(envelope.traceparent)
        )

    def _tell_log(self, item: Item) -> None:
        """The canonical line: one per message, with all one searches for."""
        envelope, error = item.envelope, item.verdict.error
        loud = error is not None and not isinstance(error, NotYet)
        (log.error if loud else log.info)(
            envelope.name,
            outcome=item.outcome,
            id=envelope.id,
            subject=envelope.subject,
            shop=envelope.shop,
            correlationid=envelope.correlationid,
            trace_id=trace.trace_id(envelope.traceparent),
            attempts=item.attempts,
            ms=round((time.perf_counter() - item.started) * 1000, 1),
            told=[getattr(told, "name", type(told).__name__) for told in item.told],
            **({"error": f"{type(error).__name__}: {error}"} if error else {}),
            **({"exc_info": error} if loud and not isinstance(error, Unprocessable) else {}),
        )


def holds_nul(value: Any) -> bool:
    """Whether a text anywhere in JSON data holds the character NUL, which PostgreSQL cannot keep."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(holds_nul(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(holds_nul(part) for part in value)


def _fail(item: Item, error: Exception) -> None:
    fate = Fate.BURY if isinstance(error, Unprocessable) else Fate.RETRY
    item.verdict, item.outcome, item.told = Verdict(fate, error), fate.value, []


def _may_come_through(exchange: str, kind: type[Message]) -> bool:
    """Whoever may write an exchange may say only what belongs there: an outsider no events, nobody what is internal."""
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


def _as_list(answer: Message | Iterable[Message]) -> list[Message]:
    return [answer] if isinstance(answer, Message) else list(answer)
