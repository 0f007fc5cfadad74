"""Faults of a page as a reader sees them, measured in the PDF itself."""

import re
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import islice, takewhile

from services.documents.domain.document_text import DocumentText
from services.documents.domain.snapshot_checks import WITHOUT_PRICES
from services.documents.domain.text import clean
from shared.writing.text import DIRECTION_CONTROLS

LEFT, RIGHT, TOP, BOTTOM = 45, 551, 39, 791  # points: what is inside the margins of A4
HIGH = 10  # points that the box of a large Persian word is higher than the word
TOUCH = 1.0  # points that boxes of words may share: they are a little larger than their letters
WORD = re.compile(
    r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>'
)


@dataclass(frozen=True)
class Word:
    """A word on a page and its box, in points from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float
    text: str

    def overlaps(self, other: "Word") -> bool:
        """Whether the letters of both are printed over each other."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide > TOUCH and high > 0.6 * min(self.bottom - self.top, other.bottom - other.top)


def words(pdf: bytes) -> list[list[Word]]:
    """The words of each page, without its foot."""
    command = ["pdftotext", "-bbox", "-", "-"]
    found = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()
    return [
        [word for word in map(_word, WORD.findall(page)) if word.text and word.top < BOTTOM]
        for page in found.split("<page ")[1:]
    ]


def _word(found: tuple[str, ...]) -> Word:
    text = plain(unescape(found[4]))
    from_right = any(unicodedata.bidirectional(character) == "AL" for character in text)
    return Word(*map(float, found[:4]), text=text[::-1] if from_right else text)  # type: ignore[arg-type, misc]


def plain(text: str) -> str:
    """A text without what only directs or joins its letters."""
    return "".join(
        character for character in text if character not in DIRECTION_CONTROLS | {"\u200c"}
    )


def faults(pages: list[list[Word]], text: DocumentText, names: Sequence[str]) -> list[str]:
    """One sentence for each fault; `names` are those of the products."""
    return [
        *_collisions(pages),
        *_beyond(pages),
        *_broken(pages, text),
        *_narrow(pages, names),
        *_wasted(pages),
        *_headless(pages, text),
        *_orphans(pages, text),
    ]


def _collisions(pages: list[list[Word]]) -> Iterator[str]:
    for page in pages:
        ordered = sorted(page, key=lambda word: word.top)
        for place, one in enumerate(ordered, start=1):
            near = takewhile(lambda other: other.top < one.bottom, islice(ordered, place, None))  # noqa: B023 - at once
            for other in filter(one.overlaps, near):
                yield f"{one.text!r} and {other.text!r} are printed over each other"


def _beyond(pages: list[list[Word]]) -> Iterator[str]:
    for page in pages:
        for word in page:
            if word.left < LEFT - TOUCH or word.right > RIGHT + TOUCH or word.top < TOP - HIGH:
                yield f"{word.text!r} is outside of the margins"


def _broken(pages: list[list[Word]], text: DocumentText) -> Iterator[str]:
    """Figures that are no words of their own: broken, or stuck to their neighbours."""
    printed = Counter(part for page in pages for word in page for part in word.text.split())
    wanted = Counter(part for figure in _figures(text) for part in plain(figure).split())
    for part in wanted - printed:
        yield f"{part!r} is not printed as a word"


def _figures(text: DocumentText) -> Iterator[str]:
    yield from (line.quantity for line in text.lines)
    if text.kind in WITHOUT_PRICES:
        return
    for line in text.lines:
        yield from (line.unit, line.total)
    for row in (*text.taxes, *text.discounts):
        yield from (row.net, row.tax, row.gross)
    yield from (total.text for total in text.totals)


MIN_PRODUCT_WIDTH = 0.33  # of what is inside the margins


def _narrow(pages: list[list[Word]], names: Sequence[str]) -> Iterator[str]:
    """Whether the longest line of a product's name shows that its column is narrow."""
    if not names:
        return
    whole = " ".join(plain(clean(name)) for name in set(names))
    found = [
        word
        for page in pages
        for word in page
        if len(word.text) > 3 and word.text.rstrip("-") in whole
    ]
    lines = [[word for word in found if abs(word.bottom - other.bottom) < 2] for other in found]
    longest = max(
        (max(w.right for w in line) - min(w.left for w in line) for line in lines), default=0.0
    )
    if longest < MIN_PRODUCT_WIDTH * (RIGHT - LEFT) - 40:  # a word that did not fit any more
        yield f"names of products have {longest:.0f} points"


LEAST_USED = 0.66  # what is kept together may be a third of a page, and is not torn


def used(page: list[Word]) -> float:
    """How far down a page is printed, from 0 to 1."""
    return (max(word.bottom for word in page) - TOP) / (BOTTOM - TOP)


def _wasted(pages: list[list[Word]]) -> Iterator[str]:
    for number, page in enumerate(pages[:-1], start=1):
        if used(page) < LEAST_USED:
            yield f"page {number} of {len(pages)} ends after {used(page):.0%}"


def _headless(pages: list[list[Word]], text: DocumentText) -> Iterator[str]:
    """Pages with lines and no head above them."""
    references, head = (
        {plain(line.reference) for line in text.lines},
        set(plain(text.texts["quantity"]).split()),
    )
    for number, page in enumerate(pages, start=1):
        printed = {word.text for word in page}
        if references & printed and not head <= printed:
            yield f"page {number} has lines and no head"


def _orphans(pages: list[list[Word]], text: DocumentText) -> Iterator[str]:
    """Headings that are the last on their page."""
    headings = {
        plain(text.texts[key])
        for key in ("payments", "note", "reason", "bank", "discounts", "tax_details")
    }
    for page in pages[:-1]:
        lowest = max(word.bottom for word in page)
        line = [word.text for word in page if lowest - word.bottom < 3]
        if any(set(heading.split()) <= set(line) for heading in headings):
            yield f"the heading {' '.join(line)!r} is the last of its page"
