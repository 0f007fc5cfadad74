"""Everything around a handler, once for all services.

For what `intake` let in: commands and events are decided in one transaction (see `transactions`),
questions are answered from one that only reads, and what touches the world takes its turn (see
`turns`).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from shared.contracts.message import Message, Query, Refusal
from shared.runtime.clock import utc_now
from shared.runtime.errors import NotYet, Unprocessable
from shared.runtime.pipeline.batch import Transactions
from shared.runtime.pipeline.intake import Item, Known, take_in, used_references
from shared.runtime.pipeline.side_effects.runner import act_in_turn
from shared.runtime.rabbitmq.delivery import Delivery, Fate, Verdict
from shared.runtime.rabbitmq.outgoing import Outcome, Publish
from shared.runtime.service import Service
from shared.runtime.storage.database import away, reading


class Pipeline(Transactions):
    """Runs messages of one service. `publish` sends the answers to queries; for the rest see
    `Transactions`.
    """

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
        super().__init__(service, engine, adapters=adapters, clock=clock, committed=committed)
        self.publish = publish

    def process(self, deliveries: Sequence[Delivery]) -> list[Verdict]:
        """What becomes of each delivery, in the same order. Never raises for a message's sake."""
        try:
            known = self._references(deliveries)
        except Exception as error:
            return [_untouched(error) for _ in deliveries]
        read = [take_in(delivery, self.service, known) for delivery in deliveries]
        items = [item for item in read if isinstance(item, Item)]
        others = [item for item in items if not item.handling.act]
        self.keep([item for item in others if not issubclass(item.handling.message, Query)])
        for item in others:
            if issubclass(item.handling.message, Query):
                self._answer(item)
            item.tell_log()
        act_in_turn(
            [item for item in items if item.handling.act], self
        )  # last, for it may take long
        return [item.verdict if isinstance(item, Item) else item for item in read]

    def _references(self, deliveries: Sequence[Delivery]) -> Known:
        """Look up the ids of the references that messages name; nothing is asked where they name
        ids.
        """
        used = used_references(deliveries, self.service) if self.service.references else set()
        if not used or self.service.references is None:
            return {}
        with reading(self.engine) as connection:
            envelopes = [delivery.envelope for delivery in deliveries if delivery.envelope]
            return self.service.references(connection, used, envelopes)

    def _answer(self, item: Item) -> None:
        if not item.envelope.replyto:
            item.fail(
                Unprocessable(
                    f"{item.envelope.name} is a question and needs the attribute 'replyto'"
                )
            )
            return
        try:
            with reading(self.engine) as connection:
                work = self.open(connection)
                work.begin(item.envelope, self.clock())
                item.told = item.call(lambda: _as_list(item.handling.call(item.message, work)))
            if isinstance(item.told[0], Refusal):
                item.outcome = "refused"
            answer = self.outbox_writer.answer(item, item.told[0], self.clock())
            # RETURNED: nobody waits for it any more. REFUSED: who waits has no room for it.
            if self.publish([answer])[0] not in (
                Outcome.CONFIRMED,
                Outcome.RETURNED,
                Outcome.REFUSED,
            ):
                raise NotYet("the answer was not confirmed by RabbitMQ")
        except Exception as error:
            item.fail(error)


def _untouched(error: Exception) -> Verdict:
    """Return the verdict over a message that was not looked at, since the database did not
    answer.
    """
    return Verdict(Fate.LEAVE if away(error) else Fate.RETRY, error)


def _as_list(answer: Message | Iterable[Message]) -> list[Message]:
    return [answer] if isinstance(answer, Message) else list(answer)
