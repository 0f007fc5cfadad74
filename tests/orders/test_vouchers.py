"""Vouchers: made, used once and not twice, their rest, given back, ended, asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import IntegrityError

from services.orders.domain.vouchers import created_for, voucher_for
from services.orders.store.tables import metadata
from shared.contracts import samples
from shared.contracts.envelope import Envelope
from shared.runtime.delivery import DONE
from tests.orders.promotions import a_voucher, create, euro, put_rule
from tests.orders.words import MUG, Storefront, a_placed_order, at_once, names, rows
from tests.words import an_order

MUGS, SHIPPING = 2_380, 490  # what an order of two mugs costs


def order_with(*codes: str, total: int, **changes: Any) -> dict[str, Any]:
    return an_order(voucher_codes=list(codes), total__amount=total, **changes)


def place(shop: Storefront, *codes: str, total: int, **changes: Any) -> list[Envelope]:
    """What is told of an order with vouchers."""
    told = shop.tell("order.place", order_with(*codes, total=total, **changes))
    assert told[0].name == "order.placed", told[0].data
    return told


def ask(shop: Storefront, code: str) -> dict[str, Any]:
    return shop.desk.ask("voucher.get", {"code": code}, shop=shop.shop).data


def find(told: list[Envelope], name: str) -> dict[str, Any]:
    return next(each.data for each in told if each.name == name)


# --- made -------------------------------------------------------------------------------------------------------------


def test_a_voucher_is_told_with_whom_it_is_for_so_that_he_can_be_written_to(shop: Storefront) -> None:
    shop.tell("customer.put", samples.KNOWN_CUSTOMER)
    (told,) = shop.tell("voucher.create", a_voucher(code="thanks-ada"))
    assert (told.name, told.data["code"], told.data["voucher"]["amount"]) == (
        "voucher.created", "THANKS-ADA", euro(3_000),
    )
    assert told.data["customer"] == samples.CUSTOMER
    assert (told.data["language"], told.data["shop"]["name"], told.data["by"]) == (
        "en", "Corner Shop", "anna@shop.test",
    )


def test_a_voucher_for_everybody_names_nobody(shop: Storefront) -> None:
    (told,) = shop.tell("voucher.create", a_voucher(customer_id=None))
    assert (told.data["customer"], told.data["voucher"]["customer_id"]) == (None, None)


def test_a_voucher_without_a_code_is_given_one(shop: Storefront) -> None:
    code = create(shop, code=None)
    assert code.startswith("V-")
    assert len(code) == 18
    assert ask(shop, code)["usable"]


def test_what_was_made_is_not_made_again(shop: Storefront) -> None:
    data = a_voucher()
    shop.tell("voucher.create", data)
    assert shop.refusal("voucher.create", data)["code"] == "voucher_exists"
    other = shop.refusal("voucher.create", a_voucher(code=data["code"].lower()))
    assert (other["code"], other["details"]["field"]) == ("code_taken", "code")


def test_two_shops_may_have_the_same_code(shop: Storefront, other_shop: Storefront) -> None:
    create(shop, code="TEN")
    create(other_shop, code="TEN")
    other_shop.tell("voucher.disable", {"code": "TEN"})
    assert (ask(shop, "TEN")["usable"], ask(other_shop, "TEN")["usable"]) == (True, False)


# --- used -------------------------------------------------------------------------------------------------------------


def test_a_voucher_pays_for_the_products_and_what_stays_is_another(shop: Storefront) -> None:
    code = create(shop)
    told = place(shop, code, total=SHIPPING)
    assert names(told) == ["order.placed", "stock.changed", "voucher.redeemed", "voucher.created"]
    used, rest = find(told, "voucher.redeemed"), find(told, "voucher.created")
    assert (used["code"], used["taken"], used["rest"]) == (code, euro(MUGS), euro(3_000 - MUGS))
    assert (rest["code"], rest["remainder_of"], rest["customer"]["email"]) == (
        used["rest_code"], code, "ada@example.test",
    )
    assert rest["code"].startswith(f"{code}-")
    assert shop.order(str(told[0].subject))["order"]["total"] == euro(SHIPPING)
    assert place(shop, rest["code"], total=MUGS - 620 + SHIPPING)


def test_the_rest_of_a_rest_has_no_longer_code(shop: Storefront) -> None:
    code, found = create(shop, amount=euro(9_000)), []
    for _ in range(3):
        found.append(code)
        code = find(place(shop, code, total=SHIPPING), "voucher.created")["code"]
    assert len({len(each) for each in [*found[1:], code]}) == 1
    assert len({*found, code}) == 4


def test_the_rest_is_for_who_had_the_voucher(shop: Storefront) -> None:
    code = create(shop, customer_id=None)
    rest = find(place(shop, code, total=SHIPPING), "voucher.created")
    assert rest["voucher"]["customer_id"] == "c-1001"
    other = order_with(rest["code"], total=0, customer__customer_id="c-2002")
    assert shop.refusal("order.place", other)["code"] == "other_customer"


def test_a_voucher_is_used_once(shop: Storefront) -> None:
    code = create(shop)
    place(shop, code, total=SHIPPING)
    refused = shop.refusal("order.place", order_with(code, total=SHIPPING))
    assert (refused["code"], refused["details"]) == ("used_up", {"field": "voucher_codes", "voucher_code": code})


def test_a_voucher_given_twice_in_an_order_counts_once(shop: Storefront) -> None:
    code = create(shop)
    place(shop, code, code.lower(), total=SHIPPING)


def test_uses_are_counted_per_customer(shop: Storefront) -> None:
    code = create(shop, customer_id=None, uses=None, amount=euro(500))
    total = MUGS - 500 + SHIPPING
    place(shop, code, total=total)
    assert shop.refusal("order.place", order_with(code, total=total))["code"] == "used_up_by_customer"
    place(shop, code, total=total, customer__customer_id="c-2002")
    assert ask(shop, code)["used"] == 2


def test_a_voucher_for_a_group_is_for_its_members(shop: Storefront) -> None:
    code = create(shop, customer_id=None, groups=["staff"])
    assert shop.refusal("order.place", order_with(code, total=SHIPPING))["code"] == "other_group"
    shop.tell("customer.put", {**samples.KNOWN_CUSTOMER, "groups": ["staff"]})
    place(shop, code, total=SHIPPING)


def test_a_refused_order_uses_nothing(shop: Storefront) -> None:
    code = create(shop)
    shop.refusal("order.place", order_with(code, total=SHIPPING + 1))
    place(shop, code, total=SHIPPING)


def test_many_orders_of_one_batch_share_its_uses(shop: Storefront) -> None:
    code = create(shop, customer_id=None, uses=2, uses_per_customer=None, amount=euro(100))
    total = MUGS - 100 + SHIPPING
    told = shop.deliver(*(shop.message("order.place", order_with(code, total=total)) for _ in range(4)))
    assert [name for name in names(told) if name.startswith("order.")] == (
        ["order.placed"] * 2 + ["order.place_refused"] * 2
    )


def test_a_voucher_made_in_a_batch_is_used_in_it(shop: Storefront) -> None:
    data = a_voucher()
    told = shop.deliver(
        shop.message("voucher.create", data), shop.message("order.place", order_with(data["code"], total=SHIPPING)),
        shop.message("voucher.disable", {"code": data["code"]}),
        shop.message("order.place", order_with(data["code"], total=SHIPPING)),
    )
    assert names(told) == [
        "voucher.created", "order.placed", "stock.changed", "voucher.redeemed", "voucher.created", "voucher.disabled",
        "order.place_refused",
    ]


@pytest.mark.parametrize("customers", [["c-1001"] * 8, [f"c-{number}" for number in range(8)]])
def test_of_eight_orders_with_the_last_use_exactly_one_is_placed(
    shop: Storefront, url: str, customers: list[str]
) -> None:
    code = create(shop, customer_id=None)
    batches = [
        [shop.message("order.place", order_with(code, total=SHIPPING, customer__customer_id=customer))]
        for customer in customers
    ]
    assert at_once(url, *batches) == [[DONE]] * 8
    told = shop.desk.outbox()
    assert names(told).count("voucher.redeemed") == names(told).count("order.placed") == 1
    assert [each.data["code"] for each in told if each.name == "order.place_refused"] == ["used_up"] * 7
    assert (ask(shop, code)["used"], shop.stock()) == (1, 98)


def test_what_a_customer_may_use_once_he_uses_once_however_many_orders_come_at_once(shop: Storefront, url: str) -> None:
    put_rule(shop, amount=euro(380), uses_per_customer=1)
    orders = [an_order(total__amount=2_490) for _ in range(6)]
    at_once(url, *([shop.message("order.place", order)] for order in orders))
    told = names(shop.desk.outbox())
    assert (told.count("order.placed"), told.count("order.place_refused")) == (1, 5)


# --- made on the spot -------------------------------------------------------------------------------------------------


def test_a_voucher_is_made_with_the_order_that_uses_it(shop: Storefront) -> None:
    new = {key: value for key, value in a_voucher(amount=euro(500)).items() if key != "by"}
    told = place(shop, total=MUGS - 500 + SHIPPING, new_vouchers=[new], placed_by="anna@shop.test")
    assert names(told) == ["order.placed", "stock.changed", "voucher.created", "voucher.redeemed"]
    assert find(told, "voucher.created")["by"] == "anna@shop.test"
    assert ask(shop, new["code"])["left"] == 0


def test_with_a_refused_order_none_is_made(shop: Storefront) -> None:
    new = {key: value for key, value in a_voucher().items() if key != "by"}
    shop.refusal("order.place", an_order(new_vouchers=[new]))
    assert ask(shop, new["code"])["code"] == "unknown_voucher"


@pytest.mark.parametrize(("changes", "code"), [
    ({"amount": euro(0)}, "not_positive"), ({"amount": None}, "gives_nothing"), ({"code": "TAKEN"}, "code_taken"),
])
def test_one_that_cannot_be_refuses_the_order(shop: Storefront, changes: dict[str, Any], code: str) -> None:
    create(shop, code="TAKEN")
    new = {key: value for key, value in a_voucher(**changes).items() if key != "by"}
    refused = shop.refusal("order.place", an_order(new_vouchers=[new]))
    assert (refused["code"], refused["details"]["field"]) == (code, "new_vouchers")


def test_the_same_one_twice_refuses_the_order(shop: Storefront) -> None:
    new = {key: value for key, value in a_voucher().items() if key != "by"}
    assert shop.refusal("order.place", an_order(new_vouchers=[new, new]))["code"] == "voucher_exists"


# --- given back -------------------------------------------------------------------------------------------------------


def test_a_cancelled_order_gives_its_voucher_back(shop: Storefront) -> None:
    code = create(shop, amount=euro(500))
    order_id = str(place(shop, code, total=MUGS - 500 + SHIPPING)[0].subject)
    assert names(shop.move(order_id, "cancelled"))[-1] == "voucher.returned"
    found = ask(shop, code)
    assert (found["used"], found["left"], found["usable"], found["uses"][0]["returned"]) == (0, 1, True, True)
    place(shop, code, total=MUGS - 500 + SHIPPING)


def test_its_rest_ends_with_it(shop: Storefront) -> None:
    code = create(shop)
    told = place(shop, code, total=SHIPPING)
    back = shop.move(str(told[0].subject), "cancelled")
    assert names(back)[-2:] == ["voucher.disabled", "voucher.returned"]
    assert not ask(shop, find(told, "voucher.created")["code"])["usable"]
    place(shop, code, total=SHIPPING)


def test_where_the_rest_was_used_since_what_was_spent_comes_back_as_another(shop: Storefront) -> None:
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
    again = {"order_id": order_id, "to": "processing", "force": True, "reason": "a mistake", "by": "anna@shop.test"}
    assert shop.refusal("order.transition", again)["code"] == "voucher_gone"


def test_an_order_cancelled_by_eight_at_once_gives_its_voucher_back_once(shop: Storefront, url: str) -> None:
    code = create(shop, customer_id=None, uses=5, uses_per_customer=5, amount=euro(500))
    ids = [str(place(shop, code, total=MUGS - 500 + SHIPPING)[0].subject) for _ in range(2)]
    move = {"order_id": ids[0], "to": "cancelled"}
    at_once(url, *([shop.message("order.transition", move)] for _ in range(8)))
    assert ask(shop, code)["used"] == 1


# --- ended, asked for -------------------------------------------------------------------------------------------------


def test_a_voucher_that_was_ended_takes_nothing_off_any_more(shop: Storefront) -> None:
    code = create(shop)
    (told,) = shop.tell("voucher.disable", {"code": code, "by": "anna@shop.test"})
    assert (told.name, told.data["code"], told.data["by"]) == ("voucher.disabled", code, "anna@shop.test")
    assert shop.refusal("order.place", order_with(code, total=SHIPPING))["code"] == "disabled"
    assert shop.refusal("voucher.disable", {"code": code})["code"] == "already_disabled"


def test_a_voucher_is_told_with_its_uses(shop: Storefront) -> None:
    code = create(shop)
    order_id = str(place(shop, code, total=SHIPPING)[0].subject)
    found = ask(shop, code.lower())
    assert (found["used"], found["left"], found["usable"]) == (1, 0, False)
    assert found["reason"] == f"'{code}' was used as often as it may."
    assert [(use["order_id"], use["taken"]) for use in found["uses"]] == [(order_id, MUGS)]


def test_a_voucher_of_another_shop_is_not_known(shop: Storefront, other_shop: Storefront) -> None:
    code = create(other_shop)
    assert ask(shop, code)["code"] == "unknown_voucher"
    assert shop.refusal("voucher.disable", {"code": code})["code"] == "unknown_voucher"
    assert shop.refusal("order.place", order_with(code, total=SHIPPING))["code"] == "unknown_voucher"


# --- rules ------------------------------------------------------------------------------------------------------------


def test_a_rule_without_a_code_counts_for_every_order(shop: Storefront) -> None:
    put_rule(shop, amount=euro(380))
    place(shop, total=MUGS - 380 + SHIPPING)
    refused = shop.refusal("order.place", an_order())
    assert (refused["code"], refused["details"]["computed"]) == ("total_differs", euro(2_490))


def test_a_rule_that_is_put_again_keeps_its_uses(shop: Storefront) -> None:
    key = put_rule(shop, code="FIVE", amount=euro(500))
    place(shop, "five", total=MUGS - 500 + SHIPPING)
    put_rule(shop, rule_id=key, code="FIVE", amount=euro(500), uses=1)
    assert shop.refusal("order.place", order_with("FIVE", total=MUGS - 500 + SHIPPING))["code"] == "used_up"
    put_rule(shop, rule_id=key, code="FIVE", amount=euro(500), uses=2)
    place(shop, "FIVE", total=MUGS - 500 + SHIPPING)


def test_a_rule_cannot_allow_fewer_uses_than_there_were(shop: Storefront) -> None:
    data = samples.CART_RULE | {"rule_id": str(uuid4()), "code": "TWO", "gift": None, "choices": [], "taken_off": "all",
                                "groups": [], "minimum": None, "uses_per_customer": None}
    shop.tell("cart_rule.put", data)
    for _ in range(2):
        told = shop.tell("order.place", order_with("TWO", total=0))
        assert told[0].name == "order.placed", told[0].data
    refused = shop.refusal("cart_rule.put", data | {"uses": 1})
    assert (refused["code"], refused["details"]["field"]) == ("fewer_than_used", "uses")


def test_a_gift_comes_with_the_order_and_from_the_stock(shop: Storefront) -> None:
    put_rule(shop, gift=MUG)
    shop.refusal("order.place", an_order(gifts=[]))
    told = place(shop, total=MUGS + SHIPPING, gifts=[MUG])
    assert [(line["sku"], line["quantity"]) for line in told[0].data["lines"]] == [(MUG, 2), (MUG, 1)]
    assert shop.stock() == 97


def test_a_gift_that_is_gone_refuses_the_order_that_shows_it(shop: Storefront) -> None:
    put_rule(shop, gift=MUG)
    shop.tell("stock.set", {"sku": MUG, "quantity": 2})
    refused = shop.refusal("order.place", an_order(gifts=[MUG]))
    assert (refused["code"], refused["details"]) == (
        "gifts_differ", {"field": "gifts", "shown": [MUG], "computed": []},
    )


def test_the_database_itself_refuses_more_uses_than_there_are(shop: Storefront) -> None:
    create(shop)
    (row,) = rows(shop.desk.engine, "cart_rules", shop=shop.shop)
    table = metadata.tables["cart_rules"]
    with pytest.raises(IntegrityError, match="never_overused"), shop.desk.engine.begin() as connection:
        connection.execute(table.update().where(table.c.rule_id == row.rule_id).values(used=2))


# --- what it costs ----------------------------------------------------------------------------------------------------


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """What the database is told meanwhile about rules."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.extend([statement] if "cart_rule" in statement else [])

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def test_a_batch_of_orders_without_rules_asks_for_them_once(shop: Storefront) -> None:
    with statements(shop.desk.engine) as asked:
        shop.place_all(20)
    assert len(asked) == 1


