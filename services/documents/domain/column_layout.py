"""The widths of the columns: figures get the width of their printed text, the product gets the
rest.

Widths are in em of the running text. They are estimates, but never too small for figures, which
must not be wrapped.
"""

from collections.abc import Iterable, Sequence
from math import ceil

from services.documents.domain.document_text import (
    AmountsText,
    FactsRow,
    Labelled,
    LinesLayout,
    LineText,
    PaymentText,
    SumsLayout,
)

PAGE = 56.0  # the width of an A4 page between its margins
PADDING = 1.2  # of a cell, on both sides together
MIN_PRODUCT_WIDTH = 0.37 * PAGE  # the column that is read most often
MAX_REFERENCE_WIDTH = 10.0
FACT = 0.95  # smaller than the running text
MIN_FACT_WIDTH, MAX_FACT_WIDTH = 6.0, 17.0
MAX_DISCOUNTS_BESIDE = (
    2  # rows of the tax table and of discounts that fit beside the totals, without their heads
)
HEAD = 0.96  # bold, and smaller than the running text
TOTAL = 1.25  # bold, and larger
GAP = 2.5  # between the tax table and the totals

ADVANCES = (  # of the characters of Noto Sans, rounded up a little
    (".,:;'’|ijl!()[]\u202f\u00a0 \u2066\u2068\u2069٫٬،-اآ", 0.3),
    ("frtsIJ/", 0.45),
    ("0123456789۰۱۲۳۴۵۶۷۸۹€$−", 0.585),
    ("mwMWOQ%@٪\u0635\u0636\u0633\u0634\u0628\u062a\u067e", 0.95),
    ("\u200b\u200c", 0.0),
)
ADVANCE: dict[str, float] = {}
for _characters, _advance_of_each in ADVANCES:
    ADVANCE.update(dict.fromkeys(_characters, _advance_of_each))

Heads = dict[str, str]
"""The head of each column."""


def lines_layout(lines: Sequence[LineText], heads: Heads) -> LinesLayout:
    """Return the columns that leave the product enough room. First the heads are wrapped, then the
    reference moves beneath the product, the discounted price beneath the original one, and finally
    the rate beneath the product too.
    """
    texts = {}
    for key in heads:
        if key != "product":
            texts[key] = [getattr(line, key) for line in lines]
    for beneath in _steps(texts):
        for whole in (2, 1, 0):
            layout = _lines_layout(texts, heads, beneath, whole)
            if _product(layout) >= MIN_PRODUCT_WIDTH:
                return layout
    return layout


def _steps(texts: dict[str, list[str]]) -> list[tuple[str, ...]]:
    """Return the sets of columns to move beneath another, smallest first; a long reference is
    always moved.
    """
    order: list[str] = [key for key in ("reference", "unit_after", "rate") if key in texts]
    steps = [tuple(order[:count]) for count in range(len(order) + 1)]
    if widest(texts["reference"]) > MAX_REFERENCE_WIDTH:
        return steps[1:]
    return steps


def _lines_layout(
    texts: dict[str, list[str]], heads: Heads, beneath: tuple[str, ...], whole: int
) -> LinesLayout:
    """Return a layout; `whole` is the number of lines of a head that are not wrapped."""
    widths = {}
    for key, column in texts.items():
        if key in beneath:
            continue
        width = _column_width(column, heads[key], whole)
        if key == "unit" and "unit_after" in beneath:
            after = _column_width(texts["unit_after"], heads["unit_after"], whole)
            width = max(width, after)
        widths[key] = round(width + PADDING, 2)
    return LinesLayout(widths, frozenset(beneath))


def _column_width(texts: list[str], head: str, whole: int) -> float:
    return max(widest(texts), _head_width(head, whole))


def _product(layout: LinesLayout) -> float:
    return PAGE - sum(layout.widths.values())


def _head_width(head: str, whole: int) -> float:
    lines = head.split("\n")
    return HEAD * max([widest(lines[:whole]), *map(_wrapped, lines)])


def _wrapped(line: str) -> float:
    """Return the smallest width that holds a text on two lines."""
    words = line.split()
    widths = []
    for at in range(1, len(words) + 1):
        widths.append(widest([" ".join(words[:at]), " ".join(words[at:])]))
    return min(widths)


def sums_layout(
    taxes: Sequence[AmountsText],
    discounts: Sequence[AmountsText],
    totals: Sequence[Labelled],
    payments: Sequence[PaymentText],
    heads: Heads,
) -> SumsLayout:
    """Place the tax table beside the totals if both fit, and the discounts below them if there are
    many: a block that is not split across pages must not be high.
    """
    rows = [*taxes, *discounts]
    amounts = {}
    for key in ("net", "tax", "gross"):
        figures = widest(getattr(row, key) for row in rows)
        amounts[key] = round(max(figures, HEAD * text_width(heads[key])) + PADDING, 2)
    paid = widest(payment.amount for payment in payments)
    total = round(max(TOTAL * widest(row.text for row in totals), paid) + PADDING, 2)
    label = HEAD * text_width(heads["rate"]) + PADDING
    details = label + sum(amounts.values())
    both = details + GAP + total + TOTAL * max(_wrapped(row.label) for row in totals)
    beside = both <= PAGE
    room = PAGE
    if beside:
        room = round(min(max(details, 0.48 * PAGE), PAGE - (both - details)), 2)
    return SumsLayout(
        amounts=amounts,
        total=total,
        beside=beside,
        details=room,
        discounts_below=bool(discounts) and (len(rows) > 2 + MAX_DISCOUNTS_BESIDE or not beside),
    )


def facts_rows(facts: Sequence[Labelled]) -> list[FactsRow]:
    """Arrange the facts in as few rows as possible, with about the same number in each."""
    widths = [_fact_width(fact) for fact in facts]
    for count in range(1, len(facts) + 1):
        each = ceil(len(facts) / count)
        starts = range(0, len(facts), each)
        rows = []
        for start in starts:
            row_widths = widths[start : start + each]
            if sum(row_widths) <= PAGE:
                rows.append(_facts_row(facts[start : start + each], row_widths))
        if len(rows) == len(starts):
            return rows
    return []


def _fact_width(fact: Labelled) -> float:
    needed = max(HEAD * text_width(fact.label), FACT * widest(fact.text.split("\n"))) + PADDING
    return min(max(needed, MIN_FACT_WIDTH), MAX_FACT_WIDTH)


def _facts_row(facts: Sequence[Labelled], widths: Sequence[float]) -> FactsRow:
    """Return a row; the remaining width is shared evenly."""
    more = (PAGE - sum(widths)) / len(widths)
    percents = [round(100 * (width + more) / PAGE, 2) for width in widths]
    return FactsRow(list(facts), percents)


def widest(texts: Iterable[str]) -> float:
    """Return the width of the widest of these texts, each on one line."""
    return max(map(text_width, texts), default=0.0)


def text_width(text: str) -> float:
    """Return the approximate width of a text in Noto Sans."""
    return sum(map(_advance, text))


def _advance(character: str) -> float:
    known = ADVANCE.get(character)
    if known:
        return known
    if character.isupper():
        return 0.66
    return 0.58
