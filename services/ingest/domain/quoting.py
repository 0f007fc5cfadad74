"""Recognise lines by which mail programs introduce quotes; the words of each language are in
`quoting.toml`.

Literal words are compared, so that time grows linearly; a line has at most a few hundred
characters.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("quoting.toml")
MAX_LINES = 4  # of a wrapped attribution
ANY = "…"

_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_COLON = (":", "\uff1a")  # the second is East Asian
_ADDRESS = re.compile(r"<\s?(?:mailto:)?[^<>\s@]{1,64}@[^<>\s]{1,190}(?:<[^<>]{0,254}>)?\s?>$")
_DATE = re.compile(r"\d{1,4}\s?[./年-]\s?\d{1,2}|\d{1,2}[:.h]\d\d|\b(?:19|20)\d\d\b")
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d\d\b(?![./]\d)")
_DAY_FIRST = re.compile(r"\d{4}[/-]\d{1,2}[/-]\d{1,2}\b[^:]{0,200}<")
_DECORATION = "#-=*_~—–<> \t"
_DECORATED = re.compile(rf"[{re.escape(_DECORATION)}]{{2}}")
_DASHES = re.compile("[-—–*=_]{2}")


class Template(NamedTuple):
    """The literal words of an attribution, in order; `first` and `last`: it begins and ends with
    one.
    """

    words: tuple[str, ...]
    first: bool
    last: bool

    def fits(self, line: str) -> bool:
        """Return whether the line contains the words in order, with something in every gap."""
        words, end = list(self.words), len(line)
        place = 0
        if self.last:
            end -= len(words[-1])
            if not line.endswith(words.pop()):
                return False
        if self.first:
            if not line.startswith(words[0]):
                return False
            place = len(words.pop(0))
        for word in words:
            found = line.find(word, place + 1, end)
            if found < 0:
                return False
            place = found + len(word)
        return place < end


class Phrases(NamedTuple):
    """The words of all languages."""

    anchored: dict[str, list[Template]]
    """Attributions that begin with a word, by its first two characters."""
    floating: list[Template]
    ending: list[Template]
    """Attributions that begin with a name or a date; those in `ending` end with one of `ends`."""
    ends: tuple[str, ...]
    original: frozenset[str]
    forwarded: tuple[str, ...]
    fields: frozenset[str]
    above: tuple[str, ...]


@cache
def phrases() -> Phrases:
    """Return the words of `quoting.toml`, read once."""
    languages = tomllib.loads(FILE.read_text(encoding="utf-8"))
    anchored: dict[str, list[Template]] = {}
    floating: list[Template] = []
    ending: list[Template] = []
    for template in set(map(_template, _all(languages, "attribution"))):
        if template.first:
            anchored.setdefault(template.words[0][:2], []).append(template)
        elif template.last:
            ending.append(template)
        else:
            floating.append(template)
    return Phrases(
        anchored=anchored,
        floating=floating,
        ending=ending,
        ends=tuple(template.words[-1] for template in ending),
        original=frozenset(map(plain, _all(languages, "original"))),
        forwarded=tuple(map(plain, _all(languages, "forwarded"))),
        fields=frozenset(map(plain, _all(languages, "fields"))),
        above=tuple(map(plain, _all(languages, "above"))),
    )


def _all(languages: dict[str, dict[str, list[str]]], key: str) -> Iterator[str]:
    for language in languages.values():
        yield from language.get(key, [])


def _template(text: str) -> Template:
    words = filter(None, plain(text).split(ANY))
    return Template(tuple(words), not text.startswith(ANY), not text.endswith(ANY))


def plain(line: str) -> str:
    """Return a line for comparison: without direction marks, case-folded, with single blanks."""
    return " ".join(_MARKS.sub("", line).casefold().split())


class Attribution(NamedTuple):
    """The last line of an attribution. `evident`: it contains text that persons seldom write, so
    that no `>` need follow.
    """

    end: int
    evident: bool


def attributions(lines: list[str]) -> dict[int, Attribution]:
    """Return the attributions by the number of their first line."""
    found: dict[int, Attribution] = {}
    bare = [plain(line) for line in lines]
    for end, line in enumerate(bare):
        if line.rstrip("*_ ").endswith(_COLON):
            found.update(_ending(bare, end))
        elif _stands_alone(line):
            found[end] = Attribution(end, evident=True)
    return found


def _stands_alone(line: str) -> bool:
    """Return whether a line without a colon is an attribution: as of old Gmail (no words), or of
    Zoho (between dashes).
    """
    if line.startswith("---") and line.endswith("---"):
        text = line.strip("- ")
        return "@" in text and _is_anchored(text)
    return bool(_DAY_FIRST.match(line) and _ADDRESS.search(line))


def _is_anchored(text: str) -> bool:
    """Return whether a text is an attribution that begins with a word."""
    return _fits_any(text, phrases().anchored.get(text[:2], []))


def _fits_any(text: str, templates: list[Template]) -> bool:
    return any(template.fits(text) for template in templates)


def _ending(lines: list[str], end: int) -> dict[int, Attribution]:
    """Return the attribution that ends with a line; one that begins with a phrase is preferred."""
    candidates = list(_candidates(lines, end))
    for start, text in candidates:
        if _is_anchored(text):
            return {start: Attribution(end, "@" in text or any(map(str.isdigit, text)))}
    for number, (start, text) in enumerate(candidates):
        if _names_date_and_address(text) or _floats(text):
            longer = candidates[number + 1 :]
            begin = longer[0][0] if _is_wrapped(text, longer) else start
            return {begin: Attribution(end, "@" in text or bool(_CLOCK.search(text)))}
    return {}


def _is_wrapped(text: str, longer: list[tuple[int, str]]) -> bool:
    """Return whether the line before a text belongs to it: the line ends within an address, or has
    the date.
    """
    if not longer:
        return False
    before = longer[0][1].removesuffix(text).rstrip()
    return _is_open(before) or (
        before.endswith(",") and bool(_DATE.search(before)) and not _DATE.search(text)
    )


def _is_open(line: str) -> bool:
    return line.count("<") > line.count(">")


def _floats(text: str) -> bool:
    known = phrases()
    if text.endswith(known.ends) and _fits_any(text, known.ending):
        return True
    return _fits_any(text, known.floating)


def _candidates(lines: list[str], end: int) -> Iterator[tuple[int, str]]:
    """Yield the line, alone and with those before it: an attribution may be wrapped, but not over
    empty lines.
    """
    for start in range(end, max(-1, end - MAX_LINES), -1):
        rest_of_address = start == end > 0 and _is_open(lines[end - 1])
        if not lines[start] or (lines[start].startswith(">") and not rest_of_address):
            return
        text = " ".join(lines[start : end + 1]).strip("*_ ")
        yield start, text.rstrip("".join(_COLON) + " ")


def _names_date_and_address(text: str) -> bool:
    """Return whether a line is an attribution without words: a date, a name, and an address in
    brackets.
    """
    address = _ADDRESS.search(text)
    return address is not None and bool(_DATE.search(text[: address.start()]))


def is_original(line: str) -> bool:
    """Return whether a line introduces a whole quoted mail, or asks to write the answer above
    it.
    """
    if not _DECORATED.match(line):
        return False
    text = plain(line)
    # Written by helpdesks in every language.
    if text.startswith("##-") and text.endswith("-##"):
        return True
    if text.strip(_DECORATION) in phrases().original:
        return True
    return any(words in text for words in phrases().above)


def is_forwarded(line: str) -> bool:
    """Return whether a line introduces a forwarded mail."""
    text = plain(line)
    if _DASHES.match(line):
        return text.strip(_DECORATION).startswith(phrases().forwarded)
    return text.endswith(_COLON) and text.rstrip("".join(_COLON) + " ") in phrases().forwarded


def is_field(line: str) -> bool:
    """Return whether a line is a header field of a quoted mail, in any language."""
    text = plain(line).lstrip("*> ")
    name, colon, _ = text.replace("\uff1a", ":", 1).partition(":")
    return bool(colon) and name.rstrip("* ") in phrases().fields
