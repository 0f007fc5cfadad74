"""Orders placed by hand, and the orders that a list finds."""

import json
from typing import Any

import pytest

from services.orders.worker import service
from shared.contracts import samples
from tests.shared.cli.direct import Employee, employee_of
from tests.words import a_shop_with_mugs, an_order, harness, sqlite_url

NEW = (
    "--email",
    "grace@example.test",
    "--name",
    "Grace Hopper",
    "--line1",
    "1 Harbour Street",
    "--postcode",
    "10115",
    "--city",
    "Berlin",
    "--country",
    "DE",
)
HOW = (
    "--carrier",
    "Swift Post",
    "--shipping",
    "4.90",
    "--payment-method",
    "Cheque",
    "--state",
    "awaiting_cheque",
)


@pytest.fixture
def anna(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Employee:
    """An employee of a shop with a hundred mugs."""
    orders = harness(service, sqlite_url(tmp_path))
    a_shop_with_mugs(orders)
    orders.tell(
        "shop.put",
        samples.PUT_SHOP
        | {
            "payment_methods": [{"name": "Bank wire", "initial_state": "awaiting_bank_wire"}],
            "carriers": [
                {
                    "name": "Swift Post",
                    "tax_rate": "19",
                    "rates": [{"price": {"amount": 490, "currency": "EUR"}}],
                }
            ],
        },
    )
    return employee_of(orders, monkeypatch)


def test_an_order_by_hand_has_an_agreed_price_and_a_voucher_made_on_the_spot(
    anna: Employee,
) -> None:
    words = (
        "order",
        "place",
        "MUG-BLUE:3=10.00",
        *NEW,
        *HOW,
        "--percent",
        "10",
        "--voucher-name",
        "For the delay",
    )
    asked = anna.types(*words)
    assert (asked.exit_code, anna.client.sent) == (64, [])
    assert "3 x MUG-BLUE Mug, blue, 30.00 EUR" in asked.output
    assert "For the delay: 3.00 EUR off" in asked.output
    assert "Total 31.90 EUR" in asked.output
    printed = anna.does(*words, "--reference", "BYHAND", "--yes")
    assert "BYHAND Awaiting cheque payment total 31.90 EUR" in printed
    shown = anna.does("order", "show", "BYHAND")
    assert "Grace Hopper <grace@example.test>, new customer" in shown
    assert "3.00 EUR off by For the delay" in shown


def test_a_known_customer_is_found_by_the_e_mail(anna: Employee) -> None:
    anna.client.service.tell("order.place", an_order())
    words = (
        "--email",
        "ADA@example.test",
        "--carrier",
        "Swift Post",
        "--payment-method",
        "Bank wire",
    )
    anna.does("order", "place", "MUG-BLUE", *words, "--reference", "SECOND", "--yes")
    placed = json.loads(anna.does("order", "show", "SECOND", "--json"))
    assert placed["order"]["customer"]["customer_id"] == "c-1001"
    assert placed["delivery_address"]["line1"] == "12 St James's Square"
    assert (placed["state"], placed["shipping"]["amount"]) == ("awaiting_bank_wire", 490)


def test_an_order_has_an_invoice_address_apart_from_the_delivery_address(anna: Employee) -> None:
    invoice = ("--invoice-company", "Engines Ltd", "--invoice-line1", "1 Mill Lane")
    part = anna.types("order", "place", "MUG-BLUE", *NEW, *HOW, *invoice)
    assert "give also --invoice-city, --invoice-country" in " ".join(part.output.split())
    rest = ("--invoice-city", "London", "--invoice-country", "GB", "--reference", "APART")
    anna.does("order", "place", "MUG-BLUE", *NEW, *HOW, *invoice, *rest, "--yes")
    placed = json.loads(anna.does("order", "show", "APART", "--json"))
    assert placed["delivery_address"]["city"] == "Berlin"
    assert placed["invoice_address"]["company"] == "Engines Ltd"
    assert placed["invoice_address"]["name"] == "Grace Hopper"


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (
            ("--email", "x@example.test", *HOW),
            64,
            "The shop has no customer with the e-mail x@example.test: give --name",
        ),
        (("--email", "x@example.test", "--name", "X", *HOW), 64, "Give the address: --line1"),
        (
            (*NEW, *HOW[:-2]),
            64,
            (
                "'Cheque' is not a payment method of the shop (Bank wire): choose"
                " one of them, or give --state."
            ),
        ),
        (
            (*NEW, *HOW, "--voucher", "NONE", "--yes"),
            1,
            "Nothing was placed: There is no voucher 'NONE'",
        ),
        (
            (*NEW, *HOW, "--amount", "1.999"),
            64,
            "'1.999' is not an amount in EUR: write, for example, 9.90.",
        ),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_placed(
    anna: Employee, words: tuple[str, ...], code: int, sentence: str
) -> None:
    result = anna.types("order", "place", "MUG-BLUE", *words)
    assert (result.exit_code, sentence in result.output) == (code, True), result.output
    assert anna.client.sent == []


def test_a_list_is_searched_by_document_sorted_counted_and_in_a_language(anna: Employee) -> None:
    for reference, state in (("FIRST", "payment_accepted"), ("OTHER", "awaiting_bank_wire")):
        anna.client.service.tell("order.place", an_order(reference=reference, initial_state=state))
    found = anna.does("order", "list", "--document", "IN000001", "--language", "fa")
    assert "Payment FIRST" in found
    assert "پرداخت پذیرفته شد" in found
    assert "OTHER" not in found
    assert anna.does("order", "list", "--company", "nobody", "--count") == "0"
    assert anna.does("order", "list", "--count") == "2"
    assert "Payment FIRST" in anna.does("order", "list", "--sort", "reference", "--ascending")
    assert "Payment OTHER" in anna.does("order", "list", "--sort", "reference")


def test_an_exemption_and_an_exchange_rate_are_set_and_taken_back(anna: Employee) -> None:
    anna.client.service.tell("order.place", an_order(reference="FIRST"))
    assert "total 24.12 EUR" in anna.does(
        "order", "exemption", "FIRST", "export", "Export, Article 146.", "--yes"
    )
    assert "not taxed Export, Article 146." in anna.does("order", "show", "FIRST")
    assert "total 28.70 EUR" in anna.does("order", "exemption", "FIRST", "--lift", "--yes")
    assert "order.exchange_rate_changed" in anna.does(
        "order", "rate", "FIRST", "sek", "11.2345", "--source", "ECB"
    )
    assert "order.exchange_rate_changed" in anna.does("order", "rate", "FIRST", "--remove")
    for words in (
        ("exemption", "FIRST"),
        ("exemption", "FIRST", "export"),
        ("rate", "FIRST", "SEK"),
    ):
        assert anna.types("order", *words).exit_code == 64
