"""Rounding, taxes and shares: whole minor units in, whole minor units out."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, strategies as some

from services.orders.domain.money import foreign_price, rounded, share, tax_in, tax_on
from services.orders.worker import service
from shared.contracts.message import CommandOrQuery
from shared.contracts.values import PositiveMoney, Price

amounts = some.integers(0, 10**16)
rates = some.decimals(0, 100, places=4, allow_nan=False)


@pytest.mark.parametrize(
    ("value", "whole"),
    [("0", 0), ("0.4", 0), ("0.5", 1), ("1.49", 1), ("1.5", 2), ("2.5", 3), ("2.4999999", 2)],
)
def test_a_half_is_rounded_away_from_zero(value: str, whole: int) -> None:
    assert rounded(Decimal(value)) == rounded(Fraction(value)) == whole


@given(some.fractions())
def test_a_credit_is_rounded_as_its_invoice_was(value: Fraction) -> None:
    assert rounded(-value) == -rounded(value)


@given(some.fractions())
def test_rounding_never_moves_an_amount_by_more_than_a_half(value: Fraction) -> None:
    assert abs(rounded(value) - value) <= Fraction(1, 2)


@given(some.decimals(-(10**15), 10**15, places=6))
def test_decimals_and_fractions_are_rounded_alike(value: Decimal) -> None:
    assert rounded(value) == rounded(Fraction(value))


def test_the_tax_in_a_price_is_what_its_net_amount_would_bear() -> None:
    assert tax_in(1190, Decimal(19)) == tax_on(1000, Decimal(19)) == 190


def test_a_rate_may_have_decimals() -> None:
    assert tax_on(10_000, Decimal("19.6")) == 1960
    assert tax_on(10_000, Decimal("5.5")) == 550
    assert tax_on(1_000_000, Decimal("0.0001")) == 1


def test_a_price_of_one_cent_at_a_rate_of_a_hundred_is_all_tax() -> None:
    assert tax_in(1, Decimal(100)) == 1


@given(amounts)
def test_without_a_rate_there_is_no_tax(amount: int) -> None:
    assert tax_in(amount, Decimal(0)) == tax_on(amount, Decimal(0)) == 0


@given(amounts, rates)
def test_the_tax_in_a_price_is_never_more_than_the_price(amount: int, rate: Decimal) -> None:
    assert 0 <= tax_in(amount, rate) <= amount


@given(amounts, rates)
def test_a_tax_is_exact_to_half_a_minor_unit_however_large_the_amount(
    amount: int, rate: Decimal
) -> None:
    assert abs(tax_on(amount, rate) - amount * Fraction(rate) / 100) <= Fraction(1, 2)


@given(amounts, rates)
def test_a_credit_mirrors_the_tax_of_its_invoice(amount: int, rate: Decimal) -> None:
    assert tax_in(-amount, rate) == -tax_in(amount, rate)
    assert tax_on(-amount, rate) == -tax_on(amount, rate)


@given(
    some.integers(-(10**15), 10**15), some.lists(some.integers(0, 10**15), min_size=1, max_size=50)
)
def test_shares_add_up_exactly(total: int, weights: list[int]) -> None:
    assert sum(share(total, weights)) == total


@given(
    some.integers(0, 10**15),
    some.lists(some.integers(0, 10**15), min_size=1, max_size=50).filter(any),
)
def test_no_share_is_further_than_one_from_its_proportion(total: int, weights: list[int]) -> None:
    whole = sum(weights)
    assert all(
        abs(part - Fraction(total * weight, whole)) < 1
        for part, weight in zip(share(total, weights), weights, strict=True)
    )


@given(
    some.integers(0, 10**15),
    some.lists(some.integers(0, 10**15), min_size=2, max_size=50).filter(any),
)
def test_what_weighs_nothing_gets_nothing(total: int, weights: list[int]) -> None:
    assert share(total, [*weights, 0])[-1] == 0


def test_the_left_over_cents_go_to_the_largest_remainders() -> None:
    assert share(10, [1, 1, 1]) == [4, 3, 3]
    assert share(100, [5, 3, 9]) == [29, 18, 53]


def test_without_any_weight_the_first_gets_everything() -> None:
    assert share(7, [0, 0, 0]) == [7, 0, 0]


def prices_in(value: Any) -> Iterator[Price | PositiveMoney]:
    """Find prices by walking all values, and not by the declared types of the fields."""
    if isinstance(value, Price | PositiveMoney):
        yield value
    elif not isinstance(value, str | bytes):
        for part in getattr(value, "__dict__", {}).values():
            yield from prices_in(part)
        for part in value if isinstance(value, list | tuple) else ():
            yield from prices_in(part)


def test_no_price_of_a_command_is_overlooked() -> None:
    priced = set()
    for handling in service.handlings.values():
        if issubclass(handling.message, CommandOrQuery):
            command = handling.message.model_validate(handling.message.example)
            objects = foreign_price(command, "XXX") is not None
            assert objects == any(prices_in(command)), command.name
            if objects:
                priced.add(command.name)
    assert {"order.add_lines", "cart.price", "shop.put"} <= priced
