"""What stands on the page, read back from the PDF itself."""

import io
import logging
from dataclasses import replace

import pikepdf
import pytest
from PIL import Image
from weasyprint.images import RasterImage

from services.documents.adapters import weasyprint_shortcuts
from services.documents.adapters.engine import Engine
from services.documents.adapters.images import shrink
from services.documents.adapters.templates import Templates, read_languages, read_templates
from services.documents.adapters.weasyprint_shortcuts import BuiltInPage, pack
from services.documents.domain.branding import BUILT_IN, Asset, Branding
from services.documents.domain.sample import KINDS, sample
from shared.contracts import samples
from tests.documents.builders import a_delivery_slip, a_line, an_invoice, pages, read, squeezed

SHOP = {
    **samples.SHOP_PROFILE,
    "legal_text": "Goods remain ours until paid.\nSecond line.",
    "website": "shop.test",
}
PERSIAN = "\u06f0\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9"


def test_an_invoice_holds_what_it_must(engine: Engine) -> None:
    buyer = {
        **samples.ADDRESS,
        "name": "Ada Byron",
        "company": "Engines & Sons",
        "vat_number": "GB999",
    }
    invoice = an_invoice(
        [a_line(), a_line("TEA", "Earl Grey <250 g>", unit=123456, quantity=3, rate="7")],
        shop=SHOP,
        invoice_address=buyer,
        tracking_number="1Z999",
        note="Thank you.\nCome again.",
    )
    text = squeezed(read(engine.render(invoice).content))
    for wanted in (
        "Corner Shop",
        "Corner Shop Ltd",
        "1 Market Square",
        "10115 Berlin",
        "VAT number: DE123456789",
        "Registration: HRB 12345",
        "service@shop.test",
        "Invoice",
        "IN000001",
        "Engines & Sons",
        "VAT number: GB999",
        "Invoice address",
        "Delivery address",
        "London",
        "SW1Y 4JH",
        "21 November 2026",
        "XKBKNABJK",
        "Bank wire",
        "Swift Post",
        "1Z999",
        "MUG-BLUE Mug, blue 19% 10.00 2 20.00",
        "TEA Earl Grey <250 g> 7% 1,234.56 3 3,703.68",
        "EUR, excl. tax",
        "Tax details (EUR)",
        "Shipping EUR 4.12",
        "7% 3,703.68 259.26 3,962.94",
        "Total incl. tax EUR 3,991.64",
        "Bank wire WIRE-77 EUR 3,991.64",
        "Still to pay EUR 0.00",
        "Thank you.",
        "Come again.",
        "Goods remain ours until paid.",
        "Page 1 of 1",
    ):
        assert wanted in text, wanted
    assert text.index("Tax details") < text.index("Thank you.")


def test_a_delivery_slip_names_no_price(engine: Engine) -> None:
    slip = a_delivery_slip(
        [a_line("Z-1", unit=77700), a_line("A-1", "Tea", quantity=5)], tracking_number="1Z999"
    )
    text = squeezed(read(engine.render(slip).content))
    assert text.index("A-1 Tea 5") < text.index("Z-1 Mug, blue 2")
    assert "Delivery slip DE000001" in text
    assert "Items 7" in text
    for price in ("EUR", "777", "10.00", "19%", "Total", "Bank wire"):
        assert price not in text, price


def test_many_lines_repeat_the_head_and_do_not_orphan_the_totals(engine: Engine) -> None:
    for count in (28, 29, 30, 31, 32, 60):
        printed = pages(
            engine.render(an_invoice([a_line(f"SKU-{n:03d}") for n in range(count)])).content
        )
        assert all("Reference" in page and "SKU-" in page for page in printed), count
        assert f"Page {len(printed)} of {len(printed)}" in printed[-1]
        assert "Total incl. tax" in printed[-1]
        assert [f"SKU-{n:03d}" in "".join(printed) for n in range(count)] == [True] * count


