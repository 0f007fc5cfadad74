"""One order all the way, through the whole service on a real database."""

from itertools import pairwise

import pytest

from shared.contracts import samples
from shared.contracts.envelope import Envelope
from tests.orders.words import Storefront, names, rows
from tests.words import ServiceHarness, an_order, changed

PATH = ["payment_accepted", "processing", "shipped", "delivered"]


@pytest.fixture
def walked(shop: Storefront) -> str:
    """An order that was placed, paid and brought to the customer; its id."""
    order_id = shop.place()
    shop.pay(order_id)
    for state in PATH:
        shop.move(order_id, state, by="anna@shop.test")
    return order_id


def of(order_id: str, orders: ServiceHarness) -> list[Envelope]:
    return [event for event in orders.outbox() if event.subject == order_id]


def test_each_step_is_told_in_order(walked: str, orders: ServiceHarness) -> None:
    assert names(of(walked, orders)) == [
        "order.placed",
        "payment.recorded",
        "order.transitioned",
        "invoice.issued",
        "order.transitioned",
        "delivery_slip.issued",
        "order.transitioned",
        "order.transitioned",
    ]


def test_the_events_of_an_order_are_numbered_without_gap(
    walked: str, orders: ServiceHarness
) -> None:
    assert [event.sequence for event in of(walked, orders)] == [
        f"{number:012d}" for number in range(1, 9)
    ]


def test_each_event_names_the_command_that_caused_it(shop: Storefront) -> None:
    told = shop.tell("order.place", an_order(), correlationid="cart-7")
    assert {event.correlationid for event in told} == {"cart-7"}
    assert len({event.causationid for event in told}) == 1


def test_every_event_carries_its_shop(
    walked: str, orders: ServiceHarness, shop: Storefront
) -> None:
    assert {event.shop for event in of(walked, orders)} == {shop.shop}


def test_the_history_keeps_each_state_with_when_and_by_whom(walked: str, shop: Storefront) -> None:
    history = shop.order(walked)["history"]
    assert [entry["state"] for entry in history] == ["awaiting_bank_wire", *PATH]
    assert [entry["by"] for entry in history] == ["customer", *["anna@shop.test"] * 4]
    assert all(earlier["at"] <= later["at"] for earlier, later in pairwise(history))


def test_an_order_ends_paid_with_one_invoice_and_one_delivery_slip(
    walked: str, shop: Storefront
) -> None:
    order = shop.order(walked)
    assert order["state"] == "delivered"
    assert order["order"]["paid"] == order["order"]["total"] == {"amount": 2870, "currency": "EUR"}
    assert [(document["kind"], document["number"]) for document in order["documents"]] == [
        ("invoice", "IN000001"),
        ("delivery_slip", "DE000001"),
    ]


def test_the_documents_that_were_told_are_the_documents_of_the_order(
    walked: str, orders: ServiceHarness, shop: Storefront
) -> None:
    told = [
        event.data["document"] for event in of(walked, orders) if event.name.endswith(".issued")
    ]
    kept = shop.order(walked)["documents"]
    assert [document["document_id"] for document in told] == [
        document["document_id"] for document in kept
    ]


def test_an_order_reads_back_as_it_was_sold(walked: str, shop: Storefront) -> None:
    order = shop.order(walked)
    (line,) = order["lines"]
    assert (line["sku"], line["quantity"], line["tax_rate"]) == ("MUG-BLUE", 2, "19")
    assert line["total"] == {"amount": 2380, "currency": "EUR"}
    assert [order[part]["amount"] for part in ("net", "tax", "shipping")] == [2412, 458, 490]


def test_its_stock_is_taken_once(walked: str, shop: Storefront, orders: ServiceHarness) -> None:
    assert shop.stock() == 98
    movements = rows(orders.engine, "stock_movements", shop=shop.shop)
    assert [(row.change, row.cause) for row in movements] == [
        (100, "stock.set"),
        (-2, "order.place"),
    ]


def test_stock_is_a_ledger_that_adds_up(
    walked: str, shop: Storefront, orders: ServiceHarness
) -> None:
    shop.move(shop.place(), "cancelled")
    shop.tell("stock.set", {"sku": "MUG-BLUE", "quantity": 7})
    movements = rows(orders.engine, "stock_movements", shop=shop.shop)
    assert sum(row.change for row in movements) == shop.stock() == 7


def test_a_cancelled_order_gives_its_pieces_back_and_tells_it(shop: Storefront) -> None:
    order_id = shop.place()
    told = shop.move(order_id, "cancelled")
    assert names(told) == ["order.transitioned", "stock.changed"]
    assert told[1].data == {
        "sku": "MUG-BLUE",
        "change": 2,
        "available": 100,
        "cause": "cancelled",
        "order_id": order_id,
    }


def test_a_second_order_gets_the_next_numbers(walked: str, shop: Storefront) -> None:
    second = shop.place(initial_state="awaiting_cod")
    shop.move(second, "processing")
    assert [document["number"] for document in shop.order(second)["documents"]] == [
        "IN000002",
        "DE000002",
    ]


def test_each_shop_counts_for_itself(walked: str, other_shop: Storefront) -> None:
    order_id = other_shop.place()
    other_shop.move(order_id, "payment_accepted")
    assert other_shop.order(order_id)["documents"][0]["number"] == "IN000001"


def test_a_new_prefix_changes_the_next_number_and_no_issued_one(
    walked: str, shop: Storefront
) -> None:
    shop.tell("shop.put", changed(samples.PUT_SHOP, invoice_prefix="RE-"))
    second = shop.place()
    shop.move(second, "payment_accepted")
    assert shop.order(second)["documents"][0]["number"] == "RE-000002"
    assert shop.order(walked)["documents"][0]["number"] == "IN000001"


def test_a_changed_catalogue_changes_no_placed_order(walked: str, shop: Storefront) -> None:
    before = shop.order(walked)
    shop.tell(
        "product.put",
        changed(samples.PUT_PRODUCT, price__amount=1, tax_rate="7", names={"en": "Cup"}),
    )
    assert shop.order(walked) == before


def test_the_question_for_an_unknown_order_is_answered_with_a_refusal(shop: Storefront) -> None:
    answer = shop.desk.ask(
        "order.get", {"order_id": "00000000-0000-4000-8000-000000000000"}, shop=shop.shop
    )
    assert (answer.name, answer.data["code"]) == ("order.get_refused", "unknown_order")
