"""Vouchers given back by orders that come to nothing or cost less, ended, and asked for."""

from typing import Any
from uuid import UUID

from sqlalchemy import update

from services.orders.store.rule_tables import cart_rules
from tests.orders.promotions import (
    MUGS,
    SHIPPING,
    ask,
    create,
    euro,
    find,
    order_with,
    place,
    put_rule,
)
from tests.orders.refunds import a_refund
from tests.orders.words import Storefront, at_once, names, rows

# --- given back -----------------------------------------------------------------------------------


def test_a_use_that_was_not_counted_yet_when_its_rule_was_limited_is_given_back_all_the_same(
    shop: Storefront,
) -> None:
    rule = put_rule(shop, free_shipping=True)
    order_id = shop.place(total__amount=MUGS)
    with shop.desk.engine.begin() as connection:  # as it is kept while the order is placed
        connection.execute(
            update(cart_rules).where(cart_rules.c.rule_id == UUID(rule)).values(uses=5, used=0)
        )
    assert names(shop.move(order_id, "cancelled"))[0] == "order.transitioned"
    (kept,) = rows(shop.desk.engine, "cart_rules", rule_id=UUID(rule))
    assert kept.used == 0


def test_a_cancelled_order_gives_its_voucher_back(shop: Storefront) -> None:
    code = create(shop, amount=euro(500))
    order_id = str(place(shop, code, total=MUGS - 500 + SHIPPING)[0].subject)
    assert names(shop.move(order_id, "cancelled"))[-1] == "voucher.returned"
    found = ask(shop, code)
    assert (
        found["used"],
        found["remaining_uses"],
        found["usable"],
        found["last_uses"][0]["released"],
    ) == (
        0,
        1,
        True,
        True,
    )
    place(shop, code, total=MUGS - 500 + SHIPPING)


def test_its_rest_ends_with_it(shop: Storefront) -> None:
    code = create(shop)
    told = place(shop, code, total=SHIPPING)
    back = shop.move(str(told[0].subject), "cancelled")
    assert names(back)[-2:] == ["voucher.disabled", "voucher.returned"]
    assert not ask(shop, find(told, "voucher.created")["code"])["usable"]
    place(shop, code, total=SHIPPING)


def test_where_the_rest_was_used_since_what_was_spent_comes_back_as_another(
    shop: Storefront,
) -> None:
    code = create(shop)
    told = place(shop, code, total=SHIPPING)
    place(shop, find(told, "voucher.created")["code"], total=MUGS - 620 + SHIPPING)
    back = shop.move(str(told[0].subject), "cancelled")
    again = find(back, "voucher.created")
    assert (again["voucher"]["amount"], again["remainder_of"]) == (euro(MUGS), code)
    assert not ask(shop, code)["usable"]
    place(shop, again["code"], total=SHIPPING)


def test_an_order_that_is_taken_up_again_uses_its_voucher_again(shop: Storefront) -> None:
    code = create(shop, amount=euro(500))
    order_id = str(place(shop, code, total=MUGS - 500 + SHIPPING)[0].subject)
    shop.move(order_id, "cancelled")
    shop.move(order_id, "processing", force=True, reason="a mistake", by="anna@shop.test")
    assert ask(shop, code)["used"] == 1
    shop.move(order_id, "cancelled")
    assert ask(shop, code)["used"] == 0


def test_an_order_whose_voucher_was_used_since_is_not_taken_up_again(shop: Storefront) -> None:
    code = create(shop, amount=euro(500))
    order_id = str(place(shop, code, total=MUGS - 500 + SHIPPING)[0].subject)
    shop.move(order_id, "cancelled")
    place(shop, code, total=MUGS - 500 + SHIPPING)
    again = {
        "order_id": order_id,
        "to": "processing",
        "force": True,
        "reason": "a mistake",
        "by": "anna@shop.test",
    }
    assert shop.refusal("order.transition", again)["code"] == "voucher_gone"


