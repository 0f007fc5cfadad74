"""One order, complete."""

from typing import Any
from uuid import uuid4

import pytest

from services.orders.domain.detail import map_link
from shared.contracts import samples
from shared.contracts.samples import euro
from shared.contracts.values import Address
from tests.orders.words import DEFAULT_STATES, Storefront, a_placed_order, rows
from tests.words import changed


@pytest.mark.parametrize(
    ("address", "query"),
    [
        (
            {"line1": "1 Market Square", "postcode": "10115", "city": "Berlin", "country": "DE"},
            "1%20Market%20Square%2C%2010115%20Berlin%2C%20DE",
        ),
        (
            {"line1": "A&B #1?", "city": "Köln", "region": "NRW", "country": "DE"},
            "A%26B%20%231%3F%2C%20K%C3%B6ln%2C%20NRW%2C%20DE",
        ),
        (
            {
                "line1": "خیابان ولیعصر",
                "city": "تهران",
                "country": "IR",
                "company": "Secret",
                "phone": "12345",
            },
            (
                "%D8%AE%DB%8C%D8%A7%D8%A8%D8%A7%D9%86%20%D9%88%D9%84%DB%8C%D8%B9%D8%B5%D8%B1%2C%20%D8%AA%D9%87%D8%B1%D8%A7%D9%86"
                "%2C%20IR"
            ),
        ),
    ],
)
def test_the_map_is_asked_for_the_place_and_learns_no_name(
    address: dict[str, str], query: str
) -> None:
    link = map_link(Address(name="Ada Byron", **address))
    assert link == f"https://www.openstreetmap.org/search?query={query}"


def test_the_map_of_the_published_example_is_the_one_that_is_made() -> None:
    assert map_link(Address.model_validate(samples.ADDRESS)) == samples.MAP


def test_an_order_tells_its_state_by_name_and_since_when(shop: Storefront) -> None:
    order_id = shop.place(language="fa")
    told = shop.move(order_id, "payment_accepted")
    order = shop.order(order_id)
    assert (order["state"], order["state_label"]) == ("payment_accepted", "پرداخت پذیرفته شد")
    assert order["state_since"] == order["history"][-1]["at"] == told[0].data["at"]
    assert [entry["state_label"] for entry in order["history"]] == [
        "در انتظار بررسی پرداخت",
        "پرداخت پذیرفته شد",
    ]
    colours = [entry["state_colour"] for entry in order["history"]]
    states = "awaiting_bank_wire", "payment_accepted"
    assert colours == [DEFAULT_STATES[state].colour for state in states]
    assert order["state_colour"] == colours[-1]


def test_states_are_named_in_the_language_of_who_asks(shop: Storefront) -> None:
    order_id = shop.place(language="fa")
    shop.move(order_id, "payment_accepted")
    asked = {"order_id": order_id, "language": "en"}
    order = shop.desk.ask("order.get", asked, shop=shop.shop).data
    assert [order["state_label"], *(entry["state_label"] for entry in order["history"])] == [
        "Payment accepted",
        "Awaiting bank wire payment",
        "Payment accepted",
    ]
    moves = [
        shop.desk.ask("order.actions", question, shop=shop.shop).data["moves"]
        for question in (asked, {"order_id": order_id})
    ]
    shipped = [
        next(each["state_label"] for each in found if each["state"] == "shipped") for found in moves
    ]
    assert shipped[0] == "Shipped" != shipped[1]


def test_an_order_says_what_kind_its_prices_are_and_how_its_shipping_is_taxed(
    shop: Storefront,
) -> None:
    exemption = {"category": "export", "reason": "Export, Art. 146 Directive 2006/112/EC"}
    net = shop.order(
        shop.place(prices="tax_excluded", shipping_price=euro(412), total__amount=1416 * 2 + 490)
    )
    assert (net["prices"], net["exemption"]) == ("tax_excluded", None)
    assert {name: net["shipping_tax"][name] for name in ("tax_rate", "net", "tax", "gross")} == {
        "tax_rate": "19",
        "net": {"amount": 412, "currency": "EUR"},
        "tax": {"amount": 78, "currency": "EUR"},
        "gross": {"amount": 490, "currency": "EUR"},
    }
    free = shop.order(
        shop.place(
            exemption=exemption,
            carrier="Swift Post",
            shipping_price=euro(412),
            shipping_tax_rate=None,
            total__amount=2412,
        )
    )
    assert (free["exemption"], free["shipping_tax"]["tax_rate"]) == (exemption, "0")
    assert [line["off"]["amount"] for line in free["lines"]] == [0]
    assert free["discounts_total"]["amount"] == 0


