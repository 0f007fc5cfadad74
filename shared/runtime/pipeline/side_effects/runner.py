"""Run the side effects of a batch, each between its claim and its handler.

A side effect that may be repeated is claimed and stored by itself. Those that must not be repeated
are claimed together and stored together; in between, `log` records which of them started and how
they ended. Those of a handler with `at_once` run in rounds, each started by one statement. If the
process is killed, only the side effects of one round per thread are in an unknown state; claims
that had not started are released at once.
"""

import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from shared.runtime.pipeline.batch import BatchTransactions
from shared.runtime.pipeline.handled_message import Claimed, Final, Postponed, Read, failure
from shared.runtime.pipeline.side_effects import log as effect_log, steps
from shared.runtime.pipeline.side_effects.recorded import RecordedRun

# seconds in which side effects are started; the rest of the batch is postponed
MAX_RUN_SECONDS = 5.0
MAX_THREADS = 256  # of a process, started as they are needed


class SideEffects:
    """The side effects of one service. All threads of a process share it, and its `threads` for
    side effects that run at the same time.
    """

    def __init__(self, transactions: BatchTransactions) -> None:
        self.transactions = transactions
        self.threads = ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="side-effect")
        # Outcomes that could not be recorded yet, since the database was unavailable.
        self.unrecorded: deque[effect_log.Ended] = deque()

    def run(self, reads: Sequence[Read]) -> list[Final]:
        """Run as many side effects as can be started in time, and return the messages' final
        states. Never raises: an error is the state of the message that caused it.
        """
        if not reads and not self.unrecorded:
            return []
        deadline = time.monotonic() + MAX_RUN_SECONDS
        repeatable: list[Read] = []
        recorded: dict[effect_log.Subject, Read] = {}
        finals: list[Final] = []
        for read in reads:
            if read.handling.outcome is None:
                repeatable.append(read)
            elif read.effect_key in recorded:
                finals.append(Postponed(read))  # until the one before on the same subject is stored
            else:
                recorded[read.effect_key] = read
        for number, read in enumerate(repeatable):
            if number and time.monotonic() >= deadline:
                finals += [Postponed(rest) for rest in repeatable[number:]]
                break
            finals += self._run_repeatable(read)
        run = RecordedRun(self.transactions, self.unrecorded, self.threads)
        return finals + run.run(list(recorded.values()), deadline)

    def _run_repeatable(self, read: Read) -> list[Final]:
        try:
            [state] = steps.claim([read], self.transactions)
        except Exception as error:
            state = failure(read, error)
        if isinstance(state, Claimed):
            state = steps.act(state, self.transactions)
        return steps.store([state], self.transactions)
