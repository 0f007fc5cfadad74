"""A message is claimed once, over all periods of the inbox, also by two transactions around the end
of one; old periods are dropped.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import Connection, Engine, text

from shared.runtime.storage import inbox, inbox_periods, migrations
from shared.runtime.storage.database import engine_for, reading
from shared.runtime.storage.inbox_periods import DAYS, OVERLAP, period_of, periods
from tests.conditions import until
from tests.toy.service import toy

MIDNIGHT = datetime.combine(period_of(datetime(2031, 5, 5, tzinfo=UTC)), datetime.min.time(), UTC)
KEY = ("/storefront", "1")
SECOND = timedelta(seconds=1)
TIMES = [MIDNIGHT - OVERLAP - SECOND, MIDNIGHT - SECOND, MIDNIGHT, MIDNIGHT + OVERLAP + SECOND]
AROUND_MIDNIGHT = [
    (first, second) for first, second in product(TIMES, TIMES) if abs(second - first) < 2 * OVERLAP
]


@given(st.datetimes(timezones=st.just(UTC)), st.floats(0, 1, exclude_max=True))
def test_two_times_less_than_the_overlap_apart_share_a_period(at: datetime, part: float) -> None:
    try:
        later = at + 2 * OVERLAP * part
        first, second = periods("postgresql", at), periods("postgresql", later)
    except OverflowError:
        return  # at the ends of the calendar
    assert set(first) & set(second)
    assert len(first) <= 2


def test_processes_whose_clocks_differ_by_a_day_claim_in_a_common_period() -> None:
    for hours in range(-48, 49):
        at = MIDNIGHT + timedelta(hours=hours)
        assert set(periods("postgresql", at)) & set(periods("postgresql", at + timedelta(days=1)))


@pytest.fixture
def engine(either_database: Any) -> Iterator[Engine]:
    found = engine_for(either_database)
    migrations.upgrade(toy, found)
    drop_all(found)  # other tests use the same database
    yield found
    drop_all(found)
    found.dispose()


def drop_all(engine: Engine) -> None:
    if engine.dialect.name == "postgresql":
        with autocommit(engine) as connection:
            inbox_periods.drop(connection, datetime(2100, 1, 1, tzinfo=UTC))


def autocommit(engine: Engine) -> Any:
    return engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def claimed(engine: Engine, at: datetime, key: inbox.Key = KEY) -> set[inbox.Key]:
    with engine.begin() as connection:
        return inbox.claim(connection, [key], at)


def tables(engine: Engine) -> set[str]:
    query = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'inbox'::regclass"
    with reading(engine) as connection:
        return set(connection.execute(text(query)).scalars())


def test_a_message_is_claimed_once_if_the_clock_went_back(engine: Engine) -> None:
    for days, new in ((0, {KEY}), (-0.5, set()), (-9, set()), (5, set())):
        at = MIDNIGHT + timedelta(days=1 + days)
        if engine.dialect.name == "postgresql":
            inbox_periods.prepare(engine, at)
        assert claimed(engine, at) == new


def test_a_message_is_claimed_once_however_late_it_comes_again(engine: Engine) -> None:
    for days in (0, 0.01, 1, 9, 10, 11, 20, 30):
        at = MIDNIGHT - OVERLAP + timedelta(days=days)
        if engine.dialect.name == "postgresql":
            inbox_periods.prepare(engine, at)
        assert claimed(engine, at) == ({KEY} if not days else set())
    with engine.begin() as connection:
        assert inbox.handled(connection, [KEY]) == {KEY}
        inbox.release(connection, [KEY])
    assert claimed(engine, MIDNIGHT + timedelta(days=31)) == {KEY}


@pytest.mark.parametrize("either_database", ["postgresql"], indirect=True)
def test_a_claim_waits_for_one_in_flight_on_the_other_side_of_midnight(engine: Engine) -> None:
    inbox_periods.prepare(engine, MIDNIGHT - SECOND)
    with ThreadPoolExecutor(1) as thread, engine.connect() as connection:
        for number, (commits, (first, second)) in enumerate(product([0, 1], AROUND_MIDNIGHT)):
            key = ("/storefront", str(number))
            transaction = connection.begin()
            assert inbox.claim(connection, [key], first) == {key}
            other = thread.submit(claimed, engine, second, key)
            until(lambda: waiting(connection) or other.done())  # noqa: B023
            (transaction.commit if commits else transaction.rollback)()
            assert other.result() == (set() if commits else {key}), (first, second)


def waiting(connection: Connection) -> bool:
    query = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    return bool(connection.execute(query).scalar_one())


@pytest.mark.parametrize("either_database", ["postgresql"], indirect=True)
def test_without_the_overlap_both_would_claim_it(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the test before."""
    monkeypatch.setattr(inbox_periods, "OVERLAP", timedelta())
    with engine.begin() as one, engine.begin() as other:
        assert inbox.claim(one, [KEY], MIDNIGHT - SECOND) == {KEY}
        assert inbox.claim(other, [KEY], MIDNIGHT) == {KEY}


