"""Sums stay below 2^53, beyond which JSON readers lose digits: what would exceed it is refused."""

from dataclasses import replace

from shared.contracts.reason import Reason
from tests.orders.credit import a_credit, a_use, balance, issue
from tests.orders.promotions import a_rule
from tests.orders.refunds import a_refund
from tests.orders.words import MUG, Storefront, a_product, try_to_place
from tests.words import an_order

LARGEST = 2**53 - 1


def test_the_price_before_discounts_is_limited_too() -> None:
    """An order of Rial whose lines come to more than 2^53 and whose total, half of that, does
    not.
    """
    half = a_rule(percent="50")
    price = 3 * 10**15
    dear = a_product(price=price, rate="0", currency="IRR")
    lines = [{"sku": MUG, "quantity": 3}, {"sku": MUG, "quantity": 1}]
    placed = try_to_place(dear, rules=[half], lines=lines, currency="IRR")
    assert isinstance(placed, Reason)
    assert (placed.code, placed.field) == ("total_too_large", "lines")


def test_the_weight_is_limited() -> None:
    heavy = replace(a_product(), weight_grams=10_000_000)
    lines = [{"sku": MUG, "quantity": 1_000_000}] * 901
    placed = try_to_place(heavy, stock=10**9, lines=lines)
    assert isinstance(placed, Reason)
    assert (placed.code, placed.sentence) == (
        "total_too_large",
        "The weight of the order is too large.",
    )


def test_store_credit_beyond_the_limit_is_issued_by_nobody(shop: Storefront) -> None:
    """A balance that is full takes no refund, conversion or cancellation that would add to it."""
    issue(shop, 2870)
    paid_by_credit = shop.place(use_store_credit=True)
    refunded = shop.tell("order.place", an_order(initial_state="payment_accepted"))[0].subject
    refund = a_refund(str(refunded))
    shop.tell("refund.create", refund)
    waiting = shop.tell("order.place", an_order(initial_state="payment_accepted"))[0].subject
    issue(shop, LARGEST)
    assert balance(shop) == LARGEST
    for name, data in (
        ("store_credit.issue", a_credit(1)),
        ("refund.to_store_credit", {"order_id": refunded, "refund_id": refund["refund_id"]}),
        ("refund.create", a_refund(str(waiting), to_store_credit=True)),
        ("order.transition", {"order_id": paid_by_credit, "to": "cancelled"}),
    ):
        refused = shop.refusal(name, data)
        assert (refused["code"], refused["reason"]) == (
            "balance_too_large",
            "The balance would be larger than can be stored.",
        ), name
    shop.tell("store_credit.use", a_use(shop.place()))
    shop.move(paid_by_credit, "cancelled")  # there is room again
    assert balance(shop) == LARGEST
