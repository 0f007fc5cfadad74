"""Concurrent refunds of the same order: the amount is given back once, and the others are refused
with the remaining amount.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from pydantic import SecretStr

from deploy.stack.postgres import Postgres
from deploy.stack.rabbitmq import RabbitNode
from services.orders.worker import service
from shared.contracts import samples
from shared.contracts.envelope import Envelope
from shared.runtime.process.worker_process import WorkerProcess
from shared.runtime.settings import ServiceSettings
from tests.conditions import until
from tests.orders.conftest import open_shop
from tests.orders.refunds import a_refund, a_return
from tests.orders.test_rabbitmq import ORDERS, OrdersGround
from tests.orders.words import Storefront, at_once, names, rows
from tests.shared.runtime.rabbit_fixture import RabbitFixture, envelope
from tests.words import harness

NOTHING = {
    "lines": [{"line": 1, "sku": "MUG-BLUE", "quantity": 0, "amount": samples.euro(0)}],
    "shipping": samples.euro(0),
    "paid": samples.euro(0),
    "overpaid": samples.euro(0),
}


def paid(shop: Storefront, count: int) -> list[str]:
    return shop.place_all(count, initial_state="payment_accepted")


def refunded(shop: Storefront) -> list[tuple[int, int]]:
    """Return the paid and the refunded amount of each order of the shop."""
    return [(row.paid, row.refunded) for row in rows(shop.desk.engine, "orders", shop=shop.shop)]


def slips(shop: Storefront) -> list[str]:
    return sorted(
        row.number
        for row in rows(shop.desk.engine, "documents", shop=shop.shop, kind="credit_slip")
    )


def told(events: list[Envelope], name: str) -> list[Any]:
    return [event.data for event in events if event.name == name]


def test_of_eight_full_refunds_of_each_of_ten_orders_one_is_granted(
    shop: Storefront, url: str
) -> None:
    orders = paid(shop, 10)
    at_once(
        url,
        *([shop.message("refund.create", a_refund(order)) for order in orders] for _ in range(8)),
    )
    events = shop.desk.outbox()
    assert sorted(each["order_id"] for each in told(events, "refund.created")) == sorted(orders)
    assert [each["details"]["left"] for each in told(events, "refund.create_refused")] == [
        NOTHING
    ] * 70
    assert refunded(shop) == [(2870, 2870)] * 10
    assert slips(shop) == [f"CR{number:06d}" for number in range(1, 11)]
    assert shop.stock() == 100


def test_pieces_refunded_by_eight_at_once_are_never_more_than_were_bought(
    shop: Storefront, url: str
) -> None:
    (order,) = paid(shop, 1)
    one = {"lines": [{"line": 1, "quantity": 1}], "refund_shipping": False}
    at_once(url, *([shop.message("refund.create", a_refund(order, **one))] for _ in range(8)))
    assert Counter(names(shop.desk.outbox()))["refund.created"] == 2
    assert (refunded(shop), shop.stock()) == ([(2870, 2380)], 100)


def test_one_refund_sent_by_eight_at_once_is_granted_once(shop: Storefront, url: str) -> None:
    (order,) = paid(shop, 1)
    one = a_refund(order, lines=[{"line": 1, "quantity": 1}], refund_shipping=False)
    at_once(url, *([shop.message("refund.create", one)] for _ in range(8)))
    assert told(shop.desk.outbox(), "refund.create_refused") == []
    assert refunded(shop) == [(2870, 1190)]


def test_an_order_refunded_and_cancelled_at_once_gives_its_stock_back_once(
    shop: Storefront, url: str
) -> None:
    orders = paid(shop, 6)
    refunds = [[shop.message("refund.create", a_refund(order))] for order in orders]
    moves = [
        [shop.message("order.transition", {"order_id": order, "to": "cancelled"})]
        for order in orders
    ]
    at_once(url, *refunds, *moves)
    assert refunded(shop) == [(2870, 2870)] * 6
    assert {shop.order(order)["state"] for order in orders} == {"cancelled"}
    assert shop.stock() == 100


def test_a_return_completed_by_eight_at_once_is_refunded_once(shop: Storefront, url: str) -> None:
    shop.tell("shop.put", samples.PUT_SHOP | {"accepts_returns": True})
    (order,) = shop.place_all(1, initial_state="payment_accepted")
    goods = a_return(order, 2)
    step = {"order_id": order, "return_id": goods["return_id"]}
    shop.deliver(
        *(
            shop.message("order.transition", {"order_id": order, "to": to})
            for to in ("processing", "shipped")
        ),
        shop.message("return.request", goods),
        shop.message("return.confirm", step),
        shop.message("return.receive", step),
    )
    at_once(url, *([shop.message("return.complete", step)] for _ in range(8)))
    assert Counter(names(shop.desk.outbox()))["return.complete_refused"] == 7
    assert (refunded(shop), shop.stock()) == ([(2870, 2380)], 100)


# --- on real servers, with several threads of several workers -------------------------------------


@pytest.fixture
def rabbitmq(rabbit: RabbitNode) -> Iterator[RabbitFixture]:
    found = OrdersGround(rabbit)
    yield found
    found.close()


@pytest.fixture
def busy_shop(rabbitmq: RabbitFixture, postgres: Postgres) -> Iterator[Storefront]:
    """A shop on PostgreSQL, served by two workers of four threads that take two messages at a
    time.
    """
    url = postgres.create_database("refund_races")
    shop = open_shop(harness(service, url))
    settings = ServiceSettings(
        broker_url=SecretStr(rabbitmq.url(ORDERS)),
        database_url=SecretStr(url),
        retry_delays=rabbitmq.delays,
        batch=2,
    )
    with ExitStack() as running:
        running.callback(shop.desk.engine.dispose)
        for _ in range(2):
            process = WorkerProcess(service, settings, threads=4)
            process.start()
            running.callback(process.stop)
        yield shop


def test_the_races_are_won_once_over_rabbitmq_too(
    rabbitmq: RabbitFixture, busy_shop: Storefront
) -> None:
    shop = busy_shop
    orders, others = paid(shop, 10), shop.place_all(10, initial_state="processing")
    until(lambda: not shop.desk.outbox())
    refunds, moves = rabbitmq.listen("refund.#"), rabbitmq.listen("order.#")
    rabbitmq.send(
        *(
            envelope("refund.create", a_refund(order), shop=shop.shop)
            for _ in range(8)
            for order in orders
        )
    )
    heard = refunds.heard(80)
    assert sorted(each["order_id"] for each in told(heard, "refund.created")) == sorted(orders)
    assert [each["details"]["left"] for each in told(heard, "refund.create_refused")] == [
        NOTHING
    ] * 70
    rabbitmq.send(
        *(
            envelope("order.transition", {"order_id": order, "to": to}, shop=shop.shop)
            for order in others
            for to in ("cancelled", "shipped")
        )
    )
    assert Counter(names(moves.heard(20))) == {
        "order.transitioned": 10,
        "order.transition_refused": 10,
    }
    states = Counter(shop.order(order)["state"] for order in others)
    assert states["cancelled"] + states["shipped"] == 10
    assert refunded(shop).count((2870, 2870)) == 10
    assert shop.stock() == 100 - 2 * states["shipped"]
    assert slips(shop) == [f"CR{number:06d}" for number in range(1, 11 + states["cancelled"])]
