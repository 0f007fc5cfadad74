"""The steps of a message with a side effect: claim it, run it, store its outcome."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from shared.runtime.pipeline import counting
from shared.runtime.pipeline.batch import BatchTransactions, take_locks
from shared.runtime.pipeline.handled_message import (
    Acted,
    Claimed,
    Failed,
    Final,
    Postponed,
    Read,
    Ready,
    Skipped,
    failure,
)
from shared.runtime.pipeline.repetition import repeated_messages
from shared.runtime.pipeline.side_effects import log as effect_log
from shared.runtime.storage import inbox
from shared.runtime.storage.locks import LockOutOfOrder
from shared.runtime.storage.unit_of_work import UnitOfWork

ClaimResult = Claimed | Acted | Skipped | Failed | Postponed


def claim(
    reads: Sequence[Read], transactions: BatchTransactions, holder: UUID | None = None
) -> list[ClaimResult]:
    """Claim side effects in one transaction. `holder` claims those that must not be repeated.

    Acted: the outcome was recorded before. Skipped: the message was handled before, or there is
    nothing to do. Raises if the transaction fails as a whole.
    """
    if not reads:
        return []
    with transactions.begin() as connection:
        handled = inbox.handled(connection, [read.key for read in reads])
        handled |= repeated_messages(connection, reads)
        work = transactions.open(connection)
        take_locks(work, [read for read in reads if read.key not in handled])
        # Records are locked after the rows of their subjects, as when an outcome is stored.
        keys = [read.effect_key for read in reads]
        records: Mapping[effect_log.Subject, effect_log.Record] = {}
        if holder:
            records = effect_log.read(connection, keys)
        results: list[ClaimResult] = []
        for read in reads:
            record = records.get(read.effect_key)
            if read.key in handled:
                results.append(Skipped(read))
            elif record and record.outcome is not None and read.handling.outcome:
                results.append(Acted(read, read.handling.outcome.validate_json(record.outcome)))
            else:
                work.begin(read.envelope, transactions.clock())
                work.previous_claim_unstarted = None
                if record and not record.started:
                    work.previous_claim_unstarted = record.claimed_at
                results.append(_claim_one(read, work))
        work.write()
        if holder:
            times = {}
            for result in results:
                if isinstance(result, Claimed):
                    times[result.read.effect_key] = result.claimed_at
            effect_log.claim(connection, times, holder)
    return results


def act(claimed: Claimed, transactions: BatchTransactions) -> Acted | Failed | Postponed:
    """Run the side effect, with no transaction open."""
    read = claimed.read
    run = read.handling.act
    if run is None:
        raise TypeError(f"The handler of '{read.envelope.name}' has no side effect.")
    try:
        return Acted(read, read.call(lambda: run(claimed.task, transactions.adapters)))
    except Exception as error:
        return failure(read, error)


def store(messages: Sequence[ClaimResult], transactions: BatchTransactions) -> list[Final]:
    """Call the handlers of messages after their side effects, and return all final states."""
    ready: list[Ready] = []
    finals: list[Final] = []
    for message in messages:
        if isinstance(message, Acted | Skipped):
            ready.append(message)
        elif isinstance(message, Failed | Postponed):
            finals.append(message)
    finals += transactions.handle(ready)
    counting.report(finals)
    return finals


def _claim_one(read: Read, work: UnitOfWork) -> ClaimResult:
    try:
        task = read.call(lambda: read.handling.call_claim(read.message, work))
        work.keep()
    except (DBAPIError, LockOutOfOrder):
        raise  # the transaction cannot be used any more
    except Exception as error:
        work.discard()
        return failure(read, error)
    if task is None:
        return Skipped(read)
    return Claimed(read, task, work.now)