def test_very_long_words_stay_on_the_paper(engine: Engine) -> None:
    line = a_line("R" * 64, "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 4)
    invoice = an_invoice(
        [line], order_reference="O" * 60, carrier="C" * 200, tracking_number="T" * 100
    )
    pdf = engine.render(invoice).content
    boxes = read(pdf, "-bbox")
    edges = [float(part.split('"')[1]) for part in boxes.split() if part.startswith("xMax=")]
    assert max(edges) < 596  # points: the width of A4
    assert "20.00" in read(pdf)


def test_persian_runs_from_right_to_left_in_its_own_digits_and_calendar(engine: Engine) -> None:
    lines = [a_line("USB-C", "کابل USB-C مدل A12", unit=1250000, rate="10", currency="IRR")]
    invoice = an_invoice(lines, shipping=0, language="fa-IR", payment_method="کارت")
    pdf = engine.render(invoice).content
    text = read(pdf)
    for wanted in (
        "فاکتور",
        "USB-C",
        "A12",
        "IN000001",
        PERSIAN[1] + PERSIAN[4] + PERSIAN[0] + PERSIAN[5],
        "ریال",
    ):
        assert wanted in text, wanted
    boxes = read(pdf, "-bbox")
    assert _x(boxes, "IN000001") < 200  # mirrored: the number at the left
    assert _x(boxes, "USB-C") > 400


def _x(boxes: str, word: str) -> float:
    """The left edge of a word's first appearance, in points."""
    line = next(line for line in boxes.splitlines() if f">{word}<" in line)
    return float(line.split('xMin="')[1].split('"')[0])


def test_an_unknown_language_is_printed_in_english(engine: Engine) -> None:
    with _opened(engine.render(an_invoice(language="tlh")).content) as pdf:
        assert str(pdf.Root.Lang) == "en"


def test_the_same_snapshot_gives_the_same_bytes(engine: Engine) -> None:
    invoice, persian = an_invoice(shop=SHOP), an_invoice(language="fa")
    first = engine.render(invoice).content
    engine.render(persian)
    assert engine.render(invoice).content == first
    assert Engine().render(invoice).content == first
    assert engine.render(persian).content != first


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_shortcuts_of_built_in_pages_make_the_same_bytes_as_the_long_way(
    language: str, engine: Engine
) -> None:
    for kind in KINDS:
        html = engine.fill(sample(kind, language))
        assert isinstance(engine._read(html, built_in=True), BuiltInPage)
        assert engine.print_html(html, "x", built_in=True) == engine.print_html(html, "x")


def test_what_cannot_stand_in_xml_is_printed_all_the_same(engine: Engine) -> None:
    logo = replace(a_logo(), description="Corner\x07 Shop")
    assert read(engine.render(an_invoice(), Branding(assets={"logo": logo})).content) == read(
        engine.render(an_invoice(), Branding(assets={"logo": a_logo()})).content
    )


def test_a_logo_is_packed_for_its_first_document_only(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed: list[str] = []

    def counted(picture: Image.Image) -> bytes:
        packed.append(picture.mode)
        return bytes(pack(picture))

    monkeypatch.setattr(weasyprint_shortcuts, "pack", counted)
    weasyprint_shortcuts._pack.cache_clear()
    branding = Branding(assets={"logo": a_logo()})
    first, second = (engine.render(an_invoice(), branding).content for _ in range(2))
    assert packed == ["RGB", "L"]
    monkeypatch.setattr(RasterImage, "_get_png_data", staticmethod(pack))
    assert first == second == engine.render(an_invoice(), branding).content


def a_logo() -> Asset:
    """Return a picture with transparent corners, as `asset.put` stores it."""
    out = io.BytesIO()
    picture = Image.radial_gradient("L").convert("RGB")
    picture.putalpha(Image.radial_gradient("L"))
    picture.save(out, "PNG")
    return shrink(out.getvalue(), "Corner Shop")


def test_the_files_properties_come_from_the_snapshot(engine: Engine) -> None:
    with _opened(engine.render(an_invoice()).content) as pdf:
        assert str(pdf.docinfo["/Title"]) == "Invoice IN000001"
        assert str(pdf.docinfo["/Author"]) == "Corner Shop"
        assert (
            str(pdf.docinfo["/CreationDate"])
            == str(pdf.docinfo["/ModDate"])
            == "D:20261121130000+01'00"
        )
        assert bytes(pdf.trailer.ID[0]).decode() == samples.DOCUMENT_ID.replace("-", "")


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_file_is_tagged_and_holds_its_fonts(language: str, engine: Engine) -> None:
    with _opened(engine.render(an_invoice(language=language)).content) as pdf:
        root = pdf.Root
        assert str(root.Lang) == language
        assert root.MarkInfo.Marked
        assert root.ViewerPreferences.DisplayDocTitle
        assert b'pdfuaid:part="1"' in root.Metadata.read_bytes()
        tags = {
            str(item.S)
            for item in pdf.objects
            if isinstance(item, pikepdf.Dictionary) and "/S" in item
        }
        assert {"/Document", "/H1", "/H2", "/P", "/Table", "/TH", "/TD", "/Caption"} <= tags
        assert not {"/JavaScript", "/Launch", "/URI"} & tags
        described = [
            item
            for item in pdf.objects
            if isinstance(item, pikepdf.Dictionary) and "/FontName" in item
        ]
        assert described
        assert all({"/FontFile2", "/FontFile3"} & set(item.keys()) for item in described)


def _opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


HOSTILE = [
    "<script>alert(1)</script><img src='file:///etc/passwd'><style>*{display:none}</style>",
    "<link rel=attachment href='file:///etc/passwd'>{{ 7*7 }}{% include 'x' %}",
    '"><h1>x</h1><a href="http://169.254.169.254/">',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_printed_as_text_and_fetches_nothing(
    text: str, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "weasyprint")
    shop = {**SHOP, "name": text, "legal_text": text}
    address = {**samples.ADDRESS, "name": text, "city": text}
    invoice = an_invoice(
        [a_line(text[:64], text)],
        number=text[:60],
        shop=shop,
        invoice_address=address,
        carrier=text,
        note=text,
        payment_method=text,
    )
    pdf = engine.render(invoice).content
    printed = "".join(read(pdf).split())
    assert "".join(text.split()) in printed
    assert "20.00" in printed
    assert "root:" not in printed
    with _opened(pdf) as opened:
        assert list(opened.attachments) == ["factur-x.xml"]
        assert "/Annots" not in opened.pages[0]
    assert caplog.messages == []


def test_directions_cannot_be_overridden(engine: Engine) -> None:
    text = read(
        engine.render(
            an_invoice([a_line(name="\u202eabc 123\u2066\u202d")], note="\u202eabc")
        ).content
    )
    assert "abc 123" in text
    assert "cba" not in text


@pytest.mark.parametrize(
    "note",
    [("tea and toast " * 8000)[:100_000], "x" * 100_000, "a" + "\u0301" * 99_999],
    ids=["words", "word", "marks"],
)
def test_a_note_of_100_kilobytes_is_printed(note: str, engine: Engine) -> None:
    printed = read(engine.render(an_invoice(note=note)).content)
    assert (
        len("".join(printed.replace("\u200b", "").split())) > len("".join(note.split())) * 0.95
        or "\u0301" in note
    )
    assert "Total incl. tax" in printed


def test_a_template_reaches_neither_files_nor_network(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "weasyprint")
    html = """<html lang=en><title>x</title><style>@import 'file:///etc/passwd';
        p { background: url(http://a.test/) }</style><link rel=stylesheet href=file:///etc/hosts>
        <img alt=x src=file:///etc/hostname>
        <link rel=attachment href=file:///etc/passwd><p>text"""
    pdf = engine.print_html(html, "x")
    assert "text" in read(pdf)
    assert caplog.text.count("documents can fetch only assets of their shop") >= 4
    with _opened(pdf) as opened:
        assert "/Names" not in opened.Root


@pytest.mark.parametrize(
    "template",
    [
        "{{ document.__class__.__mro__ }}",
        "{{ texts.no_such_text }}",
        "{{ ''.__class__ }}",
        "{{ document.nothing }}",
        "{% include 'elsewhere.html' %}",
        "{{ document.lines.append(1) }}",
    ],
)
def test_a_template_is_kept_in_its_box(template: str) -> None:
    templates = Templates({**read_templates(), "invoice.html": template}, read_languages())
    with pytest.raises(Exception, match=r"unsafe|there is no|elsewhere|undefined"):
        templates.fill(templates.write(an_invoice()), BUILT_IN)


@pytest.mark.parametrize("net", [123_456_789, 999_999_999_999, 7_500_000_000_000_000])
def test_large_amounts_are_never_broken(net: int, engine: Engine) -> None:
    line = a_line(unit=net, quantity=1, rate="19.1234")
    invoice = an_invoice([line], shipping=0)
    text = squeezed(read(engine.render(invoice).content))
    whole, tax, gross = (f"{money.amount / 100:,.2f}" for money in (line.net, line.tax, line.gross))
    assert f"{whole} 1 {whole}" in text
    assert f"19.1234% {whole} {tax} {gross}" in text
    assert f"Total incl. tax EUR {gross}" in text


def test_large_quantities_are_never_broken(engine: Engine) -> None:
    text = squeezed(read(engine.render(an_invoice([a_line(unit=1, quantity=1_000_000)])).content))
    assert "19% 0.01 1,000,000 10,000.00" in text
