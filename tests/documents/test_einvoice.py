"""E-invoices: written from the snapshot, and held against the official rules of EN 16931."""

from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from services.documents.domain.einvoice import cii, ubl
from services.documents.domain.einvoice.conversion import einvoice
from services.documents.domain.einvoice.model import Invoice
from services.documents.domain.snapshot_checks import objection
from shared.contracts import samples
from shared.contracts.reason import Reason
from shared.contracts.snapshot import DocumentSnapshot
from tests.documents.builders import a_line, a_tax_row, amounts, an_invoice, money
from tests.documents.rules import CII, UBL_CREDIT_NOTE, UBL_INVOICE, broken

BUYER = {
    **samples.ADDRESS,
    "company": "Analytical Engines Ltd",
    "country": "FR",
    "vat_number": "FR 40 303 265 045",
}
CREDIT = {
    "kind": "credit_slip",
    "number": "CR000001",
    "payments": [],
    "corrects": "IN000001",
    "reason": "Broken",
}
TWO_INVOICES = [
    samples.INVOICE_REFERENCE | {"number": "IN000001", "issued_at": "2026-11-20T12:00:00Z"},
    samples.INVOICE_REFERENCE | {"number": "IN000002", "issued_at": None},
]
TWO_RATES = [a_line(), a_line("BOOK", "Book", unit=333, quantity=3, rate="7")]


def model(snapshot: DocumentSnapshot) -> Invoice:
    made = einvoice(snapshot)
    assert isinstance(made, Invoice), made
    return made


def untaxed(category: str, **changes: Any) -> DocumentSnapshot:
    exemption = {
        "category": category,
        "reason": "No tax is due: article 138 of directive 2006/112/EC.",
    }
    return an_invoice(
        [a_line(rate="0")],
        exemption=exemption,
        invoice_address=BUYER,
        delivery_address=BUYER,
        **changes,
    )


def in_yen() -> DocumentSnapshot:
    return an_invoice([a_line(unit=1200, rate="10", currency="JPY")], shipping=500)


INVOICES = {
    "usual": an_invoice(),
    "several rates": an_invoice(TWO_RATES),
    "a free line": an_invoice([a_line(), a_line("GIFT", unit=0, rate="7")]),
    "all free": an_invoice([a_line(unit=0)], shipping=0),
    "a rate of zero": an_invoice([a_line(), a_line("STAMP", "Stamp", rate="0")]),
    "no shipping": an_invoice(shipping=0),
    "nothing paid": an_invoice(payments=[]),
    "partly paid": an_invoice(
        payments=[samples.PAYMENT | {"amount": {"amount": 1000, "currency": "EUR"}}]
    ),
    "paid too much": an_invoice(
        payments=[samples.PAYMENT | {"amount": {"amount": 99999, "currency": "EUR"}}]
    ),
    "discounted": an_invoice([a_line().model_copy(update=amounts(1700, 323))]),
    "exempt": untaxed("exempt"),
    "reverse charge": untaxed("reverse_charge"),
    "intra-community": untaxed("intra_community", supplied_at="2026-11-21T12:00:00Z"),
    "export": untaxed("export"),
    "another currency": an_invoice([a_line(currency="SEK")], accounting_tax=money(40)),
    "yen": in_yen(),
    "notes": an_invoice(
        note="Thank you\n\x07<b>& goodbye</b>",
        shop=samples.SHOP_PROFILE | {"legal_text": "Trade law"},
    ),
    "to an account": an_invoice(
        payments=[], shop=samples.SHOP_PROFILE | {"bank": {"iban": "DE89370400440532013000"}}
    ),
    "supplementary": an_invoice(corrects="IN000001", corrects_issued_at="2026-11-20T12:00:00Z"),
    "Persian": an_invoice([a_line("USB-C", "کابل USB-C مدل A12")], note="سپاس"),
    "many lines": an_invoice([a_line(f"SKU-{number}", unit=number + 1) for number in range(200)]),
}
CREDIT_SLIPS = {
    "a piece back": an_invoice([a_line(quantity=1)], shipping=0, **CREDIT),
    "an amount back": an_invoice(
        [a_line().model_copy(update={"quantity": 0, **amounts(500, 95)})],
        **CREDIT,  # type: ignore[arg-type]
    ),
    "of two invoices": an_invoice(
        [a_line(quantity=1)], shipping=0, **CREDIT, corrected=TWO_INVOICES
    ),
    "shipping back": an_invoice(
        shipping=412,
        **CREDIT,  # type: ignore[arg-type]
        **amounts(412, 78),  # type: ignore[arg-type]
    ).model_copy(update={"lines": [], "taxes": [a_tax_row(Decimal(19), 412, 78)]}),
}


