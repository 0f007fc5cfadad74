"""The stores of a unit of work are constructed when they are used, and written as declared."""

from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import Connection

from shared.runtime.storage.database import engine_for
from shared.runtime.storage.locks import LockKind
from shared.runtime.storage.unit_of_work import Part, UnitOfWork, locked_store, store
from tests.toy.service import COUNTERS, Counters, Work
from tests.words import sqlite_url


class Noting:
    """A store that notes what is called."""

    calls: ClassVar[list[str]] = []

    def __init__(self, name: str) -> None:
        self.name = name
        self.note("construct")

    def note(self, call: str) -> None:
        self.calls.append(f"{call} {self.name}")

    def keep(self) -> None:
        self.note("keep")

    def discard(self) -> None:
        self.note("discard")

    def write(self) -> None:
        self.note("write")


class First(Noting):
    def __init__(self, connection: Connection) -> None:
        super().__init__("first")


class Three(UnitOfWork):
    first = store(First)
    second = Part(lambda work: Noting("second"))
    third = Part(lambda work: Noting("third"))


@pytest.fixture
def connection(tmp_path: Path) -> Any:
    engine = engine_for(sqlite_url(tmp_path))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_only_stores_in_use_are_constructed_kept_and_written(connection: Connection) -> None:
    Noting.calls.clear()
    work = Three(connection)
    work.keep()
    assert work.third is work.third
    assert work.first.name == "first"
    work.keep()
    work.discard()
    work.write()
    assert Noting.calls == [
        "construct third",
        "construct first",
        "keep third",
        "keep first",
        "discard third",
        "discard first",
        "write first",  # in the order of the class, whichever was used first
        "write third",
    ]


def test_two_units_of_work_share_no_store(connection: Connection) -> None:
    assert Three(connection).first is not Three(connection).first


def test_every_kind_in_the_order_of_locks_has_a_store() -> None:
    lost = LockKind[str]("lost")
    with pytest.raises(TypeError, match="No store of Lost locks 'lost'"):

        class Lost(Work):
            lock_order = (COUNTERS, lost)  # type: ignore[assignment]

    class Found(Work):
        lock_order = (COUNTERS, lost)  # type: ignore[assignment]
        found = locked_store(Counters, lost)

    assert {*Found.takers} == {COUNTERS, lost}


def test_a_store_that_is_used_first_by_a_handler_is_guarded(connection: Connection) -> None:
    """A handler that declares nothing locks nothing, though the store is new."""
    work = Work(connection)
    work.locks.declare("toy.add", frozenset())
    with pytest.raises(AssertionError, match=r"'toy\.add' needs locks of the kind 'counters'"):
        work.counters.get("a")
