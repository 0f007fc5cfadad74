"""Conditions of rules, each alone, and errors in the definition of a rule."""

from datetime import timedelta
from typing import Any

import pytest

from services.orders.domain.cart_rules import definition_errors, objection
from tests.orders.promotions import HUNDRED, a_cart, a_rule, euro, offered, rejection_codes
from tests.orders.words import MUG, NOON, TEA, a_product

DAY = timedelta(days=1)
PAST, FUTURE = (NOON - DAY).isoformat(), (NOON + DAY).isoformat()
THREE = [{"quantity": 3}]


def of(kind: str, *values: str, quantity: int = 1) -> dict[str, Any]:
    return {"choices": [{"quantity": quantity, kind: list(values)}]}


@pytest.mark.parametrize(
    "terms",
    [
        {},
        {"valid_from": PAST, "valid_until": FUTURE},
        {"valid_from": NOON.isoformat()},
        {"customer_id": "c-1001"},
        {"groups": ["regular", "staff"]},
        {"countries": ["IE", "GB"]},
        {"carrier_names": ["Swift Post"]},
        {"minimum": euro(10_000)},
        {"minimum": euro(10_490), "minimum_with_shipping": True},
        {"uses": 4},
        {"uses_per_customer": 3},
        of("skus", "BOX", MUG),
        of("categories", "boxes"),
        of("brands", "Acme"),
        of("suppliers", "North", "South"),
        of("attributes", "colour: blue"),
        {"choices": [{"skus": ["BOX"], "brands": ["Acme"]}, {"categories": ["boxes"]}]},
    ],
)
def test_a_rule_counts_where_its_conditions_hold(terms: dict[str, Any]) -> None:
    assert objection(a_rule(used=3, **terms), cart(), lambda _: 2) is None


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"active": False}, "disabled"),
        ({"valid_from": FUTURE}, "not_yet_valid"),
        ({"valid_until": PAST}, "expired"),
        ({"valid_until": NOON.isoformat()}, "expired"),
        ({"uses": 3}, "used_up"),
        ({"uses_per_customer": 2}, "used_up_by_customer"),
        ({"customer_id": "c-2002"}, "other_customer"),
        ({"groups": ["staff"]}, "other_group"),
        ({"countries": ["IE"]}, "other_country"),
        ({"carrier_names": ["Slow Post"]}, "other_carrier"),
        ({"minimum": euro(10_001)}, "below_minimum"),
        ({"minimum": euro(10_491), "minimum_with_shipping": True}, "below_minimum"),
        ({"amount": {"amount": 5, "currency": "USD"}}, "other_currency"),
        ({"amount": euro(5), "prices": "tax_excluded"}, "other_prices"),
        ({"minimum": euro(0), "prices": "tax_excluded"}, "other_prices"),
        (of("skus", MUG), "products_missing"),
        (of("skus", "BOX", quantity=2), "products_missing"),
        (of("categories", "mugs"), "products_missing"),
        (of("brands", "Ace"), "products_missing"),
        (of("suppliers", "East"), "products_missing"),
        (of("attributes", "colour: red"), "products_missing"),
        ({"choices": [{"skus": ["BOX"], "brands": ["Ace"]}]}, "products_missing"),
        ({"choices": [{"skus": ["BOX"]}, {"brands": ["Ace"]}]}, "products_missing"),
    ],
)
def test_a_rule_does_not_count_where_one_fails(terms: dict[str, Any], code: str) -> None:
    rule = a_rule(used=3, code="SALE", **terms)
    found = objection(rule, cart(), lambda _: 2)
    assert found is not None
    assert (found[0], found[1].startswith("'SALE' "), found[1].endswith(".")) == (code, True, True)


def cart() -> Any:
    """A blue box of Acme, delivered by North, for a regular customer."""
    box = a_product("BOX", price=10_000)
    box = type(box)(
        **{
            **vars(box),
            "categories": frozenset({"boxes", "gifts"}),
            "brand": "Acme",
            "suppliers": frozenset({"North"}),
            "attributes": frozenset({"colour: blue", "size: L"}),
        }
    )
    return a_cart((box, 1), groups=frozenset({"regular"}))


def test_who_is_nobody_in_particular_gets_nothing_that_is_counted_per_customer() -> None:
    found = offered(
        a_cart(customer_id=None), a_rule(code="ONCE", uses_per_customer=1), codes=["ONCE"]
    )
    assert rejection_codes(found) == {"ONCE": "customer_needed"}


def test_without_a_country_nothing_counts_that_is_for_certain_countries() -> None:
    found = offered(
        a_cart(country=None), a_rule(code="GB-ONLY", countries=["GB"]), codes=["GB-ONLY"]
    )
    assert rejection_codes(found) == {"GB-ONLY": "other_country"}


def test_pieces_are_counted_over_all_lines_that_are_chosen() -> None:
    rule = a_rule(choices=[{"quantity": 3, "skus": ["BOX", TEA]}])
    tea = a_product(TEA)
    assert offered(a_cart((HUNDRED, 2), (tea, 1)), rule).discounts
    assert not offered(a_cart((HUNDRED, 1), (tea, 1), (a_product(), 5)), rule).discounts


@pytest.mark.parametrize(
    ("terms", "code", "field"),
    [
        ({"percent": None}, "gives_nothing", "percent"),
        ({"percent": "5", "amount": euro(1)}, "two_discounts", "amount"),
        ({"amount": euro(0)}, "not_positive", "amount.amount"),
        ({"amount": euro(-5)}, "not_positive", "amount.amount"),
        ({"minimum": euro(-1)}, "negative_minimum", "minimum.amount"),
        (
            {"amount": euro(1), "minimum": {"amount": 1, "currency": "USD"}},
            "two_currencies",
            "minimum.currency",
        ),
        ({"valid_from": FUTURE, "valid_until": PAST}, "ends_before_it_begins", "valid_until"),
        ({"valid_from": PAST, "valid_until": PAST}, "ends_before_it_begins", "valid_until"),
        ({"taken_off": "chosen"}, "nothing_chosen", "choices"),
    ],
)
def test_what_makes_no_sense_is_told(terms: dict[str, Any], code: str, field: str) -> None:
    (found,) = definition_errors(a_rule(**terms).terms)
    assert (found[0], found[2]) == (code, field)


def test_the_sample_makes_sense() -> None:
    assert list(definition_errors(a_rule().terms)) == []
