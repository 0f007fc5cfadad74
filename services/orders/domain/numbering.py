"""Numbers of documents: one series per shop and kind of document.

A series counts continuously or anew each year. A number's text is fixed when it is issued.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from shared.contracts.orders import Numbering, ShopSettings
from shared.contracts.reason import Reason
from shared.contracts.values import DocumentKind

KINDS: tuple[DocumentKind, ...] = ("invoice", "delivery_slip", "credit_slip", "return_slip")
Key = tuple[DocumentKind, str, int]
"""The key of a counter in a shop: kind, name of the series, and the year (0 if it is not
yearly).
"""
DEFAULT_NUMBERING = Numbering()
FUTURE_YEARS = 500
"""Numbers of a year further ahead are ignored: they were counted in another calendar (1405 is
2026).
"""


@dataclass(frozen=True)
class Series:
    """A prefix and the rules of a series.

    With the prefix `IN`, 1 becomes `IN000001`, `IN2026/000001` or `IN000001/2026`.
    """

    prefix: str
    rules: Numbering = DEFAULT_NUMBERING

    def key(self, kind: DocumentKind, year: int) -> Key:
        return kind, self.rules.series, year if self.rules.yearly else 0

    def format(self, count: int, year: int) -> str:
        """Return the number as it is printed."""
        digits, rules = f"{count:0{self.rules.width}d}", self.rules
        if rules.year == "before":
            digits = f"{year:04d}{rules.separator}{digits}"
        elif rules.year == "after":
            digits = f"{digits}{rules.separator}{year:04d}"
        return self.prefix + digits

    def as_printed(self, code: str) -> str:
        """Return a number as it is printed; its prefix may have been typed in capitals."""
        if not code.startswith(self.prefix.upper()):
            return code
        return self.prefix + code[len(self.prefix) :]

    def parse(self, number: str) -> tuple[int, int] | None:
        """Return count and year (0 if none is printed) of a printed number; None if this series
        cannot produce it.
        """
        digits, year, dash = r"(?P<count>\d+)", r"(?P<year>\d{4})", re.escape(self.rules.separator)
        pattern = {"none": digits, "before": year + dash + digits, "after": digits + dash + year}[
            self.rules.year
        ]
        found = re.fullmatch(re.escape(self.prefix) + pattern, number, re.ASCII)
        if found is None:
            return None
        count, in_year = int(found["count"]), int(found.groupdict().get("year") or 0)
        return (count, in_year) if self.format(count, in_year) == number else None


@dataclass(frozen=True)
class IssuedNumbers:
    """Lookups of the numbers that a shop has issued: the last count of a counter, and the numbers
    of a kind with a prefix.
    """

    last: Callable[[Key], int]
    numbers: Callable[[DocumentKind, str], Iterable[str]]


def series_of(settings: ShopSettings) -> dict[DocumentKind, Series]:
    """Return the series of a shop by kind of document."""
    rules = settings.numbering
    return {
        "invoice": Series(settings.invoice_prefix, rules.invoice),
        "delivery_slip": Series(settings.delivery_prefix, rules.delivery_slip),
        "credit_slip": Series(settings.credit_prefix, rules.credit_slip),
        "return_slip": Series(settings.return_prefix, rules.return_slip),
    }


def renumber(
    wanted: Mapping[DocumentKind, Series],
    before: Mapping[DocumentKind, Series],
    issued: IssuedNumbers,
    year: int,
) -> dict[Key, int] | Reason:
    """Return the counters that get a new start, with their last count.

    Refuse series that would produce an issued number again.
    """
    starts: dict[Key, int] = {}
    for kind, series in wanted.items():
        is_new_start = _is_new_start(series, before.get(kind))
        refusal = _refusal(kind, series, issued, year, is_new_start)
        if refusal:
            return refusal
        if is_new_start:
            starts[series.key(kind, year)] = series.rules.start - 1
    return starts


def _is_new_start(series: Series, old: Series | None) -> bool:
    """Return whether the start is a new one: the same settings sent again change nothing."""
    rules = series.rules
    if not rules.start:
        return False
    return old is None or (old.rules.series, old.rules.start) != (rules.series, rules.start)


def _refusal(
    kind: DocumentKind,
    series: Series,
    issued: IssuedNumbers,
    year: int,
    is_new_start: bool,
) -> Reason | None:
    field, rules = f"numbering.{kind}", series.rules
    if rules.yearly and rules.year == "none":
        return Reason(
            "year_missing",
            "Numbers that begin anew each year must show the year: set 'year' to 'before' or"
            " 'after'.",
            field=f"{field}.year",
        )
    last, taken = issued.last(series.key(kind, year)), _taken(kind, series, issued)
    if any(year < in_year < year + FUTURE_YEARS for _, in_year in taken):
        return Reason(
            "numbers_ambiguous",
            "These settings would produce numbers again, in a later year, that were issued"
            " already: choose another prefix.",
            field=field,
        )
    highest = max((count for count, in_year in taken if in_year in (0, year)), default=0)
    free = max(last, highest) + 1
    start = rules.start if is_new_start else last + 1
    if start >= free:
        return None
    return Reason(
        "numbers_taken",
        f"Numbers up to {free - 1} were issued: start at {free} or later.",
        field=f"{field}.start",
        details={"next_possible": free},
    )


def _taken(kind: DocumentKind, series: Series, issued: IssuedNumbers) -> list[tuple[int, int]]:
    """Return count and year of the issued numbers that the series could produce."""
    numbers = issued.numbers(kind, series.prefix)
    return [found for found in map(series.parse, numbers) if found]