def test_a_batch_of_orders_with_vouchers_asks_and_writes_in_sets(shop: Storefront) -> None:
    code = create(shop, customer_id=None, uses=100, uses_per_customer=100, amount=euro(500))
    with statements(shop.desk.engine) as asked:
        shop.place_all(20, voucher_codes=[code], total__amount=MUGS - 500 + SHIPPING)
    # the rules; their lock; uses of customers and of new orders; the rules and the uses written
    assert len(asked) <= 6


def test_rules_without_limit_are_not_locked(shop: Storefront, url: str) -> None:
    """SQLite has one writer; there it is only seen that the orders are placed."""
    key = put_rule(shop, amount=euro(380))
    table = metadata.tables["cart_rules"]
    orders = [shop.message("order.place", an_order(total__amount=2_490)) for _ in range(3)]
    with shop.desk.engine.connect() as holder:
        if holder.dialect.name == "postgresql":
            holder.execute(select(table).where(table.c.rule_id == UUID(key)).with_for_update())
        else:
            holder.rollback()
        assert at_once(url, orders) == [[DONE] * 3]
    assert names(shop.desk.outbox()).count("order.placed") == 3


# --- money that is given back as a voucher ----------------------------------------------------------------------------


def test_an_amount_can_be_given_to_the_customer_of_an_order() -> None:
    order = a_placed_order()
    rule = voucher_for(order, uuid4(), {"en": "Refund"}, 1_500)
    assert rule.terms.amount is not None
    assert (rule.terms.amount.amount, rule.terms.customer_id, rule.terms.uses) == (1_500, "c-1001", 1)
    assert (rule.terms.partial_use, rule.terms.prices, rule.terms.valid_until) == (True, order.prices, None)
    told = created_for(order, rule, "anna@shop.test")
    assert (told.order_id, told.customer, told.code) == (order.order_id, order.customer, rule.terms.code)
