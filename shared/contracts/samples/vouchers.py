"""Define a sample cart rule and voucher, and the price of a cart with them."""

from typing import Any

from shared.contracts.samples.ids import euro

Json = dict[str, Any]

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
    "carrier_names": ["Swift Post"],
    "minimum": euro(3000),
    "choices": [{"quantity": 3, "categories": ["mugs"]}],
    "percent": "100",
    "taken_off": "cheapest",
    "free_shipping": True,
    "gift_sku": "TEA-SAMPLE",
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
            "off": euro(2380),
            "available": 23,
        }
    ],
    "products_total": euro(2380),
    "shipping": euro(490),
    "discounts": [{"name": "Thank you", "code": "THANKS-ADA", "kind": "amount", "off": euro(2380)}],
    "rejected": [
        {
            "voucher_code": "TOO-LATE",
            "code": "disabled",
            "reason": "'TOO-LATE' is no longer valid.",
        }
    ],
    "net": euro(412),
    "tax": euro(78),
    "total": euro(490),
}
