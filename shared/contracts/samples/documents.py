"""Define a sample document: its snapshot, stored view, template and picture."""

from typing import Any

from shared.contracts.samples.ids import DOCUMENT_ID, NOON, ORDER_ID, euro
from shared.contracts.samples.orders import ADDRESS, CUSTOMER, PAYMENT
from shared.contracts.samples.shops import SHOP_PROFILE

Json = dict[str, Any]

SNAPSHOT: Json = {
    "document_id": DOCUMENT_ID,
    "kind": "invoice",
    "number": "IN000001",
    "issued_at": NOON,
    "language": "en",
    "shop": SHOP_PROFILE,
    "order_id": ORDER_ID,
    "order_reference": "XKBKNABJK",
    "ordered_at": NOON,
    "customer": CUSTOMER,
    "invoice_address": ADDRESS,
    "delivery_address": ADDRESS,
    "carrier": "Swift Post",
    "payment_method": "Bank wire",
    "lines": [
        {
            "sku": "MUG-BLUE",
            "name": "Mug, blue",
            "quantity": 2,
            "tax_rate": "19",
            "unit_net": euro(1000),
            "unit_gross": euro(1190),
            "net": euro(2000),
            "tax": euro(380),
            "gross": euro(2380),
        }
    ],
    "shipping_tax": {"tax_rate": "19", "net": euro(412), "tax": euro(78), "gross": euro(490)},
    "taxes": [{"tax_rate": "19", "net": euro(2412), "tax": euro(458), "gross": euro(2870)}],
    "net": euro(2412),
    "tax": euro(458),
    "gross": euro(2870),
    "payments": [PAYMENT],
}
DOCUMENT_VIEW: Json = {
    "document_id": DOCUMENT_ID,
    "order_id": ORDER_ID,
    "kind": "invoice",
    "number": "IN000001",
    "filename": "invoice-IN000001.pdf",
    "sha256": "9f" * 32,
    "size": 15321,
    "issued_at": NOON,
    "issued_on": "2026-11-21",
    "engine": "weasyprint 70.0, pango 1.50.12, Noto Sans 2.007, Factur-X EN 16931",
}
TEMPLATE_VERSION: Json = {
    "version_number": 1,
    "at": NOON,
    "by": "anna@shop.test",
    "built_in": False,
    "restored": None,
}
PUT_TEMPLATE: Json = {
    "service": "documents",
    "template": "invoice",
    "language": None,
    "html": (
        '{% extends "invoice.html" %}{% block closing %}<p>{{ document.shop }}: thank you!</p>{%'
        " endblock %}"
    ),
    "css": "h1 { color: #2255aa }",
    "subject": "",
    "text": "",
}
PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
