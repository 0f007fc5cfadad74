from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as some

from shared.writing.days import day_of, days_later, end_of, last_day, said
from shared.writing.jalali import jalali, nowruz

LEAP_YEARS = """
1280 1284 1288 1292 1296 1300 1304 1309 1313 1317 1321 1325 1329 1333 1337 1342 1346 1350 1354 1358 1362 1366 1370 1375
1379 1383 1387 1391 1395 1399 1403 1408 1412 1416 1420 1424 1428 1432 1436 1441 1445 1449 1453 1457 1461 1465 1469 1474
1478 1482 1486 1490 1494 1498
"""
"""Source: ICU 78 (`en-u-ca-persian`); for 1280 to 1501 its days are those of the equinox in
Tehran.
"""
ZONES = (
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Europe/Berlin",
    "Asia/Tehran",
    "America/Havana",
)
zones = some.sampled_from(ZONES)
moments = some.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=some.just(UTC))


@given(moments, zones)
def test_a_day_ends_where_the_next_one_begins(at: datetime, zone: str) -> None:
    end = end_of(day_of(at, zone), zone)
    assert at < end
    assert last_day(end, zone) == day_of(at, zone) < day_of(end, zone)


@given(moments, zones, some.integers(1, 400))
def test_a_period_of_days_ends_with_its_last_one(at: datetime, zone: str, days: int) -> None:
    assert (last_day(days_later(at, days, zone), zone) - day_of(at, zone)).days == days


@pytest.mark.parametrize(
    ("zone", "day", "end"),
    [
        (
            "Europe/Berlin",
            date(2026, 3, 29),
            datetime(2026, 3, 29, 22, tzinfo=UTC),
        ),  # a day of 23 hours
        ("Europe/Berlin", date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),  # one of 25
        (
            "America/Havana",
            date(2026, 3, 7),
            datetime(2026, 3, 8, 5, tzinfo=UTC),
        ),  # the next has no midnight
    ],
)
def test_a_day_of_another_length_ends_at_its_own_end(zone: str, day: date, end: datetime) -> None:
    assert end_of(day, zone) == end


def test_a_sentence_names_the_zone_of_its_time() -> None:
    assert (
        said(datetime(2026, 11, 21, 12, tzinfo=UTC), "Asia/Tehran")
        == "2026-11-21 15:30 (Asia/Tehran)"
    )


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(1979, 2, 11), (1357, 11, 22)),
        (date(2021, 3, 20), (1399, 12, 30)),
        (date(2021, 3, 21), (1400, 1, 1)),
        (date(2024, 3, 20), (1403, 1, 1)),
        (date(2025, 3, 20), (1403, 12, 30)),
        (date(2025, 3, 21), (1404, 1, 1)),
    ],
)
def test_jalali_dates_that_are_known(day: date, expected: tuple[int, int, int]) -> None:
    assert jalali(day) == expected


def test_the_jalali_calendar_misses_no_day_and_leaps_as_icu_does() -> None:
    day, last = date(1900, 3, 21), date(2100, 3, 20)
    year, month, dom = jalali(day)
    while day < last:
        day += timedelta(days=1)
        length = 31 if month <= 6 else 30 if month < 12 or (25 * year + 11) % 33 < 8 else 29
        expected = (
            (year, month, dom + 1)
            if dom < length
            else (year, month + 1, 1)
            if month < 12
            else (year + 1, 1, 1)
        )
        assert jalali(day) == expected
        year, month, dom = expected


def test_a_jalali_year_begins_on_its_day() -> None:
    assert [nowruz(year) for year in (1399, 1400, 1404, 1405)] == [
        date(2020, 3, 20),
        date(2021, 3, 21),
        date(2025, 3, 21),
        date(2026, 3, 21),
    ]


def test_jalali_leap_years_are_those_of_another_calendar() -> None:
    lengths = {year: (nowruz(year + 1) - nowruz(year)).days for year in range(1280, 1502)}
    assert [year for year, length in lengths.items() if length == 366] == [
        int(year) for year in LEAP_YEARS.split()
    ]
    assert set(lengths.values()) == {365, 366}
    assert all(jalali(nowruz(year)) == (year, 1, 1) for year in lengths)
