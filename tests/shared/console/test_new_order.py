"""An order by hand, the customers, and many orders at once."""

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from shared.clients.client import NoReply
from shared.console.form_data import Reader, flatten
from shared.console.messages import command_named
from shared.console.saved_filters import MAX_FILTERS, SavedFilters
from shared.contracts.samples import orders as samples
from tests.shared.console.fakes import FakeBus

ID = "5f0c9d6e-1111-4222-8333-444455556666"
ORDER = "6f1c2a54-3b0e-4d0e-9a57-0f2f5d1f6a01"
DRAFT = {
    "order_id": ORDER,
    "reference": "ABCDEFGHI",
    "currency": "EUR",
    "customer.customer_id": "c-1001",
    "customer.name": "Ada Byron",
    "customer.email": "ada@customer.test",
    "lines[0].sku": "TEA-250",
    "lines[0].quantity": "2",
    "lines[0].unit_price": "8.50",
    "delivery_address.name": "Ada Byron",
    "delivery_address.line1": "12 St James's Square",
    "delivery_address.city": "London",
    "delivery_address.country": "GB",
    "carrier": "Swift Post",
    "payment_method": "Bank wire",
    "total": "21.90",
    "_voucher_codes": "WELCOME, TEN",
}


def last(bus: FakeBus, name: str) -> dict[str, Any]:
    return [request.data for request in bus.asked if request.name == name][-1]


def test_an_order_by_hand_is_placed(browser: TestClient, bus: FakeBus) -> None:
    answer = browser.post("/orders/new", data=DRAFT | {"_place": "yes", "_id": ID})
    assert answer.headers["location"] == f"/orders/{ORDER}"
    [placed] = bus.sent
    data = placed.data
    assert (placed.name, placed.id) == ("order.place", ID)
    assert data["placed_by"] == "anna@shop.test"
    assert data["invoice_address"] == data["delivery_address"]
    assert data["voucher_codes"] == ["WELCOME", "TEN"]
    assert data["lines"][0]["unit_price"] == {"amount": 850, "currency": "EUR"}
    assert data["total"] == {"amount": 2190, "currency": "EUR"}
    assert data["initial_state"] == "awaiting_bank_wire"


def test_a_voucher_is_made_on_the_spot(browser: TestClient, bus: FakeBus) -> None:
    form = DRAFT | {"_voucher_name": "Sorry", "_voucher_percent": "10"}
    browser.post("/orders/new", data=form)
    [voucher] = last(bus, "cart.price")["new_vouchers"]
    assert (voucher["percent"], voucher["customer_id"]) == ("10", "c-1001")
    browser.post("/orders/new", data=form | {"_place": "yes"})
    assert bus.sent[0].data["new_vouchers"] == [voucher]


@pytest.mark.parametrize(
    ("button", "lines"),
    [
        ({"_add": "TEA-250"}, [("TEA-250", 3)]),
        ({"_add": "MUG-BLUE"}, [("TEA-250", 2), ("MUG-BLUE", 1)]),
        ({"_remove": "TEA-250", "_add": "MUG-BLUE"}, [("MUG-BLUE", 1)]),
    ],
)
def test_products_are_added_and_removed(
    browser: TestClient, bus: FakeBus, button: dict[str, str], lines: list[Any]
) -> None:
    page = browser.post("/orders/new", data=DRAFT | button)
    assert page.status_code == 200, page.text
    priced = last(bus, "cart.price")["lines"]
    assert [(line["sku"], line["quantity"]) for line in priced] == lines
    assert not bus.sent


def test_a_search_ends_when_a_result_is_chosen(browser: TestClient) -> None:
    searched = DRAFT | {"_product_text": "te", "_customer_text": "ad"}
    page = browser.post("/orders/new", data=searched | {"_find": "product"}).text
    assert 'value="te"' in page
    chosen = {"_add": "MUG-BLUE", "_customer": "c-1001"}
    page = browser.post("/orders/new", data=searched | chosen).text
    assert 'name="_add"' not in page
    assert 'name="_customer"' not in page


