"""Verbs on stock, products, vouchers and shops."""

import json
from base64 import b64decode
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest

from services.orders.worker import service
from shared.contracts import samples
from tests.shared.cli.direct import Employee, employee_of
from tests.words import a_shop_with_mugs, an_order, changed, harness, sqlite_url


@pytest.fixture
def anna(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Employee:
    """An employee of a shop that has a hundred mugs."""
    orders = harness(service, sqlite_url(tmp_path))
    a_shop_with_mugs(orders)
    return employee_of(orders, monkeypatch)


def test_stock_is_shown_counted_and_adjusted_with_the_reason(anna: Employee) -> None:
    assert anna.does("stock", "show", "MUG-BLUE") == "MUG-BLUE 100 available"
    assert anna.does("stock", "set", "MUG-BLUE", "25") == "MUG-BLUE 25 available"
    assert anna.does("stock", "adjust", "MUG-BLUE", "-1", "broken") == "MUG-BLUE 24 available"
    anna.client.service.tell("order.place", an_order())
    moved = anna.types("stock", "movements", "MUG-BLUE").output.splitlines()
    moves = [line.split()[3:6:2] for line in moved[1:3]]
    assert moves == [["-2", "order.place"], ["-1", "broken"]]
    assert anna.types("stock", "movements").output.splitlines() == moved
    assert anna.types("stock", "adjust", "MUG-BLUE", "-1000", "lost").exit_code == 2


def test_a_product_comes_back_as_it_was_put(anna: Employee) -> None:
    shown = anna.types("product", "show", "MUG-BLUE").output
    assert "MUG-BLUE is in the catalogue" in anna.does("product", "put", "-", stdin=shown)
    assert anna.types("product", "show", "MUG-BLUE").output == shown
    assert "11.90 EUR 100 Mug, blue" in anna.does("product", "list", "mug")
    assert "11.90 EUR 100 Mug, blue" in anna.does("product", "list")
    assert anna.types("product", "list", "nothing").output == "No product matches.\n"


def test_combinations_are_shown_below_their_product(anna: Employee) -> None:
    sizes: list[Any] = [
        {"sku": f"SHIRT-{size}", "options": [{"names": {"en": "Size"}, "values": {"en": size}}]}
        for size in ("M", "XL")
    ]
    sizes[1]["price_differences"] = [{"amount": 250, "currency": "EUR"}]
    shirt: dict[str, Any] = {
        "sku": "SHIRT",
        "names": {"en": "Shirt"},
        "tax_rate": "19",
        "combinations": sizes,
    }
    shirt["price"] = {"amount": 1500, "currency": "EUR"}
    anna.does("product", "put", "-", stdin=json.dumps(shirt))
    shown = anna.does("product", "list", "shirt")
    assert "SHIRT 15.00 EUR 0 Shirt SHIRT-M 15.00 EUR 0 M SHIRT-XL 17.50 EUR 0 XL" in shown
    again = anna.types("product", "show", "SHIRT").output
    assert anna.does("product", "put", "-", stdin=again)
    assert anna.types("product", "show", "SHIRT").output == again


def test_a_voucher_is_made_listed_shown_and_ended(anna: Employee) -> None:
    made = anna.does("voucher", "create", "For your patience", "--percent", "10", "--code", "SORRY")
    assert "SORRY 10 % 0 1 usable" in made
    anna.does("voucher", "create", "Ten off", "--amount", "10.00EUR", "--code", "TEN")
    assert "TEN 10.00 EUR" in anna.does("voucher", "list")
    anna.client.service.tell(
        "order.place", an_order(voucher_codes=["SORRY"], total=samples.euro(2632))
    )
    assert " c-1001" in anna.does("voucher", "show", "SORRY")
    assert "is disabled" in anna.does("voucher", "disable", "TEN")


def test_a_voucher_that_is_mailed_to_its_customer_is_asked_about(anna: Employee) -> None:
    words = ("voucher", "create", "Sorry", "--free-shipping", "--customer-id", "c-1001")
    asked = anna.types(*words)
    assert (asked.exit_code, anna.client.sent) == (64, [])
    assert "The customer gets the code by mail." in asked.output
    assert "free shipping" in anna.does(*words, "--yes")


def test_the_settings_of_a_shop_come_back_as_they_were_put(anna: Employee) -> None:
    shown = anna.types("shop", "show").output
    assert json.loads(shown)["profile"]["name"] == samples.SHOP_PROFILE["name"]
    assert "is set up" in anna.does("shop", "put", "-", stdin=shown)
    assert anna.types("shop", "show").output == shown


def test_the_states_of_a_shop_say_what_they_bring(anna: Employee) -> None:
    assert "shipped Shipped delivery_slip, invoice, shipped, valid shipped" in anna.does(
        "shop", "state", "list"
    )


def test_days_and_times_are_those_of_the_shop(anna: Employee) -> None:
    tokyo = changed(samples.PUT_SHOP, profile__timezone="Asia/Tokyo")
    anna.client.service.tell("shop.put", tokyo)
    anna.does(
        "voucher",
        "create",
        "New year",
        "--percent",
        "10",
        "--code",
        "NEWYEAR",
        "--valid-until",
        "2030-12-31",
    )
    kept = anna.client.service.ask("voucher.get", {"code": "NEWYEAR"}).data["voucher"]
    assert kept["valid_until"] == "2030-12-31T15:00:00Z"  # when the day ends in Tokyo
    anna.does("stock", "adjust", "MUG-BLUE", "-1", "broken")
    assert " JST " in anna.types("stock", "movements", "MUG-BLUE").output.splitlines()[1]
    orders = anna.client.service
    orders.pipeline.transactions.clock = lambda: datetime(
        2026, 11, 20, 15, 30, tzinfo=UTC
    )  # the 21st, 00:30 in Tokyo
    orders.tell("order.place", an_order())
    shown = anna.does(
        "order", "list", "--placed-from", "2026-11-21", "--placed-before", "2026-11-22"
    )
    assert "2026-11-21 00:30 JST" in shown
    assert "2026-11-21 00:30 JST" not in anna.does("order", "list", "--placed-from", "2026-11-22")


def test_stock_that_waiting_orders_get_is_asked_about(anna: Employee) -> None:
    anna.client.service.tell("shop.put", samples.PUT_SHOP | {"backorders": True})
    anna.client.service.tell("stock.set", {"sku": "MUG-BLUE", "quantity": 0})
    anna.client.service.tell("order.place", an_order(reference="WAITS"))
    asked = anna.types("stock", "set", "MUG-BLUE", "1")
    assert asked.exit_code == 64
    assert "Order WAITS (backorder_unpaid) gets 1 and waits for 1 more." in asked.output
    assert "The stock would go to waiting orders: confirm with --yes." in asked.output
    assert "stock.set" not in anna.client.sent
    filled = anna.does("stock", "adjust", "MUG-BLUE", "3", "delivered", "--yes")
    assert "gets 2 and is complete: it can be shipped." in filled
    assert "MUG-BLUE 1 available" in filled


def test_customers_are_put_found_shown_and_have_addresses(anna: Employee) -> None:
    new = json.dumps({"customer_id": "c-7", "email": "zoe@example.test", "full_name": "Zoë Ö"})
    assert "customer 'c-7' is stored" in anna.does("customer", "put", "-", stdin=new)
    street = ("--line1", "1 Harbour Street", "--city", "Berlin", "--country", "DE")
    anna.does("customer", "address", "c-7", *street, "--phone", "+49 30 1234567")
    assert anna.types("customer", "address", "c-7").exit_code == 64
    for text in ("zoe o", "030/1234567", "harbour"):
        assert "c-7 zoe@example.test Zoë Ö" in anna.does("customer", "list", text)
    assert "zoe@example.test" in anna.does("customer", "list")
    (known,) = json.loads(anna.does("customer", "show", "c-7", "--json"))["addresses"]
    anna.does("customer", "address", "c-7", known["address_id"], "--city", "Potsdam")
    shown = anna.does("customer", "show", "c-7")
    assert "Zoë Ö <zoe@example.test>" in shown
    assert "Zoë Ö, 1 Harbour Street, Potsdam, DE, +49 30 1234567" in shown
    anna.does("customer", "address", "c-7", known["address_id"], "--remove")
    assert "Harbour" not in anna.does("customer", "show", "c-7")
    anna.client.service.tell("cart.put", samples.PUT_CART | {"customer_id": "c-7"})
    assert "x MUG-BLUE" in anna.does("customer", "carts", "c-7")


def test_cart_rules_are_put_listed_shown_and_disabled(anna: Employee) -> None:
    terms = {"rule_id": samples.RULE_ID, "names": {"en": "Ten percent"}, "percent": "10"}
    assert "is stored" in anna.does("rule", "put", "-", stdin=json.dumps(terms))
    assert "Ten percent usable" in anna.does("rule", "list")
    assert '"percent": "10"' in anna.does("rule", "show", samples.RULE_ID)
    assert "is disabled" in anna.does("rule", "disable", samples.RULE_ID)
    assert "usable" not in anna.does("rule", "list").replace("not usable", "").split()


def test_what_a_shop_defines_comes_back_as_it_was_put(anna: Employee) -> None:
    shown = anna.types("shop", "state", "show", "shipped").output
    assert "state 'shipped' is stored" in anna.does("shop", "state", "put", "-", stdin=shown)
    assert anna.types("shop", "state", "show", "shipped").output == shown
    assert anna.types("shop", "carrier", "list").exit_code == 0
    assert anna.types("shop", "payment-method", "list").exit_code == 0


def test_definitions_of_other_services_are_sent_to_them(anna: Employee, tmp_path: Any) -> None:
    for module in ("assets", "ingest", "templates"):
        import_module(f"shared.contracts.{module}")
    logo = tmp_path / "logo.png"
    logo.write_bytes(b64decode(samples.PICTURE))
    text = tmp_path / "payment.txt"
    text.write_text("Thank you, {{ name }}.\n")
    thread = samples.THREAD_ID
    for words, stdin in (
        (("desk", "contact", "put", "-"), samples.CONTACT),
        (("desk", "canned", "put", "-"), samples.CANNED_MESSAGE),
        (("desk", "canned", "remove", "delay"), None),
        (("desk", "settings", "put", "-"), samples.DESK),
        (("desk", "assign", thread, "bela@shop.test"), None),
        (("desk", "merge", thread, samples.MESSAGE_ID), None),
        (("desk", "confirm-sender", thread, samples.MESSAGE_ID), None),
        (("template", "put", "documents", "invoice", "--from", "-"), samples.PUT_TEMPLATE),
        (("template", "put", "notify", "payment", "--subject", "x", "--text", str(text)), None),
        (("template", "restore", "documents", "invoice", "1"), None),
        (("template", "reset", "documents", "invoice"), None),
        (("asset", "put", "logo", str(logo), "Corner Shop"), None),
        (("asset", "remove", "logo"), None),
    ):
        anna.does(*words, stdin=json.dumps(stdin))
    assert [name for name, _ in anna.client.elsewhere] == [
        "contact.put",
        "canned_message.put",
        "canned_message.remove",
        "desk.put",
        "thread.assign",
        "thread.merge",
        "thread.confirm_sender",
        "template.put",
        "template.put",
        "template.restore",
        "template.reset",
        "asset.put",
        "asset.remove",
    ]
    put = [data for name, data in anna.client.elsewhere if name == "template.put"]
    assert put[0] | {"by": "x"} == samples.PUT_TEMPLATE | {"by": "x"}
    assert put[1] == {
        "service": "notify",
        "template": "payment",
        "language": None,
        "subject": "x",
        "text": "Thank you, {{ name }}.\n",
        "by": put[0]["by"],
    }
