"""The page *place an order* over a real RabbitMQ: every block is sent unchanged and has the
documented effect.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.stack.rabbitmq import RabbitNode
from services.orders.worker import service
from shared.clients.client import open_client
from shared.contracts.orders import CartRuleDefinition
from tests.orders.promotions import euro
from tests.orders.test_rabbitmq import OrdersGround, said, working
from tests.orders.words import forget_what_was_told
from tests.shared.runtime.rabbit_fixture import CLIENT, RabbitFixture
from tests.words import a_shop_with_mugs, harness, sqlite_url

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "place-an-order.md"
BLOCKS = [
    json.loads(block)
    for block in re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
]


@pytest.fixture
def rabbitmq(rabbit: RabbitNode) -> Iterator[RabbitFixture]:
    found = OrdersGround(rabbit)
    yield found
    found.close()


def test_the_page_says_what_is_done(rabbitmq: RabbitFixture, tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    kept = harness(service, url)
    a_shop_with_mugs(kept)
    forget_what_was_told(kept.engine)
    kept.engine.dispose()
    with working(rabbitmq, url), open_client(rabbitmq.url(CLIENT), "walk") as client:
        events = rabbitmq.listen("#")
        answers: list[tuple[str, dict[str, Any]]] = []
        for block in BLOCKS:
            reply = said(client, block["name"], block["data"])
            assert reply.refusal is None
            answers.append((block["name"], reply.data))
        priced, with_credit, again = [answer for name, answer in answers if name == "cart.price"]
        placed, by_credit, by_hand = [
            answer["events"] for name, answer in answers if name == "order.place"
        ]
        found = [
            answer["customers"][0]["full_name"]
            for name, answer in answers
            if name == "customer.search"
        ]
        told = dict(answers)
        heard = events.heard(sum(len(answer.get("events", ())) for _, answer in answers))
    assert (priced["total"], priced["rejected"][0]["voucher_code"]) == (euro(490), "TOO-LATE")
    assert [(each["kind"], each["off"]["amount"]) for each in priced["discounts"]] == [
        ("percent", 1_190),
        ("gift", 150),
        ("amount", 2_380),
    ]
    assert placed == [
        "order.placed",
        "stock.changed",
        "stock.changed",
        "voucher.redeemed",
        "voucher.created",
        "customer.changed",
    ]
    assert (with_credit["store_credit"], with_credit["to_pay"]) == (euro(1_680), euro(0))
    assert by_credit == [
        "order.placed",
        "payment.recorded",
        "invoice.issued",
        "stock.changed",
        "store_credit.used",
    ]
    assert (again["products_total"], again["unknown"]) == (euro(2_380), [])
    assert by_hand == [
        "order.placed",
        "payment.recorded",
        "invoice.issued",
        "stock.changed",
        "voucher.created",
        "voucher.redeemed",
        "customer.changed",
    ]
    assert found == ["Ada Byron", "Grace Hopper"]
    assert (told["voucher.get"]["used"], told["voucher.get"]["remaining_uses"]) == (1, 0)
    hers = [
        (each["voucher"]["amount"], each["usable"]) for each in told["voucher.list"]["vouchers"]
    ]
    assert hers == [(euro(3_000), False), (euro(620), True)]
    assert told["order.transition"]["events"][-2:] == ["voucher.disabled", "voucher.returned"]
    rest = next(event for event in heard if event.data.get("remainder_of"))
    assert (rest.name, rest.data["voucher"]["amount"]) == ("voucher.created", euro(620))
    credited, invoice = [
        event.data["document"] for event in heard if event.name == "invoice.issued"
    ]
    assert [(each["kind"], each["amount"]) for each in credited["payments"]] == [
        ("store_credit", euro(1_680))
    ]
    assert (credited["gross"], credited["tax"], credited["due"]) == (
        euro(1_680),
        euro(268),
        euro(0),
    )
    assert (invoice["gross"], invoice["discounts"][0]["name"]) == (euro(1_561), "For the delay")


def test_the_page_names_every_condition_and_effect() -> None:
    page = PAGE.read_text("utf-8")
    missing = {
        name
        for name in CartRuleDefinition.model_fields
        if f"`{name}`" not in page and f'"{name}"' not in page
    }
    assert missing == set()
