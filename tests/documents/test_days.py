"""Every day that a paper or an e-invoice shows is that of the shop."""

import io
from dataclasses import asdict
from typing import Any

import pikepdf
import pytest

from services.documents.adapters.engine import Engine
from services.documents.domain.document import filename, unique_number
from services.documents.domain.einvoice import cii, ubl
from services.documents.domain.einvoice.conversion import einvoice
from services.documents.domain.einvoice.model import Invoice
from services.documents.domain.language import Language
from services.documents.domain.sample import KINDS, sample
from services.documents.domain.wording import write
from shared.contracts import samples
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import DocumentKind
from tests.documents.builders import read
from tests.moments import DAYS, EAST, WEST, at_the_moment, utc_days

every_zone = pytest.mark.parametrize("zone", [EAST, WEST])


def a_document(
    kind: DocumentKind, zone: str, language: str = "en", **changes: Any
) -> DocumentSnapshot:
    """A sample with every time of it at the moment, those that it leaves open, too."""
    told = sample(kind, language, return_until="2026-12-05T00:00:00Z", **changes)
    return DocumentSnapshot.model_validate(at_the_moment(told.model_dump(), zone))


@every_zone
@pytest.mark.parametrize("kind", KINDS)
def test_no_paper_shows_the_day_of_utc(
    kind: DocumentKind, zone: str, languages: dict[str, Language]
) -> None:
    for tag, language in languages.items():
        shown = str(asdict(write(a_document(kind, zone, tag), language)))
        assert utc_days(shown) == []
        assert DAYS[zone][tag] in shown


@every_zone
def test_neither_does_its_file(zone: str, engine: Engine) -> None:
    pdf = engine.render(a_document("invoice", zone)).content
    assert DAYS[zone]["en"] in read(pdf)
    assert utc_days(read(pdf)) == []
    with pikepdf.open(io.BytesIO(pdf)) as file:
        told = [str(file.docinfo[key]) for key in ("/CreationDate", "/ModDate")]
        told.append(str(file.open_metadata()))
    assert [utc_days(text) for text in told] == [[], [], []]


@every_zone
@pytest.mark.parametrize("kind", ["invoice", "credit_slip"])
def test_no_e_invoice_shows_the_day_of_utc(kind: DocumentKind, zone: str) -> None:
    vat = samples.ADDRESS | {"vat_number": "GB123456789"}
    exempt = {"category": "intra_community", "reason": "Tax-free supply within the Community."}
    corrected = [samples.INVOICE_REFERENCE]
    told = a_document(kind, zone, invoice_address=vat, exemption=exempt, corrected=corrected)
    model = einvoice(told)
    assert isinstance(model, Invoice)
    for xml in (cii.write(model), ubl.write(model)):
        assert utc_days(xml.decode()) == []


@every_zone
def test_the_name_of_a_summary_shows_the_day_of_the_shop(zone: str) -> None:
    number = unique_number(a_document("order_summary", zone))
    assert utc_days(number + filename("order_summary", number)) == []
    assert len("X" * 32 + number.removeprefix("XKBKNABJK")) <= 60  # as the column of numbers


def test_a_return_slip_shows_the_last_whole_day(languages: dict[str, Language]) -> None:
    told = sample(
        "return_slip", return_until="2026-12-05T23:00:00Z"
    )  # the end of the 5th in Berlin
    assert "5 December 2026" in [fact.text for fact in write(told, languages["en"]).facts]


def test_the_year_of_a_number_and_the_date_of_its_paper_agree(
    languages: dict[str, Language],
) -> None:
    told = sample(
        "invoice", number="IN2027/000001", issued_at="2026-12-31T23:30:00Z"
    )  # in Berlin it is 00:30
    assert write(told, languages["en"]).facts[0].text == "1 January 2027"
