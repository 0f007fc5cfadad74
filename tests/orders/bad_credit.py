"""What strangers may get wrong with store credit, for `test_bad_input`."""

from typing import Any

from tests.orders.bad_refunds import IDS, WHO
from tests.orders.credit import a_credit, a_use
from tests.orders.refunds import a_refund
from tests.orders.words import Storefront
from tests.words import an_order

REQUIRED = {
    "store_credit.issue": "credit_id customer_id amount amount.amount amount.currency reason",
    "store_credit.use": "order_id payment_id",
    "refund.to_store_credit": "order_id refund_id",
}
AMOUNTS: list[Any] = [0, -1, 2**53, 0.5, "all"]
OUT_OF_RANGE: dict[str, dict[str, list[Any]]] = {
    "store_credit.issue": {
        "credit_id": IDS,
        "customer_id": ["", "x" * 65],
        "amount.amount": [0.5, 2**53],
        "amount.currency": ["eur"],
        "reason": ["", "x" * 501],
        "expires_at": ["tomorrow", "2027-01-01"],
        "by": WHO,
    },
    "store_credit.use": {
        "payment_id": IDS,
        "amount": AMOUNTS,
        "credit_slips": [["A B"], [""], ["x" * 61], ["CR1"] * 21],
        "by": WHO,
    },
    "refund.to_store_credit": {"refund_id": IDS, "by": WHO},
}
OUT_OF_RANGE_TOO: dict[str, dict[str, list[Any]]] = {
    "order.place": {"store_credit_amount": AMOUNTS, "store_credit": ["perhaps", 2]},
}


def good(shop: Storefront, name: str) -> dict[str, Any]:
    """One of these commands, that would be carried out."""
    order = an_order()
    refund = a_refund(order["order_id"])
    if name == "store_credit.issue":
        return a_credit(expires_at="2099-01-01T00:00:00Z")
    shop.tell("store_credit.issue", a_credit())
    if name == "store_credit.use":
        shop.tell("order.place", order)
        return a_use(order["order_id"], amount=500)
    shop.tell("order.place", order | {"initial_state": "payment_accepted"})
    shop.tell("refund.create", refund)
    return {"order_id": order["order_id"], "refund_id": refund["refund_id"], "by": "anna@shop.test"}


OPTIONAL = (("amount",), ("expires_at",))
"""What may be null: all there is, and the shop's usual time."""