def test_an_order_cancelled_by_eight_at_once_gives_its_voucher_back_once(
    shop: Storefront, url: str
) -> None:
    code = create(shop, customer_id=None, uses=5, uses_per_customer=5, amount=euro(500))
    ids = [str(place(shop, code, total=MUGS - 500 + SHIPPING)[0].subject) for _ in range(2)]
    move = {"order_id": ids[0], "to": "cancelled"}
    at_once(url, *([shop.message("order.transition", move)] for _ in range(8)))
    assert ask(shop, code)["used"] == 1


def discounts(shop: Storefront, order_id: str) -> list[str]:
    return [each["discount_id"] for each in shop.order(order_id)["order"]["discounts"]]


def take_back(shop: Storefront, order_id: str, discount_id: str) -> list[Any]:
    command = {"order_id": order_id, "discount_id": discount_id, "by": "anna@shop.test"}
    return shop.tell("order.remove_discount", command)


def test_a_discount_that_is_taken_back_gives_its_voucher_back(shop: Storefront) -> None:
    code = create(shop)
    told = place(shop, code, total=SHIPPING)
    order_id = str(told[0].subject)
    (given,) = discounts(shop, order_id)
    assert names(take_back(shop, order_id, given)) == [
        "order.discounted",
        "voucher.disabled",
        "voucher.returned",
    ]
    assert shop.order(order_id)["order"]["total"] == euro(MUGS + SHIPPING)
    assert ask(shop, code)["usable"]
    place(shop, code, total=SHIPPING)


def test_a_rule_is_given_back_when_the_last_of_its_discounts_is(shop: Storefront) -> None:
    put_rule(shop, code="BOTH", amount=euro(500), free_shipping=True, uses=1)
    order_id = str(place(shop, "BOTH", total=MUGS - 500)[0].subject)
    first, second = discounts(shop, order_id)
    assert names(take_back(shop, order_id, first)) == ["order.discounted"]
    assert names(take_back(shop, order_id, second)) == ["order.discounted", "voucher.returned"]


def test_what_was_given_back_before_is_not_given_back_or_used_again_with_its_order(
    shop: Storefront,
) -> None:
    code = create(shop, amount=euro(500))
    order_id = str(place(shop, code, total=MUGS - 500 + SHIPPING)[0].subject)
    take_back(shop, order_id, discounts(shop, order_id)[0])
    assert "voucher.returned" not in names(shop.move(order_id, "cancelled"))
    shop.move(order_id, "processing", force=True, reason="a mistake", by="anna@shop.test")
    assert ask(shop, code)["used"] == 0


# --- ended, asked for -----------------------------------------------------------------------------


def test_a_voucher_that_was_ended_takes_nothing_off_any_more(shop: Storefront) -> None:
    code = create(shop)
    (told,) = shop.tell("voucher.disable", {"code": code, "by": "anna@shop.test"})
    assert (told.name, told.data["code"], told.data["by"]) == (
        "voucher.disabled",
        code,
        "anna@shop.test",
    )
    assert shop.refusal("order.place", order_with(code, total=SHIPPING))["code"] == "disabled"
    assert shop.refusal("voucher.disable", {"code": code})["code"] == "already_disabled"


def test_a_voucher_is_told_with_its_uses(shop: Storefront) -> None:
    code = create(shop)
    order_id = str(place(shop, code, total=SHIPPING)[0].subject)
    found = ask(shop, code.lower())
    assert (found["used"], found["remaining_uses"], found["usable"]) == (1, 0, False)
    assert found["reason"] == f"'{code}' has reached its usage limit."
    assert [(use["order_id"], use["off"]) for use in found["last_uses"]] == [(order_id, euro(MUGS))]


def test_a_voucher_of_another_shop_is_not_known(shop: Storefront, other_shop: Storefront) -> None:
    code = create(other_shop)
    assert ask(shop, code)["code"] == "unknown_voucher"
    assert shop.refusal("voucher.disable", {"code": code})["code"] == "unknown_voucher"
    assert (
        shop.refusal("order.place", order_with(code, total=SHIPPING))["code"] == "unknown_voucher"
    )


