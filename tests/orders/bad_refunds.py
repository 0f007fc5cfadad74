"""What strangers may get wrong with refunds and returns, for `test_bad_input`."""

from typing import Any

from shared.contracts import samples
from tests.orders.refunds import a_refund, a_return
from tests.orders.words import Storefront, a_payment
from tests.words import an_order

STEP = "order_id return_id"
REQUIRED = {
    "refund.create": "refund_id order_id kind lines.0.line",
    "payment.mark_refunded": "order_id refund_id",
    "payment.reverse": "order_id payment_id reason",
    "return.request": f"{STEP} lines lines.0.line lines.0.quantity",
    "return.confirm": STEP,
    "return.receive": STEP,
    "return.deny": f"{STEP} answer",
    "return.complete": f"{STEP} amounts.0.line amounts.0.amount",
}
IDS: list[Any] = ["", "42"]
LINES: list[Any] = [0, -1, 100_001, 0.5, "1"]
AMOUNTS: list[Any] = [0, -1, 2**53, 0.5, "all"]
WHO: list[Any] = ["", "x" * 101]
WHETHER: list[Any] = ["perhaps", 2]
OPTIONS: dict[str, list[Any]] = {
    "shipping": WHETHER,
    "shipping_amount": AMOUNTS,
    "restock": WHETHER,
    "credit_slip": WHETHER,
    "store_credit": WHETHER,
    "reason": ["x" * 501],
}
STEPS = {"order_id": IDS, "return_id": IDS, "by": WHO}
OUT_OF_RANGE: dict[str, dict[str, list[Any]]] = {
    "refund.create": {
        "refund_id": IDS,
        "order_id": IDS,
        "by": WHO,
        "kind": ["", "whole", "Standard"],
        "lines": [[{"line": 1}] * 1001],
        "lines.0.line": LINES,
        "lines.0.quantity": [-1, 1_000_001, 0.5, "1"],
        "lines.0.amount": AMOUNTS,
        "overpaid": WHETHER,
        **OPTIONS,
    },
    "payment.mark_refunded": {
        "order_id": IDS,
        "refund_id": IDS,
        "transaction_id": ["x" * 201],
        "by": WHO,
    },
    "payment.reverse": {"order_id": IDS, "payment_id": IDS, "reason": ["", "x" * 501], "by": WHO},
    "return.request": {
        **STEPS,
        "lines": [[], [{"line": 1, "quantity": 1}] * 1001],
        "lines.0.line": LINES,
        "lines.0.quantity": [0, -1, 1_000_001, 0.5],
        "reason": ["x" * 2001],
    },
    "return.confirm": {**STEPS, "answer": ["x" * 2001]},
    "return.deny": {**STEPS, "answer": ["", "x" * 2001]},
    "return.receive": STEPS,
    "return.complete": {
        **STEPS,
        **OPTIONS,
        "amounts": [[{"line": 1, "amount": 5}] * 1001],
        "amounts.0.line": LINES,
        "amounts.0.amount": AMOUNTS,
    },
}
OUT_OF_RANGE_TOO: dict[str, dict[str, list[Any]]] = {
    "shop.put": {
        "returns": WHETHER,
        "return_days": [0, -1, 3651, 1.5, "ten"],
        "store_credit_days": [0, 36501, "ten"],
        "credit_prefix": ["x" * 11],
        "return_prefix": ["x" * 11],
        "payment_methods": [[samples.PAYMENT_METHOD] * 101],
        "payment_methods.0.name": ["", "x" * 201],
        "payment_methods.0.refundable": WHETHER,
        "payment_methods.0.cash": WHETHER,
        "payment_methods.0.initial_state": ["", "Not a key"],
        "carriers": [[samples.CARRIER] * 101],
        "carriers.0.name": ["", "x" * 201],
        "carriers.0.rates": [[samples.CARRIER["rates"][0]] * 51],
        "carriers.0.countries": [["gb"], ["GB"] * 251],
        "invoice_notes": [{"English": "x"}, {"en": ""}, {"en": "x" * 2001}],
        "carriers.0.tracking_url": [
            "ftp://post.test",
            "http://post.test",
            "https://post.test/{reference}",
            "https://post.test/ x",
            "https://post.test/" + "x" * 500,
        ],
        "carriers.0.delivery_days": [-1, 366, 1.5, "ten"],
    },
}
AFTER = {
    "refund.create": [],
    "payment.mark_refunded": ["refund.create"],
    "payment.reverse": [],
    "return.request": [],
    "return.confirm": ["return.request"],
    "return.deny": ["return.request"],
    "return.receive": ["return.request", "return.confirm"],
    "return.complete": ["return.request", "return.confirm", "return.receive"],
}
OPTIONAL = (("lines", 0, "amount"), ("restock",), ("credit_slip",), ("shipping_amount",))
"""What may be null in a refund: what is usual, then."""


def good(shop: Storefront, name: str) -> dict[str, Any]:
    """One of these commands, that would be carried out."""
    order = an_order(initial_state="shipped")
    payment = a_payment(order["order_id"])
    refund, goods = (
        a_refund(order["order_id"], kind="return", shipping=False),
        a_return(order["order_id"]),
    )
    one = {"order_id": order["order_id"], "return_id": goods["return_id"], "by": "anna@shop.test"}
    options = {
        "shipping": False,
        "shipping_amount": 5,
        "restock": True,
        "credit_slip": True,
        "store_credit": False,
    }
    commands: dict[str, dict[str, Any]] = {
        "refund.create": (
            refund
            | {"lines": [{"line": 1, "quantity": 2, "amount": 500}], "reason": "Chipped"}
            | options
        ),
        "payment.mark_refunded": {
            "order_id": order["order_id"],
            "refund_id": refund["refund_id"],
            "transaction_id": "RF-77",
            "by": "anna",
        },
        "payment.reverse": {
            "order_id": order["order_id"],
            "payment_id": payment["payment"]["payment_id"],
            "reason": "?",
            "by": "anna",
        },
        "return.request": goods,
        "return.confirm": one | {"answer": "Pack it well."},
        "return.deny": one | {"answer": "It was used."},
        "return.receive": one,
        "return.complete": (
            one | options | {"amounts": [{"line": 1, "amount": 500}], "reason": "Chipped"}
        ),
    }
    told = shop.deliver(
        *(
            shop.message(*message)
            for message in (
                ("shop.put", samples.PUT_SHOP | {"returns": True}),
                ("order.place", order),
                ("payment.record", payment),
                *((before, commands[before]) for before in AFTER[name]),
            )
        )
    )
    assert not [event.data for event in told if event.name.endswith("_refused")]
    return commands[name]
