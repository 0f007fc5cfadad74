"""Digests of delivery slips, to find slips that are outdated: the wrong goods would be packed, or
sent to the wrong address.

A slip states which pieces go where, by which carrier. Other changes of an order, such as prices,
need no new slip.
"""

import hashlib
import json
from typing import Any

from services.orders.domain.order import Order


def digest(order: Order) -> str:
    """Return the SHA-256 of everything that a delivery slip of the order states."""
    return hashlib.sha256(json.dumps(_content(order), sort_keys=True).encode()).hexdigest()


def is_outdated(order: Order) -> bool:
    """Return whether the last delivery slip differs from the goods and addresses to be sent to."""
    return bool(order.issued("delivery_slip")) and order.slip_digest != digest(order)


def _content(order: Order) -> dict[str, Any]:
    lines = []
    for number, line in order.numbered_lines:
        pieces = order.claimed(number)
        if pieces:
            lines.append([number, line.sku, line.name, pieces])
    addresses = (order.delivery_address, order.invoice_address)
    return {
        "carrier": order.carrier,
        "addresses": [address.model_dump(mode="json") for address in addresses],
        "lines": lines,
    }
