"""Define the refund and the return of the sample order. Plain JSON data."""

from shared.contracts.samples import NOON, ORDER_ID, ORDER_SUMMARY, Json, euro

REFUND_ID = "1b7c9d2e-3f40-4a51-8b62-7c8d9e0f1a10"
RETURN_ID = "2c8d0e3f-4a51-4b62-9c73-8d9e0f1a2b11"
CREATE_REFUND: Json = {
    "refund_id": REFUND_ID,
    "order_id": ORDER_ID,
    "kind": "standard",
    "lines": [{"line": 1, "quantity": 1}],
    "refund_shipping": False,
    "restock": True,
    "issue_credit_slip": True,
    "to_store_credit": False,
    "reason": "One too many",
    "by": "anna@shop.test",
}
REFUND: Json = {
    "refund_id": REFUND_ID,
    "kind": "standard",
    "at": NOON,
    "by": "anna@shop.test",
    "reason": "One too many",
    "lines": [
        {
            "line": 1,
            "sku": "MUG-BLUE",
            "name": "Mug, blue",
            "quantity": 1,
            "net": euro(1000),
            "tax": euro(190),
            "gross": euro(1190),
            "restocked": 1,
        }
    ],
    "shipping": euro(0),
    "net": euro(1000),
    "tax": euro(190),
    "gross": euro(1190),
    "store_credit": euro(0),
    "given_back": euro(0),
    "money": euro(1190),
    "method": "Bank wire",
    "outstanding": True,
    "by_hand": True,
    "credit_slip": {
        "document_id": "3d9e1f40-5b62-4c73-8d84-9e0f1a2b3c12",
        "kind": "credit_slip",
        "number": "CR000001",
    },
}
CONVERTED: Json = REFUND | {"store_credit": euro(1190), "money": euro(0), "outstanding": False}
REFUND_LEFT: Json = {
    "lines": [{"line": 1, "sku": "MUG-BLUE", "quantity": 1, "amount": euro(1190)}],
    "shipping": euro(490),
    "paid": euro(1680),
    "overpaid": euro(0),
}
REQUEST_RETURN: Json = {
    "order_id": ORDER_ID,
    "return_id": RETURN_ID,
    "lines": [{"line": 1, "quantity": 1}],
    "reason": "It is chipped.",
    "by": "customer",
}
RETURN_STEP: Json = {"order_id": ORDER_ID, "return_id": RETURN_ID, "by": "anna@shop.test"}
RETURN: Json = {
    "return_id": RETURN_ID,
    "order_id": ORDER_ID,
    "order_reference": "XKBKNABJK",
    "customer_id": "c-1001",
    "state": "waiting_for_confirmation",
    "lines": [{"line": 1, "sku": "MUG-BLUE", "name": "Mug, blue", "quantity": 1}],
    "reason": "It is chipped.",
    "requested_at": NOON,
    "changed_at": NOON,
    "by": "customer",
}
RETURN_CHANGED: Json = {"order_id": ORDER_ID, "order": ORDER_SUMMARY, "returned": RETURN}


def return_in(state: str) -> Json:
    """Return the event of a return that reached a state."""
    return RETURN_CHANGED | {"returned": RETURN | {"state": state, "by": "anna@shop.test"}}
