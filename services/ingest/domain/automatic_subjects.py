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
    found = {phrase.casefold() for language in languages for phrase in language[use]}
    return tuple(sorted(found, key=lambda phrase: (-len(phrase), phrase)))


def is_automatic_subject(subject: str, *, answers: bool) -> bool:
    """Return whether a program wrote the subject. `answers`: the mail refers to another mail."""
    said = _tidy(subject)
    if _follows(said, phrases("reply")) is not None:
        return True
    away, absent = _follows(said, phrases("away")), _follows(said, phrases("absent"))
    rest = away if away is not None else absent
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


def _follows(said: str, begin_with: Iterable[str]) -> str | None:
    """Return the text after one of the phrases and its colon or bracket; None where a sentence
    continues.
    """
    closing = _BRACKETS.get(said[:1], "")
    inside = said[1:] if closing else said
    for phrase in begin_with:
        if inside.startswith(phrase):
            rest = inside[len(phrase) :].strip(" .!")
            if not rest or (closing and rest.startswith(closing)):
                return rest.lstrip("".join((*_COLONS, closing or " ", " ")))
            if not closing and (rest.startswith(_COLONS) or _ANSWERED.match(rest)):
                return rest.lstrip("".join((*_COLONS, " ")))
    return None
