"""States, stock, vouchers and cart rules."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from shared.console.state_graph import BOX_HEIGHT, BOX_WIDTH, lay_out
from shared.console.users import Users
from shared.contracts import samples
from tests.shared.console.fakes import Data, FakeBus

RULE = f"/rules/{samples.RULE_ID}"
ROOT = Path(__file__).parents[3]
ID = "5f0c9d6e-1111-4222-8333-444455556666"
FORM = {"_id": ID}


def state(key: str, *following: str, initial: bool = False) -> Data:
    return {
        "key": key,
        "labels": {"en": key.title()},
        "colour": "#34209E",
        "next_states": list(following),
        "initial": initial,
    }


STATES = [
    state("new", "paid", "cancelled", initial=True),
    state("paid", "sent", "new"),
    state("sent"),
    state("cancelled"),
    state("lost", "sent"),
]


def test_the_graph_leads_from_top_to_bottom() -> None:
    graph = lay_out(STATES, {one["key"]: one["labels"]["en"] for one in STATES})
    place = {node.key: (node.x, node.y) for node in graph.nodes}
    assert place["new"][1] < place["paid"][1] < place["sent"][1]
    assert place["lost"][1] < place["sent"][1]
    assert place["sent"][1] == place["cancelled"][1]
    assert len(graph.edges) == 5
    for one, other in pairwise(sorted(place.values())):
        assert one[0] + BOX_WIDTH < other[0] or abs(other[1] - one[1]) > BOX_HEIGHT
    assert all(x + BOX_WIDTH <= graph.width for x, _ in place.values())
    assert all(y + BOX_HEIGHT <= graph.height for _, y in place.values())


def test_the_graph_of_the_built_in_states_fits_a_usual_screen() -> None:
    built_in = tomllib.loads((ROOT / "services" / "orders" / "states.toml").read_text())
    states = [{"key": key, "next_states": None} | one for key, one in built_in.items()]
    graph = lay_out(states, {key: one["labels"]["de"] for key, one in built_in.items()})
    assert graph.width < 1240
    for edge in graph.edges:
        across = [int(x) for x in re.findall(r"(-?\d+),", edge.path)]
        assert 0 <= min(across) <= max(across) <= graph.width, edge
    assert not [node for node in graph.nodes if "…" in "".join(node.lines)]


def test_the_graph_has_a_table_and_shows_the_moves_of_one_state(
    browser: TestClient, bus: FakeBus
) -> None:
    bus.answer("state.list", states=STATES)
    page = browser.get("/states?focus=paid").text
    assert page.count('marker-end="url(#arrow-out)"') == 2
    assert page.count('marker-end="url(#arrow-in)"') == 1
    assert "<svg" in browser.get("/states?focus=nothing").text
    assert '<a href="/states?focus=sent"><bdi>Sent</bdi></a>' in page


def test_a_state_is_added_and_changed_whole(browser: TestClient, bus: FakeBus) -> None:
    bus.answer("state.list", states=STATES)
    form = {
        "key": "packed",
        "labels.en": "Packed",
        "labels.fa": " ",
        "colour": "#01B887",
        "flags": ["invoice", "valid"],
        "_moves": "these",
        "next_states": ["sent"],
        "comes_from": ["paid"],
        "initial": ["off", "on"],
        "hidden": "off",
    }
    assert browser.post("/states/new", data=form).headers["location"] == "/states?focus=packed"
    data = bus.sent[0].data
    assert data["labels"] == {"en": "Packed"}
    assert (data["next_states"], data["comes_from"]) == (["sent"], ["paid"])
    assert (data["initial"], data["hidden"], data["mail_template"]) == (True, False, None)
    assert data["guards"] == []
    browser.post("/states/packed", data=form | {"_moves": "any"})
    assert bus.sent[1].data["next_states"] is None
    assert "comes_from" not in bus.sent[1].data
    bus.refuse("state.put", "unreachable", "No order can reach it.", field="comes_from")
    refused = browser.post("/states/new", data=form)
    assert refused.status_code == 422
    assert "No order can reach it." in refused.text
    assert 'name="comes_from" value="paid" checked' in refused.text
    assert 'value="Packed"' in refused.text


@pytest.mark.parametrize(
    ("path", "roles", "status"),
    [
        ("/states", ["look"], 200),
        ("/states/new", ["orders"], 403),
        ("/rules", ["look"], 200),
        ("/rules/voucher", ["orders"], 200),
        ("/rules/new", ["orders"], 403),
        (f"{RULE}/edit", ["orders"], 403),
        ("/stock-products", ["orders"], 403),
        ("/stock/MUG-BLUE", ["look"], 200),
    ],
)
def test_roles(browser: TestClient, users: Users, path: str, roles: list[str], status: int) -> None:
    users.set_roles("anna@shop.test", roles)
    assert browser.get(path).status_code == status
    if roles == ["look"]:
        for form in ("/stock/set", "/stock/adjust", "/stock/preview", f"{RULE}/disable"):
            assert browser.post(form, data={"sku": "MUG-BLUE"}).status_code == 403


def test_products_are_listed_or_searched(browser: TestClient, bus: FakeBus) -> None:
    assert "/stock/MUG-BLUE" in browser.get("/stock").text
    browser.get("/stock?search=mu bl")
    assert bus.asked[-1].data["text"] == "mu bl"
    bus.refuse("product.search", "nothing_to_search", "There is nothing to search.")
    assert "nothing to search" in browser.get("/stock?search=-").text


def test_stock_is_changed_after_a_look(browser: TestClient, bus: FakeBus) -> None:
    form = FORM | {"sku": "MUG/1 ü", "_change": "adjust", "change": "-۲", "cause": "broken"}
    preview = browser.post("/stock/preview", data=form)
    assert "Nothing was changed yet." in preview.text
    assert 'value="-۲"' in preview.text
    asked = next(one for one in bus.asked if one.name == "stock.preview")
    assert asked.data["data"] == {"change": -2, "cause": "broken"}
    assert not bus.sent
    changed = browser.post("/stock/adjust", data=form)
    assert changed.headers["location"] == "/stock/MUG/1%20%C3%BC"
    assert bus.sent[0].data["sku"] == "MUG/1 ü"
    assert bus.sent[0].data["by"] == "anna@shop.test"
    bus.refuse("stock.set", "unknown_product", "There is no product.", field="quantity")
    refused = browser.post("/stock/set", data=FORM | {"sku": "MUG-BLUE", "quantity": "7"})
    assert refused.status_code == 422
    assert 'value="7"' in refused.text
    wrong = browser.post("/stock/preview", data=FORM | {"sku": "MUG-BLUE", "quantity": "x"})
    assert "whole number" in wrong.text


def test_a_product_is_stored_with_what_rules_ask_for(browser: TestClient, bus: FakeBus) -> None:
    page = browser.get("/stock-products?sku=MUG-BLUE").text
    assert 'name="price" value="' in page
    form = FORM | {
        "_sku": "MUG-BLUE",
        "names.en": "Mug",
        "price": "12,50",
        "tax_rate": "19",
        "weight_grams": "۳۵۰",
        "brand": "",
        "attributes": "Colour: blue\r\n\r\nSize: M",
    }
    assert browser.post("/stock-products", data=form).headers["location"] == "/stock/MUG-BLUE"
    data = bus.sent[0].data
    assert data["price"] == {"amount": 1250, "currency": "EUR"}
    assert (data["attributes"], data["categories"]) == (["Colour: blue", "Size: M"], [])
    assert (data["brand"], data["weight_grams"]) == ("", 350)
    assert "combinations" not in data
    bus.refuse("product.put", "negative_price", "The price is negative.", field="price")
    refused = browser.post("/stock-products", data=form | {"_sku": "", "sku": "NEW", "price": "-1"})
    assert 'value="NEW"' in refused.text
    assert 'id="w-price"' in refused.text


def test_a_voucher_is_created_once(browser: TestClient, bus: FakeBus) -> None:
    form = FORM | {
        "_name_en": "Thank you",
        "amount": "30",
        "uses": "",
        "groups": "gold, silver",
        "valid_until": "2027-11-21T12:00",
        "partial_use": ["off", "on"],
    }
    places = {browser.post("/rules/voucher", data=form).headers["location"] for _ in range(2)}
    assert len(places) == 1
    data = bus.sent[0].data
    assert data["names"] == {"en": "Thank you"}
    assert data["amount"] == {"amount": 3000, "currency": "EUR"}
    assert (data["uses"], data["groups"], data["partial_use"]) == (None, ["gold", "silver"], True)
    assert data["valid_until"] == "2027-11-21T11:00:00Z"
    assert "percent" not in data
    bus.refuse("voucher.create", "code_taken", "The code is taken.", field="code")
    refused = browser.post("/rules/voucher", data=form | {"code": "THANKS"})
    assert refused.status_code == 422
    assert "The code is taken." in refused.text
    assert 'value="THANKS"' in refused.text
    assert "Write an amount" in browser.post("/rules/voucher", data=form | {"amount": "x"}).text


OTHER = {"rule_id": ID, "names": {"en": "Winter"}, "code": "WINTER", "percent": "5"}


def test_a_rule_is_changed_with_its_products_and_companions(
    browser: TestClient, bus: FakeBus
) -> None:
    entry = {"rule": OTHER, "used": 0, "remaining_uses": None, "usable": True}
    bus.answer("cart_rule.list", rules=[entry])
    page = browser.get(f"{RULE}/edit").text
    assert 'name="_name_en"' in page
    assert f'name="_goes_with" value="{ID}"' in page
    form = FORM | {
        "_name_en": "Summer",
        "percent": "10",
        "minimum": "",
        "priority": "2",
        "choices[0].quantity": "۲",
        "choices[0].categories": "Mugs, Cups،Tea ",
        "choices[1].quantity": "",
        "choices[2].attributes": "Size: XL",
        "_together": "these",
        "_goes_with": [ID],
    }
    assert browser.post(f"{RULE}/edit", data=form).headers["location"] == RULE
    data = bus.sent[0].data
    assert (data["percent"], data["minimum"], data["priority"]) == ("10", None, 2)
    first, second = data["choices"]
    assert (first["quantity"], first["categories"]) == (2, ["Mugs", "Cups", "Tea"])
    assert (second["attributes"], second["skus"]) == (["Size: XL"], [])
    assert data["goes_with"] == [ID]
    for mode, ids in (("none", []), ("all", None)):
        browser.post(f"{RULE}/edit", data=form | {"_together": mode})
        assert bus.sent.pop().data["goes_with"] == ids
    rule = dict(bus.sent[0].data)
    rule.pop("by")
    bus.answer("cart_rule.get", rule=rule)
    shown = browser.get(RULE).text
    assert "Mugs, Cups, Tea" in shown
    assert "Winter (WINTER)" in shown
    again = browser.get(f"{RULE}/edit").text
    assert 'name="choices[1].attributes" value="Size: XL"' in again
    assert f'value="{ID}" checked' in again
    assert browser.post("/rules/new", data=form).status_code == 303
    assert browser.post(f"{RULE}/disable", data=FORM).headers["location"] == RULE
    assert bus.names() == ["cart_rule.put", "cart_rule.put", "cart_rule.disable"]
