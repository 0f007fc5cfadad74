"""Invoices and credit slips as PDF/A-3 with the invoice as data inside: what can be checked of it
without Acrobat.
"""

import io
from typing import Any

import pikepdf
import pytest
from facturx import get_xml_from_pdf
from fontTools.ttLib import TTFont
from lxml import etree

from services.documents.adapters.engine import Engine
from services.documents.domain.einvoice import cii
from services.documents.domain.einvoice.conversion import einvoice
from shared.contracts import samples
from tests.documents.builders import a_delivery_slip, a_line, an_invoice, read
from tests.documents.rules import CII, broken

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


@pytest.fixture(scope="module")
def pdf(engine: Engine) -> bytes:
    return engine.render(an_invoice()).content


@pytest.fixture(scope="module")
def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def metadata(opened: pikepdf.Pdf) -> Any:
    return etree.fromstring(opened.Root.Metadata.read_bytes())


def test_the_invoice_inside_is_the_one_outside_and_keeps_the_rules(pdf: bytes) -> None:
    name, xml = get_xml_from_pdf(pdf, check_xsd=False)
    assert name == "factur-x.xml"
    assert broken(xml, CII) == []
    assert xml == cii.write(einvoice(an_invoice()))  # type: ignore[arg-type]
    total = etree.fromstring(xml).findtext(".//{*}GrandTotalAmount")
    assert total is not None
    assert total in read(pdf)


def test_the_file_is_associated_once_with_the_document(opened: pikepdf.Pdf) -> None:
    (file,) = opened.Root.AF
    assert file.AFRelationship == "/Data"
    assert file.EF.F.Subtype == "/text/xml"
    assert list(opened.Root.Names.EmbeddedFiles.Names)[1].objgen == file.objgen


def test_the_metadata_is_one_block_that_claims_pdf_a_3a_pdf_ua_and_factur_x(
    opened: pikepdf.Pdf,
) -> None:
    found = metadata(opened)
    assert len(list(found.iter(f"{RDF}RDF"))) == 1
    claimed = [dict(each.attrib) for each in found.iter(f"{RDF}Description")]
    pdfa = "{http://www.aiim.org/pdfa/ns/id/}"
    assert {(each.get(f"{pdfa}part"), each.get(f"{pdfa}conformance")) for each in claimed} >= {
        ("3", "A")
    }
    assert found.findtext(f".//{FX}ConformanceLevel") == "EN 16931"
    assert found.findtext(f".//{FX}DocumentFileName") == "factur-x.xml"
    assert "1" in {each.get("{http://www.aiim.org/pdfua/ns/id/}part") for each in claimed}
    described = {each.text for each in found.iter("{http://www.aiim.org/pdfa/ns/schema#}prefix")}
    assert described == {"fx", "pdfuaid"}


def test_it_is_tagged_has_a_language_an_output_intent_and_no_scripts(opened: pikepdf.Pdf) -> None:
    root = opened.Root
    assert root.MarkInfo.Marked
    assert root.StructTreeRoot.K
    assert str(root.Lang) == "en"
    assert [str(each.S) for each in root.OutputIntents] == ["/GTS_PDFA1"]
    assert root.ViewerPreferences.DisplayDocTitle
    assert not {"/OpenAction", "/AA"} & set(root.keys())
    assert not opened.is_encrypted
    assert b"JavaScript" not in bytes(opened.Root.Metadata.read_bytes())
    assert not [
        each for each in opened.objects if isinstance(each, pikepdf.Dictionary) and "/JS" in each
    ]


def test_every_font_is_embedded_with_its_true_widths(opened: pikepdf.Pdf) -> None:
    fonts = [
        each
        for each in opened.objects
        if isinstance(each, pikepdf.Dictionary)
        and str(each.get("/Subtype", "")).startswith("/CIDFont")
    ]
    assert fonts
    for font in fonts:
        program = font.FontDescriptor.get("/FontFile2") or font.FontDescriptor.get("/FontFile3")
        assert program is not None, font.BaseFont
        for glyph, told, real in widths(font, TTFont(io.BytesIO(program.read_bytes()))):
            assert abs(told - real) <= 1, (font.BaseFont, glyph)


def widths(font: Any, program: TTFont) -> list[tuple[int, float, float]]:
    """Return glyphs with their widths in the PDF and in the font, in thousandths of an em."""
    scale, found, told = 1000 / program["head"].unitsPerEm, [], list(font.W)
    for start, row in zip(told[::2], told[1::2], strict=True):
        for place, width in enumerate(row):
            glyph = int(start) + place
            real = program["hmtx"].metrics[program.getGlyphName(glyph)][0] * scale
            found.append((glyph, float(width), real))
    return found


def test_the_same_invoice_is_the_same_file(engine: Engine, pdf: bytes) -> None:
    assert engine.render(an_invoice()).content == pdf


def test_a_credit_slip_holds_itself_as_data_too(engine: Engine) -> None:
    slip = engine.render(
        an_invoice(
            [a_line(quantity=1)],
            shipping=0,
            kind="credit_slip",
            number="CR000001",
            payments=[],
            corrects="IN000001",
        )
    )
    assert slip.engine.endswith("Factur-X EN 16931")
    assert b">381<" in get_xml_from_pdf(slip.content, check_xsd=False)[1]


@pytest.mark.parametrize(
    "snapshot",
    [
        a_delivery_slip(),
        an_invoice([a_line(currency="KWD")]),
        an_invoice(shop=samples.SHOP_PROFILE | {"e_invoice": False}),
        an_invoice(shop={**samples.SHOP_PROFILE, "address": samples.ADDRESS}),
    ],
    ids=["delivery slip", "three decimals", "not wanted", "no VAT number"],
)
def test_what_cannot_or_shall_not_be_data_is_a_document_all_the_same(
    engine: Engine, snapshot: Any
) -> None:
    rendered = engine.render(snapshot)
    assert "Factur-X" not in rendered.engine
    assert "/AF" not in pikepdf.open(io.BytesIO(rendered.content)).Root
