"""The list as CSV: programs read the stored values, and spreadsheets compute no cell."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from services.orders.domain.export import COLUMNS, FORMULA, to_csv, without_formula
from services.orders.domain.listing import OrderEntry
from tests.orders.words import DEFAULT_STATES


def an_entry(name: str = "Ada Byron", **changes: Any) -> OrderEntry:
    customer = {"customer_id": "c-1", "email": "ada@example.test", "name": name}
    facts = {
        "order_id": UUID(int=7),
        "reference": "ABC",
        "placed_at": datetime(2026, 11, 21, 12, tzinfo=UTC),
        "customer": customer,
        "currency": "EUR",
        "total": 2870,
        "paid": 0,
        "payment_method": "Bank wire",
        "delivery_country": "GB",
        "state": "payment_accepted",
        "new_customer": True,
    }
    return OrderEntry(**{**facts, **changes})


def cells(*entries: OrderEntry, language: str = "en") -> list[dict[str, str]]:
    """As another program reads the file."""
    text = to_csv(entries, DEFAULT_STATES, language, heading=True)
    return list(csv.DictReader(StringIO(text, newline="")))


def test_the_file_begins_with_the_names_of_the_columns() -> None:
    assert to_csv([], DEFAULT_STATES, "en", heading=True) == ",".join(COLUMNS) + "\r\n"
    assert to_csv([], DEFAULT_STATES, "en", heading=False) == ""


def test_an_order_is_one_row() -> None:
    assert cells(an_entry()) == [
        {
            "reference": "ABC",
            "placed_at": "2026-11-21T12:00:00+00:00",
            "customer": "Ada Byron",
            "email": "ada@example.test",
            "customer_id": "c-1",
            "new_customer": "yes",
            "total": "28.70",
            "paid": "0.00",
            "currency": "EUR",
            "payment_method": "Bank wire",
            "delivery_country": "GB",
            "state": "payment_accepted",
            "state_label": "Payment accepted",
            "order_id": str(UUID(int=7)),
        }
    ]


def test_states_are_named_in_the_language_that_was_asked_for() -> None:
    assert cells(an_entry(), language="fa")[0]["state_label"] == "پرداخت پذیرفته شد"


def test_a_state_that_is_no_more_is_named_by_its_key() -> None:
    assert cells(an_entry(state="dreaming"))[0]["state_label"] == "dreaming"


@pytest.mark.parametrize(
    ("currency", "amount", "text"),
    [
        ("JPY", 2870, "2870"),
        ("KWD", 2870, "2.870"),
        ("IRR", 10**15, "1000000000000000"),
        ("EUR", -5, "-0.05"),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(currency: str, amount: int, text: str) -> None:
    assert cells(an_entry(currency=currency, total=amount))[0]["total"] == text


@pytest.mark.parametrize("begin", [*FORMULA, "\t=", " =", "\r=", "\n=", "\u202e=", "\0="])
def test_a_name_that_a_spreadsheet_would_compute_is_made_harmless(begin: str) -> None:
    shown = cells(an_entry(f'{begin}cmd|"/C calc"!A0'))[0]["customer"]
    assert shown.startswith("'")
    assert "\n" not in shown


@pytest.mark.parametrize(
    "name", ['"quoted"', "a,b", "علی", "O'Brien", "semi;colon", "100% sure", "a=b"]
)
def test_other_names_come_back_as_they_were(name: str) -> None:
    assert cells(an_entry(name))[0]["customer"] == name


@dataclass(frozen=True)
class Row:
    """Cells of one line."""

    name: str
    payment_method: str


@given(st.lists(st.builds(Row, st.text(), st.text()), max_size=5))
def test_no_text_breaks_the_rows_or_begins_a_formula(rows: list[Row]) -> None:
    found = cells(*(an_entry(row.name, payment_method=row.payment_method) for row in rows))
    assert [(row["customer"], row["payment_method"]) for row in found] == [
        (without_formula(row.name), without_formula(row.payment_method)) for row in rows
    ]
    assert not any(value.startswith(FORMULA) for row in found for value in row.values())
