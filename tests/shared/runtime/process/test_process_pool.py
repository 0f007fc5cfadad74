"""Jobs in child processes: a job can harm only its own child."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from shared.runtime.errors import NotYet
from shared.runtime.process import process_pool as room
from shared.runtime.process.process_pool import Failed, Limits, ProcessPool
from tests.conditions import until

WARM = "tests.shared.runtime.process.test_process_pool"
LIMITS = Limits(seconds=20, busy=10, memory=512, jobs=100)


@pytest.fixture
def pool() -> Iterator[ProcessPool]:
    opened = ProcessPool(LIMITS, WARM, "test")
    yield opened
    opened.close()


def doubled(number: int) -> int:
    return 2 * number


def dies_of_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGSEGV)
    return number


def endless() -> None:
    while True:
        pass


def asleep() -> None:
    time.sleep(3600)


def greedy() -> int:
    return len([bytes(50_000_000) for _ in range(100)])


def faulty() -> None:
    raise ValueError("no such thing")


def of_its_own() -> int:
    return os.getpid()


def overflows() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def test_results_come_in_the_order_of_the_jobs(pool: ProcessPool) -> None:
    assert pool.run_all(doubled, [(number,) for number in range(50)]) == [
        2 * number for number in range(50)
    ]
    assert pool.run_all(doubled, []) == []


def test_a_large_job_has_a_large_result(pool: ProcessPool) -> None:
    assert pool.run(bytes, 5_000_000) == bytes(5_000_000)
    assert pool.run_all(bytes, [(bytes(3_000_000),)] * 3) == [bytes(3_000_000)] * 3


@pytest.mark.parametrize(
    ("job", "limits", "reason"),
    [
        (faulty, LIMITS, "ValueError: no such thing"),
        (greedy, LIMITS, "it needed more than 512 MiB of memory"),
        (asleep, replace(LIMITS, seconds=1), "it took longer than 1 s"),
        (endless, replace(LIMITS, busy=1), "it needed more than 1 s of computing time"),
        (overflows, LIMITS, "it crashed its process (SIGSEGV)"),
    ],
    ids=["fault", "memory", "clock", "processor", "crash"],
)
def test_a_job_that_fails_says_why_and_the_next_is_done(
    job: object, limits: Limits, reason: str
) -> None:
    pool = ProcessPool(limits, WARM, "test")
    failed = pool.run(job)  # type: ignore[arg-type]
    assert isinstance(failed, Failed)
    assert failed.reason.startswith(reason)
    assert pool.pids() == []
    assert pool.run(doubled, 2) == 4
    pool.close()


def test_a_job_that_ends_its_child_costs_its_neighbours_nothing(pool: ProcessPool) -> None:
    outcomes = pool.run_all(dies_of_three, [(number,) for number in (1, 3, 2, 3, 4)])
    assert [outcome for outcome in outcomes if not isinstance(outcome, Failed)] == [1, 2, 4]
    assert [place for place, outcome in enumerate(outcomes) if isinstance(outcome, Failed)] == [
        1,
        3,
    ]


def test_threads_have_children_of_their_own(pool: ProcessPool) -> None:
    with ThreadPoolExecutor(2) as threads:
        bad, good = (
            threads.submit(pool.run, dies_of_three, 3),
            threads.submit(pool.run, doubled, 1),
        )
        assert (isinstance(bad.result(), Failed), good.result()) == (True, 2)


def test_a_child_is_asked_again_until_it_makes_room_for_a_fresh_one() -> None:
    pool = ProcessPool(replace(LIMITS, jobs=3), WARM, "test")
    pids = [pool.run(of_its_own) for _ in range(5)]
    assert (len(set(pids[:3])), len(set(pids))) == (1, 2)
    pool.close()


def test_a_child_that_was_killed_is_replaced(pool: ProcessPool) -> None:
    pid = pool.run(of_its_own)
    os.kill(pid, signal.SIGKILL)
    until(lambda: not pool._idle[0].process.is_alive())
    assert pool.run(of_its_own) != pid


def absent(connection: Connection, limits: Limits) -> None:
    """A child that ends before it is ready."""


def test_where_no_child_begins_the_work_waits(
    monkeypatch: pytest.MonkeyPatch, pool: ProcessPool
) -> None:
    monkeypatch.setattr(room, "_serve", absent)
    with pytest.raises(NotYet):
        pool.run(doubled, 1)


def test_nothing_is_left_when_they_are_closed(pool: ProcessPool) -> None:
    pid = pool.run(of_its_own)
    pool.close()
    assert not is_running(pid)


KILLED = """
import os
from shared.runtime.process.process_pool import ProcessPool, Limits

if __name__ == "__main__":
    pool = ProcessPool(Limits(seconds=20, busy=10, memory=512, jobs=9), "os", "test")
    print(pool.run(os.getpid), flush=True)
    os.kill(os.getpid(), 9)
"""


def test_they_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    killed = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    until(lambda: not is_running(int(killed.stdout)))


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