@pytest.mark.parametrize("name", INVOICES)
def test_an_invoice_keeps_the_rules_in_both_forms(name: Any) -> None:
    assert objection(INVOICES[name], "invoice") is None
    made = model(INVOICES[name])
    assert broken(cii.write(made), CII) == []
    assert broken(ubl.write(made), UBL_INVOICE) == []


@pytest.mark.parametrize("name", CREDIT_SLIPS)
def test_a_credit_slip_keeps_the_rules_in_both_forms(name: Any) -> None:
    assert objection(CREDIT_SLIPS[name], "credit_slip") is None
    made = model(CREDIT_SLIPS[name])
    assert broken(cii.write(made), CII) == []
    assert broken(ubl.write(made), UBL_CREDIT_NOTE) == []


def test_the_judges_see_a_total_that_was_changed() -> None:
    made = model(an_invoice())
    forged = cii.write(made).replace(b"<ram:GrandTotalAmount>", b"<ram:GrandTotalAmount>1")
    assert [line.partition(":")[0] for line in broken(forged, CII)] == ["BR-CO-15", "BR-CO-16"]
    forged = ubl.write(made).replace(
        b'TaxInclusiveAmount currencyID="EUR">', b'TaxInclusiveAmount currencyID="EUR">1'
    )
    assert [line.partition(":")[0] for line in broken(forged, UBL_INVOICE)] == [
        "BR-CO-15",
        "BR-CO-16",
    ]


def test_the_judges_see_an_element_that_does_not_belong_there() -> None:
    forged = cii.write(model(an_invoice())).replace(b"ram:IssueDateTime", b"ram:Whenever")
    assert "Whenever" in broken(forged, CII)[0]


def test_a_discounted_line_says_both_prices() -> None:
    item = model(INVOICES["discounted"]).items[0]
    assert (item.list_price, item.price, item.net) == (
        Decimal("10.00"),
        Decimal("8.5"),
        Decimal("17.00"),
    )


def test_what_was_paid_is_taken_off_what_is_due() -> None:
    totals = model(INVOICES["partly paid"]).totals
    assert (totals.gross, totals.paid, totals.due) == (
        Decimal("28.70"),
        Decimal("10.00"),
        Decimal("18.70"),
    )


def test_a_correction_names_its_invoice() -> None:
    xml = etree.fromstring(cii.write(model(CREDIT_SLIPS["a piece back"])))
    reference = xml.find(".//{*}InvoiceReferencedDocument/{*}IssuerAssignedID")
    assert (xml.findtext(".//{*}ExchangedDocument/{*}TypeCode"), reference.text) == (
        "381",
        "IN000001",
    )


def test_a_correction_of_several_invoices_names_each_with_its_day() -> None:
    made = model(CREDIT_SLIPS["of two invoices"])
    xml = etree.fromstring(cii.write(made))
    assert [
        (each.findtext("{*}IssuerAssignedID"), each.findtext(".//{*}DateTimeString"))
        for each in xml.iterfind(".//{*}InvoiceReferencedDocument")
    ] == [("IN000001", "20261120"), ("IN000002", None)]
    xml = etree.fromstring(ubl.write(made))
    assert [
        (each.findtext("{*}ID"), each.findtext("{*}IssueDate"))
        for each in xml.iterfind(".//{*}InvoiceDocumentReference")
    ] == [("IN000001", "2026-11-20"), ("IN000002", None)]


