"""Orders that are edited, through the whole service on a real database."""

from typing import Any
from uuid import uuid4

import pytest

from shared.contracts import samples
from shared.contracts.samples import euro
from shared.runtime.rabbitmq.delivery import DONE
from tests.orders.editing import change
from tests.orders.words import MUG, Storefront, at_once, names, rows
from tests.words import an_order, changed

ELSEWHERE = changed(samples.ADDRESS, line1="1 Other Street", country="IE")


@pytest.fixture
def paid(shop: Storefront) -> str:
    """An order of two mugs, paid and invoiced."""
    order_id = shop.place()
    shop.move(order_id, "payment_accepted")
    return order_id


def pieces(shop: Storefront, order_id: str) -> list[tuple[int, int]]:
    """The lines with their pieces."""
    return [(line["line"], line["quantity"]) for line in shop.order(order_id)["lines"]]


def test_what_is_edited_reads_back_as_it_was_told(shop: Storefront, paid: str) -> None:
    change(
        shop, "order.add_lines", paid, lines=[{"sku": MUG, "quantity": 3, "unit_price": euro(990)}]
    )
    given = change(
        shop,
        "order.add_discount",
        paid,
        discount_id=str(uuid4()),
        discount_name="Sorry",
        amount=euro(100),
    )
    told = change(
        shop,
        "order.edit_lines",
        paid,
        lines=[{"line": 1, "quantity": 0}, {"line": 2, "quantity": 2}],
    )
    order = shop.order(paid)
    assert (order["lines"], order["order"], order["due"]) == tuple(
        told[0].data[field] for field in ("lines", "order", "due")
    )
    assert given[0].data["discount"]["off"]["amount"] == 100
    assert order["order"]["discounts"][0]["off"]["amount"] == 37
    assert (pieces(shop, paid), shop.stock()) == ([(2, 2)], 98)


def test_the_documents_of_an_order_are_all_listed_and_add_up(shop: Storefront, paid: str) -> None:
    told = [
        *change(shop, "order.add_lines", paid, lines=[{"sku": MUG, "quantity": 1}]),
        *change(
            shop,
            "order.edit_lines",
            paid,
            lines=[{"line": 1, "quantity": 1, "unit_price": euro(1000)}],
        ),
    ]
    documents = [event.data["document"] for event in told if event.name.endswith(".issued")]
    assert [(each["kind"], each["number"], each["gross"]["amount"]) for each in documents] == [
        ("invoice", "IN000002", 1190),
        ("credit_slip", "CR000001", 2380),
        ("invoice", "IN000003", 1000),
    ]
    order = shop.order(paid)
    assert [each["number"] for each in order["documents"]] == [
        "IN000001",
        "IN000002",
        "CR000001",
        "IN000003",
    ]
    assert order["order"]["total"]["amount"] == 2870 + 1190 - 2380 + 1000


def test_stock_comes_back_once_and_serves_those_who_wait(shop: Storefront) -> None:
    shop.tell("shop.put", samples.PUT_SHOP | {"backorders": True})
    order_id = shop.place()
    shop.tell("stock.set", {"sku": MUG, "quantity": 0})
    waiting = shop.place(initial_state="backorder_unpaid")
    told = change(shop, "order.cancel_lines", order_id, lines=[{"line": 1, "quantity": 1}])
    assert names(told) == ["order.edited", "stock.changed", "stock.changed", "stock.reserved"]
    assert [line["missing"] for line in shop.order(waiting)["lines"]] == [1]
    assert shop.stock() == 0


def test_an_order_waits_for_what_is_added_where_the_shop_lets_it(
    shop: Storefront, paid: str
) -> None:
    shop.tell("shop.put", samples.PUT_SHOP | {"backorders": True})
    shop.tell("stock.set", {"sku": MUG, "quantity": 1})
    told = change(shop, "order.edit_lines", paid, lines=[{"line": 1, "quantity": 5}])
    assert names(told) == [
        "order.edited",
        "invoice.issued",
        "stock.changed",
        "stock.short",
        "order.transitioned",
    ]
    assert shop.move(paid, "processing")[0].data["code"] == "guard_objects"
    change(shop, "order.edit_lines", paid, lines=[{"line": 1, "quantity": 4}])
    shop.tell("stock.set", {"sku": MUG, "quantity": 5})
    assert ([line["missing"] for line in shop.order(paid)["lines"]], shop.stock()) == ([0], 4)


