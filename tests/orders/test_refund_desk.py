"""Stored refunds and returns, their events and queries, on both databases."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from shared.contracts import samples
from tests.orders.promotions import euro
from tests.orders.refunds import a_refund, a_return
from tests.orders.words import MUG, Storefront, names, rows
from tests.words import ServiceHarness, an_order

ONE = {"lines": [{"line": 1, "quantity": 1}], "refund_shipping": False}
AT_ALL = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def paid(shop: Storefront) -> str:
    """A paid order of a shop that takes goods back."""
    shop.tell("shop.put", samples.PUT_SHOP | {"accepts_returns": True})
    return shop.place(initial_state="payment_accepted")


@pytest.fixture
def shipped(shop: Storefront, paid: str) -> str:
    """The same, shipped."""
    shop.deliver(
        *(
            shop.message("order.transition", {"order_id": paid, "to": to})
            for to in ("processing", "shipped")
        )
    )
    return paid


def step(goods: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "order_id": goods["order_id"],
        "return_id": goods["return_id"],
        "by": "anna@shop.test",
        **more,
    }


def let_in(shop: Storefront, order_id: str, quantity: int = 1) -> dict[str, Any]:
    """Return a return with an arrived package."""
    goods = a_return(order_id, quantity)
    shop.deliver(
        shop.message("return.request", goods),
        shop.message("return.confirm", step(goods)),
        shop.message("return.receive", step(goods)),
    )
    return goods


def returns(shop: Storefront, **wanted: Any) -> dict[str, Any]:
    answer = shop.desk.ask("return.list", wanted, shop=shop.shop)
    assert answer.name == "return.list_answered", answer.data
    return answer.data


# --- due and done ---------------------------------------------------------------------------------


def test_what_is_due_and_what_is_done_is_seen(shop: Storefront, paid: str) -> None:
    wanted = a_refund(paid, **ONE, reason="One too many")
    shop.tell("refund.create", wanted)
    before = shop.order(paid)
    assert (before["refund_due"], before["refunds"][0]["outstanding"]) == (euro(1190), True)
    done = {
        "order_id": paid,
        "refund_id": wanted["refund_id"],
        "transaction_id": "RF-77",
        "by": "anna@shop.test",
    }
    (told,) = shop.tell("payment.mark_refunded", done)
    assert (told.name, told.data["amount"], told.data["by"]) == (
        "payment.refunded",
        euro(1190),
        "anna@shop.test",
    )
    after = shop.order(paid)
    assert (after["refund_due"], after["refunds"][0]["transaction_id"]) == (euro(0), "RF-77")
    assert after["refunds"][0]["done_at"] == told.data["at"]
    assert shop.refusal("payment.mark_refunded", done)["code"] == "nothing_due"
    unknown = shop.refusal("payment.mark_refunded", done | {"refund_id": AT_ALL})
    assert (unknown["code"], unknown["details"]["field"]) == ("unknown_refund", "refund_id")


def test_an_order_placed_paid_and_refunded_in_one_batch_is_refunded_once(shop: Storefront) -> None:
    order = an_order(initial_state="payment_accepted")
    asked = [a_refund(order["order_id"]), a_refund(order["order_id"])]
    told = shop.deliver(
        shop.message("order.place", order), *(shop.message("refund.create", each) for each in asked)
    )
    assert names(told)[-5:] == [
        "refund.created",
        "credit_slip.issued",
        "payment.refund_due",
        "stock.changed",
        "refund.create_refused",
    ]
    assert shop.stock() == 100
    assert [row.refunded for row in rows(shop.desk.engine, "orders", shop=shop.shop)] == [2870]


def test_a_preview_changes_nothing_and_is_refused_as_the_refund_would_be(
    shop: Storefront, paid: str
) -> None:
    terms = {"order_id": paid, "kind": "standard", "lines": [{"line": 1, "quantity": 2}]}
    answer = shop.desk.ask("refund.preview", terms, shop=shop.shop)
    assert (answer.data["refund"]["gross"], answer.data["refundable_amounts"]["paid"]) == (
        euro(2380),
        euro(490),
    )
    assert rows(shop.desk.engine, "refunds", order_id=UUID(paid)) == []
    refused = shop.desk.ask(
        "refund.preview", terms | {"lines": [{"line": 1, "quantity": 3}]}, shop=shop.shop
    )
    assert (refused.name, refused.data["code"]) == ("refund.preview_refused", "too_many_pieces")
    assert refused.data["details"]["left"]["lines"][0]["quantity"] == 2


# --- after edits ----------------------------------------------------------------------------------


def test_a_credit_slip_says_when_the_invoice_that_it_corrects_was_issued(
    shop: Storefront, paid: str
) -> None:
    (invoice,) = shop.order(paid)["documents"]
    told = shop.tell("refund.create", a_refund(paid, **ONE))
    slip = next(each for each in told if each.name == "credit_slip.issued").data["document"]
    assert (slip["corrected"], slip["corrects_issued_at"]) == ([invoice], invoice["issued_at"])
    assert invoice["issued_at"] is not None
    order = shop.order(paid)
    assert (
        order["documents"][1]["issued_at"]
        == slip["issued_at"]
        == order["refunds"][0]["credit_slip"]["issued_at"]
    )


def test_what_was_paid_too_much_is_given_back_once(shop: Storefront, paid: str) -> None:
    edit = {"order_id": paid, "lines": [{"line": 1, "quantity": 1}], "by": "anna@shop.test"}
    shop.tell("order.edit_lines", edit)
    assert shop.order(paid)["due"] == euro(-1190)
    back = a_refund(paid, kind="partial", lines=[], refund_shipping=False, refund_overpaid=True)
    told = shop.tell("refund.create", back)
    assert names(told) == ["refund.created", "payment.refund_due"]
    assert (told[0].data["refund"]["overpaid"], told[1].data["amount"]) == (euro(1190), euro(1190))
    after = shop.order(paid)
    assert (after["due"], after["refund_due"], after["refundable_amounts"]["overpaid"]) == (
        euro(0),
        euro(1190),
        euro(0),
    )
    again = shop.refusal("refund.create", back | {"refund_id": str(uuid4())})
    assert (again["code"], again["details"]["field"]) == ("nothing_overpaid", "refund_overpaid")


# --- stock ----------------------------------------------------------------------------------------


def test_pieces_that_go_back_are_for_those_who_wait(shop: Storefront, paid: str) -> None:
    shop.tell("stock.set", {"sku": MUG, "quantity": 0})
    waiting = shop.place(initial_state="backorder_unpaid")
    told = shop.tell("refund.create", a_refund(paid))
    assert names(told)[3:] == ["stock.changed", "stock.changed", "stock.reserved"]
    assert (told[-1].data["filled_order_ids"], shop.stock()) == ([waiting], 0)


def test_an_order_that_waits_gives_up_what_is_refunded_of_it(shop: Storefront) -> None:
    shop.tell("stock.set", {"sku": MUG, "quantity": 1})
    waiting = shop.place(initial_state="backorder_unpaid")
    shop.pay(waiting)
    told = shop.tell("refund.create", a_refund(waiting, **ONE))
    assert "stock.changed" not in names(told)
    assert rows(shop.desk.engine, "waiting", shop=shop.shop) == []
    assert names(shop.tell("stock.set", {"sku": MUG, "quantity": 5})) == ["stock.changed"]


def test_what_was_refunded_does_not_go_back_again_with_the_rest(
    shop: Storefront, paid: str
) -> None:
    shop.tell("refund.create", a_refund(paid, **ONE))
    shop.move(paid, "cancelled")
    assert shop.stock() == 100


# --- returns --------------------------------------------------------------------------------------


def test_a_return_is_kept_with_its_answers_and_its_refund(shop: Storefront, shipped: str) -> None:
    goods = let_in(shop, shipped, 2)
    told = shop.tell("return.complete", step(goods, restock=True, refund_shipping=True))
    assert names(told) == [
        "return.completed",
        "refund.created",
        "credit_slip.issued",
        "payment.refund_due",
        "stock.changed",
    ]
    assert (told[1].data["refund"]["gross"], shop.stock()) == (euro(2870), 100)
    (kept,) = shop.order(shipped)["returns"]
    assert (kept["state"], kept["number"], kept["reason"]) == (
        "completed",
        "RT000001",
        "It is chipped.",
    )
    assert kept["refund_id"] == told[1].data["refund"]["refund_id"]


def test_returns_are_listed_newest_first_page_by_page(shop: Storefront, shipped: str) -> None:
    first, second = a_return(shipped), a_return(shipped)
    for goods in (first, second):
        shop.tell("return.request", goods)
    shop.tell("return.deny", step(first, answer="It was used."))
    page = returns(shop, limit=1)
    assert [each["return_id"] for each in page["returns"]] == [second["return_id"]]
    rest = returns(shop, limit=1, cursor=page["next"])
    assert ([each["return_id"] for each in rest["returns"]], rest["next"]) == (
        [first["return_id"]],
        None,
    )
    found = {
        state: len(returns(shop, state=state)["returns"])
        for state in ("denied", "package_received")
    }
    assert found == {"denied": 1, "package_received": 0}
    assert len(returns(shop, customer_id="c-1001", order_id=shipped)["returns"]) == 2
    assert (
        returns(shop, customer_id="nobody")["returns"]
        == returns(shop, order_id=AT_ALL)["returns"]
        == []
    )


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("return.list", "state", "lost"),
        ("return.list", "limit", 0),
        ("return.list", "limit", 201),
        ("return.list", "order_id", "42"),
        ("return.list", "customer_id", ""),
        ("return.list", "surprise", 1),
        ("refund.preview", "kind", "whole"),
        ("refund.preview", "order_id", "42"),
        ("refund.preview", "lines", [{}]),
        ("refund.preview", "shipping_amount", 0),
        ("refund.preview", "refund_id", AT_ALL),
    ],
)
def test_what_is_no_question_is_refused_at_its_field(
    shop: Storefront, name: str, field: str, value: Any
) -> None:
    good = {"order_id": AT_ALL, "kind": "standard"} if name == "refund.preview" else {}
    answer = shop.desk.ask(name, good | {field: value}, shop=shop.shop)
    assert (answer.name, answer.data["code"]) == (f"{name}_refused", "invalid")
    assert answer.data["reason"].startswith(field)


def test_a_cursor_that_is_none_of_ours_is_refused(shop: Storefront) -> None:
    answer = shop.desk.ask("return.list", {"cursor": "bm9uZQ"}, shop=shop.shop)
    assert (answer.name, answer.data["details"]["field"]) == ("return.list_refused", "cursor")


# --- foreign, and by law --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["confirm", "deny", "receive", "complete"])
def test_a_return_is_not_moved_by_another_shop_or_order(
    shop: Storefront, other_shop: Storefront, shipped: str, name: str
) -> None:
    goods = a_return(shipped)
    shop.tell("return.request", goods)
    answer = {"answer": "No."} if name == "deny" else {}
    assert other_shop.refusal(f"return.{name}", step(goods, **answer))["code"] == "unknown_order"
    elsewhere = step(goods, order_id=shop.place(), **answer)
    assert shop.refusal(f"return.{name}", elsewhere)["code"] == "unknown_return"


def test_the_database_refuses_more_than_was_paid(orders: ServiceHarness, paid: str) -> None:
    with (
        pytest.raises(IntegrityError, match="never_more_than_paid"),
        orders.engine.begin() as connection,
    ):
        connection.execute(text("UPDATE orders SET refunded = paid + 1 WHERE paid = 2870"))


def test_refunds_and_returns_are_never_deleted_nor_what_was_granted_changed(
    shop: Storefront, shipped: str
) -> None:
    goods = let_in(shop, shipped)
    shop.tell("return.complete", step(goods))
    statements = ["DELETE FROM refunds", "DELETE FROM returns"]
    statements += [
        f"UPDATE {change}"
        for change in (
            "refunds SET shipping_net = shipping_net + 1",
            "refunds SET lines = '[]'",
            "refunds SET method = 'cash'",
            "refunds SET credit_slip = 'CR000099'",
            "refunds SET overpaid = 1",
            "returns SET lines = '[]'",
            f"returns SET return_id = '{uuid4().hex}'",
        )
    ]
    for statement in statements:
        with (
            pytest.raises(DBAPIError, match="cannot be deleted, nor their fixed columns changed"),
            shop.desk.engine.begin() as connection,
        ):
            connection.execute(text(statement))


def test_a_customer_is_told_his_refunds_and_returns(shop: Storefront, shipped: str) -> None:
    shop.tell("return.complete", step(let_in(shop, shipped)))
    (told,) = shop.tell(
        "customer.export", {"customer_id": "c-1001", "emails": ["ada@example.test"]}
    )
    (order,) = told.data["records"]["orders"]
    assert (order["refunds"][0]["gross"], order["returns"][0]["reason"]) == (
        euro(1190),
        "It is chipped.",
    )
