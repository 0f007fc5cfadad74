"""Define the sample order that the examples in the published contract describe. Plain JSON data."""

from typing import Any

Json = dict[str, Any]

ORDER_ID = "6f1c2a54-3b0e-4d0e-9a57-0f2f5d1f6a01"
DOCUMENT_ID = "0d4f8f0e-51c5-4f5b-8a77-4be1f9c6b002"
MAIL_ID = "b7a7f1d2-7c0a-4c57-9a3e-7f0a4d7e3003"
THREAD_ID = "c1c5d3f6-0b1f-4d2b-8b52-5c2f7b9b4004"
MESSAGE_ID = "e2a8b9c0-4d6e-4f70-8a91-b2c3d4e5f005"
PAYMENT_ID = "a9b8c7d6-e5f4-4a3b-92c1-d0e9f8a7b006"
BOUNCED_ID = f"<{MAIL_ID.replace('-', '')}.aaaw6hbkkq5q4tiotjlq6l25d5vacmbrgiztinjwg44ds@shop.test>"
NOON = "2026-11-21T12:00:00Z"


def euro(amount: int) -> Json:
    """Return an amount of cents in euro as it is on the wire."""
    return {"amount": amount, "currency": "EUR"}


SHOP_PROFILE: Json = {
    "name": "Corner Shop",
    "email": "service@shop.test",
    "address": {
        "name": "Corner Shop Ltd",
        "line1": "1 Market Square",
        "postcode": "10115",
        "city": "Berlin",
        "country": "DE",
        "vat_number": "DE123456789",
    },
    "registration": "HRB 12345",
    "order_url": "https://shop.test/orders/{reference}",
    "timezone": "Europe/Berlin",
    "payment_days": 14,
}
CARRIER: Json = {
    "name": "Swift Post",
    "rates": [{"currency": "EUR", "price": 490, "prices": "tax_included"}],
    "tax_rate": "19",
    "countries": [],
    "tracking_url": "https://post.test/parcel/{tracking_number}",
    "delivery_days": 3,
}
PAYMENT_METHOD: Json = {
    "name": "Bank wire",
    "initial_state": "awaiting_bank_wire",
    "refundable": False,
    "cash": False,
}
PUT_SHOP: Json = {
    "profile": SHOP_PROFILE,
    "default_language": "en",
    "invoice_prefix": "IN",
    "delivery_prefix": "DE",
    "numbering": {
        "invoice": {
            "series": "main",
            "width": 6,
            "year": "none",
            "separator": "/",
            "yearly": False,
            "start": 0,
        },
    },
    "calendar": "gregorian",
    "rounding": {"mode": "half_up", "per": "total"},
    "legal_years": 10,
    "carriers": [CARRIER],
    "payment_methods": [PAYMENT_METHOD],
}
PUT_PRODUCT: Json = {
    "sku": "MUG-BLUE",
    "names": {"en": "Mug, blue", "fa": "لیوان آبی"},
    "price": euro(1190),
    "tax_rate": "19",
    "weight_grams": 350,
}
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
    "carrier": {"name": "Swift Post", "price": 490, "tax_rate": "19"},
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
    "moves": ["shipped", "cancelled"],
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
    "state": {
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
    "state": STATE,
    "by": "anna@shop.test",
    "at": NOON,
    "attach": [INVOICE_REFERENCE],
}
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
    "state_since": NOON,
    "new_customer": True,
    "products": 2,
    "messages": 1,
    "weight_grams": 700,
    "note": "Call before delivery.",
    "delivery_map": MAP,
    "invoice_map": MAP,
    "history": [
        {"state": "awaiting_bank_wire", "at": NOON, "by": "customer"},
        {"state": "payment_accepted", "at": NOON, "by": "anna@shop.test"},
    ],
    "payments": [PAYMENT],
    "documents": [INVOICE_REFERENCE],
    "shipped": False,
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
    "shipping": {"rate": "19", "net": euro(412), "tax": euro(78), "gross": euro(490)},
    "taxes": [{"rate": "19", "net": euro(2412), "tax": euro(458), "gross": euro(2870)}],
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
PUT_TEMPLATE: Json = {
    "service": "documents",
    "kind": "invoice",
    "language": None,
    "html": (
        '{% extends "invoice.html" %}{% block closing %}<p>{{ document.shop }}: thank you!</p>{%'
        " endblock %}"
    ),
    "css": "h1 { color: #2255aa }",
    "subject": "",
    "text": "",
}
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
MAIL_VIEW: Json = {
    "mail_id": MAIL_ID,
    "template": "payment",
    "conversation": f"order/{ORDER_ID}",
    "order_id": ORDER_ID,
    "recipient": "ada@example.test",
    "subject": "Payment accepted",
    "message_id": "<b2@shop.test>",
    "attachments": ["invoice-IN000001.pdf"],
    "state": "sent",
    "attempts": 1,
    "at": NOON,
}
THREAD_VIEW: Json = {
    "thread_id": THREAD_ID,
    "conversation": f"order/{ORDER_ID}",
    "order_id": ORDER_ID,
    "order_reference": "XKBKNABJK",
    "customer_email": "ada@example.test",
    "customer_name": "Ada Byron",
    "language": "en",
    "subject": "Re: Payment accepted",
    "status": "open",
    "opened_at": NOON,
}
LISTED_THREAD: Json = THREAD_VIEW | {
    "messages": 2,
    "last_message_at": NOON,
    "last_author": "ada@example.test",
    "last_text": "When will it arrive?",
}
THREAD_MESSAGE: Json = {
    "message_id": MESSAGE_ID,
    "direction": "customer",
    "author": "ada@example.test",
    "text": "When will it arrive?",
    "at": NOON,
    "mail_message_id": "<a1@example.test>",
}
ATTACHMENT: Json = {
    "attachment_id": MESSAGE_ID,
    "filename": "mug.png",
    "media_type": "image/png",
    "size": 8,
}
CONTACT: Json = {
    "key": "warranty",
    "names": {"en": "Warranty", "fa": "ضمانت"},
    "email": "warranty@shop.test",
    "descriptions": {"en": "For what broke within two years."},
    "save_messages": True,
    "offered": True,
}
SUBMIT_CONTACT: Json = {
    "submission_id": MESSAGE_ID,
    "contact": "customer_service",
    "email": "ada@example.test",
    "customer_name": "Ada Byron",
    "language": "en",
    "text": "When will it arrive?",
    "customer_id": "c-1001",
    "order_reference": "XKBKNABJK",
    "sku": "MUG-BLUE",
    "attachments": [
        {
            "filename": "mug.png",
            "content": PICTURE,
        }
    ],
}
CANNED_MESSAGE: Json = {
    "key": "delay",
    "names": {"en": "Delay", "fa": "تأخیر"},
    "texts": {
        "en": (
            "Dear {customer_name},\nyour order {order_reference} leaves a little later. We are"
            " sorry.\n{employee}"
        ),
        "fa": (
            "{customer_name} گرامی،\nسفارش {order_reference} با کمی تأخیر ارسال می‌شود.\n{employee}"
        ),
    },
}
DESK: Json = {
    "statuses": {
        "pending1": {
            "labels": {"en": "Waits for the supplier", "fa": "در انتظار تأمین‌کننده"},
            "colour": "#8A2BE2",
            "meanings": {"en": "We asked the supplier and wait for an answer."},
        },
    },
    "status_after_reply": "closed",
    "default_replies": {"en": "Dear {customer_name},\n\n\n\n{employee}, {shop_name}"},
    "form_files": {
        "allowed": True,
        "media_types": ["application/pdf", "image/png"],
        "largest": 1048576,
        "most": 2,
    },
    "mail_submissions": False,
}
THREAD_CUSTOMER: Json = {
    "customer_id": "c-1001",
    "email": "ada@example.test",
    "name": "Ada Byron",
    "addresses": [ADDRESS],
    "orders": 3,
    "valid_orders": 2,
    "valid_total": [euro(5740)],
    "spent": [euro(8610)],
    "registered_at": NOON,
}
THREAD_ORDER: Json = {
    "order_id": ORDER_ID,
    "reference": "XKBKNABJK",
    "placed_at": NOON,
    "state": "Payment accepted",
    "colour": "#3498D8",
    "valid": True,
    "total": euro(2870),
    "paid": euro(2870),
}
RULE_ID = "a4c4ebd0-2f80-4192-8cb3-d4e5f6a7b008"
CART_RULE: Json = {
    "rule_id": RULE_ID,
    "names": {"en": "Three for two and tea", "fa": "سه تا به قیمت دو تا"},
    "priority": 2,
    "goes_with": [],
    "valid_from": "2026-11-01T00:00:00Z",
    "valid_until": "2027-01-01T00:00:00Z",
    "uses": 1000,
    "uses_per_customer": 1,
    "groups": ["regular"],
    "countries": ["GB", "IE"],
    "carriers": ["Swift Post"],
    "minimum": euro(3000),
    "choices": [{"quantity": 3, "categories": ["mugs"]}],
    "percent": "100",
    "taken_off": "cheapest",
    "free_shipping": True,
    "gift": "TEA-SAMPLE",
}
NEW_VOUCHER: Json = {
    "voucher_id": RULE_ID,
    "code": "THANKS-ADA",
    "names": {"en": "Thank you"},
    "amount": euro(3000),
    "customer_id": "c-1001",
    "valid_until": "2027-11-21T12:00:00Z",
    "by": "anna@shop.test",
}
VOUCHER: Json = {
    "rule_id": RULE_ID,
    "code": "THANKS-ADA",
    "names": {"en": "Thank you"},
    "amount": euro(3000),
    "customer_id": "c-1001",
    "valid_until": "2027-11-21T12:00:00Z",
    "uses": 1,
    "uses_per_customer": 1,
    "partial_use": True,
    "priority": 500,
}
CART_PRICE: Json = {
    "lines": [
        {
            "sku": "MUG-BLUE",
            "name": "Mug, blue",
            "quantity": 2,
            "unit_price": euro(1190),
            "tax_rate": "19",
            "total": euro(2380),
            "discount": euro(2380),
            "available": 23,
        }
    ],
    "products_total": euro(2380),
    "shipping": euro(490),
    "discounts": [
        {"name": "Thank you", "code": "THANKS-ADA", "kind": "amount", "taken": euro(2380)}
    ],
    "rejected": [
        {
            "voucher_code": "TOO-LATE",
            "code": "disabled",
            "reason": "'TOO-LATE' is not valid any more.",
        }
    ],
    "net": euro(412),
    "tax": euro(78),
    "total": euro(490),
}
