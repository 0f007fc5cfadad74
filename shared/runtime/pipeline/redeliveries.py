"""Handle redelivered messages alone, so that a message that ends its process is found and buried.

When a process dies, RabbitMQ delivers again all messages that it held, and does not say which of
them was being handled. Each is then handled in a transaction of its own, between two records in the
table `redelivered`. A record that was not removed is a death. Messages that were returned by a stop
or by a lost connection are handled in the same way, and collect no deaths. Messages that are
delivered for the first time cost nothing.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime

import structlog
from sqlalchemy import Engine

from shared.runtime.errors import Unprocessable
from shared.runtime.rabbitmq.delivery import Delivery, Fate, Verdict
from shared.runtime.storage import redelivered
from shared.runtime.storage.database import reading
from shared.runtime.storage.unavailable import is_unavailable

logger = structlog.get_logger()

MAX_DEATHS = 3
MAX_RUN_SECONDS = 5.0  # in which redelivered messages are started; the rest of the batch waits
Process = Callable[[Sequence[Delivery]], list[Verdict]]
POSTPONED = Verdict(Fate.LEAVE)

# Held while a message is handled that a process died of: two threads of a process never try two
# such messages at the same time, since a death would be counted for both.
_suspect_lock = threading.Lock()


class Redeliveries:
    """Handles batches, and redelivered messages one by one before the rest of their batch, since
    they are older.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime], process: Process) -> None:
        self.engine, self.clock, self._process = engine, clock, process

    def process(self, deliveries: Sequence[Delivery]) -> list[Verdict]:
        """Return the verdict on each delivery, in the same order."""
        again = [each for each in deliveries if each.redelivered]
        if not again:
            return self._process(deliveries)
        verdicts = self._one_by_one(again)
        rest = [each for each in deliveries if not each.redelivered]
        postponed = next((each for each in verdicts if each.fate is Fate.LEAVE), None)
        others: list[Verdict] = []
        if postponed:  # newer messages must not overtake
            others = [postponed] * len(rest)
        elif rest:
            others = self._process(rest)
        of_again, of_rest = iter(verdicts), iter(others)
        return [next(of_again if each.redelivered else of_rest) for each in deliveries]

    def _one_by_one(self, deliveries: Sequence[Delivery]) -> list[Verdict]:
        """Handle messages one after another until the time is used up or one is postponed."""
        verdicts: list[Verdict] = []
        until = time.monotonic() + MAX_RUN_SECONDS
        digests = [redelivered.digest_of(each.body) for each in deliveries]
        try:
            with reading(self.engine) as connection:
                deaths = redelivered.deaths(connection, digests)
            for delivery, digest in zip(deliveries, digests, strict=True):
                if verdicts and time.monotonic() > until:
                    break
                verdicts.append(self._alone(delivery, digest, deaths.get(digest, 0)))
                if verdicts[-1].fate is Fate.LEAVE:
                    break
        except (
            Exception
        ) as error:  # of the records: the message was not handled, or is handled again
            fate = Fate.LEAVE if is_unavailable(error) else Fate.RETRY
            verdicts.append(Verdict(fate, error))
        rest = verdicts[-1] if verdicts[-1].fate is Fate.LEAVE else POSTPONED
        return verdicts + [rest] * (len(deliveries) - len(verdicts))

    def _alone(self, delivery: Delivery, digest: str, deaths: int) -> Verdict:
        if deaths >= MAX_DEATHS:
            logger.error(delivery.name, outcome="buried", deaths=deaths)
            with self.engine.begin() as connection:
                redelivered.end(connection, digest)
            reason = f"The process died {deaths} times while it handled this message alone."
            return Verdict(Fate.BURY, Unprocessable(reason))
        with _suspect_lock if deaths else nullcontext(), self._recorded(digest):
            return self._process([delivery])[0]

    @contextmanager
    def _recorded(self, digest: str) -> Iterator[None]:
        """Record the start and the end, but no end if the process is dying."""
        with self.engine.begin() as connection:
            redelivered.start(connection, digest, self.clock())
        yield
        with self.engine.begin() as connection:
            redelivered.end(connection, digest)
