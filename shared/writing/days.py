"""The day of a moment is that of a place. Moments are kept in UTC; people see days, and periods end
with them.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

INSTANT = timedelta(microseconds=1)
SATURDAY, SUNDAY = 5, 6


def local(at: datetime, zone: str) -> datetime:
    """The same moment as clocks in `zone` (an IANA name) show it."""
    return at.astimezone(ZoneInfo(zone))


def day_of(at: datetime, zone: str) -> date:
    """The day in `zone`."""
    return local(at, zone).date()


def last_day(until: datetime, zone: str) -> date:
    """The last day of what ends before `until`."""
    return day_of(until - INSTANT, zone)


def start_of(day: date, zone: str) -> datetime:
    """The first moment of a day, in UTC."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def end_of(day: date, zone: str) -> datetime:
    """The first moment after a day, in UTC."""
    return start_of(day + timedelta(days=1), zone)


def days_later(at: datetime, days: int, zone: str, *, working: bool = False) -> datetime:
    """The end of a period of `days` days: that of `at` is not counted, and the last one counts
    whole; with `working`, a period that would end on a weekend goes on until Monday is over.
    Source: Regulation (EEC, Euratom) 1182/71, Article 3 (1), (2) (b) and (4); public holidays are
    not known here.
    """
    last = day_of(at, zone) + timedelta(days=days)
    if working and last.weekday() >= SATURDAY:
        last += timedelta(days=SUNDAY + 1 - last.weekday())
    return end_of(last, zone)


def said(at: datetime, zone: str) -> str:
    """A moment in a sentence: `2026-11-21 13:00 (Europe/Berlin)`."""
    return f"{local(at, zone):%Y-%m-%d %H:%M} ({zone})"
