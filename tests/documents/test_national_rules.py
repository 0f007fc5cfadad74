"""Missing or wrong data of a shop or customer is refused with the number of the broken rule; the
official rules, where available (EINVOICE_RULES), agree.
"""

from typing import Any

import pytest

from services.documents.domain.einvoice import ubl
from services.documents.domain.einvoice.conversion import convert, einvoice
from services.documents.domain.einvoice.model import Invoice
from services.documents.domain.einvoice.rules.identifiers import (
    is_australian,
    is_belgian,
    is_danish,
    is_gln,
    is_norwegian,
    is_swedish,
)
from shared.contracts import samples
from shared.contracts.reason import Reason
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import InvoiceProfile
from tests.documents.builders import a_line, an_invoice, money
from tests.documents.rules import OF_PROFILE, broken_more, numbers, official
from tests.documents.sales import COUNTRIES, a_company

CREDIT = {"kind": "credit_slip", "number": "CR000001", "payments": []}
MAIL = {"scheme": "EM", "id": "a@b"}
GLN = {"scheme": "0088", "id": "7300010000001"}


def between(
    home: str,
    away: str,
    shop: dict[str, Any] | None = None,
    buyer: dict[str, Any] | None = None,
    rate: str = "",
    profile: dict[str, Any] | None = None,
    **changes: Any,
) -> DocumentSnapshot:
    """An invoice between two companies that misses nothing but for these changes."""
    here = COUNTRIES[home]
    sender = samples.SHOP_PROFILE | {
        "address": a_company(home) | (shop or {}),
        "tax_number": here.tax_number,
        "bank": {"iban": here.iban},
    }
    line = a_line(rate=rate or here.rates[0], currency=here.currency)
    return an_invoice(
        [line],
        shop=sender | (profile or {}),
        invoice_address=a_company(away) | (buyer or {}),
        delivery_address=a_company(away),
        **{"payments": [], **changes},
    )


MISSING: list[tuple[InvoiceProfile, str, DocumentSnapshot]] = [
    ("peppol", "PEPPOL-EN16931-R020", between("FR", "BE", {"electronic_address": None})),
    ("peppol", "PEPPOL-EN16931-R010", between("FR", "BE", buyer={"electronic_address": None})),
    ("peppol", "PEPPOL-EN16931-CL008", between("FR", "BE", buyer={"electronic_address": MAIL})),
    ("peppol", "PEPPOL-EN16931-R005", between("FR", "BE", accounting_tax=money(400))),
    ("peppol", "PEPPOL-EN16931-R055", between("FR", "BE", accounting_tax=money(-400, "SEK"))),
    (
        "peppol",
        "PEPPOL-COMMON-R040",
        between("FR", "BE", buyer={"electronic_address": GLN | {"id": "7300010000002"}}),
    ),
    (
        "peppol",
        "PEPPOL-COMMON-R041",
        between("FR", "NO", buyer={"legal_id": {"scheme": "0192", "id": "923609017"}}),
    ),
    (
        "peppol",
        "PEPPOL-COMMON-R042",
        between("FR", "DK", buyer={"legal_id": {"scheme": "0184", "id": "1358562"}}),
    ),
    (
        "peppol",
        "PEPPOL-COMMON-R043",
        between("FR", "BE", buyer={"legal_id": {"scheme": "0208", "id": "0202239952"}}),
    ),
    (
        "peppol",
        "PEPPOL-COMMON-R049",
        between("FR", "SE", buyer={"legal_id": {"scheme": "0007", "id": "5560125791"}}),
    ),
    (
        "peppol",
        "PEPPOL-COMMON-R050",
        between("FR", "BE", buyer={"legal_id": {"scheme": "0151", "id": "51824753557"}}),
    ),
    ("peppol", "DE-R-015", between("DE", "DE", buyer={"buyer_reference": ""})),
    ("peppol", "DE-R-006", between("DE", "DE", {"phone": ""})),
    ("peppol", "DE-R-004", between("DE", "DE", {"postcode": ""})),
    ("peppol", "DE-R-009", between("DE", "DE", buyer={"postcode": ""})),
    ("peppol", "DE-R-018", between("DE", "DE", profile={"payment_terms": "# 3 %"})),
    ("peppol", "NL-R-001", between("NL", "NL", **CREDIT)),  # type: ignore[arg-type]
    ("peppol", "NL-R-002", between("NL", "FR", {"postcode": ""})),
    ("peppol", "NL-R-003", between("NL", "FR", {"legal_id": GLN})),
    (
        "peppol",
        "NL-R-003",
        between("NL", "FR", {"legal_id": None}),
    ),  # the number in `registration` names no register
    ("peppol", "NL-R-004", between("NL", "NL", buyer={"postcode": ""})),
    ("peppol", "NL-R-005", between("NL", "NL", buyer={"legal_id": GLN})),
    ("peppol", "NL-R-008", between("NL", "NL", profile={"bank": None})),
    ("peppol", "DK-R-002", between("DK", "FR", {"legal_id": None}, profile={"registration": ""})),
    ("peppol", "DK-R-014", between("DK", "FR", {"legal_id": GLN})),
    ("peppol", "DK-R-005", between("DK", "DK", profile={"bank": {"iban": "NO9386011117947"}})),
    ("peppol", "SE-R-001", between("SE", "FR", {"vat_number": "SE5560125790"})),
    ("peppol", "SE-R-002", between("SE", "FR", {"vat_number": "SE55601257900X"})),
    (
        "peppol",
        "SE-R-003",
        between("SE", "FR", {"legal_id": None}),
    ),  # `registration` of the samples: HRB 12345
    (
        "peppol",
        "SE-R-004",
        between("SE", "FR", {"legal_id": {"scheme": "0002", "id": "556012579"}}),
    ),
    ("peppol", "SE-R-005", between("SE", "FR", profile={"tax_number": "123"})),
    ("peppol", "SE-R-006", between("SE", "FR", rate="19")),
    (
        "peppol",
        "SE-R-013",
        between("SE", "FR", {"legal_id": {"scheme": "0002", "id": "5560125791"}}),
    ),
    ("peppol", "NO-R-001", between("NO", "FR", {"vat_number": "NO923609016"})),
    ("peppol", "GR-R-004-1", between("GR", "FR")),
    ("peppol", "GR-R-001-1", between("FR", "BE", {"vat_number": "EL094014201"})),
    ("peppol", "BR-CO-09", between("GR", "FR", {"vat_number": "094014201"})),
    ("peppol", "IT-R-001", between("IT", "FR", profile={"tax_number": "1"})),
    ("peppol", "IT-R-004", between("IT", "FR", {"postcode": ""})),
    ("peppol", "IS-R-002", between("IS", "FR", {"legal_id": GLN})),
    ("peppol", "IS-R-003", between("IS", "FR", {"postcode": ""})),
    ("peppol", "IS-R-004", between("IS", "IS", buyer={"legal_id": None})),
    ("peppol", "IS-R-005", between("IS", "IS", buyer={"postcode": ""})),
    ("xrechnung", "BR-DE-4", between("AT", "DE", {"postcode": ""})),
    ("xrechnung", "BR-DE-6", between("AT", "DE", {"phone": ""})),
    ("xrechnung", "BR-DE-9", between("AT", "DE", buyer={"postcode": ""})),
    (
        "xrechnung",
        "BR-DE-11",
        between("DE", "DE").model_copy(
            update={
                "delivery_address": (
                    between("DE", "DE").delivery_address.model_copy(update={"postcode": ""})
                )
            }
        ),
    ),
    ("xrechnung", "BR-DE-15", between("AT", "DE", buyer={"buyer_reference": ""})),
    ("xrechnung", "BR-DE-18", between("AT", "DE", profile={"payment_terms": "# 3 %"})),
]


