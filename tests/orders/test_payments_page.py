"""The page *take a payment*: every block is sent as it stands."""

import json
import re
from pathlib import Path

from shared.contracts import samples
from tests.orders.words import Storefront
from tests.words import an_order

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "payments.md"
BLOCKS = [
    json.loads(block)
    for block in re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
]


def test_the_page_says_what_is_done(shop: Storefront) -> None:
    second = samples.ORDER_ID.replace("6a01", "6a02")
    for order_id, reference in ((samples.ORDER_ID, "PAGE-1"), (second, "PAGE-2")):
        order = an_order(order_id=order_id, reference=reference, initial_state="awaiting_paypal")
        shop.tell("order.place", order)
    balances, states = [], []
    for block in BLOCKS:
        for event in shop.tell(block["name"], block["data"]):
            if event.name == "payment.recorded":
                paid, due = event.data["order"]["paid"], event.data["due"]
                balances.append((paid["amount"], due["amount"]))
            if event.name == "order.transitioned":
                states.append(event.data["new_state"]["key"])

    assert balances == [(2000, 870), (2870, 0)]
    assert states == ["remote_payment_accepted", "payment_error"]
