"""A shop adds states and moves by message: they count from the next message on, for this shop
alone.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from shared.contracts import samples
from tests.orders.words import Storefront, names, rows
from tests.words import an_order, changed

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "own-states.md"


def put(shop: Storefront, **changes: Any) -> list[Any]:
    return shop.tell("state.put", samples.PUT_STATE | changes)


@pytest.fixture
def processed(shop: Storefront) -> str:
    """An order that is being prepared."""
    order_id = shop.place()
    shop.move(order_id, "payment_accepted")
    shop.move(order_id, "processing")
    return order_id


def test_a_new_state_is_told_with_the_state_that_leads_to_it(shop: Storefront) -> None:
    told = put(shop)
    assert [(event.name, event.subject) for event in told] == [
        ("state.changed", "packed"),
        ("state.changed", "processing"),
    ]
    assert told[0].data["labels"] == samples.STATE_DEFINITION["labels"]
    assert "packed" in told[1].data["next_states"]


def test_an_order_moves_through_it_and_its_mail_takes_the_delivery_slip_along(
    shop: Storefront, processed: str
) -> None:
    put(shop)
    (told,) = shop.move(processed, "packed")
    assert (told.data["new_state"]["label"], told.data["new_state"]["mail_template"]) == (
        "Packed",
        "preparation",
    )
    assert [document["number"] for document in told.data["attach"]] == ["DE000001"]
    assert names(shop.move(processed, "shipped")) == ["order.transitioned"]
    assert [entry["state"] for entry in shop.order(processed)["history"]][-2:] == [
        "packed",
        "shipped",
    ]


def test_its_name_is_told_in_the_language_of_the_order(shop: Storefront) -> None:
    put(shop, initial=True)
    told = shop.tell("order.place", an_order(language="fa", initial_state="packed"))
    assert told[0].data["new_state"]["label"] == "بسته‌بندی شده"


def test_another_shop_knows_nothing_of_it(shop: Storefront, other_shop: Storefront) -> None:
    put(shop)
    refused = other_shop.refusal(
        "order.transition", {"order_id": other_shop.place(), "to": "packed"}
    )
    assert refused["code"] == "unknown_state"


def test_a_changed_default_state_counts_from_the_next_move_on(shop: Storefront) -> None:
    order_id = shop.place()
    shop.tell(
        "state.put",
        {"key": "cancelled", "labels": {"en": "Called off"}, "flags": [], "next_states": []},
    )
    shop.move(order_id, "cancelled")
    assert shop.stock() == 98
    assert shop.order(order_id)["state"] == "cancelled"


def test_what_an_order_once_was_does_not_change_with_the_graph(
    shop: Storefront, processed: str
) -> None:
    shop.move(processed, "shipped")
    shop.tell(
        "state.put",
        {"key": "shipped", "labels": {"en": "Sent"}, "next_states": ["delivered", "cancelled"]},
    )
    refused = shop.refusal("order.transition", {"order_id": processed, "to": "cancelled"})
    assert refused["details"]["guard"] == "nothing_is_out"


def test_states_put_in_one_batch_count_for_the_next_message(shop: Storefront) -> None:
    checked = samples.PUT_STATE | {
        "key": "checked",
        "next_states": ["shipped"],
        "comes_from": ["packed"],
    }
    told = shop.deliver(
        shop.message("state.put", samples.PUT_STATE), shop.message("state.put", checked)
    )
    assert [event.subject for event in told] == ["packed", "processing", "checked", "packed"]
    kept = {
        row.key: row.definition["next_states"]
        for row in rows(shop.desk.engine, "states", shop=shop.shop)
    }
    assert kept["packed"] == ["cancelled", "checked", "shipped"]


def test_a_shop_without_profile_has_no_states_of_its_own(shop: Storefront) -> None:
    stranger = Storefront(shop.desk, f"{shop.shop}-nobody")
    refused = stranger.refusal("state.put", samples.PUT_STATE)
    assert (refused["code"], refused["details"]) == ("unknown_shop", {})


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"next_states": ["dreaming"]}, "unknown_target", "next_states[0]"),
        ({"guards": ["moonlight"]}, "unknown_guard", "guards[0]"),
        ({"comes_from": []}, "unreachable", "comes_from"),
        ({"flags": ["restock", "paid"]}, "flags_contradict", "flags"),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(
    shop: Storefront, changes: dict[str, Any], code: str, field: str
) -> None:
    refused = shop.refusal("state.put", samples.PUT_STATE | changes)
    assert (refused["code"], refused["details"]["field"]) == (code, field)


def test_the_page_in_the_manual_says_what_is_done(shop: Storefront) -> None:
    order_id = shop.place()
    shop.move(order_id, "payment_accepted")
    blocks = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    heard: list[Any] = []
    for block in blocks:
        message = json.loads(block.replace(samples.ORDER_ID, order_id))
        if message["name"] == "order.actions":
            heard.append(shop.desk.ask(message["name"], message["data"], shop=shop.shop))
        else:
            heard += shop.tell(message["name"], message["data"])
    assert not [event.data for event in heard if event.name.endswith("_refused")]
    assert shop.order(order_id)["state"] == "delivered"
    assert len(blocks) >= 5


# --- placed with all that the state brings --------------------------------------------------------


def test_an_order_placed_as_paid_brings_its_payment_and_its_invoice(shop: Storefront) -> None:
    told = shop.tell(
        "order.place", an_order(initial_state="payment_accepted", placed_by="anna@shop.test")
    )
    assert names(told) == [
        "order.placed",
        "payment.recorded",
        "invoice.issued",
        "stock.changed",
        "customer.changed",
    ]
    assert [document["number"] for document in told[0].data["attach"]] == ["IN000001"]
    assert told[0].data["order"]["paid"]["amount"] == 2870
    order = shop.order(str(told[0].subject))
    assert [(entry["state"], entry["by"]) for entry in order["history"]] == [
        ("payment_accepted", "anna@shop.test")
    ]
    assert len(order["documents"]) == len(order["payments"]) == 1


def test_a_refused_one_takes_no_number(shop: Storefront) -> None:
    shop.refusal(
        "order.place", changed(an_order(initial_state="payment_accepted"), total__amount=1)
    )
    order_id = shop.place(initial_state="processing")
    assert [document["number"] for document in shop.order(order_id)["documents"]] == [
        "IN000001",
        "DE000001",
    ]
