"""Times that employees type: days and hours are those of the shop, wherever its employees are."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from shared.writing.days import end_of, start_of

Zone = Callable[[], str]
"""Asks for the time zone of the shop; called only where a time needs one."""


class Time(click.ParamType[str]):
    """A day or a time. Without an offset it stays as it was typed, until the shop is known."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            time = datetime.fromisoformat(value)
            return time.astimezone(UTC).isoformat() if time.tzinfo else str(value)
        except (ValueError, OverflowError):
            self.fail(
                f"'{value}' is no date and no time: write 2026-11-21 or 2026-11-21T12:00.",
                param,
                ctx,
            )


def with_moments(stated: dict[str, Any], fields: Iterable[str], zone: Zone) -> dict[str, Any]:
    """Return what is stated, with moments in UTC instead of the times in `fields`; a day stands for
    its beginning.
    """
    typed = {name: stated[name] for name in fields if stated.get(name)}
    return stated | {name: _moment(text, zone) for name, text in typed.items()}


def with_end(stated: dict[str, Any], field: str, zone: Zone) -> dict[str, Any]:
    """Return what is stated, with a moment in UTC instead of the time in `field`; a day stands for
    its end.
    """
    text = stated.get(field, "")
    if not is_day(text):
        return with_moments(stated, [field], zone)
    return stated | {field: end_of(date.fromisoformat(text), zone()).isoformat()}


def is_day(text: str) -> bool:
    """Return whether a time is a whole day."""
    return len(text) == len("2026-11-21")


def _moment(text: str, zone: Zone) -> str:
    if is_day(text):
        return start_of(date.fromisoformat(text), zone()).isoformat()
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        time = time.replace(tzinfo=ZoneInfo(zone()))
    return time.astimezone(UTC).isoformat()
