"""Everything around a handler, once for all services.

For what `intake` let in: bind log and trace, open the transaction, claim in the inbox, call, put what is told into the
outbox, commit. What waits is taken into one transaction; a handler that fails has written nothing and its neighbours
are not disturbed; when the common write itself fails, the messages are taken one by one.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from structlog.contextvars import bound_contextvars

from shared.contracts.message import Message, Query, Refusal
from shared.runtime import journal, trace
from shared.runtime.database import reading
from shared.runtime.delivery import LEFT, Delivery, Fate, Verdict
from shared.runtime.errors import NotYet, Unprocessable
from shared.runtime.intake import UNCLAIMED, Item, take_in
from shared.runtime.log import logger
from shared.runtime.outgoing import Outcome, Outgoing
from shared.runtime.post import Post
from shared.runtime.service import Service
from shared.runtime.store import UnitOfWork

log = logger()

LONGEST_TURN = 5.0  # seconds in which a batch begins with acts; what is left then is in the next one

Publish = Callable[[Sequence[Outgoing]], Sequence[Outcome]]


def utc_now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


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
        read = [take_in(delivery, self.service) for delivery in deliveries]
        items = [item for item in read if isinstance(item, Item)]
        acts = deque(item for item in items if item.handling.act)
        others = [item for item in items if not item.handling.act]
        self._effects([item for item in others if not issubclass(item.handling.message, Query)])
        for item in others:
            if issubclass(item.handling.message, Query):
                self._answer(item)
            self._tell_log(item)
        self._act_in_turn(acts)  # last, for it may take long
        return [item.verdict if isinstance(item, Item) else item for item in read]

    # --- commands and events ------------------------------------------------------------------------------------------

    def _effects(self, items: Sequence[Item]) -> None:
        try:
            self._together(items)
        except Exception as error:
            if len(items) == 1:
                _fail(items[0], error)
                return
            log.warning("batch", outcome="taken_apart", size=len(items), error=str(error))
            for item in items:
                self._effects_of_one(item)

    def _effects_of_one(self, item: Item, following: Item | None = None) -> None:
        item.reset()
        try:
            self._together([item], following)
        except Exception as error:
            if following is None:
                _fail(item, error)
            else:
                following.reset()
                following.claimed = UNCLAIMED
                self._effects_of_one(item)

    def _act_in_turn(self, waiting: deque[Item]) -> None:
        """What one did is kept before the next is touched. The next is claimed in the same transaction, so that there
        is one commit each, and never more than one claim whose act was not kept.
        """
        ends = time.monotonic() + LONGEST_TURN
        while waiting:
            item = waiting.popleft()
            if item.fine and item.claimed is UNCLAIMED:
                self._claim(item)
            if item.fine:
                self._act(item)
            in_time = time.monotonic() < ends
            if item.fine:
                self._effects_of_one(item, waiting[0] if waiting and in_time else None)
            self._tell_log(item)
            if not in_time:
                for left in waiting:
                    left.verdict = LEFT
                return

    def _act(self, item: Item) -> None:
        """Touches the world with no transaction open, where there is something to do."""
        if item.claimed is None or item.handling.act is None:
            return
        try:
            with self._bound(item):
                item.extra = (item.handling.act(item.claimed, self.adapters),)
        except Exception as error:
            _fail(item, error)

    def _claim(self, item: Item) -> None:
        """In a transaction of its own."""
        try:
            with self.engine.begin() as connection:
                work = self._open(connection)
                self._claim_in(work, item)
                work.write()
        except Exception as error:
            _fail(item, error)

    def _claim_in(self, work: UnitOfWork, item: Item) -> None:
        if journal.claimed(work.connection, item.key):
            item.claimed = None
        elif item.handling.claim is None:
            item.claimed = item.message
        else:
            work.begin(item.envelope, self.clock())
            try:
                with self._bound(item):
                    item.claimed = item.handling.claim(item.message, work)
                work.keep()
            except DBAPIError:
                raise
            except Exception as error:
                work.discard()
                _fail(item, error)

    def _together(self, items: Sequence[Item], following: Item | None = None) -> None:
        if not items:
            return
        with self.engine.begin() as connection:
            fresh = journal.claim(connection, [item.key for item in items], self.clock())
            work = self._open(connection)
            loading = [item for item in items if item.key in fresh] + ([following] if following else [])
            work.preload([(item.envelope, item.message) for item in loading if item.message])
            for item in items:
                if item.key in fresh:
                    fresh.discard(item.key)  # the same message twice in one batch
                    self._decide(item, work)
                else:
                    item.outcome = "duplicate"
            failed = {item.key for item in items if not item.fine}
            journal.release(connection, sorted(failed))
            if following:
                self._claim_in(work, following)
            work.write()
            self.post.send(connection, [item for item in items if item.key not in failed], self.clock())
        self.committed()

    def _open(self, connection: Connection) -> UnitOfWork:
        work = self.service.work(connection, self.adapters)
        work.service = self.service.name
        return work

    def _decide(self, item: Item, work: UnitOfWork) -> None:
        if item.claimed is None:  # done before, or nothing is to be done: still it is noted, and answered
            return
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
            # RETURNED: nobody waits for it any more. REFUSED: who waits has no room for it.
            if self.publish([answer])[0] not in (Outcome.CONFIRMED, Outcome.RETURNED, Outcome.REFUSED):
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


def _fail(item: Item, error: Exception) -> None:
    fate = Fate.BURY if isinstance(error, Unprocessable) else Fate.RETRY
    item.verdict, item.outcome, item.told = Verdict(fate, error), fate.value, []


def _as_list(answer: Message | Iterable[Message]) -> list[Message]:
    return [answer] if isinstance(answer, Message) else list(answer)
