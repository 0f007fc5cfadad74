"""Define edits of the sample order. Plain JSON data."""

from shared.contracts import samples
from shared.contracts.samples import Json, euro

BY = "anna@shop.test"
DISCOUNT_ID = "3f0e1d2c-4b5a-4968-8776-a5b4c3d2e1f0"
CHANGED: Json = {
    "order_id": samples.ORDER_ID,
    "order": samples.ORDER_SUMMARY,
    "by": BY,
    "at": samples.NOON,
}
LINE: Json = samples.ORDER_LINE | {"line": 1}
ADD_LINES: Json = {
    "order_id": samples.ORDER_ID,
    "lines": [{"sku": "MUG-BLUE", "quantity": 1, "unit_price": euro(990)}],
    "by": BY,
}
EDIT_LINES: Json = {
    "order_id": samples.ORDER_ID,
    "lines": [{"line": 1, "quantity": 1, "unit_price": euro(1090)}],
    "reason": "One was broken.",
    "by": BY,
}
CANCEL_LINES: Json = {
    "order_id": samples.ORDER_ID,
    "lines": [{"line": 1, "quantity": 1}],
    "reason": "Not wanted any more.",
    "by": BY,
}
ORDER_EDITED: Json = CHANGED | {
    "lines": [LINE],
    "due": euro(0),
    "changes": [
        {
            "line": 1,
            "sku": "MUG-BLUE",
            "name": "Mug, blue",
            "quantity_before": 1,
            "quantity": 2,
            "unit_price_before": euro(1190),
            "unit_price": euro(1190),
            "tax_rate_before": "19",
            "tax_rate": "19",
        }
    ],
    "fixed_discounts": [
        {
            "discount_id": DISCOUNT_ID,
            "name": "For the long wait",
            "off": euro(238),
            "line_numbers": [1],
            "invoice_number": "IN000001",
            "reason": (
                "Invoice IN000001 was issued: 'For the long wait' stays 10% of the lines that it"
                " was invoiced for, and takes nothing off others."
            ),
        }
    ],
}
ADD_DISCOUNT: Json = {
    "order_id": samples.ORDER_ID,
    "discount_id": DISCOUNT_ID,
    "discount_name": "For the long wait",
    "percent": "10",
    "by": BY,
}
REMOVE_DISCOUNT: Json = {"order_id": samples.ORDER_ID, "discount_id": DISCOUNT_ID, "by": BY}
DISCOUNT: Json = {
    "discount_id": DISCOUNT_ID,
    "name": "For the long wait",
    "kind": "percent",
    "percent": "10",
    "off": euro(238),
}
CHANGE_SHIPPING: Json = {
    "order_id": samples.ORDER_ID,
    "carrier": "Swift Post",
    "shipping_price": euro(490),
    "shipping_tax_rate": "19",
    "tracking_number": "SP-4711",
    "by": BY,
}
EXEMPTION: Json = {
    "category": "reverse_charge",
    "reason": "The recipient owes the tax: article 196 of directive 2006/112/EC.",
}
EXCHANGE_RATE: Json = {
    "currency": "SEK",
    "rate": "11.2345",
    "source": "Sveriges Riksbank, 2026-11-20",
}
BUSINESS_ADDRESS: Json = samples.ADDRESS | {
    "company": "Engines SARL",
    "vat_number": "FR40303265045",
}
NOTHING = euro(0)
SET_EXEMPTION: Json = {
    "order_id": samples.ORDER_ID,
    "exemption": EXEMPTION,
    "vat_number": "FR40303265045",
    "reason": "The VAT number came later.",
    "by": BY,
}
SET_EXCHANGE_RATE: Json = {"order_id": samples.ORDER_ID, "exchange_rate": EXCHANGE_RATE, "by": BY}
CHANGE_ADDRESS: Json = {
    "order_id": samples.ORDER_ID,
    "delivery_address": {**samples.ADDRESS, "line1": "1 Other Street"},
    "by": BY,
}
CHANGE_CUSTOMER: Json = {
    "order_id": samples.ORDER_ID,
    "email": "ada.byron@example.test",
    "by": BY,
}
NOTIFY_CHANGE: Json = {
    "order_id": samples.ORDER_ID,
    "text": "We added the second mug that you asked for.",
    "by": BY,
}
