"""What a batch of messages does to the database: one transaction, or one each where that fails.

Claim in the inbox, load, call the handlers, write, put what is told into the outbox, commit. A
handler that fails has written nothing and its neighbours are not disturbed; when the common write
itself fails, the messages are taken one by one.
"""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from shared.contracts.message import Refusal
from shared.runtime.clock import utc_now
from shared.runtime.pipeline.intake import Item
from shared.runtime.pipeline.outbox_writer import OutboxWriter
from shared.runtime.pipeline.side_effects import log as effect_log
from shared.runtime.service import Service
from shared.runtime.storage import inbox
from shared.runtime.storage.database import away
from shared.runtime.storage.locks import LockOutOfOrder
from shared.runtime.storage.unit_of_work import UnitOfWork

log = structlog.get_logger()


def take_locks(work: UnitOfWork, items: Sequence[Item]) -> None:
    """Lock what messages declare, in one order."""
    read = [(item, item.message) for item in items if item.message]
    work.preload([(item.envelope, message) for item, message in read])
    work.locks.take(work, [(item.handling.locks, message, item.envelope) for item, message in read])


class Transactions:
    """Those of one service. `clock` gives aware datetimes; `committed` is called after each
    commit.
    """

    def __init__(
        self,
        service: Service,
        engine: Engine,
        *,
        adapters: Any = None,
        clock: Callable[[], datetime] = utc_now,
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        self.service, self.engine, self.adapters, self.clock = service, engine, adapters, clock
        self.committed, self.outbox_writer = committed, OutboxWriter(service.name)
        self.unnoted: deque[effect_log.Ended] = (
            deque()
        )  # how acts ended that could not be noted yet

    def open(self, connection: Connection) -> UnitOfWork:
        """A unit of work on a connection."""
        work = self.service.work(connection, self.adapters)
        work.service = self.service.name
        return work

    def keep(self, items: Sequence[Item]) -> None:
        """Has commands and events decided and kept. Never raises for a message's sake."""
        try:
            self.together(items)
        except Exception as error:
            if len(items) == 1 or away(error):
                for item in items:
                    item.fail(error)
                return
            log.warning("batch", outcome="taken_apart", size=len(items), error=str(error))
        else:
            return
        for item in items:  # outside of `except`: their errors would name that of the batch
            item.reset()
            self.keep([item])

    def together(self, items: Sequence[Item]) -> None:
        """The transaction."""
        if not items:
            return
        with self.engine.begin() as connection:
            fresh = inbox.claim(connection, [item.key for item in items], self.clock())
            work = self.open(connection)
            take_locks(work, [item for item in items if item.key in fresh])
            for item in items:
                if item.key in fresh:
                    fresh.discard(item.key)  # the same message twice in one batch
                    self._decide(item, work)
                else:
                    item.outcome = "duplicate"
            failed = {item.key for item in items if not item.fine}
            inbox.release(connection, sorted(failed))
            work.write()
            kept = [item for item in items if item.key not in failed]
            fresh_acts = [
                item for item in kept if item.handling.outcome and item.outcome != "duplicate"
            ]
            effect_log.remove(
                connection, [item.about for item in fresh_acts]
            )  # one about the same may be another message's
            self.outbox_writer.send(connection, kept, self.clock())
        self.committed()

    def _decide(self, item: Item, work: UnitOfWork) -> None:
        if (
            item.claimed is None
        ):  # done before, or nothing is to be done: still it is noted, and answered
            return
        work.begin(item.envelope, self.clock())
        try:
            item.told = item.call(
                lambda: list(item.handling.call(item.message, work, *item.extra) or ())
            )
        except (DBAPIError, LockOutOfOrder):
            raise  # the transaction is of no use for all: it is taken apart
        except Exception as error:
            work.discard()
            item.fail(error)
        else:
            if any(isinstance(told, Refusal) for told in item.told):
                item.outcome = "refused"
                work.discard()  # refused means that nothing changed
            work.keep()
