"""Print results on standard output, and everything else on standard error."""

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    track,
)
from rich.text import Text

from shared.writing.currencies import written
from shared.writing.text import isolate

T = TypeVar("T")

PIPE_WIDTH = 200  # columns of a file or a pipe
PROGRESS_MINIMUM = 200  # items from which on a progress bar is shown
RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})  # classes of the Unicode bidirectional algorithm
JOINERS = "\u200c\u200d"  # not printable by Python's rules, but Persian needs them


def console(*, stderr: bool = False) -> Console:
    """Return a console as wide as the terminal, or wide enough to cut nothing in a pipe."""
    found = Console(stderr=stderr, highlight=False, emoji=False)
    if not found.is_terminal:
        found.width = PIPE_WIDTH
    return found


def print_line(text: str | Text = "", *, style: str = "") -> None:
    """Print a line of the result."""
    console().print(text, style=style or None, markup=False, soft_wrap=True)


def print_note(text: str | Text, *, style: str = "") -> None:
    """Print a line that is no part of the result."""
    console(stderr=True).print(text, style=style or None, markup=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print indented JSON for people: coloured on a terminal, plain in a pipe."""
    screen, text = console(), json.dumps(value, indent=2, ensure_ascii=False)
    if screen.is_terminal:
        screen.print_json(clean(text, allowed="\n"))
    else:
        print_line(text)


def print_record(value: Mapping[str, Any]) -> None:
    """Print one JSON object on one line, as every command with `--json` does."""
    print_line(json.dumps(value, ensure_ascii=False))


def print_records(values: Iterable[Mapping[str, Any]]) -> None:
    """Print JSON objects, one on each line; of an empty list nothing."""
    for value in values:
        print_record(value)


def print_found(found: Any, show: Callable[[Any], None] = print_json, *, as_json: bool) -> None:
    """Print a result as a JSON object on one line, or by `show` for people, as indented JSON by
    default.
    """
    if as_json:
        print_record(found)
    else:
        show(found)


def clean(text: str, allowed: str = "") -> str:
    """Replace control characters, which could manipulate the terminal: most texts are customers'.

    `allowed` names control characters to leave in. Marks of direction and other characters that
    nobody sees are left out, and every kind of blank is a blank.
    """
    printable = JOINERS + allowed
    return "".join(_shown(char, printable) for char in text)


def isolated(text: str) -> str:
    """Return an external text cleaned, and isolated if it is written from right to left: otherwise
    a terminal shows it and the numbers beside it in another order.
    """
    text = clean(text)
    return isolate(text) if is_right_to_left(text) else text


def is_right_to_left(text: str) -> bool:
    """Return whether a text has letters or digits that are written from right to left."""
    return any(unicodedata.bidirectional(char) in RIGHT_TO_LEFT for char in text)


def _shown(char: str, printable: str) -> str:
    """Return a character, or its replacement if Python's rules call it unprintable."""
    if char.isprintable() or char in printable:
        return char
    if char == "\t":
        return " "
    return {"Cf": "", "Zs": " "}.get(unicodedata.category(char), "\ufffd")


def prefixed(prefix: str, text: str | None) -> str:
    """Return a text after its prefix; empty if there is no text."""
    if not text:
        return ""
    return prefix + text


def shortened(text: str, limit: int) -> str:
    """Return a text on one line, cut to `limit` characters."""
    text = clean(" ".join(text.split()))
    if len(text) <= limit:
        return text
    return text[: limit - 1] + "…"


def local_time(time: datetime | None, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """Format a time in this machine's time zone; None is a dash."""
    if time is None:
        return "-"
    return time.astimezone().strftime(form)


def minute(time: str, zone: str) -> str:
    """Format a message's time to the minute, in the time zone of the shop (an IANA name).

    The zone is appended.
    """
    return datetime.fromisoformat(time).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %Z")


def money(value: Mapping[str, Any]) -> str:
    """Format a message's amount, such as `28.70 EUR`."""
    return written(int(value["amount"]), value["currency"])


def progress(items: Iterable[T], total: int, label: str) -> Iterable[T]:
    """Return the items, with a progress bar on a terminal if there are many."""
    screen = console(stderr=True)
    hidden = total < PROGRESS_MINIMUM or not screen.is_terminal
    return track(items, label, total=total, console=screen, transient=True, disable=hidden)


def progress_bar() -> Progress:
    """Return a progress bar that counts items; it is shown on a terminal only."""
    screen = console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal)