# --- money that is given back as a voucher --------------------------------------------------------


# --- what an edit frees ---------------------------------------------------------------------------


def four_mugs(shop: Storefront, code: str) -> str:
    """Four mugs, 47.60 euro, of which a voucher takes 40.00; its id."""
    told = place(shop, code, total=760 + SHIPPING, lines=[{"sku": "MUG-BLUE", "quantity": 4}])
    return str(told[0].subject)


def cancel(shop: Storefront, order_id: str, quantity: int) -> list[Any]:
    return shop.tell(
        "order.cancel_lines", {"order_id": order_id, "lines": [{"line": 1, "quantity": quantity}]}
    )


def test_what_cancelled_pieces_free_of_a_voucher_is_given_back_as_a_rest(shop: Storefront) -> None:
    code = create(shop, amount=euro(4_000))
    order_id = four_mugs(shop, code)
    rest = find(cancel(shop, order_id, 3), "voucher.created")
    assert (rest["voucher"]["amount"], rest["remainder_of"]) == (euro(4_000 - 1_190), code)
    assert shop.order(order_id)["order"]["total"] == euro(SHIPPING)
    more = shop.tell(
        "order.edit_lines", {"order_id": order_id, "lines": [{"line": 1, "quantity": 2}]}
    )
    assert "voucher.created" not in names(more)
    assert shop.order(order_id)["order"]["total"] == euro(
        1_190 + SHIPPING
    )  # what was given back is not used twice
    place(shop, rest["code"], total=SHIPPING)


def test_an_order_that_is_cancelled_then_gives_back_only_what_it_still_used(
    shop: Storefront,
) -> None:
    code = create(shop, amount=euro(4_000))
    order_id = four_mugs(shop, code)
    first = find(cancel(shop, order_id, 3), "voucher.created")["voucher"]["amount"]["amount"]
    second = find(shop.move(order_id, "cancelled"), "voucher.created")["voucher"]["amount"][
        "amount"
    ]
    assert (first, second) == (2_810, 1_190)
    assert not ask(shop, code)["usable"]
    back = {
        "to": "awaiting_bank_wire",
        "force": True,
        "reason": "?",
        "by": "anna@shop.test",
        "order_id": order_id,
    }
    assert shop.refusal("order.transition", back)["code"] == "voucher_gone"


def test_after_the_invoice_too_and_with_nothing_left_nothing_more_comes_back(
    shop: Storefront,
) -> None:
    code = create(shop, amount=euro(4_000))
    order_id = four_mugs(shop, code)
    shop.move(order_id, "payment_accepted")
    edit = {"order_id": order_id, "lines": [{"line": 1, "quantity": 1}]}
    first = find(shop.tell("order.edit_lines", edit), "voucher.created")["voucher"]["amount"][
        "amount"
    ]
    assert first == 3_000
    last = find(shop.tell("order.remove_discount", removal(shop, order_id)), "voucher.created")
    assert last["voucher"]["amount"] == euro(1_000)


def removal(shop: Storefront, order_id: str) -> dict[str, Any]:
    (discount,) = shop.order(order_id)["order"]["discounts"]
    return {"order_id": order_id, "discount_id": discount["discount_id"], "by": "anna@shop.test"}


def test_a_voucher_without_a_rest_frees_nothing(shop: Storefront) -> None:
    code = create(shop, amount=euro(4_000), partial_use=False)
    assert "voucher.created" not in names(cancel(shop, four_mugs(shop, code), 3))


def test_a_refund_says_what_a_voucher_had_taken_off_the_goods(shop: Storefront) -> None:
    order_id = four_mugs(shop, create(shop, amount=euro(4_000)))
    shop.move(order_id, "payment_accepted")
    half = a_refund(order_id, lines=[{"line": 1, "quantity": 2}], refund_shipping=False)
    refund = find(shop.tell("refund.create", half), "refund.created")["refund"]
    assert (refund["gross"], refund["voucher_amount"]) == (euro(380), euro(2_000))
