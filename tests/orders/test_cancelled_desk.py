"""Cancellation, returned goods that were not paid, and mistaken payments, on both databases."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts import samples
from tests.orders.promotions import euro
from tests.orders.refunds import a_refund, a_return
from tests.orders.words import MUG, Storefront, a_payment, names, rows


@pytest.fixture(autouse=True)
def takes_back(shop: Storefront) -> None:
    shop.tell("shop.put", samples.PUT_SHOP | {"accepts_returns": True})


def money_of(order: dict[str, Any]) -> tuple[int, int]:
    """Return the amount due, and the refund that is due."""
    return order["due"]["amount"], order["refund_due"]["amount"]


def test_a_cancelled_order_is_credited_and_its_money_can_be_marked_as_given_back(
    shop: Storefront,
) -> None:
    order_id = shop.place(initial_state="payment_accepted")
    told = shop.move(order_id, "cancelled")
    assert names(told) == [
        "order.transitioned",
        "credit_slip.issued",
        "refund.created",
        "payment.refund_due",
        "stock.changed",
    ]
    moved, slip, created, due, _ = (event.data for event in told)
    assert (
        [each["number"] for each in moved["attach"]] == [slip["document"]["number"]] == ["CR000001"]
    )
    assert (moved["order"]["due"], moved["order"]["refund_due"]) == (euro(0), euro(2870))
    assert slip["document"]["gross"] == slip["document"]["paid_back"] == due["amount"] == euro(2870)
    assert slip["document"]["reason"] == "The order was cancelled."
    assert (created["refund"]["kind"], due["by_hand"]) == ("cancelled", True)
    assert money_of(shop.order(order_id)) == (0, 2870)
    shop.tell("payment.mark_refunded", {"order_id": order_id, "refund_id": due["refund_id"]})
    assert money_of(shop.order(order_id)) == (0, 0)
    again = {"order_id": order_id, "to": "processing", "force": True, "reason": "?", "by": "anna"}
    assert shop.refusal("order.transition", again)["code"] == "order_credited"


def test_an_unpaid_invoiced_order_that_is_cancelled_owes_nothing(shop: Storefront) -> None:
    order_id = shop.place(initial_state="processing")
    told = shop.move(order_id, "cancelled")
    assert names(told) == ["order.transitioned", "credit_slip.issued", "stock.changed"]
    assert told[1].data["document"]["paid_back"] == euro(0)
    assert money_of(shop.order(order_id)) == (0, 0)
    (actions,) = [shop.desk.ask("order.actions", {"order_id": order_id}, shop=shop.shop).data]
    assert (actions["due"], actions["refund_due"]) == (euro(0), euro(0))
    assert not {
        each["name"] for each in actions["actions"] if each["possible"] and "refund" in each["name"]
    }


def test_store_credit_goes_back_when_an_invoiced_order_is_cancelled(shop: Storefront) -> None:
    shop.tell(
        "store_credit.issue",
        {
            "credit_id": str(uuid4()),
            "customer_id": "c-1001",
            "amount": euro(1000),
            "reason": "Sorry.",
            "by": "anna",
        },
    )
    order_id = shop.place(use_store_credit=True)
    shop.move(order_id, "payment_accepted")
    told = shop.move(order_id, "cancelled")
    assert {"store_credit.given_back", "payment.refund_due"} <= set(names(told))
    (due,) = [event.data["amount"] for event in told if event.name == "payment.refund_due"]
    assert due == euro(1870)
    (slip,) = [event.data["document"] for event in told if event.name == "credit_slip.issued"]
    assert (slip["paid_back"], slip["store_credit"]) == (euro(1870), euro(1000))
    answer = shop.desk.ask("store_credit.get", {"customer_id": "c-1001"}, shop=shop.shop).data
    assert answer["accounts"][0]["balance"] == euro(1000)


def test_an_unpaid_parcel_comes_back_with_a_credit_slip_and_no_money(shop: Storefront) -> None:
    order_id = shop.place(initial_state="awaiting_cod")
    for state in ("processing", "shipped"):
        shop.move(order_id, state)
    goods = a_return(order_id, 2)
    step = {"order_id": order_id, "return_id": goods["return_id"], "by": "anna"}
    for name, data in (
        ("return.request", goods),
        ("return.confirm", step),
        ("return.receive", step),
    ):
        shop.tell(name, data)
    cannot = shop.refusal("order.transition", {"order_id": order_id, "to": "cancelled"})
    assert cannot["details"]["guard"] == "nothing_is_out"
    told = shop.tell("return.complete", step)
    assert names(told) == [
        "return.completed",
        "refund.created",
        "credit_slip.issued",
        "stock.changed",
    ]
    assert money_of(shop.order(order_id)) == (490, 0)  # the shipping
    assert names(shop.move(order_id, "cancelled")) == ["order.transitioned", "credit_slip.issued"]
    assert (money_of(shop.order(order_id)), shop.stock(MUG)) == ((0, 0), 100)


def test_a_return_of_what_was_cancelled_meanwhile_is_completed(shop: Storefront) -> None:
    order_id = shop.place(initial_state="shipped")
    goods = a_return(order_id, 2)
    step = {"order_id": order_id, "return_id": goods["return_id"], "by": "anna"}
    for name, data in (
        ("return.request", goods),
        ("return.confirm", step),
        ("return.receive", step),
    ):
        shop.tell(name, data)
    shop.move(order_id, "cancelled", force=True, reason="It came back.", by="anna")
    assert names(shop.tell("return.complete", step)) == ["return.completed"]


def test_the_mail_of_a_refund_leaves_only_when_money_goes_back(shop: Storefront) -> None:
    order_id = shop.place(initial_state="payment_accepted")
    refused = shop.refusal("order.transition", {"order_id": order_id, "to": "refunded"})
    assert refused["details"]["guard"] == "something_refunded"
    assert "refund first" in refused["reason"]
    moved, *_ = shop.move(order_id, "refunded", force=True, reason="?", by="anna")
    assert moved.data["new_state"]["mail_template"] is None
    other = shop.place(initial_state="payment_accepted")
    shop.tell("refund.create", a_refund(other))
    moved, *_ = shop.move(other, "refunded")
    assert (moved.data["new_state"]["mail_template"], moved.data["order"]["refunded_amount"]) == (
        "refund",
        euro(2870),
    )


def test_a_payment_by_mistake_is_reversed_and_kept(shop: Storefront) -> None:
    order_id = shop.place()
    shop.pay(order_id, payment__transaction_id="BW-17")
    again = a_payment(order_id, payment__transaction_id="BW-17")
    assert shop.refusal("payment.record", again)["code"] == "transaction_recorded"
    (payment,) = shop.order(order_id)["payments"]
    wanted = {
        "order_id": order_id,
        "payment_id": payment["payment_id"],
        "reason": "Of another order.",
        "by": "anna",
    }
    (told,) = shop.tell("payment.reverse", wanted)
    assert (told.name, told.data["due"], told.data["order"]["paid"]) == (
        "payment.reversed",
        euro(2870),
        euro(0),
    )
    assert [row.amount for row in rows(shop.desk.engine, "payments", order_id=UUID(order_id))] == [
        2870,
        -2870,
    ]
    assert shop.refusal("payment.reverse", wanted)["code"] == "already_reversed"
    assert shop.order(order_id)["payments"][-1]["reverses"] == payment["payment_id"]
    assert names(shop.tell("payment.record", again)) == ["payment.recorded"]
