"""What decides the layout, all of it together: wide amounts, discounts, long names, many rows,
languages and kinds.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import combinations, product
from typing import Any

from fontTools.ttLib import TTFont

from services.documents.adapters.engine import Engine
from services.documents.domain.branding import Branding, Template
from services.documents.domain.column_layout import PAGE, text_width
from services.documents.domain.language import Language
from services.documents.domain.sample import DAY, KINDS
from services.documents.domain.snapshot_checks import objection
from services.documents.domain.wording import write
from shared.contracts import samples
from shared.contracts.snapshot import DocumentLine, DocumentSnapshot
from tests.documents import geometry, lint
from tests.documents.builders import a_line, amounts, an_invoice

SWITCHES: dict[str, Sequence[Any]] = {
    "kind": KINDS,
    "language": ("en", "de", "fr", "fa"),
    "unit": (999, 123_456_789, 6_000_000_000),
    "quantity": (1, 3, 12_000),
    "off": (0, 7),
    "rows": (1, 14, 30),
    "rates": (("19",), ("19", "7", "0", "5.5", "19.1234")),
    "long_names": (False, True),
    "many_facts": (False, True),
    "settled": ("paid", "unpaid", "nothing said"),
}
NAMES = {
    "en": (
        "Hand-thrown mug of stoneware, glazed in cobalt blue, holding three tenths of a litre of"
        " whatever you like"
    ),
    "de": (
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtenuniform, Einzelstück"
        " in Marineblau"
    ),
    "fr": (
        "Théière en porcelaine de Limoges peinte à la main, couvercle assorti, édition anniversaire"
        " numérotée"
    ),
    "fa": (
        "کابل شارژ و انتقال داده با روکش کنفی مقاوم در برابر کشش و گره‌خوردگی، دو متری، رنگ آبی"
        " کبالت"
    ),
}


def test_every_pair_of_switches_makes_a_legible_paper(
    engine: Engine, languages: dict[str, Language]
) -> None:
    wrong = {}
    for choice in pairwise(SWITCHES):
        snapshot = a_document(**choice)
        assert objection(snapshot, snapshot.kind) is None
        pdf = engine.render(snapshot).content
        found = [*faults(pdf, snapshot, languages), *lint.faults(pdf)]
        if found:
            wrong[str(choice)] = found[:5]
    assert not wrong


def test_what_is_not_legible_is_found(engine: Engine, languages: dict[str, Language]) -> None:
    """A negative control: styles that spoil a page, each with its fault."""
    snapshot = a_document(
        "invoice",
        "de",
        123_456_789,
        3,
        7,
        14,
        ("19", "7"),
        "paid",
        long_names=True,
        many_facts=True,
    )
    for css, said in {
        "td.product { white-space: nowrap }": "printed over each other",
        ".lines col { width: 18% !important }": "names of products",
        "td.figure { font-size: 20pt }": "as a word",
        "body { width: 220mm }": "outside of the margins",
        ".sums { padding-top: 150mm }": "ends after",
        "thead { display: table-row-group }": "lines and no head",
        "h2 { break-after: page }": "is the last of its page",
    }.items():
        found = faults(
            engine.render(snapshot, Branding(Template(css=css))).content, snapshot, languages
        )
        assert any(said in sentence for sentence in found), (css, found[:5])


def faults(pdf: bytes, snapshot: DocumentSnapshot, languages: dict[str, Language]) -> list[str]:
    """Return the faults of the pages of a document."""
    names = [line.name for line in snapshot.lines if len(line.name) > 80]
    return geometry.faults(
        geometry.words(pdf), write(snapshot, languages[snapshot.language]), names
    )


def a_document(
    kind: str,
    language: str,
    unit: int,
    quantity: int,
    off: int,
    rows: int,
    rates: Sequence[str],
    settled: str,
    *,
    long_names: bool,
    many_facts: bool,
) -> DocumentSnapshot:
    """The document that has these switches."""
    currency = "IRR" if language == "fa" else "EUR"
    lines = [
        discounted(
            a_line(
                f"SKU-{row:04d}" + "-LIMITED-EDITION" * long_names,
                NAMES[language] if long_names else NAMES[language][:20],
                unit=unit - row,
                quantity=quantity,
                rate=rates[row % len(rates)],
                currency=currency,
            ),
            off,
        )
        for row in range(rows)
    ]
    paid = {"paid": {}, "unpaid": {"payments": []}, "nothing said": {"payments": [], "due": None}}[
        settled
    ]
    more = {
        **samples.SHOP_PROFILE,
        "bank": {"iban": "DE02120300000000202051", "bic": "BYLADEM1001"},
    }
    if many_facts:
        more |= {
            "payment_terms": TERMS,
            "payment_days": 14,
            "legal_text": "Goods remain ours until paid. " * 9,
        }
    invoice = an_invoice(
        lines,
        kind=kind,
        language=language,
        shop=more,
        **paid,  # type: ignore[arg-type]
        **(FACTS if many_facts else {}),
    )
    return invoice.model_copy(update={"due": invoice.gross}) if settled == "unpaid" else invoice


FACTS: dict[str, Any] = {
    "tracking_number": "1Z999AA10123456784",
    "carrier": "Swift Post International Parcel Service",
    "corrects": "2026/IN000001",
    "corrects_issued_at": DAY,
    "return_until": DAY,
    "note": "Thank you.\nCome again.",
    "payment_method": "Cash on delivery",
    "order_reference": "XKBKNABJK-2026",
    "supplied_at": DAY,
    "pay_until": DAY,
    "invoice_address": {
        **samples.ADDRESS,
        "company": "Analytical Engines & Difference Machines Ltd",
        "vat_number": "GB999999973",
        "line2": "Second floor, behind the court",
        "phone": "+44 20 7946 0000",
        "purchase_order": "PO-2026-000123",
        "buyer_reference": "04011000-1234512345-06",
    },
}
TERMS = "Within 14 days without deduction, within 7 days with 2 % cash discount"


def discounted(line: DocumentLine, percent: int) -> DocumentLine:
    """The line with so much taken off."""
    net, tax = (part.amount * (100 - percent) // 100 for part in (line.net, line.tax))
    return line.model_copy(update=amounts(net, tax, line.net.currency))


def pairwise(switches: dict[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """Few choices among which any two values of different switches meet; always the same ones."""
    names, chance = list(switches), random.Random(1)
    wanted = {
        ((one, first), (other, second))
        for one, other in combinations(names, 2)
        for first, second in product(switches[one], switches[other])
    }
    while wanted:
        needed = dict(min(wanted, key=str))
        tries = [
            {name: needed.get(name, chance.choice(switches[name])) for name in names}
            for _ in range(60)
        ]
        best = max(
            tries, key=lambda choice: len(wanted.intersection(combinations(choice.items(), 2)))
        )
        wanted.difference_update(combinations(best.items(), 2))
        yield best


def test_the_pairs_are_all_there() -> None:
    small = {"a": (1, 2, 3), "b": ("x", "y"), "c": (True, False)}
    found = [tuple(choice.items()) for choice in pairwise(small)]  # type: ignore[arg-type]
    met = {pair for choice in found for pair in combinations(choice, 2)}
    assert len(met) == 3 * 2 + 3 * 2 + 2 * 2
    assert len(found) <= 8


def test_the_product_has_the_room_that_figures_leave(languages: dict[str, Language]) -> None:
    """The more room figures need, the more values move beneath others; the product retains its
    share of the page.
    """
    beneath = []
    for unit in (1000, 10**9, 10**15):
        lines = [discounted(a_line(unit=unit, quantity=1), 10)]
        layout = write(an_invoice(lines, shipping=0), languages["en"]).lines_layout
        beneath.append(len(layout.beneath))
        assert PAGE - sum(layout.widths.values()) >= PAGE / 3
    assert beneath == sorted(beneath)
    assert beneath[0] == 0
    assert beneath[-1] > 1


def test_a_long_reference_is_set_beneath_the_product(languages: dict[str, Language]) -> None:
    for sku, is_beneath in (("MUG-BLUE", False), ("R" * 64, True)):
        layout = write(an_invoice([a_line(sku)]), languages["en"]).lines_layout
        assert ("reference" in layout.beneath) is is_beneath


def test_facts_are_set_in_as_few_rows_as_hold_them(languages: dict[str, Language]) -> None:
    for facts, rows in ((an_invoice(), 1), (an_invoice(**FACTS), 3)):
        text = write(facts, languages["en"])
        assert [fact for row in text.facts_rows for fact in row.facts] == text.facts
        assert len(text.facts_rows) == rows


def test_an_estimate_is_at_least_as_wide_as_the_font(languages: dict[str, Language]) -> None:
    """Figures are never broken, so their columns must hold them; words of heads may be wrapped."""
    for language in languages.values():
        digits = TTFont(FONTS[language.direction])
        characters = f"{language.digits}{language.decimal_mark}{language.group_mark}"
        for character in characters:
            advance = (
                digits["hmtx"][digits.getBestCmap()[ord(character)]][0] / digits["head"].unitsPerEm
            )
            assert text_width(character) >= advance, character


FONTS = {
    direction: f"/usr/share/fonts/truetype/noto/NotoSans{name}-Regular.ttf"
    for direction, name in (
        ("ltr", ""),
        ("rtl", "Arabic"),
    )
}
