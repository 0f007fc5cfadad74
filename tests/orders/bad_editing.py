"""What strangers may get wrong with editing an order, for `test_bad_input`."""

from typing import Any
from uuid import uuid4

from shared.contracts import samples
from shared.contracts.orders import editing_samples
from tests.orders.words import Storefront
from tests.words import changed

REQUIRED = {
    "order.add_lines": "order_id lines lines.0.sku lines.0.quantity",
    "order.edit_lines": "order_id lines lines.0.line",
    "order.cancel_lines": "order_id lines lines.0.line lines.0.quantity",
    "order.add_discount": "order_id discount_id discount_name",
    "order.remove_discount": "order_id discount_id",
    "order.change_shipping": "order_id",
    "order.change_address": (
        "order_id delivery_address.name delivery_address.line1 delivery_address.city "
        "delivery_address.country"
    ),
    "order.change_customer": "order_id",
    "order.set_exemption": "order_id exemption exemption.category exemption.reason",
    "order.set_exchange_rate": "order_id exchange_rate exchange_rate.currency exchange_rate.rate",
    "order.notify_change": "order_id",
    "order.issue_invoice": "order_id",
    "order.issue_delivery_slip": "order_id",
    "order.print_summary": "order_id",
    "order.set_invoice_note": "order_id note",
    "order.correct_invoice": (
        "order_id invoice_address.name invoice_address.line1 invoice_address.city "
        "invoice_address.country"
    ),
    "order.send_documents": "order_id documents",
}
ABOUT: dict[str, list[Any]] = {"order_id": ["", "42"], "by": ["", "x" * 101]}
LINES: list[Any] = [0, -1, 100_001, 0.5, "1"]
PIECES: list[Any] = [0, -1, 1_000_001, 0.5, "1"]
PRICES: list[Any] = [-1, 2**53, 0.5, "10"]
OUT_OF_RANGE: dict[str, dict[str, list[Any]]] = {
    "order.add_lines": {
        **ABOUT,
        "lines": [[], [{"sku": "MUG-BLUE", "quantity": 1}] * 1001],
        "lines.0.sku": ["", "x" * 65],
        "lines.0.quantity": PIECES,
        "lines.0.unit_price": PRICES,
        "lines.0.tax_rate": ["101"],
        "invoice": ["", "old", 1],
    },
    "order.edit_lines": {
        **ABOUT,
        "lines": [[], [{"line": 1}] * 1001],
        "lines.0.line": LINES,
        "lines.0.quantity": PIECES[1:],
        "lines.0.unit_price": PRICES,
        "lines.0.tax_rate": ["-1", "?"],
        "reason": ["x" * 501],
    },
    "order.cancel_lines": {
        **ABOUT,
        "lines": [[], [{"line": 1, "quantity": 1}] * 1001],
        "lines.0.line": LINES,
        "lines.0.quantity": PIECES,
        "reason": ["x" * 501],
    },
    "order.add_discount": {
        **ABOUT,
        "discount_id": ["", "42"],
        "discount_name": ["", "x" * 201],
        "percent": ["0", "-1", "100.0001", "NaN", "half"],
        "amount": [0, -1, 2**53, 0.5, "5"],
        "free_shipping": ["perhaps", 2],
        "invoice": ["", "42"],
    },
    "order.remove_discount": {**ABOUT, "discount_id": ["", "42"]},
    "order.change_shipping": {
        **ABOUT,
        "carrier": ["", "x" * 201],
        "price": PRICES,
        "tax_rate": ["-0.1", "101", "?"],
        "tracking_number": ["x" * 101],
    },
    "order.change_address": {
        **ABOUT,
        "delivery_address.country": ["de", ""],
        "delivery_address.postcode": ["x" * 21],
        "invoice_address": [{"name": "Ada"}, "here"],
        "taxes_checked": ["perhaps"],
    },
    "order.change_customer": {
        **ABOUT,
        "email": ["", "ada", "ada@"],
        "customer_name": ["", "x" * 201],
    },
    "order.set_exemption": {
        **ABOUT,
        "exemption.category": ["", "vat"],
        "exemption.reason": ["", "x" * 501],
        "vat_number": ["", "x" * 41],
        "tax_rates": [[{"line": 1, "tax_rate": "7"}] * 1001],
        "shipping_tax_rate": ["101", "?"],
        "reason": ["x" * 501],
    },
    "order.set_exchange_rate": {
        **ABOUT,
        "exchange_rate.currency": ["", "eur"],
        "exchange_rate.source": ["x" * 101],
        "exchange_rate.rate": ["0", "-1", "1000000000", "0.00000000001", "NaN", "much"],
    },
    "order.notify_change": {**ABOUT, "message": ["x" * 2001]},
    "order.correct_invoice": {
        **ABOUT,
        "invoice_address": [{}, samples.ADDRESS | {"country": "gb"}],
        "note": ["x" * 2001],
        "reason": ["x" * 501],
        "taxes_checked": ["perhaps", 2],
    },
    "order.send_documents": {
        **ABOUT,
        "documents": [[], ["42"], [samples.DOCUMENT_ID] * 21],
        "to": ["", "ada", "a b@example.test"],
        "to_name": ["x" * 201],
        "language": ["", "English"],
        "message": ["x" * 2001],
    },
    "order.issue_invoice": ABOUT,
    "order.issue_delivery_slip": ABOUT,
    "order.print_summary": ABOUT,
    "order.set_invoice_note": {**ABOUT, "note": ["x" * 2001]},
}
OPTIONAL = (
    ("invoice_note",),
    ("invoice_address",),
    ("note",),
    ("lines", 0, "unit_price"),
    ("invoice",),
    ("carrier",),
    ("price",),
    ("tax_rate",),
    ("tracking_number",),
    ("delivery_address",),
    ("percent",),
    ("vat_number",),
    ("shipping_tax_rate",),
    ("exemption",),
    ("exchange_rate",),
    ("email",),
    ("customer_name",),
)
"""What may be null: as it is, or whatever is possible."""
OUT_OF_RANGE_TOO: dict[str, dict[str, list[Any]]] = {}


