"""Processes share the partitions of the outbox evenly, and never two hold the same one."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.runtime.storage import leases as module
from shared.runtime.storage.database import engine_for
from shared.runtime.storage.leases import Leases, leases, plan, share
from tests.conditions import until
from tests.words import sqlite_url

COUNT = 16


class Locks:
    """Partitions and their holders, as the database knows them; members in the order of joining."""

    def __init__(self) -> None:
        self.holders: dict[int, int] = {}
        self.members: list[int] = []

    def held(self, member: int) -> set[int]:
        return {partition for partition, holder in self.holders.items() if holder == member}

    def balance(self, member: int) -> None:
        quota = share(COUNT, len(self.members), self.members.index(member))
        changes = plan(range(COUNT), self.held(member), self.holders, quota)
        for partition in changes.end:
            assert self.holders.pop(partition) == member
        for partition in changes.take:
            assert partition not in self.holders
            self.holders[partition] = member

    def leave(self, member: int) -> None:
        self.members.remove(member)
        for partition in self.held(member):
            del self.holders[partition]


@given(st.lists(st.one_of(st.just("join"), st.integers(0, 39)), max_size=60))
def test_after_any_joins_ends_and_steps_all_partitions_are_held_evenly(deeds: Any) -> None:
    locks = Locks()
    for number, deed in enumerate(deeds):
        if deed == "join":
            locks.members.append(number)
        elif locks.members:
            member = locks.members[deed % len(locks.members)]
            (locks.leave if deed >= 30 else locks.balance)(member)
    before = {member: locks.held(member) for member in locks.members}
    for _ in range(2):  # the second round takes what the first has left to others
        for member in locks.members:
            locks.balance(member)
    sizes = [len(locks.held(member)) for member in locks.members]
    assert sum(sizes) == (COUNT if locks.members else 0)
    assert max(sizes, default=0) - min(sizes, default=0) <= 1
    for member, held in before.items():  # only the surplus moves
        assert len(held & locks.held(member)) == min(len(held), len(locks.held(member)))


@pytest.fixture
def join(either_database: Any) -> Any:
    """Let another process, with an engine of its own, join a role."""
    with ExitStack() as stack:

        def join() -> tuple[Leases, Callable[[], None]]:
            own = stack.enter_context(ExitStack())
            engine = engine_for(either_database)
            own.callback(engine.dispose)
            return own.enter_context(leases(engine, "test", range(COUNT))), own.close

        yield join


def settle(*members: Leases) -> list[int]:
    def step() -> bool:
        settled = [member.balance() for member in members]
        return all(settled)

    until(step)
    held = [set(member.held) for member in members]
    assert sum(map(len, held)) == len(set().union(*held)) == COUNT
    return [len(one) for one in held]


@pytest.mark.parametrize("either_database", ["postgresql"], indirect=True)
def test_a_process_that_joins_gets_its_share_and_one_that_ends_leaves_it(join: Any) -> None:
    (one, _), (two, end_two) = join(), join()
    assert settle(one, two) == [8, 8]
    three, _ = join()
    assert sorted(settle(one, two, three)) == [5, 5, 6]
    end_two()
    assert settle(one, three) == [8, 8]


@pytest.mark.parametrize("either_database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("trouble", ["killed", "silent"])
def test_the_leases_of_a_process_that_is_killed_or_hangs_are_taken_over(
    join: Any, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    two, _ = join()
    monkeypatch.setattr(module, "SILENCE", 0.2 if trouble == "silent" else 60)
    one, _ = join()
    assert settle(one, two) == [8, 8]
    if trouble == "killed":  # as the system does it with the connections of a killed process
        process = one.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        two.connection.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
    until(lambda: two.balance() and len(two.held) == COUNT)
    with pytest.raises(DBAPIError):  # before it reads the next row
        one.connection.exec_driver_sql("SELECT 1")


@pytest.mark.parametrize("either_database", ["sqlite"], indirect=True)
def test_on_sqlite_one_process_holds_all(join: Any) -> None:
    (one, end_one), (two, _) = join(), join()
    assert [one.balance(), two.balance(), one.balance()] == [True, False, True]
    assert (len(one.held), len(two.held)) == (COUNT, 0)
    end_one()
    assert two.balance()


@pytest.mark.parametrize("obstacle", [Path.mkdir, Path.touch])
def test_where_no_named_pipe_can_be_made_the_lease_is_held_all_the_same(
    tmp_path: Path, obstacle: Callable[[Path], None]
) -> None:
    """Its holder then polls, and nobody fails to wake it."""
    engine = engine_for(sqlite_url(tmp_path))
    obstacle(Path(f"{engine.url.database}.relay.wake"))
    with leases(engine, "relay", range(1)) as own:
        assert own.balance()
        assert own.fileno() is None
        own.wake_others([0])
        assert own.take_woken() == set()
    engine.dispose()
