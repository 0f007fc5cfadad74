"""Months that people print documents of, in the calendar of their language."""

from datetime import UTC, date, datetime, timedelta

from shared.console.choices import Choices
from shared.console.screen import Data, Screen
from shared.writing.days import end_of, local, start_of
from shared.writing.jalali import jalali

MONTHS = ("this_month", "last_month")


def month(name: str, today: date, *, in_jalali: bool = False) -> tuple[date, date]:
    """Return the first and the last day of the last month, or of this month until today."""
    first = _first_of_month(today, in_jalali)
    if name == "this_month":
        return first, today
    last = first - timedelta(days=1)
    return _first_of_month(last, in_jalali), last


def _first_of_month(day: date, in_jalali: bool) -> date:
    number = jalali(day)[2] if in_jalali else day.day
    return day - timedelta(days=number - 1)


def month_choices(screen: Screen) -> Choices:
    """Return both months with their days."""
    found: Choices = []
    for name in MONTHS:
        first, last = map(screen.language.day, map(date.isoformat, _month(screen, name)))
        label = screen.language.text(f"documents.{name}")
        found.append((name, f"{label} ({first} – {last})"))
    return found


def issued_in(screen: Screen, name: str) -> Data:
    """Return the conditions for a month."""
    first, last = _month(screen, name)
    return {
        "issued_from": start_of(first, screen.zone).isoformat(),
        "issued_before": end_of(last, screen.zone).isoformat(),
    }


def _month(screen: Screen, name: str) -> tuple[date, date]:
    today = local(datetime.now(UTC), screen.zone).date()
    return month(name, today, in_jalali=screen.language.jalali)
