"""Shared values accept and refuse the right data."""

from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.contracts.values import (
    Country,
    Currency,
    Email,
    Language,
    Money,
    Quantity,
    StateKey,
    TaxRate,
)


def takes(kind: object, value: object) -> bool:
    try:
        TypeAdapter(kind).validate_python(value)  # type: ignore[arg-type]
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("amount", [0, -1, 2**53 - 1, 1 - 2**53])
def test_money_is_an_integer_that_every_json_parser_reads_exactly(amount: int) -> None:
    assert Money.model_validate({"amount": amount, "currency": "EUR"}).amount == amount


@pytest.mark.parametrize("amount", [2**53, -(2**53), 1.5, "1.5", None])
def test_other_amounts_are_refused(amount: object) -> None:
    assert not takes(Money, {"amount": amount, "currency": "EUR"})


@pytest.mark.parametrize("field", ["Amount", "decimals", "value"])
def test_money_has_no_other_field(field: str) -> None:
    assert not takes(Money, {"amount": 1, "currency": "EUR", field: 1})


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("0", "0"),
        ("100", "100"),
        ("19.6", "19.6"),
        ("5.5000", "5.5"),
        ("0.0001", "0.0001"),
    ],
)
def test_a_tax_rate_is_percent_with_four_decimals(text: str, rate: str) -> None:
    found = TypeAdapter(TaxRate).validate_python(text)
    assert found == Decimal(rate)
    assert TypeAdapter(TaxRate).dump_python(found, mode="json") == text


@pytest.mark.parametrize(
    "text", ["-1", "100.01", "0.00001", "NaN", "Infinity", "", "nineteen", None]
)
def test_other_texts_are_refused_as_tax_rates(text: object) -> None:
    assert not takes(TaxRate, text)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Currency, ["EUR", "JPY"], ["eur", "EU", "EURO", "", "EUR\n", 5]),
        (Country, ["DE", "FR"], ["de", "DEU", "", "DE\n"]),
        (
            Language,
            ["en", "de-AT", "fil", "zh-Hant-TW"],
            ["EN", "e", "english", "en_GB", "en-", ""],
        ),
        (
            Email,
            ["a@b", "zoë@müller.example", "a+b.c@d-e.fr"],
            [
                "",
                "a",
                "@b",
                "a@",
                "a@b@c",
                "a b@c",
                "a@b>",
                "<a@b",
                "a@b\r\nBcc: x@y",
                "a,b@c",
                'a"b@c',
                "a" * 65 + "@b",
                "a@" + "b" * 250,
            ],
        ),
        (Quantity, [1, 1_000_000], [0, -1, 1_000_001, 1.5]),
        (StateKey, ["paid", "on_backorder_2"], ["", "Paid", "2paid", "a" * 41, "a-b", "paid\n"]),
    ],
)
def test_a_value_has_the_required_format(
    kind: object, good: list[object], bad: list[object]
) -> None:
    assert [value for value in good if not takes(kind, value)] == []
    assert [value for value in bad if takes(kind, value)] == []
