"""Every kind of document in every language: its content and its appearance."""

import io
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from services.documents.adapters.engine import Engine
from services.documents.domain.branding import Asset, Branding
from services.documents.domain.language import Language
from services.documents.domain.sample import GOODS, KINDS, sample
from services.documents.domain.snapshot_checks import objection
from services.documents.domain.wording import write
from shared.contracts import samples
from shared.contracts.values import DocumentKind
from tests.documents.builders import a_line, amounts, an_invoice, money, pages, read, squeezed, tags
from tests.documents.lint import faults

PICTURES = Path(__file__).parent / "pictures"
LANGUAGES = tuple(GOODS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_in_every_language_looks_as_it_was_looked_at(
    kind: DocumentKind, language: str, engine: Engine
) -> None:
    snapshot = sample(kind, language)
    assert objection(snapshot, kind) is None
    pdf = engine.render(snapshot).content
    assert faults(pdf) == []
    seen = picture(pdf)
    reference = Image.open(PICTURES / f"{kind}-{language}.png")
    assert seen.size == reference.size
    assert (
        difference(seen, reference) < 0.5
    )  # of 255, in the mean; a line of text less makes more than 1


def test_another_document_does_not_look_alike(engine: Engine) -> None:
    seen = picture(engine.render(sample("invoice", "en", supplied_at=None, pay_until=None)).content)
    assert difference(seen, Image.open(PICTURES / "invoice-en.png")) > 0.5


def picture(pdf: bytes) -> Image.Image:
    """The first page, grey, small and a little blurred: another version of a font must not
    matter.
    """
    command = ["pdftoppm", "-r", "45", "-gray", "-l", "1", "-png", "-"]
    png = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    return (
        Image.open(io.BytesIO(png)).convert("L").filter(ImageFilter.BoxBlur(1)).point(sixteen_greys)
    )


def take_pictures() -> None:
    """The references anew."""
    engine = Engine()
    for kind in KINDS:
        for language in LANGUAGES:
            seen = picture(engine.render(sample(kind, language)).content)
            seen.save(PICTURES / f"{kind}-{language}.png", optimize=True)


def sixteen_greys(value: int) -> int:
    return value & 0xF0


def difference(one: Image.Image, other: Image.Image) -> float:
    return ImageStat.Stat(ImageChops.difference(one, other.convert("L"))).mean[0]


def test_a_credit_slip_names_its_invoice_and_its_reason(engine: Engine) -> None:
    text = squeezed(read(engine.render(sample("credit_slip")).content))
    for wanted in (
        "Credit slip",
        "CR000001",
        "Corrects invoice",
        "IN000001",
        "The blue mug came broken.",
        "EUR 45.10",
    ):
        assert wanted in text, wanted
    assert "Still to pay" not in text


def test_a_return_slip_names_the_last_day_and_no_price(engine: Engine) -> None:
    text = squeezed(read(engine.render(sample("return_slip")).content))
    for wanted in (
        "Return slip",
        "RE000001",
        "Return by",
        "5 December 2026",
        "MUG-BLUE",
        "Items 5",
    ):
        assert wanted in text, wanted
    assert "EUR" not in text
    assert "18.00" not in text


def test_an_order_summary_says_that_it_is_no_invoice(engine: Engine) -> None:
    text = squeezed(read(engine.render(sample("order_summary", "de")).content))
    for wanted in (
        "Bestellübersicht",
        "Dies ist keine Rechnung.",
        "45,10 €",
        "Noch zu zahlen 22,55 €",
    ):
        assert wanted in text, wanted
    assert "IBAN" not in text


def test_a_supplementary_invoice_says_which_one_it_changes(engine: Engine) -> None:
    invoice = sample(
        "invoice", "fr", number="FA2", corrects="FA1", corrects_issued_at="2026-11-02T09:00:00Z"
    )
    text = squeezed(read(engine.render(invoice).content))
    for wanted in ("Facture complémentaire", "FA2", "Facture corrigée", "FA1", "2 novembre 2026"):
        assert wanted in text, wanted


def test_a_credit_slip_of_several_invoices_names_each_with_its_day(
    languages: dict[str, Language],
) -> None:
    invoices = [
        samples.INVOICE_REFERENCE | {"number": "IN1", "issued_at": "2026-11-02T09:00:00Z"},
        samples.INVOICE_REFERENCE | {"number": "IN2", "issued_at": None},
    ]
    slip = sample("credit_slip", corrects="IN1, IN2", corrects_issued_at=None, corrected=invoices)
    found = [(fact.key, fact.text) for fact in write(slip, languages["en"]).facts]
    assert found[1] == ("corrects", "IN1\n2 November 2026\nIN2")


def test_prices_before_and_after_a_discount_stand_side_by_side(engine: Engine) -> None:
    text = squeezed(read(engine.render(sample("invoice")).content))
    assert "MUG-BLUE Mug, blue – 0.3 l 19% 10.00 9.00 2 18.00" in text
    assert "Discounts, already taken off (EUR)" in text
    assert "3.95 0.52 4.47" in text


def test_without_discounts_there_is_no_column_for_them(languages: dict[str, Language]) -> None:
    cheaper = a_line(unit=1000, quantity=2).model_copy(update={"net": money(1997)})
    assert write(an_invoice([cheaper]), languages["en"]).discounted
    rounded = a_line(unit=333, quantity=2).model_copy(update={"net": money(667)})
    assert not write(an_invoice([rounded]), languages["en"]).discounted
    assert not write(an_invoice(), languages["en"]).discounted


def test_a_line_about_an_amount_alone_has_no_price_of_a_piece(
    languages: dict[str, Language],
) -> None:
    goodwill = a_line().model_copy(update={"quantity": 0, **amounts(100, 19)})
    text = write(an_invoice([goodwill], kind="credit_slip"), languages["en"])
    assert not text.discounted
    assert [(line.unit, line.unit_after, line.quantity, line.total) for line in text.lines] == [
        ("", "", "", "1.00")
    ]


def test_two_hundred_lines_of_four_rates_are_printed_whole(engine: Engine) -> None:
    rates = ["19", "7", "0", "5.5"]
    lines = [
        a_line(f"SKU-{n:03d}", "A long name of a product " * 4, rate=rates[n % 4])
        for n in range(200)
    ]
    printed = pages(engine.render(an_invoice(lines)).content)
    assert len(printed) > 10
    assert all("Reference" in page for page in printed if "SKU-" in page)
    assert all(f"Page {n} of {len(printed)}" in page for n, page in enumerate(printed, 1))
    assert all(f"SKU-{n:03d}" in "".join(printed) for n in range(200))
    assert all(f"{rate}%" in "".join(printed[-2:]) for rate in rates)


def a_logo(width: int, height: int) -> Branding:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#2255aa").save(out, "PNG")
    return Branding(assets={"logo": Asset(out.getvalue(), "image/png", "Corner Shop")})


@pytest.mark.parametrize("size", [(1, 1), (3000, 300), (200, 2000)])
def test_a_logo_of_any_shape_stays_in_its_place(size: tuple[int, int], engine: Engine) -> None:
    pdf = engine.render(an_invoice(), a_logo(*size)).content
    assert "/Figure" in tags(pdf)
    (page,) = pages(pdf)
    assert "Total incl. tax" in page


def test_a_draft_is_marked_on_every_page(engine: Engine) -> None:
    printed = pages(engine.render(an_invoice([a_line()] * 60), Branding(draft=True)).content)
    assert len(printed) > 1
    assert all("Draft" in page for page in printed)
