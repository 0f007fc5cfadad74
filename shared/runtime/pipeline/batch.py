"""Handle a batch of messages in one database transaction, or in one each if that fails.

Claim in the inbox, lock and load, call the handlers, write, insert their messages into the outbox,
commit. A handler that fails writes nothing and does not disturb the other messages; if the common
write fails, the messages are handled one by one.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from shared.contracts.message import Refusal
from shared.runtime.clock import utc_now
from shared.runtime.pipeline.handled_message import (
    Acted,
    Decided,
    Final,
    Read,
    Ready,
    Skipped,
    failure,
    read_of,
)
from shared.runtime.pipeline.languages import in_language_of_command
from shared.runtime.pipeline.outbox_writer import OutboxWriter
from shared.runtime.pipeline.repetition import Repetitions, conflict
from shared.runtime.pipeline.side_effects import log as effect_log
from shared.runtime.service import Service
from shared.runtime.storage import inbox, written
from shared.runtime.storage.locks import LockOutOfOrder
from shared.runtime.storage.unavailable import is_unavailable
from shared.runtime.storage.unit_of_work import UnitOfWork

logger = structlog.get_logger()


def take_locks(work: UnitOfWork, reads: Sequence[Read]) -> None:
    """Lock what messages declare, in one order."""
    declared = []
    for read in reads:
        if read.message:
            declared.append((read.handling.locks, read.message, read.envelope))
    work.locks.take(work, declared)


class BatchTransactions:
    """The transactions of one service. `clock` returns aware datetimes; `on_commit` is called after
    each commit, with the partitions of the outbox that it wrote to.
    """

    def __init__(
        self,
        service: Service,
        engine: Engine,
        *,
        adapters: Any = None,
        clock: Callable[[], datetime] = utc_now,
        on_commit: Callable[[set[int]], None] = lambda partitions: None,
    ) -> None:
        self.service, self.engine, self.adapters, self.clock = service, engine, adapters, clock
        self.on_commit = on_commit
        self.outbox_writer = OutboxWriter(service.name, service.weight_of)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Run a transaction, and call `on_commit` after it."""
        with self.engine.begin() as connection:
            yield connection
            partitions = written.take(connection)
        self.on_commit(partitions)

    def open(self, connection: Connection) -> UnitOfWork:
        """Return a unit of work on a connection."""
        work = self.service.work(connection, self.adapters)
        work.service, work.migrations = self.service.name, self.service.migrations
        return work

    def handle(self, messages: Sequence[Ready]) -> list[Final]:
        """Return the final state of each message, in the same order. Never raises: an error is the
        state of the message that caused it.
        """
        if not messages:
            return []
        try:
            return self.handle_together(messages)
        except Exception as error:
            if len(messages) == 1 or is_unavailable(error):
                return [failure(read_of(message), error) for message in messages]
            logger.warning("batch", outcome="split", size=len(messages), error=str(error))
        # Outside of `except`: otherwise the errors of single messages would refer to the batch's.
        finals: list[Final] = []
        for message in messages:
            finals += self.handle([message])
        return finals

    def handle_together(self, messages: Sequence[Ready]) -> list[Final]:
        """Handle messages in one transaction. Raises if the transaction fails as a whole."""
        with self.begin() as connection:
            reads = [read_of(message) for message in messages]
            new = inbox.claim(connection, [read.key for read in reads], self.clock())
            fresh = [read for read in reads if read.key in new]
            repetitions = Repetitions(connection, fresh, self.clock())
            work = self.open(connection)
            take_locks(work, [read for read in fresh if not repetitions.find(read)])
            finals = [self._decide(message, work, new, repetitions) for message in messages]
            decided, failed = _divided(finals)
            inbox.release(connection, sorted(failed))
            work.write()
            effects = _recorded_effects(decided)
            if effects:
                effect_log.remove(connection, effects)
            self.outbox_writer.write(connection, decided, self.clock(), repetitions.write)
        return finals

    def _decide(
        self, message: Ready, work: UnitOfWork, new: set[inbox.Key], repetitions: Repetitions
    ) -> Final:
        """Call the handler, unless the message is a duplicate or has nothing to do. `new` holds the
        keys that this transaction claimed and has not handled yet.
        """
        read = read_of(message)
        if read.key not in new:
            return Decided(read, status="duplicate")
        new.discard(read.key)  # the same message may come twice in one batch
        repeated = repetitions.find(read)
        if repeated == "same":
            return Decided(read, status="duplicate")
        if repeated == "conflict":
            work.begin(read.envelope, self.clock())
            return _conflict(read, work)
        if isinstance(message, Skipped):
            repetitions.note(read)
            return Decided(read)
        outcome = (message.outcome,) if isinstance(message, Acted) else ()
        work.begin(read.envelope, self.clock())
        try:
            published = read.call(lambda: read.handling.call(read.message, work, *outcome))
        except (DBAPIError, LockOutOfOrder):
            raise  # the transaction cannot be used any more: the batch is split
        except Exception as error:
            work.discard()
            return failure(read, error)
        refused = any(isinstance(message, Refusal) for message in published)
        if refused:
            published = in_language_of_command(published, read.envelope, work)
            work.discard()  # a refusal changes nothing
        else:
            repetitions.note(read)
        work.keep()
        return Decided(read, published, "refused" if refused else "done")


def _conflict(read: Read, work: UnitOfWork) -> Decided:
    """Return the refusal of a command whose key was used with other content. Only its sender is
    told: for everybody else, what was carried out with that key is right.
    """
    message: Any = read.message
    refusal = message.refuse(conflict(read))
    refused = in_language_of_command([refusal], read.envelope, work)
    return Decided(read, refused, "refused", reply_only=True)


def _divided(finals: Sequence[Final]) -> tuple[list[Decided], set[inbox.Key]]:
    """Return the decided messages, and the keys of failed ones. A message that came twice and
    failed once is not decided.
    """
    failed: set[inbox.Key] = set()
    for final in finals:
        if not isinstance(final, Decided):
            failed.add(final.read.key)
    decided: list[Decided] = []
    for final in finals:
        if isinstance(final, Decided) and final.read.key not in failed:
            decided.append(final)
    return decided, failed


def _recorded_effects(decided: Sequence[Decided]) -> list[effect_log.Subject]:
    """Return the side effects with records that are no longer needed. A duplicate's record may be
    that of another message about the same subject.
    """
    keys = []
    for each in decided:
        if each.read.handling.outcome and each.status != "duplicate":
            keys.append(each.read.effect_key)
    return keys
