"""Sample mails for the gallery, for `mail.preview`, and for testing a shop's template before it is
used.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.notify.domain.designs import design_of
from services.notify.domain.facts import Facts, Link, Piece, Quote, VoucherTerms
from shared.contracts import samples
from shared.contracts.orders import OrderLineView, OrderSummary, StateView
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.values import Address, DocumentReference, Money
from shared.writing.links import fill

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
UNTIL = datetime(
    2026, 12, 31, 23, tzinfo=UTC
)  # the end of the year in the time zone of the sample shop
NAMES = {"en": "Ada Byron", "fa": "آدا بایرون", "fr": "Hélène Lefèvre", "de": "Jörg Müller"}
GOODS = {
    "en": ("Mug, blue – 0.3 l", "Earl Grey, 250 g"),
    "fa": ("کابل USB-C مدل A12، آبی", "چای ارل گری، ۲۵۰ گرم"),
    "fr": ("Tasse bleue", "Thé noir, 250 g"),
    "de": ("Becher, blau", "Earl Grey, 250 g"),
}
SKUS = {"en": ("MUG-BLUE", "TEA-250"), "fa": ("USB-C-A12", "TEA-250")}
WORDS = {
    "en": "It left this morning.\n\nAnna",
    "fa": "امروز صبح ارسال شد.\n\nآنا",
    "fr": "Il est parti ce matin.\n\nAnne",
    "de": "Es ist heute früh abgegangen.\n\nAnna",
}
QUESTIONS = {
    "en": "When will it arrive?",
    "fa": "سفارش XKBKNABJK کی می‌رسد؟",
    "fr": "Quand arrivera-t-il ?",
    "de": "Wann kommt es an?",
}
BANK = {"iban": "DE02120300000000202051", "bic": "BYLADEM1001"}
PAGE = {"reference": "XKBKNABJK", "order_id": samples.ORDER_ID}
ADDRESSES = {
    "en": samples.ADDRESS,
    "fa": {
        "name": NAMES["fa"],
        "line1": "خیابان انقلاب، پلاک ۱۲",
        "postcode": "1417614411",
        "city": "تهران",
        "country": "IR",
    },
    "fr": {
        "name": NAMES["fr"],
        "line1": "12 rue de la Paix",
        "postcode": "75002",
        "city": "Paris",
        "country": "FR",
    },
    "de": {
        "name": NAMES["de"],
        "line1": "Hauptstraße 12",
        "postcode": "10115",
        "city": "Berlin",
        "country": "DE",
    },
}
STATES = {
    "en": "Gift-wrapped",
    "fa": "کادوپیچ شد",
    "fr": "Emballé en cadeau",
    "de": "Als Geschenk verpackt",
}
WITH_DOCUMENT = {
    "payment": ("invoice", "IN000001"),
    "credit_slip": ("credit_slip", "CR000001"),
    "change_documents": ("credit_slip", "CR000001"),
    "documents": ("invoice", "IN000001"),
    "corrected_invoice": ("invoice", "IN000002"),
    "order_return_confirmed": ("return_slip", "RT000001"),
    "late_document": ("invoice", "IN000001"),
}


def sample(
    template: str, language: str, shop: ShopProfile | None = None
) -> tuple[Facts, list[DocumentReference]]:
    """Return the sample facts of a template in a language, and the documents that the mail
    attaches.
    """
    own = language if language in NAMES else "en"
    told = {"website": "shop.test", "bank": BANK, "toman": own == "fa"}
    profile = shop or ShopProfile.model_validate(samples.SHOP_PROFILE | told)
    order = _order(template, own, language, profile)
    about_voucher = template in ("voucher", "store_credit")
    by_employee = template in ("contact", "forward_msg", "contact_form")
    changes: dict[str, Any] = {}
    if not (by_employee or about_voucher or template == "download_product"):
        changes["order"] = order
    if design_of(template).items:
        changes["lines"] = _lines(own)
    if about_voucher:
        changes["voucher_terms"] = _voucher_terms(template, own)
    if by_employee:
        changes |= {"product": "MUG-BLUE", "files": ["mug.png"]}
    if template.startswith("order_return"):
        changes["pieces"] = [Piece(name=GOODS[own][0], quantity=1)]
    if template == "forward_msg":
        changes["quotes"] = [Quote(author=NAMES[own], at=NOON, text=QUESTIONS[own])]
    if "download" in template:
        changes["links"] = [Link(name="Mugs of the world", url="https://shop.test/download/7Q2F")]
    facts = Facts(
        template=template,
        language=language,
        shop=profile,
        name=NAMES[own],
        reference="XKBKNABJK",
        state=StateView.model_validate(
            samples.STATE | {"label": STATES[own], "mail_template": template}
        ),
        subject=QUESTIONS[own],
        delivery_address=Address.model_validate(ADDRESSES[own]),
        invoice_address=Address.model_validate(ADDRESSES[own]),
        text=_text(template, own),
        number=WITH_DOCUMENT.get(template, ("", ""))[1],
        amount=_money(2380, own),
        until=UNTIL,
        store_credit=_money(1000, own),
        vouchers=_money(500, own),
        money=_money(1380, own),
        balance=_money(4200, own),
        author="anna@shop.test",
        email="ada@example.test",
        contacts={"en": "Customer service", "fa": "خدمات مشتریان"},
        **changes,
    )
    return facts, _documents(template)


def _text(template: str, own: str) -> str:
    if template.startswith(("order_return", "store_credit")):
        return ""
    if "contact" in template:
        return QUESTIONS[own]
    return WORDS[own]


def _voucher_terms(template: str, own: str) -> VoucherTerms:
    return VoucherTerms(
        code="THANKS-ADA" if template == "voucher" else "CR000001",
        amount=_money(3000, own),
        until=UNTIL,
    )


def _order(template: str, own: str, language: str, shop: ShopProfile) -> OrderSummary:
    changes: dict[str, Any] = {
        "language": language,
        "shop": shop,
        "total": _money(4625, own),
        "paid": _money(4625 if template == "payment" else 0, own),
        "shipping": _money(490, own),
        "tax": _money(573, own),
        "order_url": fill(shop.order_url, **PAGE, language=language),
        "tracking_url": "https://track.test/1Z999AA10123456784",
        "due": None,
        "refunded_amount": _money(2380, own),
        "refund_due": _money(2380, own),
        "tracking_number": "1Z999AA10123456784",
        "customer": samples.CUSTOMER | {"name": NAMES[own]},
    }
    return OrderSummary.model_validate(samples.ORDER_SUMMARY | changes)


def _lines(own: str) -> list[OrderLineView]:
    priced = zip(SKUS.get(own, SKUS["en"]), GOODS[own], (2380, 1755), (2, 3), strict=True)
    lines = []
    for sku, name, total, quantity in priced:
        changes = {"sku": sku, "name": name, "quantity": quantity, "total": _money(total, own)}
        lines.append(OrderLineView.model_validate(samples.ORDER_LINE | changes))
    return lines


def _money(cents: int, own: str) -> Money:
    if own == "fa":
        return Money(amount=cents * 1_000, currency="IRR")
    return Money(amount=cents, currency="EUR")


def _documents(template: str) -> list[DocumentReference]:
    if template not in WITH_DOCUMENT:
        return []
    kind, number = WITH_DOCUMENT[template]
    return [
        DocumentReference.model_validate(
            {"document_id": UUID(samples.DOCUMENT_ID), "kind": kind, "number": number}
        )
    ]