@pytest.mark.parametrize(
    ("profile", "rule", "snapshot"), MISSING, ids=[rule for _, rule, _ in MISSING]
)
def test_what_is_missing_is_refused_with_the_rule(
    profile: InvoiceProfile, rule: str, snapshot: DocumentSnapshot
) -> None:
    refused = einvoice(snapshot, profile)
    assert isinstance(refused, Reason)
    assert rule in {violation["rule"] for violation in refused.details["violations"]}
    if official(profile, "ubl"):
        said = numbers(broken_more(ubl.write(convert(snapshot, profile)), profile, "ubl")) | {
            "BR-CO-09"
        }
        assert {violation["rule"] for violation in refused.details["violations"]} <= said


@pytest.mark.parametrize("home", [country for country in COUNTRIES if country != "GR"])
def test_companies_of_every_country_send_what_misses_nothing(home: str) -> None:
    for away in (home, "DE"):
        for profile in ("peppol", "xrechnung"):
            for kind in (
                {},
                {**CREDIT, "corrects": "IN000001"},
                {"payments": [samples.PAYMENT], "due": None},
            ):
                made = einvoice(between(home, away, **kind), profile)
                assert isinstance(made, Invoice), (profile, made)
                assert broken_more(ubl.write(made), profile, "ubl") == []


def test_a_danish_account_is_told_by_its_registration_number() -> None:
    made = einvoice(between("DK", "DK"), "peppol")
    assert isinstance(made, Invoice)
    assert made.payment is not None
    assert (made.payment.code, made.payment.domestic) == ("42", ("0440116243", "0040"))


def test_rules_of_a_profile_are_known_by_name_only() -> None:
    assert set(OF_PROFILE) == {("peppol", "ubl"), ("xrechnung", "ubl"), ("xrechnung", "cii")}


@pytest.mark.parametrize(
    ("known", "wrong", "is_one"),
    [
        ("7300010000001", "7300010000010", is_gln),
        ("923609016", "923609061", is_norwegian),
        ("13585628", "1358562", is_danish),
        ("0202239951", "0202239915", is_belgian),
        ("5560125790", "5560125970", is_swedish),
        ("51824753556", "51824753565", is_australian),
    ],
)
def test_a_number_with_two_digits_changed_is_seen(known: str, wrong: str, is_one: Any) -> None:
    assert is_one(known)
    assert not is_one(wrong)
    assert not is_one("")
    assert not is_one("A" * len(known))
