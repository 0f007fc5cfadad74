"""Run side effects that must not be repeated, and record when each starts and how it ends."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from uuid import uuid4

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from shared.runtime.errors import NotYet
from shared.runtime.pipeline.batch import BatchTransactions
from shared.runtime.pipeline.handled_message import (
    Acted,
    Claimed,
    Decided,
    Failed,
    Final,
    Postponed,
    Read,
    failure,
)
from shared.runtime.pipeline.side_effects import log as effect_log, steps
from shared.runtime.storage.unavailable import is_unavailable

logger = structlog.get_logger()

# seconds until outcomes are stored, where side effects are quick enough to be stored together
MAX_STORE_DELAY = 0.25
# seconds per batch to wait for a database that is unavailable, while only this thread knows an
# outcome
RETRY_SECONDS = 30.0
RETRY_PAUSE = 0.2  # seconds between two tries


class RecordedRun:
    """One run over side effects of a batch. Claims belong to `holder`: no other run can start them.

    `unrecorded` are outcomes of earlier runs, of all threads, that could not be recorded.
    """

    def __init__(
        self, transactions: BatchTransactions, unrecorded: deque[effect_log.Ended]
    ) -> None:
        self.transactions, self.unrecorded, self.holder = transactions, unrecorded, uuid4()
        self._last: Read | None = None  # the message whose side effect ran last
        self._last_outcome: bytes | None = None
        self._retry_seconds = RETRY_SECONDS

    def run(self, reads: Sequence[Read], deadline: float) -> list[Final]:
        """Claim all side effects, run them one after another, and store their outcomes."""
        try:
            self._record_earlier()
            states = steps.claim(reads, self.transactions, self.holder)
        except Exception as error:
            if len(reads) == 1 or is_unavailable(error):
                return steps.store([failure(read, error) for read in reads], self.transactions)
            logger.warning("side_effects", outcome="split", size=len(reads), error=str(error))
        else:
            finals = self._run_claimed(states, deadline)
            self._record_last(finals)
            return finals
        # Outside of `except`: otherwise the errors of single messages would refer to the batch's.
        return self._run_one_by_one(reads, deadline)

    def _run_one_by_one(self, reads: Sequence[Read], deadline: float) -> list[Final]:
        """Claim, run and store each side effect by itself, so that no more than one is held."""
        finals: list[Final] = []
        for number, read in enumerate(reads):
            if number and time.monotonic() >= deadline:
                return finals + [Postponed(rest) for rest in reads[number:]]
            finals += self.run([read], deadline)
        return finals

    def _run_claimed(self, states: Sequence[steps.ClaimResult], deadline: float) -> list[Final]:
        finals: list[Final] = []
        unstored: list[steps.ClaimResult] = []
        store_at = time.monotonic() + MAX_STORE_DELAY
        for number, state in enumerate(states):
            if number and time.monotonic() >= deadline:
                unstored += [_postpone(rest) for rest in states[number:]]
                break
            result: steps.ClaimResult = state
            if isinstance(state, Claimed):
                result = self._start_and_act(state)
            unstored.append(result)
            if isinstance(result, Postponed) and result.error:  # the database is unavailable
                unstored += [_postpone(rest, result.error) for rest in states[number + 1 :]]
                break
            if time.monotonic() >= store_at:
                finals += steps.store(unstored, self.transactions)
                unstored, store_at = [], time.monotonic() + MAX_STORE_DELAY
        return finals + steps.store(unstored, self.transactions)

    def _start_and_act(self, claimed: Claimed) -> Acted | Failed | Postponed:
        """Record the outcome before and this start in one statement, then run the side effect."""
        read = claimed.read
        try:
            self._retry(lambda: self._record_start(read))
        except Exception as error:
            return failure(read, error)
        result = steps.act(claimed, self.transactions)
        self._last, self._last_outcome = read, None
        if isinstance(result, Acted) and read.handling.outcome:
            self._last_outcome = read.handling.outcome.dump_json(result.outcome)
        return result

    def _record_start(self, read: Read) -> None:
        last = None
        if self._last:
            last = self._last.effect_key
        engine, outcome = self.transactions.engine, self._last_outcome
        if not effect_log.start(engine, self.holder, read.effect_key, last, outcome):
            raise NotYet("Another worker has claimed this side effect.")

    def _record_last(self, finals: Sequence[Final]) -> None:
        """Record the outcome of the last side effect if it could not be stored: no start of another
        one records it.
        """
        last, outcome = self._last, self._last_outcome
        self._last = self._last_outcome = None
        if last is None or outcome is None or _is_decided(last, finals):
            return
        ended = effect_log.Ended(self.holder, last.effect_key, outcome)
        try:
            self._retry(lambda: effect_log.end(self.transactions.engine, ended))
        except DBAPIError as error:
            logger.error(
                "side_effects", outcome="not_recorded", id=last.envelope.id, error=str(error)
            )
            self.unrecorded.append(ended)

    def _record_earlier(self) -> None:
        """Record the outcomes that could not be recorded at the end of earlier runs."""
        for ended in list(self.unrecorded):  # of all threads: recording one twice is harmless
            effect_log.end(self.transactions.engine, ended)
            with suppress(ValueError):
                self.unrecorded.remove(ended)

    def _retry(self, record: Callable[[], None]) -> None:
        """Try until the database is available again, or `RETRY_SECONDS` are used up."""
        while True:
            tried_at = time.monotonic()
            try:
                return record()
            except (OperationalError, InterfaceError):
                if self._retry_seconds <= 0:
                    raise
                time.sleep(RETRY_PAUSE)
                self._retry_seconds -= time.monotonic() - tried_at


def _postpone(state: steps.ClaimResult, error: BaseException | None = None) -> Failed | Postponed:
    if isinstance(state, Failed):
        return state
    return Postponed(state.read, error)


def _is_decided(read: Read, finals: Sequence[Final]) -> bool:
    return any(final.read is read and isinstance(final, Decided) for final in finals)