@pytest.mark.parametrize(
    ("snapshot", "rule"),
    [
        (an_invoice([a_line(currency="KWD")]), "BR-DEC-14"),
        (an_invoice(shop={**samples.SHOP_PROFILE, "address": samples.ADDRESS}), "BR-S-02"),
        (an_invoice(invoice_address={**BUYER, "vat_number": "40303265045"}), "BR-CO-09"),
        (
            untaxed("reverse_charge").model_copy(
                update={"invoice_address": an_invoice().delivery_address}
            ),
            "BR-AE-02",
        ),
        (untaxed("intra_community"), "BR-IC-11"),
        (an_invoice([a_line(quantity=100).model_copy(update=amounts(100000, 18800))]), "BR-CO-17"),
        (an_invoice(payments=[], pay_until=None), "BR-CO-25"),
        (an_invoice(number="\x07"), "BR-02"),
        (an_invoice([a_line(name="\x07")]), "BR-25"),
        (an_invoice(delivery_address={**samples.ADDRESS, "country": "ZZ"}), "BR-CL-14"),
        (an_invoice([a_line(currency="ZZZ")]), "BR-CL-04"),
        (
            an_invoice(
                [a_line(), a_line("GIFT", unit=0, rate="7")],
                taxes=[a_tax_row(Decimal(19), 2412, 458)],
            ),
            "BR-S-01",
        ),
    ],
)
def test_what_cannot_be_an_e_invoice_says_the_rule_and_what_to_do(snapshot: Any, rule: str) -> None:
    refused = einvoice(snapshot)
    assert isinstance(refused, Reason)
    assert refused.code == "rule_violated"
    assert rule in {violation["rule"] for violation in refused.details["violations"]}
    assert refused.sentence.endswith(f"({refused.details['rule']}).")


def test_a_document_of_another_kind_is_no_invoice() -> None:
    refused = einvoice(an_invoice(kind="delivery_slip"))
    assert isinstance(refused, Reason)
    assert refused.code == "no_invoice"


def test_the_legal_name_and_the_trading_name_are_told_apart() -> None:
    made = model(an_invoice())
    assert (made.seller.name, made.seller.trading_name) == ("Corner Shop Ltd", "Corner Shop")
    for written in (cii.write(made), ubl.write(made)):
        assert b"Corner Shop Ltd<" in written
        assert b"Corner Shop<" in written


def test_the_terms_and_the_day_of_payment_are_those_of_the_snapshot() -> None:
    terms = samples.SHOP_PROFILE | {"payment_terms": "Net 14 days"}
    made = model(an_invoice(payments=[], shop=terms, supplied_at="2026-11-20T12:00:00Z"))
    xml = etree.fromstring(ubl.write(made))
    assert [xml.findtext(f".//{{*}}{name}") for name in ("DueDate", "ActualDeliveryDate")] == [
        "2026-12-05",
        "2026-11-20",
    ]
    assert xml.findtext(".//{*}PaymentTerms/{*}Note") == "Net 14 days"
    assert model(an_invoice(shop=terms)).terms == ""


def test_references_of_the_buyer_and_of_the_shop_are_told_apart() -> None:
    address = {
        **samples.ADDRESS,
        "buyer_reference": "04011000-12345-03",
        "purchase_order": "PO 4711",
    }
    xml = etree.fromstring(ubl.write(model(an_invoice(invoice_address=address))))
    assert [xml.findtext(f".//{{*}}{name}") for name in ("BuyerReference", "SalesOrderID")] == [
        "04011000-12345-03",
        "XKBKNABJK",
    ]
    assert xml.findtext(".//{*}OrderReference/{*}ID") == "PO 4711"


def test_what_is_due_is_what_the_paper_says() -> None:
    """A supplementary invoice may be paid in part by an earlier overpayment."""
    made = model(an_invoice(payments=[], due=money(1000)))
    assert (made.totals.gross, made.totals.paid, made.totals.due) == (
        Decimal("28.70"),
        Decimal("18.70"),
        Decimal(10),
    )