def test_a_refused_order_keeps_what_was_typed(browser: TestClient, bus: FakeBus) -> None:
    bus.refuse("order.place", "wrong_total", "The total is EUR 20.00.", field="total")
    page = browser.post("/orders/new", data=DRAFT | {"_place": "yes"})
    assert page.status_code == 422
    assert "The total is EUR 20.00." in page.text
    assert "12 St James&#39;s Square" in page.text
    assert ORDER in page.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [(["carrier"], False), (["carrier", "delivery_address.city"], False), (["surprise"], True)],
)
def test_faults_at_inputs_are_not_repeated_with_the_names_of_fields(
    browser: TestClient, bus: FakeBus, fields: list[str], sentence: bool
) -> None:
    faults = [{"field": field, "problem": "missing"} for field in fields]
    bus.refuse("order.place", "invalid", f"{fields[0]}: missing.", faults=faults)
    page = browser.post("/orders/new", data=DRAFT | {"_place": "yes"}).text
    assert (f"{fields[0]}: missing." in page) == sentence
    assert ("Please correct the marked fields." in page) != sentence


@pytest.mark.parametrize("start", [f"order={ORDER}", "customer=c-1001", f"cart={ID}"])
def test_it_begins_with_an_earlier_order_customer_or_cart(
    browser: TestClient, bus: FakeBus, start: str
) -> None:
    page = browser.get(f"/orders/new?{start}")
    assert page.status_code == 200, page.text
    assert "Ada Byron" in page.text or "cart" in start


def test_another_address_of_the_customer_is_taken(browser: TestClient, bus: FakeBus) -> None:
    known = samples.ADDRESS | {"line1": "2 New Road"}
    addresses = [known | {"address_id": ORDER}, known | {"address_id": ID, "line1": "3 Old Road"}]
    bus.answer("customer.get", addresses=addresses)
    page = browser.get("/orders/new?customer=c-1001").text
    assert f'name="_use_delivery_address" value="{ID}"' in page
    form = DRAFT | {"_use_invoice_address": ID}
    page = browser.post("/orders/new", data=form).text
    assert 'name="delivery_address.line1" value="12 St James&#39;s Square"' in page
    assert 'name="invoice_address.line1" value="3 Old Road"' in page
    assert 'name="_other_invoice" value="on" checked' in page


def test_a_combination_costs_the_price_of_its_product_and_the_difference(
    browser: TestClient, bus: FakeBus
) -> None:
    size = {"names": {"en": "Size"}, "values": {"en": "XL"}}
    larger = {
        "sku": "SHIRT-XL",
        "options": [size],
        "price_differences": [{"amount": 250, "currency": "EUR"}],
        "available": 5,
    }
    shirt = {"sku": "SHIRT", "names": {"en": "Shirt"}, "tax_rate": "19", "available": 5}
    shirt |= {"price": {"amount": 1500, "currency": "EUR"}, "combinations": [larger]}
    bus.answer("product.search", products=[shirt], more=False)
    bus.answer("product.get", **shirt)
    for path in ("/orders/new/products?_product_text=sh", "/stock?search=sh", "/stock/SHIRT"):
        assert "EUR 17.50" in browser.get(path).text, path


@pytest.mark.parametrize("path", ["products?_product_text=te", "customers?_customer_text=ad"])
def test_matches_while_typing(browser: TestClient, path: str) -> None:
    page = browser.get(f"/orders/new/{path}")
    assert page.status_code == 200
    assert "<button" in page.text
    assert "<html" not in page.text


def test_fields_become_inputs_and_fields_again() -> None:
    placed = {name: value for name, value in samples.PLACE_ORDER.items() if name != "total"}
    again = Reader("EUR").read(command_named("order.place"), flatten(placed))
    assert again == placed


