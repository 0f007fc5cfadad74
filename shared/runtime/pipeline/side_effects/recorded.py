"""Run side effects that must not be repeated, and record when each starts and how it ends."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from typing import TypeVar
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
OVERTAKEN = "Another worker has claimed this side effect."
T = TypeVar("T")


class RecordedRun:
    """One run over side effects of a batch. Claims belong to `holder`: no other run can start them.

    `unrecorded` are outcomes of earlier runs, of all threads, that could not be recorded. `threads`
    run the side effects of a round, where a handler lets several run at once.
    """

    def __init__(
        self,
        transactions: BatchTransactions,
        unrecorded: deque[effect_log.Ended],
        threads: ThreadPoolExecutor,
    ) -> None:
        self.transactions, self.unrecorded, self.holder = transactions, unrecorded, uuid4()
        self.threads = threads
        self._ended: list[tuple[Read, bytes]] = []  # the outcomes of the last round
        self._retry_seconds = RETRY_SECONDS

    def run(self, reads: Sequence[Read], deadline: float) -> list[Final]:
        """Claim all side effects, run them round by round, and store their outcomes."""
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
        size = self._at_once(states)
        for number in range(0, len(states), size):
            if number and time.monotonic() >= deadline:
                unstored += [_postpone(rest) for rest in states[number:]]
                break
            results = self._run_round(states[number : number + size])
            unstored += results
            unavailable = _database_error(results)
            if unavailable:
                unstored += [_postpone(rest, unavailable) for rest in states[number + size :]]
                break
            if time.monotonic() >= store_at:
                finals += steps.store(unstored, self.transactions)
                unstored, store_at = [], time.monotonic() + MAX_STORE_DELAY
        return finals + steps.store(unstored, self.transactions)

    def _at_once(self, states: Sequence[steps.ClaimResult]) -> int:
        """Return how many of the side effects may run at the same time."""
        adapters = self.transactions.adapters
        return min((state.read.handling.at_once(adapters) for state in states), default=1)

    def _run_round(self, states: Sequence[steps.ClaimResult]) -> list[steps.ClaimResult]:
        """Start and run claimed side effects at the same time; return all states, in order."""
        claimed = [state for state in states if isinstance(state, Claimed)]
        results = self._start_and_act(claimed)
        return [results.get(state.read, state) for state in states]

    def _start_and_act(self, claimed: Sequence[Claimed]) -> dict[Read, steps.ClaimResult]:
        """Record outcomes of the round before and these starts in one statement, then run the side
        effects.
        """
        if not claimed:
            return {}
        try:
            started = self._retry(lambda: self._record_starts(claimed))
        except Exception as error:
            return {each.read: failure(each.read, error) for each in claimed}
        self._ended = []
        results: dict[Read, steps.ClaimResult] = {}
        for each in claimed:
            if each.read.effect_key not in started:
                results[each.read] = failure(each.read, NotYet(OVERTAKEN))
        running = [each for each in claimed if each.read not in results]
        for result in self._act(running):
            results[result.read] = result
        return results

    def _act(self, running: Sequence[Claimed]) -> list[Acted | Failed | Postponed]:
        """Run side effects at the same time, each in a thread of its own."""
        if len(running) == 1:
            return [self._note(steps.act(running[0], self.transactions))]
        waiting = {self.threads.submit(steps.act, each, self.transactions) for each in running}
        done, waiting = wait(waiting, MAX_STORE_DELAY)
        results = [self._note(each.result()) for each in done]
        if waiting and self._ended:
            self._record_ended()  # while the server is slow to answer the others
        return results + [self._note(each.result()) for each in wait(waiting).done]

    def _note(self, result: Acted | Failed | Postponed) -> Acted | Failed | Postponed:
        """Remember an outcome until it is recorded with the next start."""
        read = result.read
        if isinstance(result, Acted) and read.handling.outcome:
            self._ended.append((read, read.handling.outcome.dump_json(result.outcome)))
        return result

    def _record_starts(self, claimed: Sequence[Claimed]) -> set[effect_log.Subject]:
        subjects = [each.read.effect_key for each in claimed]
        return effect_log.start(
            self.transactions.engine, self.holder, subjects, self._unrecorded_ends()
        )

    def _record_ended(self) -> None:
        """Record the outcomes of side effects that others of their round outlast. Otherwise a
        later start records them.
        """
        with suppress(DBAPIError):
            effect_log.start(self.transactions.engine, self.holder, (), self._unrecorded_ends())

    def _unrecorded_ends(self) -> list[effect_log.Ended]:
        ends = []
        for read, outcome in self._ended:
            ends.append(effect_log.Ended(self.holder, read.effect_key, outcome))
        return ends

    def _record_last(self, finals: Sequence[Final]) -> None:
        """Record the outcomes of the last round that could not be stored: no start of another side
        effect records them.
        """
        ended, self._ended = self._ended, []
        for last, outcome in ended:
            if not _is_decided(last, finals):
                self._record_end(last, effect_log.Ended(self.holder, last.effect_key, outcome))

    def _record_end(self, last: Read, ended: effect_log.Ended) -> None:
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

    def _retry(self, record: Callable[[], T]) -> T:
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


def _database_error(states: Sequence[steps.ClaimResult]) -> BaseException | None:
    """Return the error of an unavailable database, if a side effect could not start for it."""
    for state in states:
        if isinstance(state, Postponed) and state.error:
            return state.error
    return None


def _postpone(state: steps.ClaimResult, error: BaseException | None = None) -> Failed | Postponed:
    if isinstance(state, Failed):
        return state
    return Postponed(state.read, error)


def _is_decided(read: Read, finals: Sequence[Final]) -> bool:
    return any(final.read is read and isinstance(final, Decided) for final in finals)
