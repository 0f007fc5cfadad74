"""What is written on the terminal: results on standard output, everything else on standard
error.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import track
from rich.text import Text

T = TypeVar("T")

WIDE = 200  # columns of a file or a pipe
MANY = 200  # items that are worth a progress bar
JOINERS = "\u200c\u200d"  # Persian is written with them


def console(*, stderr: bool = False) -> Console:
    """A console as wide as the terminal; a pipe is wide, so that nothing is cut."""
    found = Console(stderr=stderr, highlight=False, emoji=False)
    if not found.is_terminal:
        found.width = WIDE
    return found


def say(text: str | Text = "", *, style: str = "") -> None:
    """One line of the result."""
    console().print(text, style=style or None, markup=False, soft_wrap=True)


def note(text: str | Text, *, style: str = "") -> None:
    """One line beside the result."""
    console(stderr=True).print(text, style=style or None, markup=False, soft_wrap=True)


def say_json(value: Any) -> None:
    """JSON: coloured on a terminal, plain in a pipe."""
    screen, text = console(), json.dumps(value, indent=2, ensure_ascii=False)
    if screen.is_terminal:
        screen.print_json(clean(text, keep="\n"))
    else:
        say(text)


def clean(text: str, keep: str = "") -> str:
    """Without characters that steer a terminal: most of what is shown was written by strangers."""
    return "".join(
        char if char.isprintable() or char in JOINERS + keep else "\ufffd" for char in text
    )


def short(text: str, longest: int) -> str:
    """At most `longest` characters, on one line."""
    text = clean(" ".join(text.split()))
    return text if len(text) <= longest else text[: longest - 1] + "…"


def local(time: datetime | None, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """In this machine's time zone; a dash where it is not known."""
    return time.astimezone().strftime(form) if time else "-"


def minute(time: str, zone: str | None = None) -> str:
    """A time of a message, to the minute and with its zone: that of a shop (an IANA name), else
    this machine's.
    """
    return (
        datetime.fromisoformat(time)
        .astimezone(ZoneInfo(zone) if zone else None)
        .strftime("%Y-%m-%d %H:%M %Z")
    )


def progress(items: Iterable[T], total: int, what: str) -> Iterable[T]:
    """The same items, with a bar on a terminal where there are many."""
    screen = console(stderr=True)
    short_work = total < MANY or not screen.is_terminal
    return track(items, what, total=total, console=screen, transient=True, disable=short_work)


def counted(number: int, thing: str) -> str:
    """`1 message`, `2 messages`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def listed(parts: Sequence[str], longest: int = 5) -> str:
    """`a, b and 3 more`."""
    if len(parts) <= longest:
        return ", ".join(parts)
    return f"{', '.join(parts[:longest])} and {len(parts) - longest} more"