def test_many_orders_are_moved_each_once(browser: TestClient, bus: FakeBus) -> None:
    form = {"order": [f"{ORDER} REF1", f"{ID} REF2"], "to": "shipped", "_id": ID}
    page = browser.post("/orders/move", data=form)
    assert "Moved: 2" in page.text
    browser.post("/orders/move", data=form)
    ids = [request.id for request in bus.sent]
    assert ids[:2] == ids[2:]
    assert len(set(ids)) == 2
    bus.refuse("order.transition", "move_not_possible", "It cannot go there.")
    page = browser.post("/orders/move", data=form | {"_id": ORDER})
    assert "Refused: 2" in page.text
    assert "It cannot go there." in page.text


def test_the_list_is_saved_as_csv_piece_by_piece(browser: TestClient, bus: FakeBus) -> None:
    bus.answer("order.export", csv="reference\r\nA\r\n", rows=1, next=None)
    answer = browser.get("/orders.csv?search=ada")
    assert answer.text == "reference\r\nA\r\n"
    assert "attachment" in answer.headers["content-disposition"]
    assert last(bus, "order.export")["filter"] == {"search": "ada"}


def test_filters_are_saved_by_name(browser: TestClient) -> None:
    form = {"name": "Mine <b>", "query": "search=ada&cursor=abc&state="}
    browser.post("/orders/filters", data=form)
    page = browser.get("/orders").text
    assert 'href="/orders?search=ada"' in page
    assert "Mine &lt;b&gt;" in page
    browser.post("/orders/filters", data={"remove": "Mine <b>"})
    assert 'href="/orders?search=ada"' not in browser.get("/orders").text


def test_filters_are_limited(tmp_path: Path) -> None:
    filters = SavedFilters(tmp_path / "filters.json")
    saved = [filters.save("anna", "orders", f"f{number}", "a=1") for number in range(40)]
    assert saved.count(True) == MAX_FILTERS
    assert filters.save("anna", "orders", "f1", "a=2")
    assert not filters.save("anna", "orders", " ", "a=2")
    assert filters.of("eve", "orders") == {}


def test_customers(browser: TestClient, bus: FakeBus) -> None:
    for path in ("", "?text=ad", "/new", "/c-1001", "/c-1001/edit", "/c-1001/address"):
        page = browser.get(f"/customers{path}")
        assert page.status_code == 200, (path, page.text)
    form = {"customer_id": "c-9", "full_name": "New", "email": "new@customer.test"}
    answer = browser.post("/customers/new", data=form | {"_order": "yes"})
    assert answer.headers["location"] == "/orders/new?customer=c-9"
    assert bus.sent[0].data == form


@pytest.mark.parametrize(
    ("path", "form", "sent"),
    [
        (
            "edit",
            {"full_name": "Ada", "email": "a@b.test"},
            {"full_name": "Ada", "email": "a@b.test"},
        ),
        (
            "address",
            {"address.name": "Ada", "address.line1": "1 Road", "address.city": "Rome"},
            {"address": {"name": "Ada", "line1": "1 Road", "city": "Rome"}},
        ),
        ("address/remove", {"address_id": ID}, {"address_id": ID}),
        (
            "voucher",
            {"_name": "Sorry", "percent": "10", "free_shipping": "off", "_id": ID},
            {"voucher_id": ID, "names": {"en": "Sorry"}, "percent": "10", "free_shipping": False},
        ),
    ],
)
def test_changes_of_a_customer(
    browser: TestClient, bus: FakeBus, path: str, form: dict[str, str], sent: dict[str, Any]
) -> None:
    if path == "address":
        form, sent = (
            form | {"address.country": "IT"},
            {"address": sent["address"] | {"country": "IT"}},
        )
    answer = browser.post(f"/customers/c-1001/{path}", data=form)
    assert answer.headers["location"] == "/customers/c-1001", answer.text
    data = bus.sent[0].data
    data.pop("by", None)
    assert data == sent | {"customer_id": "c-1001"}


def test_a_detail_shows_what_answers_when_a_service_is_silent(
    browser: TestClient, bus: FakeBus
) -> None:
    bus.silent = {"mail.list": NoReply("silent")}
    page = browser.get(f"/orders/{ORDER}")
    assert page.status_code == 200
    assert "Mails cannot be shown now" in page.text
