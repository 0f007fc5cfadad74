"""Parse dates and times on the command line, in the time zone of the shop."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from shared.writing.days import end_of, start_of

Zone = Callable[[], str]
"""Returns the time zone of the shop; called only if a time needs it."""


class Time(click.ParamType[str]):
    """A date or a time. Without an offset it remains text until the shop's time zone is known."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            time = datetime.fromisoformat(value)
            return time.astimezone(UTC).isoformat() if time.tzinfo else str(value)
        except (ValueError, OverflowError):
            self.fail(
                (
                    f"'{value}' is not a date or time: write, for example,"
                    f" 2026-11-21 or 2026-11-21T12:00."
                ),
                param,
                ctx,
            )


def with_moments(values: dict[str, Any], fields: Iterable[str], zone: Zone) -> dict[str, Any]:
    """Return the values with the times in `fields` converted to UTC; a date means its beginning."""
    converted = dict(values)
    for name in fields:
        if values.get(name):
            converted[name] = _moment(values[name], zone)
    return converted


def with_end(values: dict[str, Any], field: str, zone: Zone) -> dict[str, Any]:
    """Return the values with the time in `field` converted to UTC; a date means its end."""
    text = values.get(field, "")
    if not is_day(text):
        return with_moments(values, [field], zone)
    return values | {field: end_of(date.fromisoformat(text), zone()).isoformat()}


def is_day(text: str) -> bool:
    """Return whether the text is a date without a time."""
    return len(text) == len("2026-11-21")


def _moment(text: str, zone: Zone) -> str:
    if is_day(text):
        return start_of(date.fromisoformat(text), zone()).isoformat()
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        time = time.replace(tzinfo=ZoneInfo(zone()))
    return time.astimezone(UTC).isoformat()
