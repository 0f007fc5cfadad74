"""Discounts of rules on a cart: their order, combination and scope, to the cent."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings, strategies as some

from services.orders.domain.cart_rules import CartRule
from services.orders.domain.offer import Offer
from services.orders.domain.pricing import by_rate, total
from shared.contracts.orders import Rounding
from tests.orders.promotions import HUNDRED, a_cart, a_rule, euro, offered, rejection_codes, rule_id
from tests.orders.test_pricing import HIGHEST_PRICE, RATES
from tests.orders.words import MUG, TEA, a_product

SHIPPING = 490
thorough = settings(max_examples=60)
TEA_BAGS, MUGS = a_product(TEA, price=250, rate="7"), a_product(price=1190)


def taken(found: Offer) -> list[tuple[str, int]]:
    return [(each.kind, sum(each.shares) + each.shipping_share) for each in found.discounts]


def gross(found: Offer) -> int:
    return found.amount.gross


# --- one rule -------------------------------------------------------------------------------------


def test_a_cart_that_no_rule_fits_costs_what_it_is_stated_at() -> None:
    found = offered(a_cart())
    assert (gross(found), found.discounts, found.redemptions) == (10_000 + SHIPPING, (), ())


def test_a_percentage_is_taken_off_the_products_and_not_off_the_shipping() -> None:
    found = offered(a_cart(), a_rule(percent="12.5"))
    assert (gross(found), taken(found)) == (8_750 + SHIPPING, [("percent", 1_250)])


def test_an_amount_is_taken_off_the_products_and_never_more_than_they_cost() -> None:
    assert gross(offered(a_cart(), a_rule(amount=euro(2_500)))) == 7_500 + SHIPPING
    assert gross(offered(a_cart(), a_rule(amount=euro(12_000)))) == SHIPPING


def test_free_shipping_takes_off_the_shipping_whole() -> None:
    found = offered(a_cart(), a_rule(free_shipping=True))
    assert (gross(found), taken(found)) == (10_000, [("free_shipping", SHIPPING)])
    assert found.shipping.amount.gross == 0


def test_a_gift_is_a_line_that_costs_nothing() -> None:
    found = offered(a_cart(), a_rule(gift_sku=TEA), gifts=[TEA_BAGS])
    assert [(item.product.sku, item.quantity) for item in found.items] == [("BOX", 1), (TEA, 1)]
    assert (found.charges[1].price, found.charges[1].off, found.charges[1].amount.gross) == (
        250,
        250,
        0,
    )
    assert (gross(found), found.gift_skus) == (10_000 + SHIPPING, [TEA])


def test_all_of_it_at_once() -> None:
    found = offered(
        a_cart(), a_rule(percent="10", free_shipping=True, gift_sku=TEA), gifts=[TEA_BAGS]
    )
    assert taken(found) == [("percent", 1_000), ("gift", 250), ("free_shipping", SHIPPING)]
    assert gross(found) == 9_000
    assert len(found.redemptions) == 1
    assert found.redemptions[0].taken == 1_000 + 250 + SHIPPING


def test_only_chosen_products_become_cheaper() -> None:
    rule = a_rule(percent="50", choices=[{"skus": [MUG]}], taken_off="chosen")
    found = offered(a_cart((HUNDRED, 1), (MUGS, 2)), rule)
    assert [charge.off for charge in found.charges] == [0, 1_190]


def test_an_amount_off_chosen_products_is_not_more_than_those_cost() -> None:
    rule = a_rule(amount=euro(5_000), choices=[{"skus": [MUG]}], taken_off="chosen")
    assert taken(offered(a_cart((HUNDRED, 1), (MUGS, 1)), rule)) == [("amount", 1_190)]


def test_one_piece_of_the_cheapest_is_free() -> None:
    rule = a_rule(percent="100", taken_off="cheapest")
    found = offered(a_cart((HUNDRED, 1), (TEA_BAGS, 3), (MUGS, 1)), rule)
    assert [charge.off for charge in found.charges] == [0, 250, 0]


def test_the_cheapest_of_the_chosen_is_meant() -> None:
    rule = a_rule(
        percent="100", taken_off="cheapest", choices=[{"quantity": 3, "skus": ["BOX", MUG]}]
    )
    found = offered(a_cart((HUNDRED, 1), (TEA_BAGS, 3), (MUGS, 2)), rule)
    assert [charge.off for charge in found.charges] == [0, 0, 1_190]


def test_a_discount_bears_the_name_in_the_customers_language_and_its_code() -> None:
    rule = a_rule(names={"en": "Sale", "fa": "حراج"}, code="SALE")
    (discount,) = offered(a_cart(language="fa-IR"), rule, codes=["SALE"]).discounts
    assert (discount.name, discount.code) == ("حراج", "SALE")
    assert offered(a_cart(language="fr"), a_rule()).discounts[0].name == "Sale"


# --- codes ----------------------------------------------------------------------------------------


def test_a_rule_with_a_code_counts_only_where_it_is_given() -> None:
    rule = a_rule(code="SALE")
    assert not offered(a_cart(), rule).discounts
    assert offered(a_cart(), rule, codes=["SALE"]).discounts


def test_a_code_that_does_nothing_is_told_with_the_reason() -> None:
    rules = a_rule(code="OLD", active=False), a_rule(code="FREE", free_shipping=True)
    found = offered(a_cart(shipping=0), *rules, codes=["OLD", "NEVER", "FREE"])
    assert rejection_codes(found) == {
        "NEVER": "unknown_voucher",
        "OLD": "disabled",
        "FREE": "takes_nothing_off",
    }
    assert gross(found) == 10_000


def test_a_rule_without_code_that_does_not_fit_is_nothing_to_tell() -> None:
    assert offered(a_cart(), a_rule(countries=["IE"])).rejected == ()


@pytest.mark.parametrize(
    ("stock", "wanted", "code"), [(0, 1, "gift_sold_out"), (2, 2, "gift_sold_out"), (3, 2, "")]
)
def test_a_gift_is_given_while_there_are_more_than_are_bought(
    stock: int, wanted: int, code: str
) -> None:
    found = offered(
        a_cart((TEA_BAGS, wanted)), a_rule(code="TEA", gift_sku=TEA), codes=["TEA"], stock=stock
    )
    assert rejection_codes(found).get("TEA", "") == code


def test_a_gift_that_is_sold_in_another_currency_is_none() -> None:
    found = offered(
        a_cart(),
        a_rule(code="TEA", gift_sku=TEA),
        codes=["TEA"],
        gifts=[a_product(TEA, currency="USD")],
    )
    assert rejection_codes(found) == {"TEA": "gift_unknown"}


# --- rules beside each other ----------------------------------------------------------------------


def test_rules_come_in_the_order_of_their_priority_each_on_what_the_one_before_left() -> None:
    half, ten_euro = a_rule(percent="50", priority=2), a_rule(amount=euro(1_000), priority=1)
    assert taken(offered(a_cart(), half, ten_euro)) == [("amount", 1_000), ("percent", 4_500)]
    half, ten_euro = a_rule(percent="50", priority=1), a_rule(amount=euro(1_000), priority=2)
    assert taken(offered(a_cart(), half, ten_euro)) == [("percent", 5_000), ("amount", 1_000)]


def test_of_two_rules_that_do_not_go_together_the_first_counts() -> None:
    alone = a_rule(priority=1, goes_with=[])
    other = a_rule(priority=2, code="MORE", names={"en": "More"})
    found = offered(a_cart(), alone, other, codes=["MORE"])
    assert taken(found) == [("percent", 1_000)]
    assert rejection_codes(found) == {"MORE": "does_not_combine"}
    assert found.rejected[0].reason == "'MORE' cannot be used beside the rule 'Sale'."


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (None, None, True),
        ([2], None, True),
        ([2], [1], True),
        ([], None, False),
        (None, [], False),
        ([2], [3], False),
        ([3], [1], False),
    ],
)
def test_two_rules_go_together_if_both_allow_it(one: Any, other: Any, both: bool) -> None:
    def ids(numbers: Any) -> Any:
        return None if numbers is None else [rule_id(number) for number in numbers]

    rules = (
        a_rule(rule_id=rule_id(1), goes_with=ids(one)),
        a_rule(rule_id=rule_id(2), goes_with=ids(other)),
    )
    assert len(offered(a_cart(), *rules).redemptions) == 1 + both


def test_a_rule_that_fits_not_stands_in_nobodys_way() -> None:
    alone = a_rule(priority=1, goes_with=[], countries=["IE"])
    assert len(offered(a_cart(), alone, a_rule(priority=2)).redemptions) == 1


def test_shipping_is_free_only_once() -> None:
    once, again = a_rule(free_shipping=True), a_rule(free_shipping=True, code="F-2", priority=2)
    found = offered(a_cart(), once, again, codes=["F-2"])
    assert (gross(found), rejection_codes(found)) == (10_000, {"F-2": "takes_nothing_off"})


# --- partial use ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "rest"),
    [
        ({"code": "V-1", "partial_use": True}, 2_000),
        ({"code": "V-1"}, 0),
        ({"partial_use": True}, 0),
    ],
)
def test_what_is_not_used_up_of_a_voucher_stays_if_it_may(terms: dict[str, Any], rest: int) -> None:
    found = offered(
        a_cart(), a_rule(amount=euro(12_000), **terms), codes=["V-1"] if "code" in terms else []
    )
    (used,) = found.redemptions
    assert (used.spent, used.rest) == (10_000, rest)


# --- to the cent ----------------------------------------------------------------------------------


@some.composite
def sales(draw: some.DrawFn) -> tuple[Any, Sequence[CartRule]]:
    """A cart in any currency, and rules of all kinds."""
    currency = draw(some.sampled_from(sorted(HIGHEST_PRICE)))
    price, rate = some.integers(0, HIGHEST_PRICE[currency]), some.sampled_from(RATES)
    lines = draw(
        some.lists(some.tuples(price, some.integers(1, 1000), rate), min_size=1, max_size=8)
    )
    rounding = Rounding(
        mode=draw(some.sampled_from(["half_up", "half_even", "down", "up"])),
        per=draw(some.sampled_from(["item", "line", "total"])),
    )
    prices = draw(some.sampled_from(["tax_included", "tax_excluded"]))
    cart = a_cart(
        *(
            (a_product(f"P{number}", *line[::2], currency), line[1])
            for number, line in enumerate(lines)
        ),
        shipping=draw(price),
        currency=currency,
        rounding=rounding,
        prices=prices,
    )
    percent = some.decimals(Decimal("0.0001"), 100, places=4).map(
        lambda found: {"percent": str(found)}
    )
    amount = some.integers(1, 10**12).map(
        lambda found: {"amount": {"amount": found, "currency": currency}}
    )
    gives = some.one_of(
        percent, amount, some.just({"free_shipping": True}), some.just({"gift_sku": "P0"})
    )
    off = some.sampled_from(["all", "cheapest", "chosen"])
    rules = draw(some.lists(some.tuples(gives, off, some.integers(1, 3)), max_size=4))
    return cart, [
        a_rule(
            **what,
            taken_off=off,
            priority=priority,
            prices=prices,
            choices=[{"skus": ["P0", "P2", "P5"]}],
        )
        for what, off, priority in rules
    ]


@thorough
@given(sales())
def test_every_sum_agrees_and_nothing_is_negative(sale: tuple[Any, Sequence[CartRule]]) -> None:
    cart, rules = sale
    found = offered(cart, *rules, stock=10**6)
    charges = [*found.charges, found.shipping]
    assert (
        total(charge.amount for charge in charges)
        == found.amount
        == total(by_rate(charges).values())
    )
    for charge in charges:
        side = charge.amount.gross if cart.prices == "tax_included" else charge.amount.net
        assert side == charge.stated - charge.off
        assert 0 <= charge.off <= charge.stated
        assert charge.amount.net >= 0 <= charge.amount.tax


@thorough
@given(sales())
def test_what_discounts_take_is_what_lines_lose(sale: tuple[Any, Sequence[CartRule]]) -> None:
    cart, rules = sale
    found = offered(cart, *rules, stock=10**6)
    for place, charge in enumerate(found.charges):
        assert charge.off == sum(discount.shares[place] for discount in found.discounts)
    assert found.shipping.off == sum(discount.shipping_share for discount in found.discounts)
    shown = sum(sum(each.shares) + each.shipping_share for each in found.discounts)
    assert shown == sum(used.taken for used in found.redemptions)


@thorough
@given(sales(), some.randoms())
def test_the_order_in_which_rules_are_found_does_not_matter(
    sale: tuple[Any, Sequence[CartRule]], chance: Any
) -> None:
    cart, rules = sale
    mixed = list(rules)
    chance.shuffle(mixed)
    assert offered(cart, *mixed, stock=10**6) == offered(cart, *rules, stock=10**6)
