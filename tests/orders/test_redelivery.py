"""Everything comes again sooner or later: the same message, the same order, the same payment."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

from shared.contracts import samples
from shared.runtime.rabbitmq.delivery import Delivery
from tests.orders.words import Storefront, a_payment, names, rows
from tests.words import ServiceHarness, an_order, changed

PAGE = Path(__file__).parents[2] / "docs/howto/retries.md"


def a_move(shop: Storefront, order_id: str, to: str = "payment_accepted") -> Delivery:
    return shop.message("order.transition", {"order_id": order_id, "to": to})


def test_the_same_message_twice_in_one_batch_is_done_once(shop: Storefront) -> None:
    message = a_move(shop, shop.place())
    assert names(shop.deliver(message, message)) == [
        "order.transitioned",
        "payment.recorded",
        "invoice.issued",
    ]


def test_an_order_placed_again_by_the_same_message_takes_its_stock_once(shop: Storefront) -> None:
    message = shop.message("order.place", an_order())
    shop.deliver(message, message)
    shop.deliver(message)
    assert shop.stock() == 98


def test_a_refused_message_that_comes_again_is_not_refused_twice(shop: Storefront) -> None:
    message = a_move(shop, str(uuid4()))
    assert names(shop.deliver(message)) == ["order.transition_refused"]
    assert shop.deliver(message) == []


def test_an_order_placed_again_by_another_message_is_a_repetition_or_a_conflict(
    shop: Storefront,
) -> None:
    data = an_order()
    shop.tell("order.place", data)
    shop.repetition("order.place", data)
    refused = shop.conflict("order.place", an_order(order_id=data["order_id"]))
    assert refused["details"]["field"] == "order_id"


def test_the_page_about_retries_says_what_happens(shop: Storefront) -> None:
    sent = None
    before = shop.stock()
    for block in re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        message = json.loads(block)
        if "idempotencykey" in message:
            key = message["idempotencykey"]
            sent = shop.tell(
                message["name"], message["data"], idempotencykey=key, replyto="test.reply"
            )
        else:
            assert sent is not None
            (reply,) = sent
            assert reply.name == message["name"]
            assert message["data"].items() <= reply.data.items()
    assert shop.stock() == before + 5


def test_an_order_placed_twice_in_one_batch_by_different_messages_is_placed_once(
    shop: Storefront,
) -> None:
    data = an_order()
    told = shop.deliver(
        shop.message("order.place", data),
        shop.message("order.place", {**data, "reference": "OTHER"}),
    )
    assert names(told) == ["order.placed", "stock.changed", "customer.changed"]


def test_an_order_id_is_taken_in_every_shop(shop: Storefront, other_shop: Storefront) -> None:
    order_id = shop.place()
    assert other_shop.refusal("order.place", an_order(order_id=order_id))["code"] == "order_exists"


def test_a_reference_that_another_order_of_the_shop_bears_is_refused(shop: Storefront) -> None:
    shop.place(reference="ABC-1")
    refused = shop.refusal("order.place", an_order(reference="ABC-1"))
    assert (refused["code"], refused["details"]["field"]) == ("reference_taken", "reference")


def test_a_reference_is_taken_within_a_batch_too(shop: Storefront, logs: list[Any]) -> None:
    told = shop.deliver(
        *(shop.message("order.place", an_order(reference="ABC-2")) for _ in range(2))
    )
    assert names(told) == [
        "order.placed",
        "stock.changed",
        "customer.changed",
        "order.place_refused",
    ]
    assert told[-1].data["code"] == "reference_taken"
    assert "split" not in [entry["outcome"] for entry in logs]


def test_the_reference_of_a_refused_order_is_free(shop: Storefront) -> None:
    refused = an_order(reference="ABC-3", total__amount=1)
    told = shop.deliver(
        shop.message("order.place", refused),
        shop.message("order.place", an_order(reference="ABC-3")),
    )
    assert names(told) == [
        "order.place_refused",
        "order.placed",
        "stock.changed",
        "customer.changed",
    ]


def test_two_shops_may_use_the_same_reference(shop: Storefront, other_shop: Storefront) -> None:
    assert shop.place(reference="ABC-4") != other_shop.place(reference="ABC-4")


def test_a_payment_recorded_again_by_another_message_is_a_repetition(shop: Storefront) -> None:
    payment = a_payment(shop.place(), 1000)
    shop.tell("payment.record", payment)
    shop.repetition("payment.record", payment)
    other = changed(payment, payment__amount__amount=999)
    assert shop.conflict("payment.record", other)["details"]["field"] == "payment.payment_id"


def test_a_payment_twice_in_one_batch_by_different_messages_is_recorded_once(
    shop: Storefront,
) -> None:
    payment = a_payment(shop.place(), 1000)
    told = shop.deliver(
        shop.message("payment.record", payment), shop.message("payment.record", payment)
    )
    assert names(told) == ["payment.recorded"]


def test_a_move_made_again_by_another_message_is_refused(shop: Storefront) -> None:
    order_id = shop.place()
    shop.move(order_id, "payment_accepted")
    refused = shop.refusal("order.transition", {"order_id": order_id, "to": "payment_accepted"})
    assert (refused["code"], refused["details"]["field"]) == ("already_in_state", "to")


def test_the_last_of_several_products_put_in_one_batch_counts(
    shop: Storefront, orders: ServiceHarness
) -> None:
    shop.deliver(
        *(
            shop.message("product.put", changed(samples.PUT_PRODUCT, price__amount=price))
            for price in (1, 2)
        )
    )
    assert [row.price for row in rows(orders.engine, "products", shop=shop.shop)] == [2]
