"""Handlers that touch the world: claimed, done with no transaction open, kept and told, one act
after another.

An act that is safe to repeat is claimed and kept by itself. Those that are not are claimed together
and kept together; in between their notes (see `acts`) tell which of them began and how they ended,
so that a kill leaves one of a thread in doubt, and frees at once what never began.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID, uuid4

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from shared.runtime.errors import NotYet
from shared.runtime.pipeline.batch import Transactions, take_locks
from shared.runtime.pipeline.intake import UNCLAIMED, Item
from shared.runtime.pipeline.side_effects import log as effect_log
from shared.runtime.rabbitmq.delivery import LEFT, Fate
from shared.runtime.storage import inbox
from shared.runtime.storage.database import away
from shared.runtime.storage.locks import LockOutOfOrder
from shared.runtime.storage.unit_of_work import UnitOfWork

log = structlog.get_logger()

LONGEST_TURN = (
    5.0  # seconds in which acts are begun; what is left of a batch then is in the next one
)
LONGEST_HOLD = 0.25  # seconds until the outcome of an act is kept, where the next ones are quick
# seconds of a turn in which a database that is away is waited for: only we know how an act ended
PATIENCE = 30.0
PAUSE = 0.2  # seconds between tries


def act_in_turn(items: Sequence[Item], transactions: Transactions) -> None:
    """Does the acts of a batch, or as many as can be begun in time. Never raises for a message's
    sake.
    """
    ends = time.monotonic() + LONGEST_TURN
    alone = [item for item in items if item.handling.outcome is None]
    for number, item in enumerate(alone):
        if number and time.monotonic() >= ends:
            _leave(alone[number:])
            break
        try:
            _claim([item], transactions)
        except Exception as error:
            item.fail(error)
        _act(item, transactions)
        _keep([item], transactions)
    noted = {item.about: item for item in reversed(items) if item.handling.outcome}
    _leave(
        [item for item in items if item.handling.outcome and noted[item.about] is not item]
    )  # about the same
    NotedTurn(transactions).run([*reversed(noted.values())], ends)


class NotedTurn:
    """Acts that must not be repeated. `holder` is who claims them: nobody else can begin them
    then.
    """

    def __init__(self, transactions: Transactions) -> None:
        self.transactions, self.holder = transactions, uuid4()
        self._last: Item | None = None  # whose act came last
        self._patience = PATIENCE

    def run(self, items: Sequence[Item], ends: float) -> None:
        """One after another."""
        try:
            self._note_earlier()
            _claim(items, self.transactions, self.holder)
        except Exception as error:
            if len(items) > 1 and not away(error):
                self._take_apart(items, ends, error)
                return
            for item in items:
                item.fail(error)
            return
        ended: list[Item] = []
        hold = time.monotonic() + LONGEST_HOLD
        for number, item in enumerate(items):
            if number and time.monotonic() >= ends:
                _leave(items[number:])
                break
            if self._begins(item):
                _act(item, self.transactions)
                self._last = item
            ended.append(item)
            if (
                item.verdict.fate is Fate.LEAVE and item.verdict.error
            ):  # the database is away for all of them
                for other in items[number + 1 :]:
                    other.fail(item.verdict.error)
                break
            if time.monotonic() >= hold:
                _keep(ended, self.transactions)
                ended, hold = [], time.monotonic() + LONGEST_HOLD
        _keep(ended, self.transactions)
        self._note_last()

    def _take_apart(self, items: Sequence[Item], ends: float, error: Exception) -> None:
        """Turns of their own, for what could not be claimed together; what one of them holds goes
        before the next.
        """
        log.warning("claims", outcome="taken_apart", size=len(items), error=str(error))
        for number, item in enumerate(items):
            item.reset()
            item.claimed, item.extra = UNCLAIMED, ()
            if number and time.monotonic() >= ends:
                _leave(items[number:])
                break
            self.run([item], ends)
            item.claimed = None

    def _begins(self, item: Item) -> bool:
        """Whether there is something to do, and it is noted that it is being done."""
        if not _to_do(item):
            return False
        engine, last = self.transactions.engine, self._last
        try:
            ended, outcome = last.about if last else None, _written(last)
            if self._patiently(
                lambda: effect_log.start(engine, self.holder, item.about, ended, outcome)
            ):
                return True
            raise NotYet("another worker has it")
        except Exception as error:
            item.fail(error)
            return False

    def _note_last(self) -> None:
        """What came of the last act, where it could not be kept: no other one follows that would
        note it.
        """
        last, outcome = self._last, _written(self._last)
        if last is None or last.fine or outcome is None:
            return
        ended = effect_log.Ended(self.holder, last.about, outcome)
        try:
            self._patiently(lambda: effect_log.end(self.transactions.engine, ended))
        except DBAPIError as error:
            log.error("acts", outcome="not_noted", id=last.envelope.id, error=str(error))
            self.transactions.unnoted.append(ended)

    def _note_earlier(self) -> None:
        """What could not be noted at the end of a turn before; nobody else knows it."""
        unnoted = self.transactions.unnoted
        for ended in list(unnoted):  # of all threads: to note the same twice does no harm
            effect_log.end(self.transactions.engine, ended)
            with suppress(ValueError):
                unnoted.remove(ended)

    def _patiently(self, note: Callable[[], object]) -> object:
        """Tries until the database is back, or the turn has no patience left."""
        while True:
            tried = time.monotonic()
            try:
                return note()
            except (OperationalError, InterfaceError):
                if self._patience <= 0:
                    raise
                time.sleep(PAUSE)
                self._patience -= time.monotonic() - tried


def _claim(items: Sequence[Item], transactions: Transactions, holder: UUID | None = None) -> None:
    """In one transaction. `holder`: of acts that are noted."""
    if not items:
        return
    with transactions.engine.begin() as connection:
        done = inbox.handled(connection, [item.key for item in items])
        work = transactions.open(connection)
        take_locks(work, [item for item in items if item.key not in done])
        # After the rows that they are about, as these are locked when an outcome is kept.
        notes = effect_log.read(connection, [item.about for item in items]) if holder else {}
        claims: dict[effect_log.Subject, datetime] = {}
        for item in items:
            note = notes.get(item.about)
            if item.key in done:
                item.claimed = None
            elif note and note.outcome is not None and item.handling.outcome:
                item.extra = (item.handling.outcome.validate_json(note.outcome),)
            else:
                work.begin(item.envelope, transactions.clock())
                work.previous_claim_unstarted = (
                    note.claimed_at if note and not note.started else None
                )
                _claim_one(item, work)
                claims[item.about] = work.now
        work.write()
        if holder:
            effect_log.claim(
                connection,
                {item.about: claims[item.about] for item in items if _to_do(item)},
                holder,
            )


def _claim_one(item: Item, work: UnitOfWork) -> None:
    try:
        item.claimed = item.call(lambda: item.handling.call_claim(item.message, work))
        work.keep()
    except (DBAPIError, LockOutOfOrder):
        raise  # the transaction is of no use for all
    except Exception as error:
        work.discard()
        item.fail(error)


def _to_do(item: Item) -> bool:
    """Whether there is something to do, and nobody knows yet how it ends."""
    return item.fine and item.claimed is not None and not item.extra


def _act(item: Item, transactions: Transactions) -> None:
    act = item.handling.act
    if not _to_do(item) or act is None:
        return
    try:
        item.extra = (item.call(lambda: act(item.claimed, transactions.adapters)),)
    except Exception as error:
        item.fail(error)


def _keep(items: Sequence[Item], transactions: Transactions) -> None:
    transactions.keep([item for item in items if item.fine])
    for item in items:
        item.tell_log()


def _leave(items: Sequence[Item]) -> None:
    for item in items:
        if item.fine:
            item.verdict = LEFT


def _written(item: Item | None) -> bytes | None:
    """The outcome of an act, as it is noted."""
    if item is None or item.handling.outcome is None or not item.extra:
        return None
    return item.handling.outcome.dump_json(item.extra[0])