def good(shop: Storefront, name: str, order_id: str) -> dict[str, Any]:
    """A command about the order that would be carried out."""
    given = editing_samples.ADD_DISCOUNT | {"discount_id": str(uuid4()), "order_id": order_id}
    if name == "order.remove_discount":
        assert shop.tell("order.add_discount", given)[0].name == "order.discounted"
    if name == "order.correct_invoice":
        shop.tell("order.issue_invoice", {"order_id": order_id})
    sent = []
    if name == "order.send_documents":
        (issued,) = shop.tell("order.issue_invoice", {"order_id": order_id})
        sent = [issued.data["document"]["document_id"]]
    data: dict[str, dict[str, Any]] = {
        "order.send_documents": {"documents": sent},
        "order.correct_invoice": {
            "invoice_address": changed(samples.ADDRESS, company="Engines Ltd"),
            "note": "PO-7",
        },
        "order.change_customer": {
            "email": "ada.byron@example.test",
            "customer_name": "Ada Lovelace",
        },
        "order.add_lines": editing_samples.ADD_LINES | {"invoice": "existing"},
        "order.edit_lines": {"lines": [{"line": 1, "unit_price": 1090}], "reason": "Scratched."},
        "order.cancel_lines": editing_samples.CANCEL_LINES,
        "order.add_discount": given | {"free_shipping": False},
        "order.remove_discount": {"discount_id": given["discount_id"]},
        "order.change_shipping": editing_samples.CHANGE_SHIPPING,
        "order.change_address": {
            "delivery_address": changed(samples.ADDRESS, line1="1 Other Street")
        },
        "order.set_exemption": editing_samples.SET_EXEMPTION,
        "order.set_exchange_rate": editing_samples.SET_EXCHANGE_RATE,
        "order.notify_change": editing_samples.NOTIFY_CHANGE,
        "order.set_invoice_note": {"note": "Thank you."},
    }
    return data.get(name, {}) | {"order_id": order_id, "by": "anna@shop.test"}
