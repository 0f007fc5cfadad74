"""Handle the messages of one service, whatever their kind.

Commands and events are decided in one transaction (see `batch`), queries are answered from a
read-only one, and commands and events with a side effect come last, since they may take long (see
`side_effects`).
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import structlog
from sqlalchemy import Engine

from shared.contracts.message import CommandOrQuery, Query, Refusal
from shared.contracts.reason import Reason
from shared.contracts.storefronts import SetStorefronts
from shared.runtime.clock import utc_now
from shared.runtime.errors import Unprocessable
from shared.runtime.pipeline import counting, spans, unread
from shared.runtime.pipeline.access import Storefronts
from shared.runtime.pipeline.batch import BatchTransactions
from shared.runtime.pipeline.handled_message import Decided, Final, Read, failure
from shared.runtime.pipeline.intake import IdsByReference, from_client, read, used_references
from shared.runtime.pipeline.languages import in_language_of_command
from shared.runtime.pipeline.redeliveries import Redeliveries
from shared.runtime.pipeline.side_effects.runner import SideEffects
from shared.runtime.rabbitmq.delivery import DONE, Delivery, Fate, Verdict
from shared.runtime.rabbitmq.names import queue_of
from shared.runtime.rabbitmq.outgoing import Publish
from shared.runtime.service import Service
from shared.runtime.storage import access
from shared.runtime.storage.database import reading, statement_reading
from shared.runtime.storage.unavailable import is_unavailable
from shared.runtime.storage.unit_of_work import UnitOfWork
from shared.runtime.weight import Weight

logger = structlog.get_logger()
SET_STOREFRONTS = SetStorefronts.wire_type()
T = TypeVar("T")


class Pipeline:
    """Handles deliveries of one service. `publish` sends the answers to queries; `on_commit` is
    called after each commit.

    With a `weight`, messages of other weights are moved to their own queue: clients choose the
    routing key and may choose a wrong one. Queries are answered from the database of `replica`.
    """

    def __init__(
        self,
        service: Service,
        engine: Engine,
        publish: Publish,
        *,
        adapters: Any = None,
        clock: Callable[[], datetime] = utc_now,
        on_commit: Callable[[set[int]], None] = lambda partitions: None,
        weight: Weight | None = None,
        replica: Engine | None = None,
    ) -> None:
        self.service, self.engine, self.publish = service, engine, publish
        self.weight, self.replica = weight, replica or engine
        self.transactions = BatchTransactions(
            service, engine, adapters=adapters, clock=clock, on_commit=on_commit
        )
        self.side_effects = SideEffects(self.transactions)
        self.redeliveries = Redeliveries(engine, clock, self._process)

    def process(self, deliveries: Sequence[Delivery]) -> list[Verdict]:
        """Return the verdict on each delivery, in the same order. Never raises: an error is the
        verdict on the message that caused it.
        """
        return self.redeliveries.process(deliveries)

    def _process(self, deliveries: Sequence[Delivery]) -> list[Verdict]:
        """Handle new storefronts before the messages that came with them: those are checked by
        them.
        """
        first = [delivery for delivery in deliveries if _sets_storefronts(delivery)]
        if not first or len(first) == len(deliveries):
            return self._process_together(deliveries)
        rest = [delivery for delivery in deliveries if not _sets_storefronts(delivery)]
        before, after = iter(self._process_together(first)), iter(self._process_together(rest))
        return [next(before if _sets_storefronts(each) else after) for each in deliveries]

    def _process_together(self, deliveries: Sequence[Delivery]) -> list[Verdict]:
        try:
            storefronts = self._storefronts(deliveries)
            ids = self._ids_of_references(deliveries)
        except Exception as error:
            fate = Fate.RETRY
            if is_unavailable(error):
                fate = Fate.LEAVE
            verdicts = [Verdict(fate, error) for _ in deliveries]
            counting.count_unread(zip(deliveries, verdicts, strict=True), self.service)
            return verdicts
        counting.count_batch(deliveries)
        taken = [
            self._move(each) or read(each, self.service, ids, storefronts) for each in deliveries
        ]
        taken = self._answer_unread(deliveries, taken, storefronts)
        self._count_unread(deliveries, taken)
        if spans.enabled():
            taken = [self._with_span(each) for each in taken]
        finals = self._handle([each for each in taken if isinstance(each, Read)])
        found = {final.read: final.verdict for final in finals}
        return [each if isinstance(each, Verdict) else found[each] for each in taken]

    def _answer_unread(
        self,
        deliveries: Sequence[Delivery],
        taken: Sequence[Read | Verdict],
        storefronts: Storefronts,
    ) -> list[Read | Verdict]:
        """Answer the messages that no handler takes, where they have a reply address."""
        answered: list[Read | Verdict] = []
        for delivery, each in zip(deliveries, taken, strict=True):
            if isinstance(each, Verdict) and each.reason:
                answered.append(self._refuse_unread(delivery, each, each.reason, storefronts))
            else:
                answered.append(each)
        return answered

    def _refuse_unread(
        self, delivery: Delivery, verdict: Verdict, reason: Reason, storefronts: Storefronts
    ) -> Verdict:
        now = self.transactions.clock()
        message = unread.answer(delivery, reason, self.service.name, storefronts, now)
        if message and self.publish([message])[0] not in unread.ANSWERED:
            return Verdict(Fate.RETRY, unread.NOT_CONFIRMED)
        return verdict

    def tell_failure(self, delivery: Delivery) -> None:
        """Answer the sender of a command or query that went to the dead letters at its last
        attempt. Best effort: it can be processed again.
        """
        kind = delivery.envelope.type if delivery.envelope else ""
        handling = self.service.handlings.get(kind)
        if handling is None or not issubclass(handling.message, CommandOrQuery):
            return
        try:
            storefronts = self._storefronts([delivery])
            self._refuse_unread(delivery, DONE, unread.NOT_PROCESSED, storefronts)
        except Exception as error:
            logger.warning(delivery.name, outcome="not_answered", error=str(error))

    def _count_unread(
        self, deliveries: Sequence[Delivery], taken: Sequence[Read | Verdict]
    ) -> None:
        unread = []
        for delivery, each in zip(deliveries, taken, strict=True):
            if isinstance(each, Verdict):
                unread.append((delivery, each))
        counting.count_unread(unread, self.service)

    def _with_span(self, taken: Read | Verdict) -> Read | Verdict:
        if isinstance(taken, Verdict):
            return taken
        return spans.begin(taken, self.service.name)

    def _move(self, delivery: Delivery) -> Verdict | None:
        """Return the verdict on a message that belongs into another queue of the service."""
        kind = delivery.envelope.type if delivery.envelope else ""
        weight = self.service.weight_of(kind)
        if self.weight is None or weight in (None, self.weight):
            return None
        return Verdict(Fate.MOVE, queue=queue_of(self.service.name, weight))

    def _handle(self, reads: Sequence[Read]) -> list[Final]:
        decisions, queries, effects = [], [], []
        for each in reads:
            if issubclass(each.handling.message, Query):
                queries.append(each)
            elif each.handling.act:
                effects.append(each)
            else:
                decisions.append(each)
        finals = self.transactions.handle(decisions)
        counting.report(finals)
        for query in queries:
            answered = self._answer(query)
            counting.report([answered])
            finals.append(answered)
        return finals + self.side_effects.run(effects)

    def _storefronts(self, deliveries: Sequence[Delivery]) -> Storefronts:
        """Read what the senders may say, if there is a message of a client."""
        if not any(from_client(delivery, self.service) for delivery in deliveries):
            return {}
        with statement_reading(self.engine) as connection:
            return access.storefronts(connection)

    def _ids_of_references(self, deliveries: Sequence[Delivery]) -> IdsByReference:
        """Look up the ids of the references that messages name; without any, read nothing."""
        if self.service.references is None:
            return {}
        used = used_references(deliveries, self.service)
        if not used:
            return {}
        with reading(self.replica) as connection:
            envelopes = []
            for delivery in deliveries:
                if delivery.envelope:
                    envelopes.append(delivery.envelope)
            return self.service.references(connection, used, envelopes)

    def _answer(self, query: Read) -> Final:
        """Answer a query, directly and not through the outbox: nothing is lost with an answer."""
        name, transactions = query.envelope.name, self.transactions
        if not query.envelope.replyto:
            return failure(query, Unprocessable(f"The query {name} lacks the attribute 'replyto'."))
        try:
            answers = self._answers(query)
            message = transactions.outbox_writer.answer(query, answers[0], transactions.clock())
            if self.publish([message])[0] not in unread.ANSWERED:
                raise unread.NOT_CONFIRMED
        except Exception as error:
            return failure(query, error)
        if isinstance(answers[0], Refusal):
            return Decided(query, answers, "refused")
        return Decided(query, answers, "done")

    def _answers(self, query: Read) -> list[Any]:
        """Return the answer to a query, as a list of one. A side effect runs with no transaction
        open.
        """
        handling, act = query.handling, query.handling.act
        outcome: tuple[Any, ...] = ()
        if act:
            task = self._read(query, lambda work: handling.call_claim(query.message, work))
            outcome = (query.call(lambda: act(task, self.transactions.adapters)),)

        def answer(work: UnitOfWork) -> list[Any]:
            answers = handling.call(query.message, work, *outcome)
            return in_language_of_command(answers, query.envelope, work)

        return self._read(query, answer)

    def _read(self, query: Read, part: Callable[[UnitOfWork], T]) -> T:
        """Call a part of a query's handler in a read-only transaction."""
        transactions = self.transactions
        with reading(self.engine if query.handling.primary else self.replica) as connection:
            work = transactions.open(connection)
            work.begin(query.envelope, transactions.clock())
            return query.call(lambda: part(work))


def _sets_storefronts(delivery: Delivery) -> bool:
    return delivery.envelope is not None and delivery.envelope.type == SET_STOREFRONTS
