"""Every document that is sold is an e-invoice by the official rules, or is refused with a rule that
it breaks.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from services.documents.domain.einvoice import cii, ubl
from services.documents.domain.einvoice.conversion import convert, einvoice
from services.documents.domain.einvoice.model import Invoice
from services.documents.domain.snapshot_checks import objection
from shared.contracts.reason import Reason
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import InvoiceProfile
from tests.documents import peppol_rules
from tests.documents.rules import CII, UBL_CREDIT_NOTE, UBL_INVOICE, broken, broken_more, numbers
from tests.documents.sales import documents

COUNT = 160
# No longer among the rules of CEN 1.3.16, but of earlier editions that receivers use.
FORMER = {"BR-CO-25"}


@pytest.fixture(scope="module")
def sold() -> list[DocumentSnapshot]:
    return documents(COUNT)


@pytest.mark.parametrize(
    ("profile", "least"), [("en16931", 120), ("peppol", 80), ("xrechnung", 70)]
)
def test_what_is_sold_keeps_the_rules_or_is_refused_with_one(
    profile: InvoiceProfile, least: int, sold: list[DocumentSnapshot]
) -> None:
    valid = 0
    for snapshot in sold:
        made = einvoice(snapshot, profile)
        if isinstance(made, Reason):
            named = {violation["rule"] for violation in made.details["violations"]} - FORMER
            known = {rule for rule in named if is_judged(rule, profile)}
            assert known <= (
                numbers(list(judged(convert(snapshot, profile)))) if known else set()
            ), snapshot
        else:
            assert list(judged(made)) == [], snapshot
            valid += 1
    assert valid >= least


def test_the_sales_are_of_every_kind(sold: list[DocumentSnapshot]) -> None:
    """Else the test above would see less than it says."""
    seen = Counter[str]()
    for snapshot in sold:
        assert objection(snapshot, snapshot.kind) is None
        seen.update(
            {snapshot.kind, snapshot.prices, snapshot.shop.address.country, snapshot.gross.currency}
        )
        seen.update({snapshot.exemption.category} if snapshot.exemption else set())
        seen.update(
            {
                "supplementary": snapshot.kind == "invoice" and bool(snapshot.corrected),
                "free": snapshot.gross.amount == 0,
                "a free line": any(line.gross.amount == 0 for line in snapshot.lines),
                "free shipping": snapshot.shipping_tax.gross.amount == 0,
                "only shipping": not snapshot.lines,
                "a discount": bool(snapshot.discounts),
                "store credit": (
                    snapshot.store_credit is not None and snapshot.store_credit.amount > 0
                ),
                "a second currency": snapshot.accounting_tax is not None,
                "unpaid": snapshot.pay_until is not None,
                "rounded up": snapshot.cash_rounding is not None
                and snapshot.cash_rounding.amount > 0,
                "rounded down": snapshot.cash_rounding is not None
                and snapshot.cash_rounding.amount < 0,
            }
        )
    for wanted in (
        "credit_slip",
        "tax_excluded",
        "DE",
        "NL",
        "DK",
        "SE",
        "NO",
        "GR",
        "SEK",
        "ISK",
        "exempt",
        "reverse_charge",
        "intra_community",
        "export",
        "supplementary",
        "free",
        "a free line",
        "free shipping",
        "only shipping",
        "a discount",
        "store credit",
        "a second currency",
        "unpaid",
        "rounded up",
        "rounded down",
    ):
        assert seen[wanted] >= 1, wanted


def judged(invoice: Invoice) -> Iterator[str]:
    """What all judges of its profile say against it."""
    written = ubl.write(invoice)
    yield from broken(written, UBL_CREDIT_NOTE if invoice.is_credit_note else UBL_INVOICE)
    yield from broken_more(written, invoice.profile.name, "ubl")
    if invoice.profile.name == "en16931":
        yield from broken(cii.write(invoice), CII)
    if invoice.profile.name == "xrechnung":
        yield from broken_more(cii.write(invoice), "xrechnung", "cii")
    yield from {"peppol": peppol_rules.peppol, "xrechnung": peppol_rules.xrechnung}.get(
        invoice.profile.name, lambda _: set()
    )(written)


def is_judged(rule: str, profile: InvoiceProfile) -> bool:
    """Whether one of the judges at hand knows the rule."""
    ours = {"peppol": peppol_rules.PEPPOL, "xrechnung": peppol_rules.XRECHNUNG}.get(profile, {})
    return rule in ours or (rule.startswith("BR-") and not rule.startswith("BR-DE-"))
