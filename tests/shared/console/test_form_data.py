"""Texts of forms become the types that the contract states."""

from typing import Any

import pytest

from shared.console.form_data import InvalidField, Reader
from shared.console.language import languages
from shared.console.messages import command_named

BERLIN = Reader("EUR", "Europe/Berlin")
TEHRAN = Reader("IRR", "Asia/Tehran")


@pytest.mark.parametrize(
    ("reader", "text", "amount"),
    [
        (BERLIN, "12.50", 1250),
        (BERLIN, "12,5", 1250),
        (BERLIN, " 12 ", 1200),
        (BERLIN, "-3.10", -310),
        (BERLIN, "۱۲٫۵۰", 1250),
        (TEHRAN, "۱٬۲۵۰٬۰۰۰", 1250000),
    ],
)
def test_amounts(reader: Reader, text: str, amount: int) -> None:
    assert reader.money(text, "x")["amount"] == amount


@pytest.mark.parametrize("text", ["", "12.505", "abc", "1e5", "--1", "1,000,000.123", "9" * 40])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(InvalidField):
        BERLIN.money(text, "x")


@pytest.mark.parametrize(
    ("reader", "text", "moment"),
    [
        (BERLIN, "2026-11-21", "2026-11-20T23:00:00Z"),
        (BERLIN, "2026-11-21T12:00", "2026-11-21T11:00:00Z"),
        (TEHRAN, "۱۴۰۵/۰۸/۳۰", "2026-11-20T20:30:00Z"),
        (TEHRAN, "1405/8/30 12:00", "2026-11-21T08:30:00Z"),
    ],
)
def test_times_are_those_of_the_shop(reader: Reader, text: str, moment: str) -> None:
    assert reader.moment(text, "x") == moment
    persian = languages()["fa"].typed("2026-11-21T12:00")
    assert (persian, languages()["de"].typed("2026-11-21")) == ("۱۴۰۵/۰۸/۳۰ ۱۲:۰۰", "2026-11-21")
    assert TEHRAN.moment(persian, "x") == "2026-11-21T08:30:00Z"


@pytest.mark.parametrize("text", ["2026-13-01", "1405/07/31", "1405/13/01", "soon", "2026-02-30"])
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(InvalidField):
        BERLIN.moment(text, "x")


def read(name: str, *inputs: tuple[str, str]) -> Any:
    return BERLIN.read(command_named(name), inputs)


def test_fields_of_a_command() -> None:
    assert read(
        "refund.create",
        ("lines[0].line", "1"),
        ("lines[0].quantity", "۲"),
        ("lines[2].line", "3"),
        ("lines[2].quantity", "1"),
        ("restock", "off"),
        ("restock", "on"),
        ("issue_credit_slip", "off"),
        ("shipping_amount", "4.90"),
        ("unknown", "x"),
        ("reason", " broken "),
    ) == {
        "lines": [{"line": 1, "quantity": 2}, {"line": 3, "quantity": 1}],
        "restock": True,
        "issue_credit_slip": False,
        "shipping_amount": {"amount": 490, "currency": "EUR"},
        "reason": "broken",
    }


def test_texts_by_language() -> None:
    names = read("canned_message.put", ("names.en", "Delay"), ("names.pt-BR", "Atraso"))["names"]
    assert names == {"en": "Delay", "pt-BR": "Atraso"}
    with pytest.raises(InvalidField):
        read("canned_message.put", ("names", "Delay"))


def test_an_empty_text_clears_a_text_and_leaves_others_out() -> None:
    assert read("order.set_note", ("note", "")) == {"note": ""}
    assert read("refund.create", ("shipping_amount", " "), ("reason", "")) == {"reason": ""}


def test_a_fault_names_its_field() -> None:
    with pytest.raises(InvalidField) as caught:
        read("refund.create", ("lines[0].quantity", "two"))
    assert caught.value.field == "lines[0].quantity"
    assert caught.value.key == "form.invalid_number"
