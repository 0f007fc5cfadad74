"""An edited order costs the same as if it were placed anew, by every sequence of edits; an invoice
fixes its discounts.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from services.orders.domain import carts
from services.orders.domain.cart_rules import Cart, CartRule, Item
from services.orders.domain.corrections import Edited, Freed, without_freed
from services.orders.domain.offer import Catalogue, discount_id, offer
from services.orders.domain.order import Order
from services.orders.domain.order_line import Line
from services.orders.domain.order_views import discount_views
from services.orders.domain.placing import Placed
from services.orders.domain.vouchers import KINDS
from shared.contracts.orders import Rounding
from shared.contracts.reason import Reason
from shared.contracts.values import Money
from tests.orders.editing import (
    done,
    issued,
    sold,
    try_to_add,
    try_to_cancel,
    try_to_discount,
    try_to_edit,
    try_to_ship_by,
    try_to_undo_discount,
)
from tests.orders.promotions import a_rule, euro, rule_id
from tests.orders.refunds import refund
from tests.orders.words import (
    MUG,
    NOON,
    POT,
    SHOP,
    TEA,
    Numbers,
    a_placed_order,
    a_product,
    move,
    try_to_place,
)

BOOK = replace(a_product("BOOK", 1337, "7"), categories=frozenset({"books"}))
NOVEL = replace(a_product("NOVEL", 2000, "7"), categories=frozenset({"books"}))
PEN = a_product("PEN", 250, "19")
SHELF = {product.sku: product for product in (BOOK, NOVEL, PEN)}
OF_BOOKS = [{"categories": ["books"]}]


def a_book_order(quantity: int = 1, **more: Any) -> Order:
    lines = [{"sku": "BOOK", "quantity": quantity}]
    return a_placed_order(
        BOOK, PEN, NOVEL, lines=lines, **{"total__amount": 1337 * quantity + 490, **more}
    )


def edited(order: Order, *quantities: int) -> Order:
    """The order after its first line had each of these quantities."""
    for quantity in quantities:
        order = done(try_to_edit(order, {"line": 1, "quantity": quantity})).order
    return order


def off(order: Order) -> list[int]:
    """Return the amount of each discount."""
    return [each.off for each in order.discounts if each.active]


# --- open: the discounts follow -------------------------------------------------------------------


def test_ten_percent_of_five_books_is_one_number_on_every_way_there() -> None:
    """10 % of 66.85 is 6.685: 6.69 by half up of the sum, not 5 × 1.34."""
    first = edited(done(try_to_discount(a_book_order(), percent="10")).order, 5)
    last = done(try_to_discount(edited(a_book_order(), 5), percent="10")).order
    anew = done(try_to_discount(a_book_order(5), percent="10")).order
    by_the_way = edited(done(try_to_discount(a_book_order(2), percent="10")).order, 7, 1, 3, 5)
    assert off(first) == off(last) == off(anew) == off(by_the_way) == [669]


@pytest.mark.parametrize("quantities", [(2,), (5, 2), (3, 100, 1, 2)])
def test_an_amount_is_never_lost_by_the_way(quantities: tuple[int, ...]) -> None:
    order = done(try_to_discount(a_book_order(), amount=euro(500))).order
    assert off(edited(order, *quantities)) == [500]


def test_an_amount_takes_what_is_there_and_comes_back_with_the_goods() -> None:
    order = done(try_to_discount(a_book_order(2), amount=euro(2000))).order
    assert off(edited(order, 1)) == [1337]
    assert off(edited(order, 1, 2)) == [2000]


def test_a_line_that_is_removed_leaves_its_part_to_the_others() -> None:
    """5.00 off a book and a pen of 11.90: without the book still 5.00, since 11.90 is left."""
    order = done(
        try_to_add(
            a_book_order(), {"sku": "PEN", "quantity": 1, "unit_price": euro(1190)}, products=SHELF
        )
    ).order
    order = done(try_to_discount(order, amount=euro(500))).order
    assert off(done(try_to_edit(order, {"line": 1, "quantity": 0})).order) == [500]


def test_lines_that_are_added_later_take_part() -> None:
    order = done(try_to_discount(a_book_order(), percent="10")).order
    more = done(try_to_add(order, {"sku": "BOOK", "quantity": 9}, products=SHELF))
    assert off(more.order) == [1337]
    assert more.events[0].fixed_discounts == []  # type: ignore[attr-defined]
    view = discount_views(more.order)[0]
    assert (view.line_numbers, view.fixed) == (None, False)


def test_what_is_taken_back_goes_to_the_discounts_behind_it() -> None:
    order = done(
        try_to_discount(done(try_to_discount(a_book_order(), percent="50")).order, percent="50")
    ).order
    assert off(order) == [669, 334]
    assert off(done(try_to_undo_discount(order, 0)).order) == [669]


def test_a_rule_decides_which_lines_are_its_own_and_says_so() -> None:
    rule = a_rule(percent="10", choices=OF_BOOKS, taken_off="chosen")
    order = a_book_order(total__amount=1337 - 134 + 490, rules=[rule])
    more = {"sku": "PEN", "quantity": 2}, {"sku": "NOVEL", "quantity": 1}
    order = done(try_to_add(order, *more, products=SHELF)).order
    assert off(order) == [334]
    assert [line.charge.off > 0 for line in order.lines] == [True, False, True]
    assert discount_views(order)[0].line_numbers == [1, 3]


def test_a_rule_of_the_cheapest_moves_to_what_is_cheapest_now() -> None:
    rule = a_rule(percent="50", choices=OF_BOOKS, taken_off="cheapest")
    order = a_book_order(2, total__amount=2 * 1337 - 669 + 490, rules=[rule])
    assert off(edited(order, 5)) == [669]
    order = done(
        try_to_add(order, {"sku": "NOVEL", "quantity": 1, "unit_price": euro(900)}, products=SHELF)
    ).order
    assert [line.charge.off for line in order.lines] == [0, 450]
    assert discount_views(order)[0].cheapest


def test_one_piece_of_a_gift_is_free_whatever_becomes_of_its_line() -> None:
    order = a_book_order(rules=[a_rule(gift_sku="PEN")])
    more = done(try_to_edit(order, {"line": 2, "quantity": 3})).order
    dearer = done(try_to_edit(order, {"line": 2, "unit_price": euro(400)})).order
    assert [each.lines[1].charge.off for each in (order, more, dearer)] == [250, 250, 400]


def test_a_line_that_was_refunded_in_part_keeps_its_discount_and_the_others_share_the_rest() -> (
    None
):
    order = done(try_to_add(a_book_order(2), {"sku": "PEN", "quantity": 4}, products=SHELF)).order
    order = replace(
        move(done(try_to_discount(order, amount=euro(500))).order, "payment_accepted").order,
        documents=(),
    )
    order = replace(order, discounts=tuple(replace(each, fixed=None) for each in order.discounts))
    order = refund(order, "partial", lines=[{"line": 2, "quantity": 1}]).order
    before = order.lines[1].charge
    after = edited(order, 3)
    assert after.lines[1].charge == before
    assert off(after) == [500]


# --- vouchers -------------------------------------------------------------------------------------


def with_voucher(quantity: int, amount: int, shown: int, **terms: Any) -> Order:
    rule = a_rule(code="TENNER", amount=euro(amount), **terms)
    return a_book_order(quantity, rules=[rule], voucher_codes=["TENNER"], total__amount=shown)


def test_an_edit_says_what_it_frees_of_a_voucher() -> None:
    order = with_voucher(3, 3000, 4011 - 3000 + 490)
    fewer = done(try_to_edit(order, {"line": 1, "quantity": 1}))
    assert fewer.freed == (
        Freed(order.discounts[0].discount_id, "TENNER", 3000 - 1337, fixed=False),
    )
    assert done(try_to_edit(order, {"line": 1, "quantity": 4})).freed == ()


def test_what_was_freed_and_given_back_is_not_taken_again() -> None:
    fewer = edited(with_voucher(3, 3000, 4011 - 3000 + 490), 1)
    given_back = without_freed(fewer, fewer.discounts[0].discount_id)
    assert off(edited(fewer, 3)) == [3000]
    assert off(edited(given_back, 3)) == [1337]


def test_what_was_freed_after_the_invoice_is_not_taken_again_either() -> None:
    order = move(with_voucher(3, 3000, 4011 - 3000 + 490), "payment_accepted").order
    fewer = done(try_to_edit(order, {"line": 1, "quantity": 1}))
    assert fewer.freed == (Freed(order.discounts[0].discount_id, "TENNER", 2000, fixed=True),)
    given_back = without_freed(fewer.order, order.discounts[0].discount_id)
    assert off(edited(fewer.order, 3)) == [3000]
    assert off(edited(given_back, 3)) == [1000]


def test_what_a_voucher_left_as_another_when_the_order_was_placed_is_not_taken_either() -> None:
    order = with_voucher(1, 3000, 490, partial_use=True)
    assert off(order) == off(edited(order, 2)) == [1337]


# --- fixed: an invoice states them ----------------------------------------------------------------


def invoiced(order: Order) -> Order:
    return move(order, "payment_accepted").order


def test_an_invoice_fixes_a_discount_and_the_answer_says_so() -> None:
    order = invoiced(done(try_to_discount(a_book_order(2), percent="10")).order)
    numbers = Numbers()
    numbers("invoice")
    more = done(try_to_add(order, {"sku": "NOVEL", "quantity": 1}, products=SHELF, numbers=numbers))
    assert off(more.order) == [267]
    (told,) = more.events[0].fixed_discounts  # type: ignore[attr-defined]
    assert (told.name, told.line_numbers, told.invoice_number, told.off.amount) == (
        "Sorry",
        [1],
        "IN000001",
        267,
    )
    assert "stays 10% of the lines" in told.reason
    assert (discount_views(more.order)[0].fixed, discount_views(more.order)[0].line_numbers) == (
        True,
        [1],
    )


def test_the_discount_of_an_invoiced_line_follows_that_line_by_any_way() -> None:
    order = invoiced(done(try_to_discount(a_book_order(5), percent="10")).order)
    assert off(edited(order, 4)) == [535]
    assert off(edited(order, 1, 9, 4)) == [535]
    assert off(edited(order, 1, 9, 5)) == [669]


def test_an_invoiced_amount_shrinks_with_its_line_comes_back_and_never_grows() -> None:
    order = invoiced(done(try_to_discount(a_book_order(2), amount=euro(500))).order)
    assert off(edited(order, 1)) == [250]
    assert off(edited(order, 1, 9)) == off(edited(order, 1, 9, 2)) == [500]
    (told,) = done(try_to_edit(order, {"line": 1, "quantity": 1})).events[0].fixed_discounts  # type: ignore[attr-defined]
    assert "stays as it is" in told.reason


def test_a_discount_that_is_given_after_the_invoice_is_fixed_at_once() -> None:
    given = done(try_to_discount(invoiced(a_book_order(2)), percent="10"))
    assert [(each.kind, each.gross.amount) for each in issued(given.events)] == [
        ("credit_slip", 267)
    ]
    more = done(try_to_add(given.order, {"sku": "NOVEL", "quantity": 1}, products=SHELF)).order
    assert off(more) == [267]


# --- every way there ------------------------------------------------------------------------------

GOODS = {
    MUG: a_product(MUG, 1190, "19"),
    TEA: replace(a_product(TEA, 333, "7"), categories=frozenset({"food"})),
    POT: replace(a_product(POT, 4999, "19"), categories=frozenset({"kitchen"})),
}
FOOD = [{"categories": ["food"]}]
RULES = [
    a_rule(rule_id=rule_id(number), **terms)  # type: ignore[arg-type]
    for number, terms in enumerate(
        (
            {"percent": "10"},
            {"percent": "33.3"},
            {"amount": euro(700)},
            {"free_shipping": True},
            {"gift_sku": TEA},
            {"percent": "15", "choices": FOOD, "taken_off": "chosen"},
            {"percent": "50", "taken_off": "cheapest"},
            {"amount": euro(300), "choices": FOOD, "taken_off": "chosen"},
        )
    )
]
pieces, prices = st.integers(0, 4), st.none() | st.integers(0, 3000)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from(sorted(GOODS)), st.integers(1, 4), prices),
        st.tuples(
            st.just("edit"), st.integers(1, 4), pieces, prices, st.sampled_from([None, "7", "19"])
        ),
        st.tuples(st.just("cancel"), st.integers(1, 4), st.integers(1, 2)),
        st.tuples(
            st.just("discount"),
            st.sampled_from(
                [
                    {"percent": "10"},
                    {"percent": "12.5"},
                    {"amount": euro(777)},
                    {"free_shipping": True},
                ]
            ),
        ),
        st.tuples(st.just("undo"), st.integers(0, 3)),
        st.tuples(st.just("ship"), st.integers(0, 900)),
    ),
    max_size=10,
)


def stepped(order: Order, name: str, *how: Any) -> Edited | Reason | None:
    """The order after a step; None where the test leaves a gift alone."""
    return STEPS[name](order, *how)


def agreed(price: int | None) -> dict[str, Any] | None:
    return None if price is None else euro(price)


def added(order: Order, sku: str, quantity: int, price: int | None) -> Edited | Reason:
    return try_to_add(
        order,
        {"sku": sku, "quantity": quantity, "unit_price": agreed(price)},
        products=GOODS,
    )


def changed(
    order: Order, line: int, quantity: int, price: int | None, rate: str | None
) -> Edited | Reason | None:
    wanted = {
        "line": line,
        "quantity": quantity,
        "unit_price": agreed(price),
        "tax_rate": rate,
    }
    return None if line in gift_lines(order) else try_to_edit(order, wanted)


def cancelled(order: Order, line: int, quantity: int) -> Edited | Reason | None:
    return (
        None
        if line in gift_lines(order)
        else try_to_cancel(order, {"line": line, "quantity": quantity})
    )


def undone(order: Order, place: int) -> Edited | Reason | None:
    return try_to_undo_discount(order, place % len(order.discounts)) if order.discounts else None


STEPS: dict[str, Any] = {
    "add": added,
    "edit": changed,
    "cancel": cancelled,
    "undo": undone,
    "discount": lambda order, terms: try_to_discount(order, **terms),
    "ship": lambda order, price: try_to_ship_by(order, shipping_price=euro(price)),
}


def gift_lines(order: Order) -> set[int]:
    gifts = (each for each in order.discounts if each.active and each.kind == "gift")
    return {number for each in gifts for number in each.lines or ()}


def anew(order: Order) -> tuple[Order, Cart, Catalogue]:
    """Return the same order placed at once: its lines and rules as a cart, then the discounts of
    employees.
    """
    active = [each for each in order.discounts if each.active]
    given_ids = {each.discount_id for each in active}
    used = [
        rule
        for rule in matching(RULES, order.prices)
        if given_ids & {discount_id(rule.rule_id, kind) for kind in KINDS}
    ]
    items = tuple(
        Item(
            replace(GOODS[line.sku], price=euros(line.charge.price), tax_rate=line.charge.rate),
            line.charge.quantity,
        )
        for number, line in order.numbered_lines
        if number not in gift_lines(order)
    )
    cart = Cart(
        items=items,
        carrier=order.carrier,
        shipping=replace(order.shipping, off=0),
        currency="EUR",
        prices=order.prices,
        rounding=order.rounding,
        language="en",
        at=NOON,
        country="GB",
        customer_id="c-1001",
    )
    catalogue = Catalogue(order.shop, GOODS, dict.fromkeys(GOODS, 1000), used)
    found = offer(cart, catalogue)
    lines = (
        Line(item.product.sku, "", charge)
        for item, charge in zip(found.items, found.charges, strict=True)
    )
    fresh = replace(order, lines=tuple(lines), discounts=found.discounts, shipping=found.shipping)
    for each in active[len(used) :]:
        fresh = given_now(fresh, each.kind, each.value)
    return fresh, cart, catalogue


def given_now(order: Order, kind: str, value: Decimal) -> Order:
    left = sum(line.charge.after_discounts for line in order.lines)
    terms: dict[str, dict[str, Any]] = {
        "percent": {"percent": str(value)},
        "amount": {"amount": {"amount": min(int(value), left), "currency": "EUR"}},
        "free_shipping": {"free_shipping": True},
    }
    if kind == "amount" and not left:
        return order
    decision = try_to_discount(order, **terms[kind])
    if isinstance(decision, Reason):
        assert decision.code == "takes_nothing_off"
        return order
    return decision.order


def euros(amount: int) -> Money:
    return Money(amount=amount, currency="EUR")


def placed_with(kind: Any, rounding: Rounding, rules: Sequence[CartRule]) -> Order:
    wanted: dict[str, Any] = {
        "lines": [{"sku": MUG, "quantity": 1}, {"sku": TEA, "quantity": 3}],
        "prices": kind,
        "rules": rules,
        "shop": replace(SHOP, rounding=rounding),
        "total__amount": -1,
    }
    shown = try_to_place(*GOODS.values(), **wanted)
    assert isinstance(shown, Reason)
    placed = try_to_place(
        *GOODS.values(), **wanted | {"total__amount": shown.details["computed"]["amount"]}
    )
    assert isinstance(placed, Placed), placed
    return placed.order


def matching(rules: Sequence[CartRule], kind: str) -> list[CartRule]:
    """The rules for prices of that kind."""
    return [CartRule(rule.terms.model_copy(update={"prices": kind})) for rule in rules]


@settings(max_examples=100)
@given(
    st.sampled_from(["tax_included", "tax_excluded"]),
    st.builds(
        Rounding,
        mode=st.sampled_from(["half_up", "half_even", "up"]),
        per=st.sampled_from(["item", "line", "total"]),
    ),
    st.lists(st.sampled_from(RULES), max_size=3, unique_by=lambda rule: rule.rule_id),
    steps,
)
def test_an_edited_order_is_the_order_placed_anew(
    kind: str, rounding: Rounding, rules: list[CartRule], steps: list[tuple[Any, ...]]
) -> None:
    order = placed_with(kind, rounding, matching(rules, kind))
    for step in steps:
        decision = stepped(order, *step)
        if isinstance(decision, Edited):
            order = decision.order
    fresh, cart, catalogue = anew(order)
    assert (sold(order), order.amount) == (sold(fresh), fresh.amount)
    if all(
        each.discount_id in {x.discount_id for x in offer(cart, catalogue).discounts}
        for each in order.discounts
        if each.active and each.off
    ):
        asked = carts.price(cart, offer(cart, catalogue), catalogue)
        assert (asked.net.amount, asked.tax.amount) == (order.amount.net, order.amount.tax)