def test_an_edit_that_is_refused_changes_nothing(shop: Storefront, paid: str) -> None:
    lines = [{"sku": MUG, "quantity": 98}, {"sku": MUG, "quantity": 1}]
    refused = shop.refusal("order.add_lines", {"order_id": paid, "lines": lines})
    assert (refused["code"], refused["details"]["field"], refused["details"]["left"]) == (
        "out_of_stock",
        "lines[1].quantity",
        98,
    )


# --- at once --------------------------------------------------------------------------------------


def test_two_last_pieces_added_to_ten_orders_at_once_go_to_two(shop: Storefront, url: str) -> None:
    orders = shop.place_all(10)
    shop.tell("stock.set", {"sku": MUG, "quantity": 2})
    one = {"lines": [{"sku": MUG, "quantity": 1}]}
    verdicts = at_once(
        url, *([shop.message("order.add_lines", one | {"order_id": each})] for each in orders)
    )
    assert verdicts == [[DONE]] * 10
    refused = [
        event.data["code"]
        for event in shop.desk.outbox()
        if event.name == "order.add_lines_refused"
    ]
    assert (refused, shop.stock()) == (["out_of_stock"] * 8, 0)
    assert sorted(len(pieces(shop, order_id)) for order_id in orders) == [1] * 8 + [2] * 2


def test_a_piece_cancelled_by_eight_at_once_comes_back_as_often_as_there_are_pieces(
    shop: Storefront, url: str
) -> None:
    data = {"order_id": shop.place(), "lines": [{"line": 1, "quantity": 1}]}
    at_once(url, *([shop.message("order.cancel_lines", data)] for _ in range(8)))
    assert names(shop.desk.outbox()).count("order.cancel_lines_refused") == 6
    assert (pieces(shop, data["order_id"]), shop.stock()) == ([], 100)  # type: ignore[arg-type]


# --- addresses, notes, paper ----------------------------------------------------------------------


def test_another_address_changes_no_document(shop: Storefront, paid: str) -> None:
    refused = shop.refusal(
        "order.change_address", {"order_id": paid, "delivery_address": ELSEWHERE}
    )
    assert (refused["code"], refused["details"]["field"]) == ("taxes_may_differ", "taxes_checked")
    assert refused["reason"].startswith("Taxes may differ when goods go to IE instead of GB")
    told, _ = change(
        shop, "order.change_address", paid, delivery_address=ELSEWHERE, taxes_checked=True
    )
    order = shop.order(paid)
    assert told.data["delivery_address"] == order["delivery_address"]
    assert (order["delivery_address"]["country"], order["invoice_address"]["country"]) == (
        "IE",
        "GB",
    )
    answer = shop.desk.ask("order.list", {"filter": {"delivery_country": "IE"}}, shop=shop.shop)
    assert [each["order_id"] for each in answer.data["orders"]] == [paid]
    again = shop.refusal("order.change_address", {"order_id": paid, "delivery_address": ELSEWHERE})
    assert again["code"] == "nothing_changes"


def test_the_note_is_printed_on_every_invoice_of_the_order(shop: Storefront) -> None:
    order_id = shop.place()
    change(shop, "order.set_invoice_note", order_id, note="Thank you.")
    (first,) = change(shop, "order.issue_invoice", order_id)
    second = change(shop, "order.add_lines", order_id, lines=[{"sku": MUG, "quantity": 1}])[1]
    assert [each.data["document"]["note"] for each in (first, second)] == [
        "Thank you.",
        "Thank you.",
    ]
    assert shop.order(order_id)["invoice_note"] == "Thank you."


def test_the_note_of_a_new_order_is_on_the_invoice_that_its_first_state_brings(
    shop: Storefront,
) -> None:
    def printed(**changes: Any) -> list[str]:
        told = shop.tell("order.place", an_order(initial_state="payment_accepted", **changes))
        return [event.data["document"]["note"] for event in told if event.name == "invoice.issued"]

    assert printed(invoice_note="Order PO-7") == ["Order PO-7"]
    shop.tell("shop.put", {"invoice_notes": {"en": "Thank you.", "fa": "سپاسگزاریم."}})
    assert [*printed(), *printed(language="fa-IR"), *printed(language="de")] == [
        "Thank you.",
        "سپاسگزاریم.",
        "",
    ]
    assert [*printed(invoice_note="Order PO-7"), *printed(invoice_note="")] == ["Order PO-7", ""]