def test_what_the_order_owes_for_other_invoices_is_not_asked_for_twice() -> None:
    totals = model(an_invoice(payments=[], due=money(5000))).totals
    assert (totals.gross, totals.paid, totals.due) == (Decimal("28.70"), 0, Decimal("28.70"))  # type: ignore[comparison-overlap]


def test_what_became_store_credit_is_not_paid_back() -> None:
    made = model(an_invoice([a_line(quantity=1)], shipping=0, **CREDIT, store_credit=money(1000)))
    assert (made.totals.gross, made.totals.paid, made.totals.due) == (
        Decimal("11.90"),
        Decimal(10),
        Decimal("1.90"),
    )
    assert broken(ubl.write(made), UBL_CREDIT_NOTE) == []


def test_a_corrected_invoice_names_the_one_that_it_replaces() -> None:
    made = model(an_invoice(replaces=TWO_INVOICES[:1]))
    assert [preceding.number for preceding in made.preceding] == ["IN000001"]


@pytest.mark.parametrize(
    ("means", "home", "code"), [("68", "DE", "68"), ("", "DE", "1"), ("68", "DK", "1")]
)
def test_the_means_of_payment_is_the_shops_code_where_its_country_allows_it(
    means: str, home: str, code: str
) -> None:
    here = {"country": home, "vat_number": f"{home}123456789"}
    shop = samples.SHOP_PROFILE | {"address": samples.ADDRESS | here}
    made = model(an_invoice(shop=shop, invoice_address=samples.ADDRESS | here, payment_means=means))
    assert made.payment.code == code


def test_a_credit_slip_names_no_account_of_the_shop() -> None:
    bank = samples.SHOP_PROFILE | {"bank": {"iban": "DE89370400440532013000"}}
    made = model(an_invoice([a_line(quantity=1)], shipping=0, shop=bank, **CREDIT))
    assert (made.payment.code, made.payment.iban) == ("1", "")


@pytest.mark.parametrize(
    ("how", "language", "terms"),
    [
        ({"paid_back": money(1190)}, "en-GB", "11.90 EUR is paid back to the customer."),
        ({"paid_back": money(0)}, "en", "11.90 EUR is taken off what is still to be paid."),
        (
            {"paid_back": money(190), "store_credit": money(1000)},
            "de",
            "1.90 EUR werden dem Kunden zurückgezahlt.",
        ),
        (
            {"paid_back": money(190)},
            "fr",
            "1.90 EUR sont remboursés au client."
            " 10.00 EUR sont déduits du montant restant à payer.",
        ),
        ({"replaced_by": "IN000002"}, "fa", "با فاکتور IN000002 که جایگزین آن است تسویه می‌شود."),
        ({}, "nl", "Credited to the customer."),
    ],
)
def test_the_payment_terms_of_a_credit_slip_say_how_its_amount_is_settled(
    how: Any, language: str, terms: str
) -> None:
    """BT-20 describes the terms that apply to the amount due for payment, no means of payment."""
    slip = an_invoice([a_line(quantity=1)], shipping=0, language=language, **CREDIT, **how)
    made = model(slip)
    assert made.terms == terms
    assert slip.payment_method not in made.terms
    assert broken(ubl.write(made), UBL_CREDIT_NOTE) == []


def test_what_is_paid_in_another_way_names_no_account() -> None:
    """BG-17 is the account that a credit transfer goes to."""
    shop = samples.SHOP_PROFILE | {
        "bank": {"iban": "DE89370400440532013000"},
        "payment_terms": "On delivery.",
    }
    unpaid = {"payments": [], "shop": shop, "payment_means": "10"}
    by_cash = model(an_invoice(**unpaid, by_transfer=False))  # type: ignore[arg-type]
    assert (by_cash.payment.code, by_cash.payment.iban) == ("10", "")
    assert model(an_invoice(**unpaid)).payment.iban == "DE89370400440532013000"  # type: ignore[arg-type]
