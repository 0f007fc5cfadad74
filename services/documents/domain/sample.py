"""Sample documents for the gallery, and for testing a shop's template before it is used."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from shared.contracts import samples
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import DocumentKind

KINDS: tuple[DocumentKind, ...] = (
    "invoice",
    "delivery_slip",
    "credit_slip",
    "return_slip",
    "order_summary",
)
NUMBERS = {
    "invoice": "IN000001",
    "delivery_slip": "DE000001",
    "credit_slip": "CR000001",
    "return_slip": "RE000001",
    "order_summary": "XKBKNABJK",
}
DAY = datetime(2026, 11, 21, 12, tzinfo=UTC)
# reference, name, quantity, net unit price before the discount, net total after it (minor units),
# rate
GOODS = {
    "en": [
        ("MUG-BLUE", "Mug, blue – 0.3 l", 2, 1000, 1800, "19"),
        ("TEA-12", "Earl Grey, 250 g", 3, 650, 1755, "7"),
    ],
    "de": [
        ("MUG-BLUE", "Becher, blau", 2, 1000, 1800, "19"),
        ("TEA-12", "Earl Grey, 250 g", 3, 650, 1755, "7"),
    ],
    "fr": [
        ("MUG-BLUE", "Tasse bleue", 2, 1000, 1800, "20"),
        ("TEA-12", "Thé noir, 250 g", 3, 650, 1755, "5.5"),
    ],
    "fa": [
        ("USB-C-A12", "کابل USB-C مدل A12، آبی", 2, 1_250_000, 2_250_000, "10"),
        ("TEA-12", "چای ارل گری، ۲۵۰ گرم", 3, 650_000, 1_755_000, "0"),
    ],
}
ADDRESSES = {
    "en": samples.ADDRESS | {"phone": "+44 20 7946 0000"},
    "de": {
        "company": "Müller & Söhne GmbH",
        "name": "Jörg Müller",
        "line1": "Große Bleichen 5",
        "postcode": "20354",
        "city": "Hamburg",
        "country": "DE",
        "vat_number": "DE999999999",
    },
    "fr": {
        "name": "Hélène Lefèvre",
        "line1": "12 rue de l’Échaudé",
        "postcode": "75006",
        "city": "Paris",
        "country": "FR",
    },
    "fa": {
        "name": "آدا بایرون",
        "line1": "خیابان ولیعصر، کوچه نیلوفر، پلاک ۱۲",
        "city": "تهران",
        "postcode": "1966733311",
        "country": "IR",
        "phone": "+98 21 1234 5678",
    },
}
NOTES = {
    "en": "Thank you for your order.\nIt leaves our house within two days.",
    "de": "Vielen Dank für Ihre Bestellung.\nSie verlässt in zwei Tagen unser Haus.",
    "fr": "Merci de votre commande.\nElle part sous deux jours.",
    "fa": "از خرید شما سپاسگزاریم.\nسفارش XKBKNABJK تا دو روز دیگر ارسال می‌شود.",
}
REASONS = {
    "en": "The blue mug came broken.",
    "de": "Der blaue Becher kam zerbrochen an.",
    "fr": "La tasse bleue est arrivée cassée.",
    "fa": "لیوان آبی شکسته رسید.",
}
SHIPPING = 412
BANK = {"iban": "DE02120300000000202051", "bic": "BYLADEM1001", "pay_code": "epc"}


def sample(kind: DocumentKind, language: str = "en", **changes: Any) -> DocumentSnapshot:
    """Return a sample document in a language, with two tax rates, a discount and a payment, and
    with `changes`.
    """
    goods = GOODS.get(language, GOODS["en"])
    currency, freight = "EUR", SHIPPING
    if language == "fa":
        currency, freight = "IRR", SHIPPING * 1_000
    lines = [_line(*row, currency=currency) for row in goods]
    shipping = {"tax_rate": goods[0][5], **_amounts(freight, goods[0][5], currency)}
    taxes = [{"tax_rate": goods[0][5], **_added([lines[0], shipping], currency)}]
    for line in lines[1:]:
        taxes.append({"tax_rate": line["tax_rate"], **_added([line], currency)})
    whole = _added(taxes, currency)
    paid = whole["gross"]["amount"] // 2
    data = {
        **samples.SNAPSHOT,
        "document_id": str(uuid5(UUID(samples.DOCUMENT_ID), f"{kind} {language}")),
        "kind": kind,
        "number": NUMBERS[kind],
        "language": language,
        "lines": lines,
        "shipping_tax": shipping,
        "taxes": taxes,
        **whole,
        "shop": (
            samples.SHOP_PROFILE | {"bank": BANK, "website": "shop.test", "toman": language == "fa"}
        ),
        "invoice_address": ADDRESSES.get(language, ADDRESSES["en"]),
        "delivery_address": ADDRESSES.get(language, ADDRESSES["en"]),
        "tracking_number": "1Z999AA10123456784",
        "discounts": [_discount(lines, currency)],
        "payments": [samples.PAYMENT | {"amount": _money(paid, currency)}],
        "due": _money(whole["gross"]["amount"] - paid, currency),
        "pay_until": DAY + timedelta(days=14),
        "supplied_at": DAY,
        "paid_back": whole["gross"] if kind == "credit_slip" else None,
        "note": NOTES.get(language, NOTES["en"]),
    }
    return DocumentSnapshot.model_validate(data | _of_kind(kind, language) | changes)


def _of_kind(kind: DocumentKind, language: str) -> dict[str, Any]:
    reason = {"note": "", "reason": REASONS.get(language, REASONS["en"])}
    if kind == "credit_slip":
        corrected = {"corrects": NUMBERS["invoice"], "corrects_issued_at": DAY}
        return {
            **reason,
            **corrected,
            "payments": [],
            "due": None,
            "pay_until": None,
            "discounts": [],
        }
    if kind == "return_slip":
        return {**reason, "return_until": DAY.replace(month=12, day=5)}
    return {}


def _line(
    sku: str, name: str, quantity: int, unit: int, net: int, rate: str, *, currency: str
) -> dict[str, Any]:
    return {
        "sku": sku,
        "name": name,
        "quantity": quantity,
        "tax_rate": rate,
        "unit_net": _money(unit, currency),
        "unit_gross": _money(unit + _tax(unit, rate), currency),
        **_amounts(net, rate, currency),
    }


def _discount(lines: list[dict[str, Any]], currency: str) -> dict[str, Any]:
    parts = []
    for line in lines:
        less = line["unit_net"]["amount"] * line["quantity"] - line["net"]["amount"]
        parts.append(_amounts(less, line["tax_rate"], currency))
    money = _added(parts, currency)
    return {"name": "WELCOME", "code": "WELCOME10", "kind": "percent", **money}


def _added(parts: list[dict[str, Any]], currency: str) -> dict[str, Any]:
    sums = {}
    for name in ("net", "tax", "gross"):
        amount = sum(part[name]["amount"] for part in parts)
        sums[name] = _money(amount, currency)
    return sums


def _amounts(net: int, rate: str, currency: str) -> dict[str, Any]:
    tax = _tax(net, rate)
    return {
        "net": _money(net, currency),
        "tax": _money(tax, currency),
        "gross": _money(net + tax, currency),
    }


def _tax(net: int, rate: str) -> int:
    return int((net * Decimal(rate) / 100).quantize(Decimal(1), "ROUND_HALF_UP"))


def _money(amount: int, currency: str) -> dict[str, Any]:
    return {"amount": amount, "currency": currency}