def test_an_order_tells_where_its_parcel_is_followed_and_where_it_is_shown(
    shop: Storefront, paid: str
) -> None:
    shop.tell(
        "shop.put",
        {
            "profile": {**samples.SHOP_PROFILE, "order_url": "https://shop.test/o/{reference}"},
            "carriers": [
                samples.CARRIER
                | {"tracking_url": "https://post.test/{tracking_number}?d={country}"}
            ],
        },
    )
    before = shop.order(paid)["order"]
    assert (before["order_url"], before["tracking_url"]) == (
        f"https://shop.test/o/{before['reference']}",
        "",
    )
    told = change(shop, "order.change_shipping", paid, tracking_number="../A&B")[0].data["order"]
    assert told["tracking_url"] == "https://post.test/..%2FA%26B?d=GB"
    assert shop.order(paid)["order"]["tracking_url"] == told["tracking_url"]
    change(shop, "order.change_shipping", paid, carrier="Slow Post")
    assert shop.order(paid)["order"]["tracking_url"] == ""


def test_an_invoice_is_issued_once_by_command_or_by_a_state(shop: Storefront, paid: str) -> None:
    assert (
        shop.refusal("order.issue_invoice", {"order_id": paid})["reason"]
        == "Invoice IN000001 was issued."
    )
    order_id = shop.place()
    change(shop, "order.issue_invoice", order_id)
    assert "invoice.issued" not in names(shop.move(order_id, "payment_accepted"))


def test_an_order_of_nothing_gets_no_invoice_and_uses_no_number_up(shop: Storefront) -> None:
    order_id = shop.place()
    change(shop, "order.edit_lines", order_id, lines=[{"line": 1, "quantity": 0}])
    change(shop, "order.change_shipping", order_id, shipping_price=euro(0))
    refused = shop.refusal("order.issue_invoice", {"order_id": order_id})
    assert refused["reason"] == "The invoice would be empty: everything was refunded."
    assert "invoice.issued" not in names(shop.move(order_id, "payment_accepted"))
    (invoice,) = change(shop, "order.issue_invoice", shop.place())
    assert invoice.data["document"]["number"] == "IN000001"


def test_a_summary_is_made_as_often_as_it_is_wanted_and_says_what_the_order_is_then(
    shop: Storefront,
) -> None:
    order_id = shop.place()
    (first,) = change(shop, "order.print_summary", order_id)
    change(shop, "order.add_lines", order_id, lines=[{"sku": MUG, "quantity": 1}])
    (second,) = change(shop, "order.print_summary", order_id)
    found: list[dict[str, Any]] = [first.data["document"], second.data["document"]]
    reference = shop.order(order_id)["order"]["reference"]
    assert [(each["kind"], each["number"], each["gross"]["amount"]) for each in found] == [
        ("order_summary", reference, 2870),
        ("order_summary", reference, 4060),
    ]
    assert found[0]["document_id"] != found[1]["document_id"]
    assert not rows(shop.desk.engine, "documents", shop=shop.shop)


def test_a_summary_may_be_asked_for_as_a_document_too(shop: Storefront) -> None:
    order_id = shop.place()
    (told,) = shop.tell("document.render", {"order_id": order_id})
    assert (told.name, told.data["document"]["kind"]) == ("order_summary.issued", "order_summary")
    assert shop.refusal("document.render", {"order_id": str(uuid4())})["code"] == "unknown_order"
    assert shop.refusal("document.render", {})["code"] == "nothing_named"
    assert shop.tell("document.render", {"document_id": str(uuid4())}) == []


def test_the_customer_is_told_what_the_order_is_now(shop: Storefront, paid: str) -> None:
    change(shop, "order.change_shipping", paid, tracking_number="SP-4711")
    (told,) = change(shop, "order.notify_change", paid, text="It is on its way.")
    assert told.name == "order.change_announced"
    assert told.data["order"] == shop.order(paid)["order"]
    assert (told.data["order"]["tracking_number"], told.data["text"]) == (
        "SP-4711",
        "It is on its way.",
    )
    assert told.data["lines"] == shop.order(paid)["lines"]
