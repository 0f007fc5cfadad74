"""Cart rules without a code on orders, and the cost of rules in database statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import IntegrityError

from services.orders.store.tables import metadata
from shared.contracts import samples
from shared.runtime.rabbitmq.delivery import DONE
from tests.orders.promotions import (
    MUGS,
    SHIPPING,
    a_rule,
    create,
    euro,
    order_with,
    place,
    put_rule,
)
from tests.orders.words import MUG, Storefront, at_once, names, rows
from tests.words import an_order

# --- rules ----------------------------------------------------------------------------------------


def test_a_rule_without_a_code_counts_for_every_order(shop: Storefront) -> None:
    put_rule(shop, amount=euro(380))
    place(shop, total=MUGS - 380 + SHIPPING)
    refused = shop.refusal("order.place", an_order())
    assert (refused["code"], refused["details"]["computed"]) == ("total_differs", euro(2_490))


def test_a_rule_that_is_put_again_keeps_its_uses(shop: Storefront) -> None:
    key = put_rule(shop, code="FIVE", amount=euro(500))
    place(shop, "five", total=MUGS - 500 + SHIPPING)
    put_rule(shop, rule_id=key, code="FIVE", amount=euro(500), uses=1)
    assert (
        shop.refusal("order.place", order_with("FIVE", total=MUGS - 500 + SHIPPING))["code"]
        == "used_up"
    )
    put_rule(shop, rule_id=key, code="FIVE", amount=euro(500), uses=2)
    place(shop, "FIVE", total=MUGS - 500 + SHIPPING)


def test_a_rule_cannot_allow_fewer_uses_than_there_were(shop: Storefront) -> None:
    data = samples.CART_RULE | {
        "rule_id": str(uuid4()),
        "code": "TWO",
        "gift_sku": None,
        "choices": [],
        "taken_off": "all",
        "groups": [],
        "minimum": None,
        "uses_per_customer": None,
    }
    shop.tell("cart_rule.put", data)
    for _ in range(2):
        told = shop.tell("order.place", order_with("TWO", total=0))
        assert told[0].name == "order.placed", told[0].data
    refused = shop.refusal("cart_rule.put", data | {"uses": 1})
    assert (refused["code"], refused["details"]["field"]) == ("fewer_than_used", "uses")


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ({"uses": 1}, "used_up"),
        ({"uses_per_customer": 1}, "used_up_by_customer"),
    ],
)
def test_a_rule_that_is_limited_counts_what_its_batch_used(
    shop: Storefront, limit: dict[str, int], code: str
) -> None:
    key = put_rule(shop, code="FIVE", amount=euro(500))
    limited = a_rule(rule_id=key, code="FIVE", amount=euro(500), **limit).terms.model_dump(
        mode="json"
    )
    orders = [
        shop.message("order.place", order_with("FIVE", total=MUGS - 500 + SHIPPING))
        for _ in range(2)
    ]
    told = shop.deliver(orders[0], shop.message("cart_rule.put", limited), orders[1])
    assert (told[-1].name, told[-1].data["code"]) == ("order.place_refused", code)


def test_a_gift_comes_with_the_order_and_from_the_stock(shop: Storefront) -> None:
    put_rule(shop, gift_sku=MUG)
    shop.refusal("order.place", an_order(gifts=[]))
    told = place(shop, total=MUGS + SHIPPING, gifts=[MUG])
    assert [(line["sku"], line["quantity"]) for line in told[0].data["lines"]] == [
        (MUG, 2),
        (MUG, 1),
    ]
    assert shop.stock() == 97


def test_a_gift_that_is_gone_refuses_the_order_that_shows_it(shop: Storefront) -> None:
    put_rule(shop, gift_sku=MUG)
    shop.tell("stock.set", {"sku": MUG, "quantity": 2})
    refused = shop.refusal("order.place", an_order(gifts=[MUG]))
    assert (refused["code"], refused["details"]) == (
        "gifts_differ",
        {"field": "gifts", "shown": [MUG], "computed": []},
    )


def test_the_database_itself_refuses_more_uses_than_there_are(shop: Storefront) -> None:
    create(shop)
    (row,) = rows(shop.desk.engine, "cart_rules", shop=shop.shop)
    table = metadata.tables["cart_rules"]
    with (
        pytest.raises(IntegrityError, match="never_overused"),
        shop.desk.engine.begin() as connection,
    ):
        connection.execute(table.update().where(table.c.rule_id == row.rule_id).values(used=2))


# --- what it costs --------------------------------------------------------------------------------


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Collect the database statements on rules."""
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


def test_rules_that_are_not_counted_are_not_locked(shop: Storefront, url: str) -> None:
    """SQLite has one writer; there it is only seen that the orders are placed."""
    put_rule(shop, amount=euro(380))
    put_rule(shop, percent="50", uses=9, active=False)
    put_rule(shop, percent="50", uses=9, customer_id="c-2002")
    put_rule(shop, free_shipping=True, uses=1)
    place(shop, total=MUGS - 380)
    table = metadata.tables["cart_rules"]
    orders = [shop.message("order.place", an_order(total__amount=2_490)) for _ in range(3)]
    with shop.desk.engine.connect() as holder:
        if holder.dialect.name == "postgresql":
            holder.execute(select(table).where(table.c.shop == shop.shop).with_for_update())
        else:
            holder.rollback()
        assert at_once(url, orders) == [[DONE] * 3]
    assert names(shop.desk.outbox()).count("order.placed") == 4
