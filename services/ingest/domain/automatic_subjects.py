"""Recognise subjects written by programs: automatic replies, absence notes, non-delivery
reports.

The phrases of each language are in `automatic.toml`.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal

FILE = Path(__file__).with_name("automatic.toml")
Use = Literal["reply", "away", "absent", "undelivered"]

_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BRACKETS = {"[": "]", "(": ")", "【": "】", "<": ">"}
_COLONS = (":", "\uff1a")  # the second is East Asian
_ANSWERED = re.compile(
    r"(?:re|aw|antw|rép|sv|vs|odp|ynt|rif|res|اب|پاسخ|回复|回覆|答复)\s?(?:\[\d+\])?\s?[:\uff1a]"
)


@cache
def phrases(use: Use) -> tuple[str, ...]:
    """Return the phrases of all languages for one use, longest first."""
    languages = tomllib.loads(FILE.read_text(encoding="utf-8")).values()
    found: set[str] = set()
    for language in languages:
        found.update(map(str.casefold, language[use]))
    return tuple(sorted(found, key=lambda phrase: (-len(phrase), phrase)))


def is_automatic_subject(subject: str, *, answers: bool) -> bool:
    """Return whether a program wrote the subject. `answers`: the mail refers to another mail."""
    text = _tidy(subject)
    if _follows(text, phrases("reply")) is not None:
        return True
    away = _follows(text, phrases("away"))
    rest = away
    if rest is None:
        rest = _follows(text, phrases("absent"))
    if rest is None:
        return False
    return answers or bool(_ANSWERED.match(rest)) or away == ""


def is_undelivered_subject(subject: str) -> bool:
    """Return whether the subject of an automatic mail reports a failed delivery."""
    said = _tidy(subject)
    return any(phrase in said for phrase in phrases("undelivered"))


def _tidy(subject: str) -> str:
    return " ".join(
        _MARKS.sub("", subject).replace("’", "'").casefold().replace("i\u0307", "i").split()
    )


def _follows(text: str, begin_with: Iterable[str]) -> str | None:
    """Return the text after one of the phrases and its colon or bracket; None where a sentence
    continues.
    """
    closing = _BRACKETS.get(text[:1], "")
    inside = text[1:] if closing else text
    for phrase in begin_with:
        if not inside.startswith(phrase):
            continue
        rest = inside[len(phrase) :].strip(" .!")
        if not rest or (closing and rest.startswith(closing)):
            return rest.lstrip("".join((*_COLONS, closing, " ")))
        if not closing and (rest.startswith(_COLONS) or _ANSWERED.match(rest)):
            return rest.lstrip("".join((*_COLONS, " ")))
    return None