def test_a_wrong_address_of_a_customer_is_corrected_on_the_order_and_with_the_customer(
    shop: Storefront,
) -> None:
    wrong = samples.CUSTOMER | {"email": "ada@exampel.test"}
    order_id = shop.place(customer=wrong)
    told = shop.tell(
        "order.change_customer", {"order_id": order_id, "email": "ada@example.test", "by": "anna"}
    )
    assert [event.name for event in told] == ["order.customer_changed", "customer.changed"]
    assert (told[0].data["customer_before"], told[0].data["order"]["customer"]) == (
        wrong,
        samples.CUSTOMER,
    )
    assert shop.order(order_id)["order"]["customer"]["email"] == "ada@example.test"
    found = shop.desk.ask("customer.search", {"text": "ada@example"}, shop=shop.shop).data[
        "customers"
    ]
    assert [each["email"] for each in found] == ["ada@example.test"]
    paid = shop.pay(order_id)
    later = shop.move(order_id, "payment_accepted")
    assert {
        event.data["order"]["customer"]["email"]
        for event in [*paid, *later]
        if "order" in event.data
    } == {
        "ada@example.test",
    }
    shop.tell("customer.put", samples.KNOWN_CUSTOMER | {"email": "other@example.test"})
    again = shop.tell(
        "order.change_customer", {"order_id": order_id, "customer_name": "Ada Lovelace"}
    )
    assert [event.data.get("email") for event in again] == [None, "other@example.test"]
    refused = shop.refusal(
        "order.change_customer", {"order_id": order_id, "customer_name": "Ada Lovelace"}
    )
    assert refused["code"] == "nothing_changes"


def test_the_customer_of_an_erased_order_stays_nobody(shop: Storefront) -> None:
    order_id = shop.place()
    shop.move(order_id, "cancelled")
    shop.tell("customer.erase", {"customer_id": "c-1001", "emails": []})
    refused = shop.refusal(
        "order.change_customer", {"order_id": order_id, "email": "ada@example.test"}
    )
    assert refused["code"] == "erased"


def test_an_order_tells_how_much_there_is_of_everything(shop: Storefront) -> None:
    shop.tell("product.put", changed(samples.PUT_PRODUCT, sku="FEATHER", weight_grams=0))
    shop.tell("stock.set", {"sku": "FEATHER", "quantity": 5})
    lines = [{"sku": "MUG-BLUE", "quantity": 2}, {"sku": "FEATHER", "quantity": 1}]
    order = shop.order(shop.place(lines=lines, total__amount=2870 + 1190))
    assert (order["quantity"], order["weight_grams"], order["message_count"], order["note"]) == (
        3,
        700,
        0,
        "",
    )
    assert (order["products_total"]["amount"], order["shipping"]["amount"]) == (3 * 1190, 490)
    assert order["delivery_map"] == order["invoice_map"] == samples.MAP


def test_the_weight_is_the_one_it_was_sold_with(shop: Storefront) -> None:
    order_id = shop.place()
    shop.tell("product.put", changed(samples.PUT_PRODUCT, weight_grams=9999))
    assert shop.order(order_id)["weight_grams"] == 700
    assert a_placed_order().lines[0].weight_grams == 0


def test_the_first_order_is_a_new_customers(shop: Storefront) -> None:
    first, second = shop.place(), shop.place()
    assert [shop.order(order_id)["new_customer"] for order_id in (first, second)] == [True, False]


def message(order_id: str | None, message_id: str) -> dict[str, Any]:
    return {
        "thread_id": samples.THREAD_ID,
        "order_id": order_id,
        "status": "open",
        "message": samples.THREAD_MESSAGE | {"message_id": message_id},
    }


def test_messages_in_its_threads_are_counted_once(shop: Storefront) -> None:
    order_id, other, again = shop.place(), shop.place(), str(uuid4())
    added = [message(about, str(uuid4())) for about in (order_id, other, None)]
    added += [message(order_id, again)] * 2
    shop.deliver(*(shop.message("thread.message_added", each) for each in added))
    shop.tell("thread.message_added", message(order_id, again))
    assert [shop.order(known)["message_count"] for known in (order_id, other)] == [2, 1]


# --- the private note -----------------------------------------------------------------------------


def test_a_note_is_told_and_shown_and_can_be_removed(shop: Storefront) -> None:
    order_id = shop.place()
    note = {"order_id": order_id, "note": "Call before delivery.", "by": "anna@shop.test"}
    assert [(event.name, event.data) for event in shop.tell("order.set_note", note)] == [
        ("order.noted", note)
    ]
    assert shop.order(order_id)["note"] == "Call before delivery."
    shop.move(order_id, "payment_accepted")
    assert shop.order(order_id)["note"] == "Call before delivery."
    shop.tell("order.set_note", {"order_id": order_id, "note": ""})
    assert shop.order(order_id)["note"] == ""


def test_a_change_of_state_writes_no_words_again(shop: Storefront) -> None:
    order_id = shop.place()
    before = rows(shop.desk.engine, "order_words", shop=shop.shop)
    shop.move(order_id, "payment_accepted")
    after = rows(shop.desk.engine, "order_words", shop=shop.shop)
    assert [row for row in after if row.part != "document"] == before != []
    assert [row.word for row in after if row.part == "document"] == ["in000001"]
