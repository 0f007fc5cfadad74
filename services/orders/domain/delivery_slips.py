"""Delivery slips that follow their order: an outdated one would have the wrong goods packed, or
send them astray.

A slip says which pieces go where, by which carrier. What else changes on an order, such as prices,
needs no new one.
"""

import hashlib
import json
from typing import Any

from services.orders.domain.order import Order


def digest(order: Order) -> str:
    """Return what tells the delivery slip of the order as it is now from those of its other states
    (SHA-256).
    """
    return hashlib.sha256(json.dumps(_said(order), sort_keys=True).encode()).hexdigest()


def is_outdated(order: Order) -> bool:
    """Return whether the last delivery slip does not say what is to be sent."""
    return bool(order.issued("delivery_slip")) and order.slip_digest != digest(order)


def _said(order: Order) -> dict[str, Any]:
    addresses = order.delivery_address, order.invoice_address
    pieces = [[number, line.sku, line.name, order.claimed(number)] for number, line in order.shown]
    return {
        "carrier": order.carrier,
        "addresses": [address.model_dump(mode="json") for address in addresses],
        "lines": [line for line in pieces if line[-1]],
    }
