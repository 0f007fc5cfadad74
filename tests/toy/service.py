import os
import signal
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    MetaData,
    String,
    Table,
    select,
)

from shared.contracts.envelope import Envelope
from shared.contracts.reason import Reason
from shared.runtime.errors import NotYet, Unprocessable
from shared.runtime.handlers import Handlers, Later, recorded, repeatable
from shared.runtime.pipeline.access import access_handlers
from shared.runtime.process.health import health_handlers
from shared.runtime.service import Service
from shared.runtime.storage import message_tables
from shared.runtime.storage.database import locking
from shared.runtime.storage.locks import LockKind
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.stores import Store
from shared.runtime.storage.unit_of_work import UnitOfWork, locked_store
from shared.runtime.weight import Weight
from tests.toy.contracts import (
    Act,
    ActOnce,
    Add,
    Added,
    Counted,
    Get,
    Print,
    Probe,
    Probed,
    Tidy,
    Weighed,
)
from tests.toy.world import World

tables = MetaData()
counters = Table(
    "counters",
    tables,
    Column("key", String(100), primary_key=True),
    Column(
        "total", BigInteger, CheckConstraint("total < 1000000", name="total_limit"), nullable=False
    ),
)
message_tables.add_to(tables)


class Counters(Store[str, int]):
    def load(self, keys: Sequence[str]) -> Mapping[str, int]:
        query = select(counters).where(counters.c.key.in_(keys)).order_by(counters.c.key)
        rows = self.connection.execute(locking(self.connection, query))
        return {row.key: row.total for row in rows}

    def put(self, new: Mapping[str, int], changed: Mapping[str, int]) -> None:
        write_rows(
            self.connection,
            counters,
            [{"key": key, "total": total} for key, total in new.items()],
            [{"key": key, "total": total} for key, total in changed.items()],
        )


COUNTERS = LockKind[str]("counters")


class Work(UnitOfWork):
    lock_order = (COUNTERS,)
    counters = locked_store(Counters, COUNTERS)

    def __init__(self, connection: Connection, adapters: Any = None) -> None:
        super().__init__(connection, adapters or World())


on = Handlers[Work]()
Keyed = Add | Weighed | Tidy | Act | ActOnce | Print


def die_once() -> None:
    """Ends the thread, but only once: the file that TOY_GRAVE names remembers it."""
    grave = Path(os.environ["TOY_GRAVE"])
    if not grave.exists():
        grave.touch()
        raise SystemExit


def counter(message: Keyed, at: Envelope, work: Work) -> Iterable[str]:
    return [message.key]


@on.handles(Add, locks=[COUNTERS.of(counter)])
def add(command: Add, work: Work) -> Iterable[Any] | Reason:
    work.adapters.pass_by(command.key)
    if command.later:
        later = Add(key=command.key, amount=command.amount)
        return [Later(later, work.now + timedelta(seconds=command.later), command.key)]
    total = (work.counters.get(command.key) or 0) + command.amount
    work.counters.save(command.key, total)
    if command.fail == "dies":
        die_once()
    elif command.fail == "kills":
        os.kill(os.getpid(), signal.SIGKILL)
    elif command.fail:
        raise {"bug": ZeroDivisionError, "never": Unprocessable, "not_yet": NotYet}[command.fail](
            "as it was told"
        )
    if command.amount == 13:
        return Reason("unlucky", "13 is not added.")
    told: list[Any] = [Added(key=command.key, total=total)]
    return [*told, Tidy(key=command.key)] if command.tidy else told


@on.handles(Weighed, locks=[COUNTERS.of(counter)])
def add_grams(event: Weighed, work: Work) -> Iterable[Any]:
    total = (work.counters.get(event.key) or 0) + event.weight.grams
    work.counters.save(event.key, total)
    return []


@on.handles(Tidy, locks=[COUNTERS.of(counter)])
def tidy(command: Tidy, work: Work) -> Iterable[Any]:
    if work.counters.get(command.key):
        work.counters.save(command.key, 0)
    return []


def claim(command: Act, work: Work) -> Act | None:
    """Counts its claims; where the key begins with `nothing` there is nothing to do, and `held` is
    another's.
    """
    if command.key.startswith("held"):
        raise NotYet("another has it")
    work.counters.save(command.key, (work.counters.get(command.key) or 0) + 1)
    return None if command.key.startswith("nothing") else command


def act(command: Act | ActOnce | Print | Probe, world: World) -> str:
    return world.touch(command.key)


@on.handles(Probe, claim=lambda query, work: query, act=repeatable(act))
def probe(query: Probe, work: Work, outcome: str) -> Probed:
    return Probed(key=outcome, total=work.counters.get(query.key) or 0)


@on.handles(
    Print,
    claim=lambda command, work: command,
    act=repeatable(act),
    locks=[COUNTERS.of(counter)],
    weight=Weight.BULK,
)
def print_counter(command: Print, work: Work, outcome: str) -> Iterable[Any]:
    work.counters.save(command.key, (work.counters.get(command.key) or 0) + 1)
    return []


@on.handles(Act, claim=claim, act=repeatable(act), locks=[COUNTERS.of(counter)])
def acted(command: Act, work: Work, outcome: str) -> Iterable[Any]:
    return [Added(key=outcome, total=work.counters.get(command.key) or 0)]


def claim_once(command: ActOnce, work: Work) -> ActOnce | None:
    """As `claim`, and remembers whether it was claimed before and never begun."""
    if command.key.startswith("full"):
        work.counters.save(command.key, 1_000_000)  # too much for the table
    work.adapters.claims.append(
        (command.key, "again" if work.previous_claim_unstarted else "first")
    )
    return None if command.key.startswith("nothing") else command


@on.handles(ActOnce, claim=claim_once, act=recorded(act, str), locks=[COUNTERS.of(counter)])
def acted_once(command: ActOnce, work: Work, outcome: str) -> Iterable[Any]:
    if command.key.startswith("bug"):
        raise ZeroDivisionError
    return [Added(key=outcome, total=0)]


@on.handles(Get)
def get(query: Get, work: Work) -> Any:
    work.adapters.pass_by(f"question {query.key}")
    total = work.counters.get(query.key)
    return (
        Reason("unknown", f"There is no counter '{query.key}'.")
        if total is None
        else Counted(total=total)
    )


toy = Service(
    name="toy",
    handlers=[on, health_handlers, access_handlers],
    work=Work,
    tables=tables,
    migrations=Path(__file__).parent / "migrations",
    adapters=lambda settings: World(),
)
