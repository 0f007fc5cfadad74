"""A shop that writes Toman writes nothing else; its data stays in Rial, ten of which are a
Toman.
"""

import re
from dataclasses import asdict
from typing import Any

import pytest

from services.documents.domain.einvoice import cii, ubl
from services.documents.domain.einvoice.conversion import einvoice
from services.documents.domain.einvoice.model import Invoice
from services.documents.domain.language import Language
from services.documents.domain.sample import KINDS, sample
from services.documents.domain.wording import write
from shared.contracts import samples
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import DocumentKind
from tests.documents.builders import a_line, an_invoice, money

RIAL, TOMAN = ("ریال", "IRR"), ("تومان", "Toman", "tomans")


def a_document(kind: DocumentKind, language: str, *, toman: bool) -> DocumentSnapshot:
    """The Persian sample in some language: 2 × 1,250,000 Rial less 10 %, 3 × 650,000 less 10 %,
    412,000 shipping.
    """
    told = sample(kind, "fa")
    return told.model_copy(
        update={"language": language, "shop": told.shop.model_copy(update={"toman": toman})}
    )


def printed(value: Any) -> str:
    """All that stands on a page, its labels included."""
    return str(asdict(value))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tag", ["en", "fa", "fr", "de"])
def test_every_paper_is_in_one_unit(
    kind: DocumentKind, tag: str, languages: dict[str, Language]
) -> None:
    language = languages[tag]
    in_toman, in_rial = (
        write(a_document(kind, tag, toman=toman), language) for toman in (True, False)
    )
    assert not any(word in printed(in_toman) for word in RIAL)
    assert not any(word in printed(in_rial) for word in TOMAN)
    assert {line.total for line in in_toman.lines} == {
        language.write_number(text) for text in ("225000", "175500")
    }
    assert {line.total for line in in_rial.lines} == {
        language.write_number(text) for text in ("2250000", "1755000")
    }
    whole = sample(kind, "fa").gross.amount
    said = {row.key: row.text for row in in_toman.totals}["total_gross"]
    assert language.write_number(f"{whole // 10}") in said
    assert any(word in said for word in TOMAN)


def test_a_part_of_a_toman_is_written_and_other_currencies_stay(
    languages: dict[str, Language],
) -> None:
    language = languages["en"].for_shop(a_document("invoice", "en", toman=True).shop)
    assert language.write_money(money(12_345, "IRR")) == "Toman 1,234.5"
    assert language.write_money(money(-12_340, "IRR")) == "Toman −1,234"
    assert language.write_money(money(1234, "EUR")) == "EUR 12.34"


def test_all_amounts_of_a_document_have_the_decimals_of_one(languages: dict[str, Language]) -> None:
    odd, even = (
        a_line(unit=unit, quantity=1, rate="0", currency="IRR") for unit in (12_345, 10_000)
    )
    toman = {**samples.SHOP_PROFILE, "toman": True}
    for lines, totals in (
        ([odd, even], ["1,234.5", "1,000.0"]),
        ([even, even], ["1,000", "1,000"]),
    ):
        text = write(an_invoice(lines, shipping=0, shop=toman), languages["en"])
        assert [line.total for line in text.lines] == totals
        assert {row.text.partition(".")[1] for row in text.totals} == {totals[0].partition(".")[1]}


def test_data_stays_in_rial() -> None:
    told = a_document("invoice", "fa", toman=True)
    model = einvoice(told)
    assert isinstance(model, Invoice)
    for xml in (cii.write(model).decode(), ubl.write(model).decode()):
        assert "IRR" in xml
        assert re.search(rf">{told.gross.amount}(\.00)?<", xml)
        assert not re.search(rf">{told.gross.amount // 10}(\.00)?<", xml)
