"""Find the quoted lines and the signature of a mail, to be folded in display; nothing is
removed.

Lines are counted from 1. A forwarded mail is not folded, since its sender wants it read.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from services.ingest.domain.quoting import (
    Attribution,
    attributions,
    is_field,
    is_forwarded,
    is_original,
)
from shared.contracts.ingest import Fold

BEGINNING = 200  # characters of a message in a list of threads
MAX_LINES = 20_000
_MAX_LINE_LENGTH = 400  # characters of a line that are examined


class Lines(NamedTuple):
    """A range of lines, both ends included."""

    first: int
    last: int


_RULE = re.compile("[-_]{20,}")


def folds_of(text: str) -> tuple[Lines, ...]:
    """Return the line ranges to fold, in order; none if no other line would remain."""
    lines = _shortened(text.split("\n")[:MAX_LINES])
    quoted = _quoted(lines)
    if all(is_quoted or not line for line, is_quoted in zip(lines, quoted, strict=True)):
        return ()
    return tuple(_whole(_ranges(quoted), lines, text))


def new_lines(text: str) -> str:
    """Return the text without quotes, signature and forwarded mails; empty if nothing else is
    there.
    """
    lines = text.split("\n")[:MAX_LINES]
    shortened = _shortened(lines)
    written = []
    for line, short, is_quoted in zip(lines, shortened, _quoted(shortened), strict=True):
        if is_forwarded(short):
            break
        if not is_quoted:
            written.append(line)
    return "\n".join(written).strip()


def _shortened(lines: list[str]) -> list[str]:
    return [line.strip()[:_MAX_LINE_LENGTH] for line in lines]


def _quoted(lines: list[str]) -> list[bool]:
    """Return for each line whether it is quoted or belongs to the signature."""
    quoted = [line.startswith(">") for line in lines]
    fields = list(map(is_field, lines))
    found = attributions(lines)
    last_quoted = _last_true(quoted)
    for number, line in enumerate(lines):
        if is_forwarded(line):
            break
        attribution = found.get(number)
        follows = (
            attribution and attribution.end >= last_quoted and _mail_follows(lines, attribution)
        )
        if follows or _begins_a_mail(lines, fields, number):
            return [*quoted[:number], *[True] * (len(lines) - number)]
        if attribution and _quotes_follow(lines, quoted, attribution.end):
            quoted[number : attribution.end + 1] = [True] * (attribution.end + 1 - number)
    return quoted


def _last_true(values: Sequence[bool]) -> int:
    """Return the last place that is True, or -1."""
    for place in reversed(range(len(values))):
        if values[place]:
            return place
    return -1


def _begins_a_mail(lines: list[str], fields: list[bool], number: int) -> bool:
    """Return whether the rest of the text is an earlier mail, or the signature."""
    line = lines[number]
    if line == "--" or is_original(line):
        return True
    headers = _headers(fields, number)
    return (bool(_RULE.fullmatch(line)) and headers >= 2) or (
        fields[number] and number > 0 and headers >= 3
    )


def _mail_follows(lines: list[str], attribution: Attribution) -> bool:
    """Return whether a quoted mail without quote marks follows an attribution."""
    return attribution.evident and any(lines[attribution.end + 1 : attribution.end + 20])


def _headers(fields: list[bool], number: int) -> int:
    """Return how many of a line and the next four are header fields."""
    return sum(fields[number : number + 5])


def _quotes_follow(lines: list[str], quoted: list[bool], end: int) -> bool:
    for number in range(end + 1, len(lines)):
        if lines[number]:
            return quoted[number]
    return False


def _ranges(quoted: list[bool]) -> list[Lines]:
    found: list[Lines] = []
    for number, is_quoted in enumerate(quoted, 1):
        if not is_quoted:
            continue
        if found and found[-1].last == number - 1:
            found[-1] = Lines(found[-1].first, number)
        else:
            found.append(Lines(number, number))
    return found


def _whole(found: list[Lines], lines: list[str], text: str) -> list[Lines]:
    """Extend a fold at the end of the examined lines to the end of the text."""
    if found and found[-1].last == len(lines):
        found[-1] = Lines(found[-1].first, text.count("\n") + 1)
    return found


def preview(text: str, folds: Iterable[Lines | Fold]) -> str:
    """Return the beginning of a message on one line, without folded lines."""
    lines: list[str] = text.split("\n")
    for fold in folds:
        lines[fold.first - 1 : fold.last] = [""] * len(lines[fold.first - 1 : fold.last])
    words = " ".join(" ".join(lines).split())
    if len(words) <= BEGINNING:
        return words
    return words[: BEGINNING - 1].rstrip() + "…"
