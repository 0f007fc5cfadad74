"""A shop with a state of its own, and an order that waits for stock, over a real RabbitMQ: pika and
JSON, no more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from deploy.stack.rabbitmq import RabbitNode
from services.orders.worker import service
from shared.clients.client import Client, Reply, open_client
from shared.contracts import samples
from shared.runtime.process.worker_process import WorkerProcess
from shared.runtime.rabbitmq.definitions import Definitions
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.users import Login
from shared.runtime.service import Service
from shared.runtime.settings import ServiceSettings
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for
from tests.conditions import FAR
from tests.shared.runtime.rabbit_fixture import CLIENT, RabbitFixture
from tests.words import an_order, sqlite_url

pytestmark = pytest.mark.slow

ORDERS = Login("orders", "orders-secret")


class OrdersGround(RabbitFixture):
    """The topology of `orders` in a virtual host of its own."""

    def topology(self, service: Service = service) -> Definitions:
        return definitions([service], self.delays, {"orders": ORDERS, "client": CLIENT}, self.vhost)


@contextmanager
def working(rabbitmq: RabbitFixture, url: str) -> Iterator[None]:
    engine = engine_for(url)
    migrations.upgrade(service, engine)
    engine.dispose()
    settings = ServiceSettings(
        broker_url=SecretStr(rabbitmq.url(ORDERS)),
        database_url=SecretStr(url),
        retry_delays=rabbitmq.delays,
    )
    process = WorkerProcess(service, settings, 1)
    process.start()
    try:
        yield
    finally:
        process.stop()


@pytest.fixture
def rabbitmq(rabbit: RabbitNode) -> Iterator[RabbitFixture]:
    found = OrdersGround(rabbit)
    yield found
    found.close()


def said(client: Client, name: str, data: dict[str, Any]) -> Reply:
    """Return the answer that a storefront gets."""
    return client.request(name, data, timeout=FAR)


def test_a_shop_with_its_own_states_walks_an_order_that_waits_for_stock(
    rabbitmq: RabbitFixture, tmp_path: Path
) -> None:
    order = an_order()
    order_id = order["order_id"]

    def move(to: str, **how: Any) -> tuple[str, dict[str, Any]]:
        return "order.transition", {"order_id": order_id, "to": to, "by": "anna@shop.test", **how}

    with (
        working(rabbitmq, sqlite_url(tmp_path)),
        open_client(rabbitmq.url(CLIENT), "walk") as client,
    ):
        events = rabbitmq.listen("#")
        script: list[tuple[tuple[str, dict[str, Any]], Any]] = [
            (
                ("shop.put", samples.PUT_SHOP | {"backorders": True, "accepts_returns": True}),
                ["shop.changed"],
            ),
            (("product.put", samples.PUT_PRODUCT), ["product.changed"]),
            (("stock.set", {"sku": "MUG-BLUE", "quantity": 1}), ["stock.changed"]),
            (("state.put", samples.PUT_STATE), ["state.changed", "state.changed"]),
            (("state.put", samples.PUT_STATE | {"next_states": ["dreaming"]}), "unknown_target"),
            (
                ("order.place", order),
                ["order.placed", "stock.changed", "stock.short", "customer.changed"],
            ),
            (
                move("payment_accepted"),
                ["order.transitioned", "payment.recorded", "invoice.issued"],
            ),
            (move("payment_accepted"), "already_in_state"),
            (move("processing"), "guard_objects"),
            (
                ("stock.set", {"sku": "MUG-BLUE", "quantity": 9}),
                ["stock.changed", "stock.changed", "stock.reserved"],
            ),
            (move("processing"), ["order.transitioned", "delivery_slip.issued"]),
            (move("packed"), ["order.transitioned"]),
            (move("delivered"), "move_not_possible"),
            (move("delivered", force=True, reason="fetched"), ["order.transitioned"]),
        ]
        for (name, data), expected in script:
            answer = said(client, name, data).data
            assert answer.get("events", answer.get("code")) == expected, (name, answer)
        actions = said(client, "order.actions", {"order_id": order_id}).data["actions"]
        possible = {(each["name"], each["refund_kind"]) for each in actions if each["possible"]}
        assert {
            ("refund.create", "partial"),
            ("return.request", None),
            ("refund.create", "return"),
            ("order.correct_invoice", None),
            ("order.set_exemption", None),
        } <= possible
        assert {name for name, _ in possible}.isdisjoint(
            {"order.add_lines", "order.edit_lines", "order.cancel_lines", "order.issue_invoice"}
        )
        history = said(client, "order.get", {"order_id": order_id}).data["history"]
        assert [(each["state"], each["forced"]) for each in history] == [
            ("backorder_unpaid", False),
            ("backorder_paid", False),
            ("processing", False),
            ("packed", False),
            ("delivered", True),
        ]
        heard = events.heard(
            sum(len(expected) if isinstance(expected, list) else 1 for _, expected in script)
        )
        reserved = next(event for event in heard if event.name == "stock.reserved")
        assert reserved.data["filled_order_ids"] == [order_id]
