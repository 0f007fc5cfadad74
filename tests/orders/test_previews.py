"""A preview shows the effect of its command, and changes nothing."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from shared.contracts import samples
from shared.contracts.samples import euro
from tests.orders.conftest import open_shop
from tests.orders.words import MUG, Storefront, everything
from tests.words import ServiceHarness

pieces = st.integers(0, 4)
line = st.integers(1, 3)
edit = st.builds(
    lambda line, count, price: (
        "order.edit_lines",
        {"lines": [{"line": line, "quantity": count, "unit_price": price}]},
    ),
    line,
    pieces,
    st.sampled_from([None, 990, 1337]),
)
add = st.builds(
    lambda count: ("order.add_lines", {"lines": [{"sku": MUG, "quantity": count}]}), pieces
)
cancel = st.builds(
    lambda line: ("order.cancel_lines", {"lines": [{"line": line, "quantity": 1}]}), line
)
discount = st.builds(
    lambda terms: (
        "order.add_discount",
        {"discount_id": str(uuid4()), "discount_name": "For the delay"} | terms,
    ),
    st.sampled_from([{"percent": "10"}, {"amount": 500}, {"free_shipping": True}, {}]),
)
ship = st.builds(
    lambda price: ("order.change_shipping", {"carrier": "Express", "shipping_price": euro(price)}),
    st.sampled_from([0, 490, 990]),
)
exempt = st.just(
    ("order.set_exemption", {"exemption": {"category": "export", "reason": "Article 146."}})
)
move = st.builds(
    lambda state: ("order.transition", {"to": state}),
    st.sampled_from(["payment_accepted", "processing", "cancelled", "nowhere"]),
)
changes = st.one_of(edit, edit, add, cancel, discount, ship, exempt, move)
stock = st.builds(lambda count: ("stock.set", {"quantity": count}), pieces)
FIELDS = ("state", "total", "paid", "due", "refund_due", "discounts")


def previewed(shop: Storefront, query: str, subject: dict[str, Any], command: Any) -> Any:
    """Return the answer to a preview, which must change nothing."""
    name, data = command
    before = everything(shop.desk.engine, shop.shop)
    answer = shop.desk.ask(query, {"command": name, "data": data} | subject, shop=shop.shop)
    assert everything(shop.desk.engine, shop.shop) == before
    return answer


def sums(shop: Storefront, order_id: str) -> dict[str, Any]:
    order = shop.order(order_id)
    found = {name: order.get(name, order["order"].get(name)) for name in FIELDS}
    return found | {"tax": order["tax"], "documents": len(order["documents"])}


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.booleans(), st.lists(changes, min_size=1, max_size=6))
def test_a_preview_and_its_command_never_differ(
    orders: ServiceHarness, paid: bool, commands: list[tuple[str, dict[str, Any]]]
) -> None:
    shop = open_shop(orders, 6)
    order_id = shop.place(initial_state="payment_accepted" if paid else "awaiting_bank_wire")
    for name, data in commands:
        answer = previewed(shop, "order.preview", {"order_id": order_id}, (name, data))
        stood = sums(shop, order_id)
        told = shop.tell(name, {"order_id": order_id} | data)
        refused = next((each for each in told if each.name == f"{name}_refused"), None)
        if refused is not None:
            assert answer.name == "order.preview_refused"
            assert answer.data["code"] == refused.data["code"]
            # the command's fields are in `data` of the preview
            assert answer.data["reason"].removeprefix("data.") == refused.data["reason"]
            continue
        assert answer.name == "order.preview_answered", answer.data
        stands = sums(shop, order_id)
        for when, found in (("before", stood), ("after", stands)):
            assert {name: answer.data[when][name] for name in (*FIELDS, "tax")} == {
                name: found[name] for name in (*FIELDS, "tax")
            }
        assert answer.data["lines"] == shop.order(order_id)["lines"]
        assert len(answer.data["issues"]) == stands["documents"] - stood["documents"]
        assert answer.data["events"] == [event.name for event in told]


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 3), min_size=1, max_size=3), st.lists(stock, max_size=3))
def test_a_preview_of_stock_names_the_orders_that_get_it(
    orders: ServiceHarness, wanted: list[int], counts: list[tuple[str, dict[str, Any]]]
) -> None:
    shop = open_shop(orders, 1)
    shop.tell("shop.put", samples.PUT_SHOP | {"backorders": True})
    for count in wanted:
        lines = [{"sku": MUG, "quantity": count}]
        shop.place(lines=lines, total__amount=count * 1190 + 490)
    for name, data in counts:
        answer = previewed(shop, "stock.preview", {"sku": MUG}, (name, data)).data
        assert answer["available_before"] == shop.stock()
        told = shop.tell(name, {"sku": MUG} | data)
        reserved = [event.data for event in told if event.name == "stock.reserved"]
        got = [
            {name: each[name] for name in ("order_id", "quantity", "missing")}
            for each in answer["served"]
        ]
        assert got == [each for data in reserved for each in data["reservations"]]
        filled = {each["order_id"] for each in answer["served"] if each["filled"]}
        assert filled == {each for data in reserved for each in data["filled_order_ids"]}
        assert answer["available_after"] == shop.stock()


@pytest.mark.parametrize(
    ("query", "data", "code", "field"),
    [
        ("order.preview", {"command": "order.edit_lines"}, "invalid", "data.lines"),
        (
            "order.preview",
            {"command": "order.edit_lines", "data": {"lines": [{"line": 9}]}},
            "unknown_line",
            "data.lines[0].line",
        ),
        ("order.preview", {"command": "refund.create"}, "invalid", "command"),
        (
            "order.preview",
            {"command": "order.cancel_lines", "order_id": str(uuid4()), "data": {"lines": []}},
            "unknown_order",
            "order_id",
        ),
        ("stock.preview", {"sku": "NOTHING", "data": {"quantity": 1}}, "unknown_product", "sku"),
        ("stock.preview", {"sku": MUG, "data": {"quantity": -1}}, "invalid", "data.quantity"),
    ],
)
def test_a_preview_is_refused_as_its_command_would_be(
    shop: Storefront, query: str, data: dict[str, Any], code: str, field: str
) -> None:
    given = {"order_id": shop.place()} if query == "order.preview" else {"command": "stock.set"}
    answer = shop.desk.ask(query, given | data, shop=shop.shop)
    assert (answer.name, answer.data["code"]) == (f"{query}_refused", code)
    details = answer.data["details"]
    assert field in [details.get("field"), *(each["field"] for each in details.get("faults", []))]
