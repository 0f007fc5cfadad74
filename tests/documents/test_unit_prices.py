"""The printed price times the quantity is the printed total."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings, strategies as st

from services.documents.domain.language import Language
from services.documents.domain.unit_prices import exact, pads
from services.documents.domain.wording import write
from tests.documents.builders import a_line, amounts, an_invoice

Languages = dict[str, Language]


@settings(max_examples=300)
@given(amount=st.integers(0, 10**12), quantity=st.integers(1, 10**6))
def test_price_times_quantity_is_the_amount(amount: int, quantity: int) -> None:
    found = (exact(amount, quantity) * quantity).quantize(Decimal(1), ROUND_HALF_UP)
    assert found == amount


@pytest.mark.parametrize(
    ("quantity", "net", "printed"),
    [
        (3, 2521, "8.403"),
        (3, 3319, "11.063"),
        (7, 15, "0.021"),
        (3, 2520, "8.40"),
        (1, 999, "9.99"),
    ],
)
def test_a_unit_price_has_as_many_decimals_as_its_line_needs(
    quantity: int, net: int, printed: str, languages: Languages
) -> None:
    line = a_line(unit=round(net / quantity), quantity=quantity).model_copy(update=amounts(net, 0))
    text = write(an_invoice([line]), languages["en"])
    assert not text.discounted
    assert [row.unit for row in text.lines] == [printed]


def test_a_toman_has_as_many_decimals_too(languages: Languages) -> None:
    line = a_line(unit=100_000, quantity=3, currency="IRR").model_copy(
        update=amounts(300_001, 0, "IRR")
    )
    invoice = an_invoice([line], language="fa")
    toman = invoice.model_copy(update={"shop": invoice.shop.model_copy(update={"toman": True})})
    for snapshot in (invoice, toman):
        (row,) = write(snapshot, languages["fa"]).lines
        assert "٫" in row.unit


def test_a_line_that_costs_more_than_its_pieces_names_what_they_cost(languages: Languages) -> None:
    dearer = a_line(unit=1000, quantity=2).model_copy(update=amounts(2500, 0))
    text = write(an_invoice([dearer]), languages["en"])
    assert not text.discounted
    assert text.lines[0].unit == "12.50"


def test_a_credit_slip_names_what_is_given_back_for_a_piece(languages: Languages) -> None:
    """A gesture of goodwill is no discount: no piece was cheaper."""
    part = a_line(unit=1000, quantity=1).model_copy(update=amounts(500, 95))
    text = write(an_invoice([part], kind="credit_slip"), languages["en"])
    assert not text.discounted
    assert (text.lines[0].unit, text.lines[0].total) == ("5.00", "5.00")


def test_decimal_marks_are_set_below_each_other(languages: Languages) -> None:
    assert pads(["1.00", "8.403", "", "7"], ".", "0") == ["0", "", "", ".000"]
    assert pads(["1", "20"], ".", "0") == ["", ""]
