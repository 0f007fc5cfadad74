"""The page *edit an order* over a real RabbitMQ: every block is sent unchanged and has the
documented effect.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.stack.rabbitmq import RabbitNode
from services.orders.worker import service
from shared.clients.client import open_client
from shared.contracts import samples
from shared.contracts.snapshot import DocumentSnapshot
from tests.orders.editing import invoiced
from tests.orders.test_rabbitmq import OrdersGround, said, working
from tests.orders.words import forget_what_was_told
from tests.shared.runtime.rabbit_fixture import CLIENT, RabbitFixture
from tests.words import a_shop_with_mugs, harness, sqlite_url

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "edit-an-order.md"
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
    kept.tell("order.place", samples.PLACE_ORDER)
    forget_what_was_told(kept.engine)
    kept.engine.dispose()
    with working(rabbitmq, url), open_client(rabbitmq.url(CLIENT), "walk") as client:
        events = rabbitmq.listen("#")
        asked = [
            (block["name"], said(client, block["name"], block["data"]).data) for block in BLOCKS
        ]
        previews = [answer for name, answer in asked if name == "order.preview"]
        answers = [answer for name, answer in asked if name != "order.preview"]
        assert [answer["events"] for answer in answers] == [
            ["order.edited", "stock.changed"],
            ["order.edited"],
            ["order.edited", "stock.changed"],
            ["order.discounted"],
            ["order.invoice_noted"],
            ["invoice.issued"],
            ["order.edited", "credit_slip.issued", "invoice.issued", "stock.changed"],
            [
                "order.address_changed",
                "order.invoice_corrected",
                "credit_slip.issued",
                "invoice.issued",
                "customer.changed",
            ],
            ["order.shipping_changed", "credit_slip.issued"],
            ["order.address_changed", "customer.changed"],
            ["order.customer_changed", "customer.changed"],
            ["order.address_changed", "customer.changed"],
            ["order.edited", "credit_slip.issued", "invoice.issued"],
            ["order.shipping_changed", "credit_slip.issued", "invoice.issued"],
            ["delivery_slip.issued"],
            ["order.document_mail_requested"],
            [
                "order.exemption_changed",
                "credit_slip.issued",
                "invoice.issued",
                "delivery_slip.issued",
                "customer.changed",
            ],
            ["order.exemption_changed", "credit_slip.issued", "invoice.issued"],
            ["order.change_announced"],
            ["order_summary.issued"],
        ]
        order = said(client, "order.get", {"order_id": samples.ORDER_ID}).data
        heard = events.heard(sum(len(answer["events"]) for answer in answers))
    documents = [
        DocumentSnapshot.model_validate(event.data["document"])
        for event in heard
        if event.name.endswith(".issued")
    ]
    assert [preview["events"] for preview in previews] == [["order.edited", "stock.changed"]]
    assert [(line["line"], line["quantity"]) for line in order["lines"]] == [(1, 1), (3, 1)]
    assert invoiced(documents) == {"23": (order["net"]["amount"], order["tax"]["amount"])}
    assert (documents[0].note, documents[-1].gross) == ("Ordered by telephone.", documents[-1].due)
    assert (order["order"]["carrier"], order["delivery_address"]["line1"]) == (
        "Slow Post",
        "1 Other Street",
    )
