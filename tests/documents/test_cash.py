"""The rounding of cash stands on a line of its own: on the page, and in e-invoices as BT-114."""

import pytest

from services.documents.domain.einvoice import cii, ubl
from services.documents.domain.einvoice.conversion import einvoice
from services.documents.domain.einvoice.model import Invoice
from services.documents.domain.language import Language
from services.documents.domain.wording import write
from shared.contracts import samples
from shared.contracts.snapshot import DocumentSnapshot
from tests.documents.builders import a_line, an_invoice, money
from tests.documents.rules import CII, UBL_CREDIT_NOTE, UBL_INVOICE, broken


def rounded(paid: int = 0, **changes: object) -> DocumentSnapshot:
    """28.72 in francs, of which 28.70 are to be paid."""
    payments = [samples.PAYMENT | {"amount": money(paid, "CHF")}] if paid else []
    known = {
        "payments": payments,
        "due": money(2870 - paid, "CHF"),
        "cash_rounding": money(-2, "CHF"),
    }
    lines = [a_line(unit=2684, quantity=1, rate="7", currency="CHF")]
    return an_invoice(lines, shipping=0, **{**known, **changes})


def a_slip(**changes: object) -> DocumentSnapshot:
    return rounded(kind="credit_slip", number="CR000001", due=None, corrects="IN000001", **changes)  # type: ignore[arg-type]


def totals(snapshot: DocumentSnapshot, language: Language) -> dict[str, str]:
    return {row.key: row.text for row in write(snapshot, language).totals[-4:]}


def test_a_paper_leads_from_the_total_to_what_is_due(languages: dict[str, Language]) -> None:
    english = languages["en"]
    assert totals(rounded(), english) == {
        "total_tax": "CHF 1.88",
        "total_gross": "CHF 28.72",
        "rounding": "CHF −0.02",
        "due": "CHF 28.70",
    }
    assert totals(rounded(2870), english) == {
        "total_gross": "CHF 28.72",
        "rounding": "CHF −0.02",
        "paid": "CHF 28.70",
        "due": "CHF 0.00",
    }
    assert list(totals(a_slip(), english))[-2:] == ["rounding", "credited_total"]
    assert totals(a_slip(), english)["credited_total"] == "CHF 28.70"


def test_without_it_nothing_is_said(languages: dict[str, Language]) -> None:
    keys = [
        row.key
        for row in write(
            rounded(cash_rounding=None, due=money(2872, "CHF")), languages["en"]
        ).totals
    ]
    assert not {"rounding", "credited_total"} & set(keys)


@pytest.mark.parametrize("snapshot", [rounded(), rounded(2870), rounded(1000), a_slip()])
def test_an_e_invoice_says_it_by_the_rules(snapshot: DocumentSnapshot) -> None:
    made = einvoice(snapshot)
    assert isinstance(made, Invoice)
    assert (
        made.totals.due == made.totals.gross - made.totals.paid + made.totals.rounding
    )  # BR-CO-16
    written = ubl.write(made)
    assert broken(written, UBL_CREDIT_NOTE if made.is_credit_note else UBL_INVOICE) == []
    assert broken(cii.write(made), CII) == []
    assert b">-0.02</cbc:PayableRoundingAmount>" in written
    assert b">-0.02</ram:RoundingAmount>" in cii.write(made)
