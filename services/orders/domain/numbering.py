"""How documents are numbered: a series per shop and kind, counted per year or on and on; its text
is fixed at issue.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from shared.contracts.orders import Numbering, ShopSettings
from shared.contracts.reason import Reason
from shared.contracts.values import DocumentKind

KINDS: tuple[DocumentKind, ...] = ("invoice", "delivery_slip", "credit_slip", "return_slip")
Key = tuple[DocumentKind, str, int]
"""What is counted together in a shop: kind, name of the series, and its year, or 0."""
PLAIN = Numbering()
FAR = 500
"""Years ahead that no number is given in: what shows one was counted by another calendar (1405 is
2026).
"""


@dataclass(frozen=True)
class Series:
    """`IN` and the settings: 1 -> `IN000001`, `IN2026/000001` or `IN000001/2026`."""

    prefix: str
    rules: Numbering = PLAIN

    def key(self, kind: DocumentKind, year: int) -> Key:
        return kind, self.rules.series, year if self.rules.yearly else 0

    def text(self, count: int, year: int) -> str:
        """The number as it is printed."""
        digits, rules = f"{count:0{self.rules.width}d}", self.rules
        if rules.year == "before":
            digits = f"{year:04d}{rules.separator}{digits}"
        elif rules.year == "after":
            digits = f"{digits}{rules.separator}{year:04d}"
        return self.prefix + digits

    def read(self, number: str) -> tuple[int, int] | None:
        """Count and year (0 where none is printed) of a number that this series could give; else
        None.
        """
        digits, year, dash = r"(?P<count>\d+)", r"(?P<year>\d{4})", re.escape(self.rules.separator)
        pattern = {"none": digits, "before": year + dash + digits, "after": digits + dash + year}[
            self.rules.year
        ]
        found = re.fullmatch(re.escape(self.prefix) + pattern, number, re.ASCII)
        if found is None:
            return None
        count, in_year = int(found["count"]), int(found.groupdict().get("year") or 0)
        return (count, in_year) if self.text(count, in_year) == number else None


@dataclass(frozen=True)
class Given:
    """What a shop has numbered so far: the last count of a key, and the numbers of a kind with a
    prefix.
    """

    last: Callable[[Key], int]
    numbers: Callable[[DocumentKind, str], Iterable[str]]


def series_of(settings: ShopSettings) -> dict[DocumentKind, Series]:
    """Return the series of a shop with these settings."""
    prefixes = (
        settings.invoice_prefix,
        settings.delivery_prefix,
        settings.credit_prefix,
        settings.return_prefix,
    )
    rules = settings.numbering
    asked = (rules.invoice, rules.delivery_slip, rules.credit_slip, rules.return_slip)
    return {
        kind: Series(prefix, rule)
        for kind, prefix, rule in zip(KINDS, prefixes, asked, strict=True)
    }


def renumber(
    wanted: Mapping[DocumentKind, Series],
    before: Mapping[DocumentKind, Series],
    given: Given,
    year: int,
) -> dict[Key, int] | Reason:
    """Where the counters go on that get a new start; or why these series would give a number
    twice.
    """
    starts: dict[Key, int] = {}
    for kind, series in wanted.items():
        old = before.get(kind)
        refusal = _refusal(kind, series, given, year, _starts(series, old))
        if refusal:
            return refusal
        if _starts(series, old):
            starts[series.key(kind, year)] = series.rules.start - 1
    return starts


def _starts(series: Series, old: Series | None) -> bool:
    """A start counts once, when it is set: the same settings sent again change nothing."""
    known = old and (old.rules.series, old.rules.start) == (series.rules.series, series.rules.start)
    return bool(series.rules.start) and not known


def _refusal(
    kind: DocumentKind, series: Series, given: Given, year: int, starts: bool
) -> Reason | None:
    field, rules = f"numbering.{kind}", series.rules
    if rules.yearly and rules.year == "none":
        return Reason(
            "year_missing",
            "Numbers that begin anew each year must show the year.",
            field=f"{field}.year",
        )
    last, taken = (
        given.last(series.key(kind, year)),
        list(_taken(series, given.numbers(kind, series.prefix))),
    )
    if any(year < in_year < year + FAR for _, in_year in taken):
        return Reason(
            "numbers_ambiguous",
            "Numbers were issued that these settings would give again in a later year.",
            field=field,
        )
    highest = max((count for count, in_year in taken if in_year in (0, year)), default=0)
    free = max(last, highest) + 1
    if (rules.start if starts else last + 1) >= free:
        return None
    return Reason(
        "numbers_taken",
        f"Numbers up to {free - 1} were issued: start at {free} or later.",
        field=f"{field}.start",
        details={"next_possible": free},
    )


def _taken(series: Series, numbers: Iterable[str]) -> Iterator[tuple[int, int]]:
    return (found for found in map(series.read, numbers) if found)
