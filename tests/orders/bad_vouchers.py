"""What strangers may get wrong with cart rules and vouchers, for `test_bad_input`."""

from typing import Any
from uuid import uuid4

from shared.contracts import samples
from tests.orders.promotions import a_voucher, create
from tests.orders.words import MUG, Storefront

REQUIRED = {
    "cart_rule.put": "rule_id names minimum.amount minimum.currency amount.amount amount.currency",
    "voucher.create": "voucher_id names amount.amount amount.currency",
    "voucher.disable": "code",
}
CODES: list[Any] = ["", "AB", "x" * 41, "SALE 10", "SALÉ"]
PERCENTS: list[Any] = ["0", "-1", "100.0001", "1.00001", "NaN", "half", ""]
COUNTS: list[Any] = [0, -1, 1_000_000_001, 1.5, "twice"]
TIMES: list[Any] = ["", "tomorrow", "2026-11-21T12:00:00"]
LABELS: list[Any] = [[""], ["x" * 101], ["x"] * 201]
OUT_OF_RANGE: dict[str, dict[str, list[Any]]] = {
    "cart_rule.put": {
        "rule_id": ["", "42"],
        "names": [{}, {"English": "Sale"}, {"en": ""}, {"en": "x" * 201}],
        "code": CODES,
        "active": ["perhaps", 2],
        "priority": [0, 1001, 1.5],
        "goes_with": [["42"], [str(uuid4())] * 501],
        "valid_from": TIMES,
        "valid_until": TIMES,
        "uses": COUNTS,
        "uses_per_customer": COUNTS,
        "customer_id": ["", "x" * 65],
        "groups": LABELS,
        "countries": [["gb"], ["GBR"], ["GB"] * 251],
        "carriers": [[""], ["x" * 201], ["x"] * 101],
        "minimum.amount": [2**53, 0.5],
        "minimum.currency": ["eur"],
        "minimum_with_shipping": ["perhaps"],
        "choices": [[{}] * 21],
        "choices.0.quantity": [0, 1_000_001, 0.5],
        "choices.0.skus": [[""], ["x" * 65], ["x"] * 1001],
        "choices.0.categories": LABELS,
        "choices.0.brands": LABELS,
        "choices.0.suppliers": LABELS,
        "choices.0.attributes": LABELS,
        "prices": ["", "net"],
        "percent": PERCENTS,
        "amount.amount": [2**53, 0.5],
        "amount.currency": ["EURO"],
        "taken_off": ["", "shipping"],
        "free_shipping": ["perhaps"],
        "gift": ["", "x" * 65],
        "partial_use": [2],
        "by": ["", "x" * 101],
    },
    "voucher.create": {
        "voucher_id": ["", "42"],
        "names": [{}, {"en": ""}],
        "code": CODES,
        "percent": PERCENTS,
        "amount.amount": [2**53, 0.5],
        "amount.currency": ["EURO"],
        "free_shipping": ["perhaps"],
        "prices": ["", "net"],
        "customer_id": ["", "x" * 65],
        "groups": LABELS,
        "minimum": [5, {"amount": 5}],
        "valid_from": TIMES,
        "valid_until": TIMES,
        "uses": COUNTS,
        "uses_per_customer": COUNTS,
        "partial_use": [2],
        "by": ["", "x" * 101],
    },
    "voucher.disable": {"code": CODES, "by": ["", "x" * 101]},
}
OUT_OF_RANGE_TOO: dict[str, dict[str, list[Any]]] = {
    "product.put": {
        "categories": LABELS,
        "brand": ["x" * 101],
        "suppliers": LABELS,
        "attributes": LABELS,
    },
    "customer.put": {"groups": LABELS},
    "order.place": {
        "voucher_codes": [[""], ["A B"], ["ABC"] * 21],
        "gifts": [[""], ["x" * 65], [MUG] * 51],
        "new_vouchers": [[{}], [samples.VOUCHER], [a_voucher()] * 6],
    },
}
OPTIONAL = tuple(
    (name,)
    for name in (
        "code",
        "goes_with",
        "valid_from",
        "valid_until",
        "uses",
        "uses_per_customer",
        "customer_id",
        "minimum",
        "percent",
        "amount",
        "gift",
    )
)
"""What may be null in a rule."""


def good(shop: Storefront) -> dict[str, dict[str, Any]]:
    """Commands that would all be carried out."""
    rule = samples.CART_RULE | {
        "code": "SALE",
        "goes_with": [str(uuid4())],
        "customer_id": "c-1001",
        "minimum_with_shipping": True,
        "amount": samples.euro(500),
        "gift": MUG,
        "partial_use": True,
        "prices": "tax_included",
        "active": True,
    }
    return {
        "cart_rule.put": {name: value for name, value in rule.items() if name != "percent"},
        "voucher.create": a_voucher(),
        "voucher.disable": {"code": create(shop), "by": "anna@shop.test"},
    }
