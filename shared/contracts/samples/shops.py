"""Define a sample shop: its profile, settings, carrier, payment method and product."""

from typing import Any

from shared.contracts.samples.ids import euro

Json = dict[str, Any]

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
    "rates": [{"price": euro(490), "prices": "tax_included"}],
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
