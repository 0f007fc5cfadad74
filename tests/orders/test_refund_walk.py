"""The page *refund* over a real RabbitMQ: every block is sent unchanged and gets the documented
answer.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from deploy.stack.rabbitmq import RabbitNode
from services.orders.worker import service
from shared.clients.client import open_client
from shared.contracts import samples
from shared.contracts.envelope import Envelope
from shared.contracts.orders import CreateRefund, ReturnState
from tests.orders.promotions import euro
from tests.orders.test_rabbitmq import OrdersGround, said, working
from tests.orders.words import MUG, forget_what_was_told
from tests.shared.runtime.rabbit_fixture import CLIENT, RabbitFixture
from tests.words import a_shop_with_mugs, an_order, harness, sqlite_url

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "refund.md"
BLOCKS = [
    json.loads(block)
    for block in re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
]
FIVE = [{"sku": MUG, "quantity": 5}]


@pytest.fixture
def rabbitmq(rabbit: RabbitNode) -> Iterator[RabbitFixture]:
    found = OrdersGround(rabbit)
    yield found
    found.close()


def prepare(url: str) -> None:
    """The order that the page is about."""
    kept = harness(service, url)
    a_shop_with_mugs(kept)
    order = an_order(
        order_id=samples.ORDER_ID, lines=FIVE, total__amount=6440, payment_method="PayPal"
    )
    kept.tell("order.place", order)
    kept.tell("order.transition", {"order_id": samples.ORDER_ID, "to": "payment_accepted"})
    forget_what_was_told(kept.engine)
    kept.engine.dispose()


def papers(heard: list[Envelope], kind: str) -> list[dict[str, Any]]:
    return [event.data["document"] for event in heard if event.name == f"{kind}.issued"]


def test_the_page_says_what_is_done(rabbitmq: RabbitFixture, tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    prepare(url)
    answers: list[tuple[str, dict[str, Any]]] = []
    with working(rabbitmq, url), open_client(rabbitmq.url(CLIENT), "walk") as client:
        events = rabbitmq.listen("#")
        for block in BLOCKS:
            if "name" in block:
                answers.append((block["name"], said(client, block["name"], block["data"]).data))
            else:  # what the page says is answered
                name, answer = answers[-1]
                assert {field: answer.get(field) for field in block} == block, name
        heard = events.heard(
            sum(
                len(answer.get("events", ("refused",))) for name, answer in answers if is_told(name)
            )
        )
    assert [answer["code"] for _, answer in answers if "code" in answer] == [
        "too_many_pieces",
        "transaction_recorded",
    ]
    told = dict(answers)
    assert [each["state"] for each in told["return.list"]["returns"]] == ["denied"]
    assert [refund["outstanding"] for refund in told["order.get"]["refunds"]] == [
        False,
        True,
        True,
        True,
        False,
    ]
    assert [slip["number"] for slip in papers(heard, "credit_slip")] == [
        f"CR{number:06d}" for number in range(1, 6)
    ]
    (invoice,) = [each for each in told["order.get"]["documents"] if each["kind"] == "invoice"]
    assert all(slip["corrected"] == [invoice] for slip in papers(heard, "credit_slip"))
    assert [slip["gross"] for slip in papers(heard, "credit_slip")] == [
        euro(1190),
        euro(300),
        euro(100),
        euro(2000),
        euro(1190),
    ]
    assert [slip["number"] for slip in papers(heard, "return_slip")] == ["RT000001"]
    assert [event.data["by_hand"] for event in heard if event.name == "payment.refund_due"] == [
        False
    ] * 4
    (credit,) = [event.data for event in heard if event.name == "store_credit.issued"]
    assert (credit["amount"], credit["customer_id"], credit["code"]) == (
        euro(1190),
        "c-1001",
        "CR000005",
    )
    assert [account["balance"] for account in told["store_credit.get"]["accounts"]] == [euro(1190)]


def is_told(name: str) -> bool:
    """Return whether a block is a command: its events, or its refusal, are published."""
    return name not in (
        "order.actions",
        "refund.preview",
        "return.list",
        "order.get",
        "store_credit.get",
    )


def test_the_page_names_every_option_and_state() -> None:
    page = PAGE.read_text("utf-8")
    wanted = {*CreateRefund.model_fields, *get_args(ReturnState)}
    assert {name for name in wanted if f"`{name}`" not in page and f'"{name}"' not in page} == set()