@pytest.mark.parametrize("either_database", ["postgresql"], indirect=True)
def test_many_that_claim_over_midnight_claim_each_message_once(engine: Engine) -> None:
    inbox_periods.prepare(engine, MIDNIGHT - SECOND)
    keys = [("/storefront", f"{number:03}") for number in range(100)]

    def claim_all(worker: int) -> list[inbox.Key]:
        found: list[inbox.Key] = []
        for step in range(40):
            at = MIDNIGHT + (step - 20) * OVERLAP / 10
            some = keys[(step + worker) % 7 * 10 :][:40]
            with engine.begin() as connection:
                found += inbox.claim(connection, some, at)
        return found

    with ThreadPoolExecutor(4) as threads:
        found = [key for each in threads.map(claim_all, range(4)) for key in each]
    assert sorted(found) == keys


@pytest.mark.parametrize("either_database", ["postgresql"], indirect=True)
def test_a_stored_refusal_is_found_in_a_later_period(engine: Engine) -> None:
    claimed(engine, MIDNIGHT - SECOND)  # written to both periods
    with engine.begin() as connection:
        inbox.record_refusals(connection, {KEY: b"{}"})
    assert claimed(engine, MIDNIGHT + timedelta(days=DAYS)) == set()
    with engine.begin() as connection:
        assert inbox.refusals_of(connection, [KEY]) == {KEY: b"{}"}


@pytest.mark.parametrize("either_database", ["postgresql"], indirect=True)
def test_periods_are_created_ahead_and_dropped_as_soon_as_their_last_claim_is_old(
    engine: Engine,
) -> None:
    last = MIDNIGHT - SECOND
    inbox_periods.prepare(engine, last)
    inbox_periods.prepare(engine, last)  # by another process
    created = {"inbox_default", *(f"inbox_{period_of(at):%Y%m%d}" for at in (last, MIDNIGHT))}
    assert tables(engine) == created
    claimed(engine, last - OVERLAP)
    with autocommit(engine) as connection:
        inbox_periods.drop(connection, last)
        assert tables(engine) == created
        inbox_periods.drop(connection, MIDNIGHT)
    assert tables(engine) == created - {f"inbox_{period_of(last):%Y%m%d}"}
    assert claimed(engine, MIDNIGHT + 2 * OVERLAP) == {KEY}


@pytest.mark.parametrize("either_database", ["postgresql"], indirect=True)
def test_claims_without_a_period_of_their_own_are_stored_and_removed_when_old(
    engine: Engine,
) -> None:
    at = MIDNIGHT + timedelta(days=3)
    assert claimed(engine, at) == {KEY}
    inbox_periods.prepare(engine, at)  # fails for this period, and is logged
    assert f"inbox_{period_of(at):%Y%m%d}" not in tables(engine)
    assert claimed(engine, at) == set()
    with autocommit(engine) as connection:
        inbox_periods.drop(connection, at)
        assert claimed(engine, at) == set()
        inbox_periods.drop(connection, at + SECOND)
    assert claimed(engine, at) == {KEY}


@pytest.mark.parametrize("either_database", ["postgresql"], indirect=True)
def test_who_waits_for_a_lock_on_the_inbox_gives_up_before_claims_wait_long(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_periods, "LOCK_SECONDS", 0.05)
    with engine.begin() as one:
        inbox.claim(one, [KEY], MIDNIGHT)
        inbox_periods.prepare(engine, MIDNIGHT + timedelta(days=30))
        assert tables(engine) == {"inbox_default"}
