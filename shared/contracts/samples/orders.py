"""Define a sample order: its customer, cart, payment, state and list entry."""

from typing import Any

from shared.contracts.samples.ids import DOCUMENT_ID, NOON, ORDER_ID, PAYMENT_ID, euro
from shared.contracts.samples.shops import SHOP_PROFILE

Json = dict[str, Any]

CUSTOMER: Json = {"customer_id": "c-1001", "email": "ada@example.test", "name": "Ada Byron"}
ADDRESS: Json = {
    "name": "Ada Byron",
    "line1": "12 St James's Square",
    "postcode": "SW1Y 4JH",
    "city": "London",
    "country": "GB",
}
MAP = "https://www.openstreetmap.org/search?query=12%20St%20James%27s%20Square%2C%20SW1Y%204JH%20London%2C%20GB"
ADDRESS_ID = "5d0c9f4e-6a1b-4c3d-8e2f-7a9b0c1d2e03"
KNOWN_ADDRESS: Json = ADDRESS | {"address_id": ADDRESS_ID}
KNOWN_CUSTOMER: Json = {
    "customer_id": "c-1001",
    "email": "ada@example.test",
    "full_name": "Ada Byron",
    "language": "en",
    "addresses": [KNOWN_ADDRESS],
    "groups": ["regular"],
    "registered_at": NOON,
}
CART_ID = "f3b9dacf-1e7f-4081-9ba2-c3d4e5f6a007"
PUT_CART: Json = {
    "cart_id": CART_ID,
    "customer_id": "c-1001",
    "lines": [{"sku": "MUG-BLUE", "quantity": 2}],
}
PLACE_ORDER: Json = {
    "order_id": ORDER_ID,
    "reference": "XKBKNABJK",
    "customer": CUSTOMER,
    "language": "en",
    "currency": "EUR",
    "prices": "tax_included",
    "lines": [{"sku": "MUG-BLUE", "quantity": 2}],
    "delivery_address": ADDRESS,
    "invoice_address": ADDRESS,
    "carrier": "Swift Post",
    "shipping_price": euro(490),
    "shipping_tax_rate": "19",
    "payment_method": "Bank wire",
    "total": euro(2870),
    "initial_state": "awaiting_bank_wire",
}
PAYMENT: Json = {
    "payment_id": PAYMENT_ID,
    "method": "Bank wire",
    "amount": euro(2870),
    "transaction_id": "WIRE-77",
}
RECORD_PAYMENT: Json = {"order_id": ORDER_ID, "payment": PAYMENT, "by": "system"}
ORDER_SUMMARY: Json = {
    "order_id": ORDER_ID,
    "reference": "XKBKNABJK",
    "placed_at": NOON,
    "language": "en",
    "customer": CUSTOMER,
    "total": euro(2870),
    "paid": euro(2870),
    "payment_method": "Bank wire",
    "carrier": "Swift Post",
    "shop": SHOP_PROFILE,
    "shipping": euro(490),
    "tax": euro(458),
    "prices": "tax_included",
    "tracking_url": "",
    "order_url": "https://shop.test/orders/XKBKNABJK",
}
PAYMENT_RECORDED: Json = {
    "order_id": ORDER_ID,
    "order": ORDER_SUMMARY,
    "payment": PAYMENT,
    "due": euro(0),
}
ORDER_LINE: Json = {
    "sku": "MUG-BLUE",
    "name": "Mug, blue",
    "quantity": 2,
    "unit_price": euro(1190),
    "tax_rate": "19",
    "total": euro(2380),
}
STATE: Json = {
    "key": "payment_accepted",
    "label": "Payment accepted",
    "colour": "#3498D8",
    "mail_template": "payment",
    "hidden": False,
    "valid": True,
    "labels": {"en": "Payment accepted", "fa": "پرداخت پذیرفته شد"},
}
STATE_DEFINITION: Json = {
    "key": "packed",
    "labels": {"en": "Packed", "fa": "بسته‌بندی شده"},
    "colour": "#01B887",
    "flags": ["valid", "attach_delivery_slip"],
    "mail_template": "preparation",
    "next_states": ["shipped", "cancelled"],
    "guards": ["stock_is_there"],
}
PUT_STATE: Json = STATE_DEFINITION | {"comes_from": ["processing"]}
INVOICE_REFERENCE: Json = {
    "document_id": DOCUMENT_ID,
    "kind": "invoice",
    "number": "IN000001",
    "issued_at": NOON,
}
ORDER_PLACED: Json = {
    "order_id": ORDER_ID,
    "order": ORDER_SUMMARY | {"paid": euro(0)},
    "lines": [ORDER_LINE],
    "new_state": {
        "key": "awaiting_bank_wire",
        "label": "Awaiting bank wire payment",
        "colour": "#34209E",
        "mail_template": "bankwire",
        "hidden": False,
        "labels": {"en": "Awaiting bank wire payment", "fa": "در انتظار بررسی پرداخت"},
    },
}
ORDER_TRANSITIONED: Json = {
    "order_id": ORDER_ID,
    "order": ORDER_SUMMARY,
    "came_from": "awaiting_bank_wire",
    "new_state": STATE,
    "by": "anna@shop.test",
    "at": NOON,
    "attach": [INVOICE_REFERENCE],
}
POSSIBLE_ACTIONS: list[Json] = [
    {
        "name": "order.cancel_lines",
        "possible": False,
        "code": "not_possible",
        "reason": "The order is paid, at least in part: use a refund instead.",
        "language": "en",
        "sentence": "The order is paid, at least in part: use a refund instead.",
    },
    {"name": "refund.create", "refund_kind": "standard", "possible": True},
]
POSSIBLE_MOVES: list[Json] = [
    {
        "state": "processing",
        "state_label": "Processing in progress",
        "state_colour": "#3498D8",
        "possible": True,
    }
]
ORDER_DETAIL: Json = {
    "order": ORDER_SUMMARY,
    "state": "payment_accepted",
    "lines": [ORDER_LINE],
    "shipping": euro(490),
    "net": euro(2412),
    "tax": euro(458),
    "delivery_address": ADDRESS,
    "invoice_address": ADDRESS,
    "products_total": euro(2380),
    "state_label": "Payment accepted",
    "state_colour": "#3498D8",
    "state_since": NOON,
    "new_customer": True,
    "quantity": 2,
    "message_count": 1,
    "weight_grams": 700,
    "note": "Call before delivery.",
    "delivery_map": MAP,
    "invoice_map": MAP,
    "history": [
        {
            "state": "awaiting_bank_wire",
            "at": NOON,
            "by": "customer",
            "state_label": "Awaiting bank wire payment",
            "state_colour": "#34209E",
        },
        {
            "state": "payment_accepted",
            "at": NOON,
            "by": "anna@shop.test",
            "state_label": "Payment accepted",
            "state_colour": "#3498D8",
        },
    ],
    "payments": [PAYMENT],
    "documents": [INVOICE_REFERENCE],
    "shipped": False,
    "actions": POSSIBLE_ACTIONS,
    "moves": POSSIBLE_MOVES,
}
LISTED_ORDER: Json = {
    "order_id": ORDER_ID,
    "reference": "XKBKNABJK",
    "placed_at": NOON,
    "customer": CUSTOMER,
    "new_customer": True,
    "total": euro(2870),
    "paid": euro(2870),
    "payment_method": "Bank wire",
    "delivery_country": "GB",
    "state": "payment_accepted",
    "state_label": "Payment accepted",
    "state_colour": "#3498D8",
}
CURSOR = "MjAyNi0xMS0yMVQxMjowMDowMCswMDowMHw2ZjFjMmE1NDNiMGU0ZDBlOWE1NzBmMmY1ZDFmNmEwMQ"
EXPORTED = (
    "reference,placed_at,customer,email,customer_id,new_customer,total,paid,currency,payment_method,delivery_country,state,state_label,order_id\r\nXKBKNABJK,2026-11-21T13:00:00+01:00,Ada"
    " Byron,ada@example.test,c-1001,yes,28.70,28.70,EUR,Bank wire,GB,payment_accepted,Payment"
    f" accepted,{ORDER_ID}\r\n"
)
