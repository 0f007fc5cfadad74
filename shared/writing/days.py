"""Convert between moments, which are stored in UTC, and days, which depend on a time zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

INSTANT = timedelta(microseconds=1)
SATURDAY, SUNDAY = 5, 6


def local(at: datetime, zone: str) -> datetime:
    """Return a moment in the time zone `zone` (an IANA name)."""
    return at.astimezone(ZoneInfo(zone))


def day_of(at: datetime, zone: str) -> date:
    """Return the day of a moment in `zone`."""
    return local(at, zone).date()


def last_day(until: datetime, zone: str) -> date:
    """Return the last day of a period that ends before `until`."""
    return day_of(until - INSTANT, zone)


def start_of(day: date, zone: str) -> datetime:
    """Return the first moment of a day, in UTC."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def end_of(day: date, zone: str) -> datetime:
    """Return the first moment after a day, in UTC."""
    return start_of(day + timedelta(days=1), zone)


def days_later(at: datetime, days: int, zone: str, *, working: bool = False) -> datetime:
    """Return the end of a period of `days` days. The day of `at` does not count, the last day
    counts in full.

    With `working`, a period that would end on a weekend ends with the following Monday. Source:
    Regulation (EEC, Euratom) 1182/71, Article 3 (1), (2) (b) and (4). Public holidays are ignored.
    """
    last = day_of(at, zone) + timedelta(days=days)
    if working and last.weekday() >= SATURDAY:
        last += timedelta(days=SUNDAY + 1 - last.weekday())
    return end_of(last, zone)


def said(at: datetime, zone: str) -> str:
    """Return a moment as it is written in a sentence: `2026-11-21 13:00 (Europe/Berlin)`."""
    return f"{local(at, zone):%Y-%m-%d %H:%M} ({zone})"
