"""The amount due, ways to pay it, and the codes that banks' apps read."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from services.documents.domain import payments
from services.documents.domain.einvoice.conversion import einvoice
from services.documents.domain.language import Language
from services.documents.domain.sample import sample
from services.documents.domain.wording import write
from shared.contracts import samples
from shared.contracts.reason import Reason
from shared.contracts.shop_profile import BankAccount
from shared.contracts.values import Money
from tests.documents.builders import an_invoice, money

EPC = {"iban": "DE02 1203 0000 0000 2020 51", "bic": "BYLADEM1001", "pay_code": "epc"}
SWISS = {"iban": "CH9300762011623852957", "pay_code": "swiss"}
Languages = dict[str, Language]


def unpaid(bank: dict[str, Any], **changes: Any) -> Any:
    return an_invoice(shop=samples.SHOP_PROFILE | {"bank": bank}, **{"payments": [], **changes})


def code(languages: Languages, *given: Any, **changes: Any) -> str:
    bank = write(unpaid(*given, **changes), languages["en"]).bank
    assert bank is not None
    return bank.code


def test_a_payment_has_the_day_on_which_it_was_received(languages: Languages) -> None:
    # German VAT law wants this day on an invoice for a payment in advance (§ 14 (4) 6 UStG).
    late = samples.PAYMENT | {"at": "2026-11-20T23:30:00Z"}
    for tag, day in (("de", "21. November 2026"), ("fa", "۳۰ آبان ۱۴۰۵")):
        [shown] = write(an_invoice(payments=[late]), languages[tag]).payments
        assert shown.day == day
    [unknown] = write(an_invoice(payments=[samples.PAYMENT]), languages["de"]).payments
    assert unknown.day == ""


def test_a_sepa_code_says_what_the_payments_council_wants(languages: Languages) -> None:
    assert code(languages, EPC).split("\n") == [
        "BCD",
        "002",
        "1",
        "SCT",
        "BYLADEM1001",
        "Corner Shop Ltd",
        "DE02120300000000202051",
        "EUR28.70",
        "",
        "",
        "IN000001 XKBKNABJK",
    ]


def test_a_swiss_code_says_what_the_qr_bill_wants(languages: Languages) -> None:
    assert code(languages, SWISS).split("\n") == [
        "SPC",
        "0200",
        "1",
        "CH9300762011623852957",
        "S",
        "Corner Shop Ltd",
        "1 Market Square",
        "",
        "10115",
        "Berlin",
        "DE",
        *[""] * 7,
        "28.70",
        "EUR",
        "S",
        "Ada Byron",
        "12 St James's Square",
        "",
        "SW1Y 4JH",
        "London",
        "GB",
        "NON",
        "",
        "IN000001 XKBKNABJK",
        "EPD",
    ]


def test_money_is_paid_to_the_company(languages: Languages) -> None:
    """Banks compare the name of the payee with the one of the account (Regulation (EU)
    2024/886).
    """
    address = samples.SHOP_PROFILE["address"] | {
        "company": "Corner Shop GmbH",
        "name": "Grace Hopper",
    }
    for pay_code, account in (("epc", EPC), ("swiss", SWISS)):
        shop = samples.SHOP_PROFILE | {"address": address, "bank": account, "payment_days": 14}
        invoice = an_invoice(shop=shop, payments=[], due=money(2870))
        text, data = write(invoice, languages["en"]).bank, einvoice(invoice)
        assert text is not None
        assert [fact.text for fact in text.facts if fact.key == "account_holder"] == [
            "Corner Shop GmbH"
        ]
        assert "Corner Shop GmbH" in text.code, pay_code
        assert not isinstance(data, Reason)
        assert data.payment is not None
        assert data.payment.holder == "Corner Shop GmbH"


def test_only_what_is_still_due_is_asked_for(languages: Languages) -> None:
    assert (
        "EUR22.55"
        in (write(sample("invoice"), languages["en"]).bank or pytest.fail("no bank")).code
    )
    assert (
        write(an_invoice(shop=samples.SHOP_PROFILE | {"bank": EPC}), languages["en"]).bank is None
    )
    assert write(unpaid(EPC, due=money(0)), languages["en"]).bank is None
    assert write(unpaid(EPC, kind="credit_slip"), languages["en"]).bank is None


def test_where_a_code_cannot_be_the_account_is_printed_alone(languages: Languages) -> None:
    assert code(languages, EPC | {"pay_code": "none"}) == ""
    assert code(languages, SWISS | {"iban": EPC["iban"]}) == ""
    assert payments.epc(unpaid(EPC), BankAccount(**EPC), money(100, "USD")) == ""
    assert payments.epc(unpaid(EPC), BankAccount(**EPC), money(100_000_000_000)) == ""


def test_what_is_due_is_what_the_snapshot_says(languages: Languages) -> None:
    text = write(unpaid(EPC, due=money(1000)), languages["en"])
    assert [(row.key, row.text) for row in text.totals][-1] == ("due", "EUR 10.00")
    assert (
        payments.due(an_invoice(payments=[samples.PAYMENT | {"amount": money(5, "USD")}])) is None
    )


@pytest.mark.parametrize("iban", ["DE03120300000000202051", "12", "DE02 1203<>"])
def test_a_mistyped_iban_is_refused(iban: str) -> None:
    with pytest.raises(ValidationError, match="typing error"):
        BankAccount(iban=iban)


@pytest.mark.parametrize(
    ("language", "method"),
    [
        ("en", "Store credit"),
        ("de", "Guthaben"),
        ("fr", "Avoir"),
        ("fa", "اعتبار خرید"),
    ],
)
def test_store_credit_stands_under_the_payments_and_is_prepaid(
    languages: Languages, language: str, method: str
) -> None:
    credit = samples.PAYMENT | {
        "kind": "store_credit",
        "method": "Store credit",
        "transaction_id": "CR000001",
    }
    invoice = an_invoice(
        payments=[credit | {"amount": {"amount": 1000, "currency": "EUR"}}], due=None
    )
    text = write(invoice, languages[language])
    assert [(row.method, "CR000001" in row.transaction) for row in text.payments] == [
        (method, True)
    ]
    data = einvoice(invoice)
    assert not isinstance(data, Reason)
    assert (data.totals.paid, data.totals.due) == (Decimal(10), data.totals.gross - 10)


@pytest.mark.parametrize("language", ["en", "de", "fr", "fa"])
def test_a_credit_slip_says_how_its_amount_comes_to_the_customer(
    languages: Languages, language: str
) -> None:
    slip = an_invoice(
        kind="credit_slip", number="CR000001", payments=[], due=None, corrects="IN000001"
    )
    words, whole = languages[language], slip.gross
    as_money, as_credit, as_both = (
        payments.credit_sentence(slip.model_copy(update={"store_credit": credit}), words)
        for credit in (None, whole, Money(amount=100, currency="EUR"))
    )
    assert as_money == words.texts["credit_note"]
    assert "CR000001" in as_credit
    rest = Money(amount=whole.amount - 100, currency="EUR")
    assert words.write_money(rest) in as_both
    assert words.write_money(Money(amount=100, currency="EUR")) in as_both


def test_the_account_is_printed_only_where_a_transfer_is_expected(languages: Languages) -> None:
    assert write(unpaid(EPC), languages["en"]).bank is not None
    assert write(unpaid(EPC, by_transfer=False), languages["en"]).bank is None
