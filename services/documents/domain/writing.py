"""From a snapshot to the words on the paper."""

from collections.abc import Sequence

from services.documents.domain.language import Language
from services.documents.domain.paper import Labelled, LineText, Paper, PaymentText, TaxText
from services.documents.domain.text import clean, clean_lines
from shared.contracts.snapshot import DocumentLine, DocumentSnapshot, TaxRow
from shared.contracts.values import Address, Money, Payment

WIDE = 12  # characters of an amount that fit where tax table and totals stand side by side


def write(snapshot: DocumentSnapshot, language: Language) -> Paper:
    """The document in `language`. Lines of a delivery slip are sorted by reference."""
    lines: Sequence[DocumentLine] = snapshot.lines
    if snapshot.kind == "delivery_slip":
        lines = sorted(lines, key=lambda line: line.sku)
    currency = language.name_currency(snapshot.gross.currency)
    rows, taxes = [_line(line, language) for line in lines], [_tax(row, language) for row in snapshot.taxes]
    return Paper(
        language=language.tag,
        direction=language.direction,
        texts=language.texts,
        kind=snapshot.kind,
        title=language.texts[snapshot.kind],
        number=_own(snapshot.number, language),
        issued=snapshot.issued_at.isoformat(timespec="seconds"),
        facts=[fact for fact in _facts(snapshot, language) if fact.text],
        shop=_own(snapshot.shop.name, language),
        shop_lines=_shop(snapshot, language),
        invoice_address=_address(snapshot.invoice_address, language),
        delivery_address=_address(snapshot.delivery_address, language),
        currency=currency,
        amounts_in=language.texts["amounts_in"].format(currency=currency),
        wide=_wide(rows, taxes),
        lines=rows,
        items=language.write_number(str(sum(line.quantity for line in lines))),
        taxes=taxes,
        totals=[Labelled(key, language.texts[key], language.write_money(money)) for key, money in _totals(snapshot)],
        payments=[_payment(payment, language) for payment in snapshot.payments],
        note=[language.isolate(line) for line in clean_lines(snapshot.note)],
        legal=[language.isolate(line) for line in clean_lines(snapshot.shop.legal_text)],
    )


def _own(text: str, language: Language) -> str:
    return language.isolate(clean(text))


def _facts(snapshot: DocumentSnapshot, language: Language) -> list[Labelled]:
    texts = language.texts
    named = ("order_reference", "payment_method", "carrier", "tracking_number")
    fact = {key: Labelled(key, texts[key], _own(getattr(snapshot, key), language)) for key in named}
    issued = Labelled("date", texts[f"{snapshot.kind}_date"], language.write_date(snapshot.issued_at))
    ordered = Labelled("date", texts["order_date"], language.write_date(snapshot.ordered_at))
    paying = [fact["payment_method"]] if snapshot.kind == "invoice" else []
    return [issued, fact["order_reference"], ordered, *paying, fact["carrier"], fact["tracking_number"]]


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


def _line(line: DocumentLine, language: Language) -> LineText:
    return LineText(
        reference=_own(line.sku, language),
        product=_own(line.name, language),
        rate=language.write_rate(line.tax_rate),
        unit=language.write_amount(line.unit_net),
        quantity=language.write_number(str(line.quantity)),
        total=language.write_amount(line.net),
    )


def _tax(row: TaxRow, language: Language) -> TaxText:
    amounts = [language.write_amount(money) for money in (row.net, row.tax, row.gross)]
    return TaxText(language.write_rate(row.rate), *amounts)


def _payment(payment: Payment, language: Language) -> PaymentText:
    return PaymentText(
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


def _wide(lines: Sequence[LineText], taxes: Sequence[TaxText]) -> bool:
    printed = [*(line.total for line in lines), *(line.unit for line in lines), *(row.gross for row in taxes)]
    return any(len(amount) > WIDE for amount in printed)
