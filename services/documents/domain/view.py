"""What stands on the paper: every value of a snapshot as the text that is printed. A template gets this and no more."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.documents.domain.language import Language
from services.documents.domain.text import clean, clean_lines
from shared.contracts.snapshot import DocumentLine, DocumentSnapshot, TaxRow
from shared.contracts.values import Address, Money, Payment

Labelled = tuple[str, str]
"""A label and the text beside it."""


@dataclass(frozen=True)
class LineView:
    """A line; `unit` and `total` are without tax."""

    reference: str
    product: str
    rate: str
    unit: str
    quantity: str
    total: str


@dataclass(frozen=True)
class TaxView:
    """A row of the tax table."""

    rate: str
    net: str
    tax: str
    gross: str


@dataclass(frozen=True)
class TotalView:
    """A row under the lines; `key` is its name in the language files."""

    key: str
    label: str
    amount: str


@dataclass(frozen=True)
class PaymentView:
    """A payment that was received."""

    method: str
    transaction: str
    amount: str


@dataclass(frozen=True)
class DocumentView:
    """A whole document. `issued` is for the file's properties (RFC 3339); `currency` is that of all bare amounts, and
    `amounts_in` says so above the lines.
    """

    language: str
    direction: str
    texts: dict[str, str]
    kind: str
    title: str
    number: str
    issued: str
    facts: list[Labelled]
    shop: str
    shop_lines: list[str]
    invoice_address: list[str]
    delivery_address: list[str]
    currency: str
    amounts_in: str
    lines: list[LineView]
    items: str
    taxes: list[TaxView]
    totals: list[TotalView]
    payments: list[PaymentView]
    note: list[str]
    legal: list[str]


def view(snapshot: DocumentSnapshot, language: Language) -> DocumentView:
    """The document in `language`. Lines of a delivery slip are sorted by reference."""
    lines: Sequence[DocumentLine] = snapshot.lines
    if snapshot.kind == "delivery_slip":
        lines = sorted(lines, key=lambda line: line.sku)
    currency = language.name_currency(snapshot.gross.currency)
    return DocumentView(
        language=language.tag,
        direction=language.direction,
        texts=language.texts,
        kind=snapshot.kind,
        title=language.texts[snapshot.kind],
        number=_own(snapshot.number, language),
        issued=snapshot.issued_at.isoformat(timespec="seconds"),
        facts=[(language.texts[key], text) for key, text in _facts(snapshot, language) if text],
        shop=_own(snapshot.shop.name, language),
        shop_lines=_shop(snapshot, language),
        invoice_address=_address(snapshot.invoice_address, language),
        delivery_address=_address(snapshot.delivery_address, language),
        currency=currency,
        amounts_in=language.texts["amounts_in"].format(currency=currency),
        lines=[_line(line, language) for line in lines],
        items=language.write_number(str(sum(line.quantity for line in lines))),
        taxes=[_tax(row, language) for row in snapshot.taxes],
        totals=[TotalView(key, language.texts[key], language.write_money(money)) for key, money in _totals(snapshot)],
        payments=[_payment(payment, language) for payment in snapshot.payments],
        note=[language.isolate(line) for line in clean_lines(snapshot.note)],
        legal=[language.isolate(line) for line in clean_lines(snapshot.shop.legal_text)],
    )


def _own(text: str, language: Language) -> str:
    return language.isolate(clean(text))


def _facts(snapshot: DocumentSnapshot, language: Language) -> list[Labelled]:
    return [
        (f"{snapshot.kind}_date", language.write_date(snapshot.issued_at)),
        ("order_reference", _own(snapshot.order_reference, language)),
        ("order_date", language.write_date(snapshot.ordered_at)),
        ("payment_method", _own(snapshot.payment_method, language) if snapshot.kind == "invoice" else ""),
        ("carrier", _own(snapshot.carrier, language)),
        ("tracking_number", _own(snapshot.tracking_number, language)),
    ]


def _shop(snapshot: DocumentSnapshot, language: Language) -> list[str]:
    shop, registration = snapshot.shop, clean(snapshot.shop.registration)
    printed = [*_address(shop.address, language), *(_own(text, language) for text in (shop.email, shop.website))]
    if registration:
        printed.append(_labelled("registration", registration, language))
    return [line for line in printed if line]


def _address(address: Address, language: Language) -> list[str]:
    lines = [
        address.company, address.name, address.line1, address.line2, f"{address.postcode} {address.city}",
        address.region, address.country,
    ]
    printed = [_own(line, language) for line in lines]
    if address.phone:
        printed.append(_labelled("phone", address.phone, language))
    if address.vat_number:
        printed.append(_labelled("vat_number", address.vat_number, language))
    return [line for line in printed if line]


def _labelled(key: str, text: str, language: Language) -> str:
    return f"{language.texts[key]}: {_own(text, language)}"


def _line(line: DocumentLine, language: Language) -> LineView:
    return LineView(
        reference=_own(line.sku, language),
        product=_own(line.name, language),
        rate=language.write_rate(line.tax_rate),
        unit=language.write_amount(line.unit_net),
        quantity=language.write_number(str(line.quantity)),
        total=language.write_amount(line.net),
    )


def _tax(row: TaxRow, language: Language) -> TaxView:
    amounts = [language.write_amount(money) for money in (row.net, row.tax, row.gross)]
    return TaxView(language.write_rate(row.rate), *amounts)


def _payment(payment: Payment, language: Language) -> PaymentView:
    return PaymentView(
        _own(payment.method, language), _own(payment.transaction_id, language), language.write_money(payment.amount)
    )


def _totals(snapshot: DocumentSnapshot) -> list[tuple[str, Money]]:
    """What is added here was checked to agree with the snapshot before (`sums`)."""
    currency = snapshot.gross.currency
    products = Money(amount=sum(line.net.amount for line in snapshot.lines), currency=currency)
    totals = [
        ("products", products), ("shipping", snapshot.shipping.net), ("total_net", snapshot.net),
        ("total_tax", snapshot.tax), ("total_gross", snapshot.gross),
    ]
    return totals + _paid(snapshot)


def _paid(snapshot: DocumentSnapshot) -> list[tuple[str, Money]]:
    """Nothing is said where nothing was paid, or in another currency: what is due cannot be reckoned then."""
    currency = snapshot.gross.currency
    if not snapshot.payments or any(payment.amount.currency != currency for payment in snapshot.payments):
        return []
    paid = sum(payment.amount.amount for payment in snapshot.payments)
    return [
        ("paid", Money(amount=paid, currency=currency)),
        ("due", Money(amount=snapshot.gross.amount - paid, currency=currency)),
    ]
