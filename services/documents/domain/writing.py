"""From a snapshot to the words on the paper."""

from collections.abc import Sequence

from services.documents.domain import paying
from services.documents.domain.facts import corrected, facts
from services.documents.domain.language import Language
from services.documents.domain.objections import WITHOUT_PRICES
from services.documents.domain.paper import AmountsText, Labelled, LineText, Paper, PaymentText
from services.documents.domain.text import clean, clean_lines
from shared.contracts.snapshot import DocumentDiscount, DocumentLine, DocumentSnapshot, TaxRow
from shared.contracts.values import Address, Money, Payment
from shared.writing.days import local

WIDE = 12  # characters of an amount that fit where tax table and totals stand side by side


def write(snapshot: DocumentSnapshot, language: Language) -> Paper:
    """The document in `language`. Lines of a delivery slip are sorted by reference."""
    language = language.in_toman() if snapshot.shop.toman else language
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
        title=_title(snapshot, language),
        number=language.own(snapshot.number),
        issued=local(snapshot.issued_at, snapshot.shop.timezone).isoformat(timespec="seconds"),
        facts=facts(snapshot, language),
        shop=language.own(snapshot.shop.name),
        shop_lines=_shop(snapshot, language),
        invoice_address=_address(snapshot.invoice_address, language),
        delivery_address=_address(snapshot.delivery_address, language),
        currency=currency,
        amounts_in=language.texts["amounts_in"].format(currency=currency),
        wide=_wide(rows, taxes),
        discounted=any(_is_discounted(line) for line in lines),
        lines=rows,
        items=language.write_number(str(sum(line.quantity for line in lines))),
        discounts=[_discount(discount, language) for discount in snapshot.discounts],
        taxes=taxes,
        totals=[Labelled(key, language.texts[key], language.write_money(money)) for key, money in _totals(snapshot)],
        payments=[_payment(payment, language) for payment in snapshot.payments],
        bank=paying.bank(snapshot, language),
        reason=_lines(snapshot.reason, language),
        note=_lines(snapshot.note, language),
        legal=_lines(_legal(snapshot), language),
    )


def _title(snapshot: DocumentSnapshot, language: Language) -> str:
    supplementary = snapshot.kind == "invoice" and corrected(snapshot)
    return language.texts["supplementary_invoice" if supplementary else snapshot.kind]


def _lines(text: str, language: Language) -> list[str]:
    return [language.isolate(line) for line in clean_lines(text)]


def _legal(snapshot: DocumentSnapshot) -> str:
    """Why there is no tax, where prices are printed; then what the shop always says."""
    exemption = "" if snapshot.kind in WITHOUT_PRICES or not snapshot.exemption else snapshot.exemption.reason
    return f"{exemption}\n{snapshot.shop.legal_text}".strip("\n")


def _shop(snapshot: DocumentSnapshot, language: Language) -> list[str]:
    shop, registration = snapshot.shop, clean(snapshot.shop.registration)
    printed = [*_address(shop.address, language), *(language.own(text) for text in (shop.email, shop.website))]
    if registration:
        printed.append(_labelled("registration", registration, language))
    return [line for line in printed if line]


def _address(address: Address, language: Language) -> list[str]:
    lines = [
        address.company, address.name, address.line1, address.line2, f"{address.postcode} {address.city}",
        address.region, language.name_country(address.country),
    ]
    printed = [language.own(line) for line in lines]
    if address.phone:
        printed.append(_labelled("phone", address.phone, language))
    if address.vat_number:
        printed.append(_labelled("vat_number", address.vat_number, language))
    return [line for line in printed if line]


def _labelled(key: str, text: str, language: Language) -> str:
    return f"{language.texts[key]}: {language.own(text)}"


def _line(line: DocumentLine, language: Language) -> LineText:
    """A line about an amount alone, of no pieces (a discount, a gesture of goodwill), has no price of one."""
    pieces = line.quantity != 0
    return LineText(
        reference=language.own(line.sku),
        product=language.own(line.name),
        rate=language.write_rate(line.tax_rate),
        unit=language.write_amount(line.unit_net) if pieces else "",
        unit_after=language.write_amount(_after_discounts(line)) if pieces else "",
        quantity=language.write_number(str(line.quantity)) if pieces else "",
        total=language.write_amount(line.net),
    )


def _is_discounted(line: DocumentLine) -> bool:
    """More than what the rounding of each unit can make."""
    more = abs(line.unit_net.amount * line.quantity - line.net.amount)
    return line.quantity != 0 and 2 * more > abs(line.quantity) + 1


def _after_discounts(line: DocumentLine) -> Money:
    """What one unit costs after discounts, rounded half up."""
    if not _is_discounted(line):
        return line.unit_net
    return Money(amount=(2 * line.net.amount + line.quantity) // (2 * line.quantity), currency=line.net.currency)


def _discount(discount: DocumentDiscount, language: Language) -> AmountsText:
    named = f"{discount.name} ({discount.code})" if discount.code else discount.name
    return _amounts(language.own(named), discount, language)


def _tax(row: TaxRow, language: Language) -> AmountsText:
    return _amounts(language.write_rate(row.rate), row, language)


def _amounts(label: str, row: DocumentDiscount | TaxRow, language: Language) -> AmountsText:
    return AmountsText(label, *(language.write_amount(money) for money in (row.net, row.tax, row.gross)))


def _payment(payment: Payment, language: Language) -> PaymentText:
    return PaymentText(
        language.own(payment.method), language.own(payment.transaction_id), language.write_money(payment.amount)
    )


def _totals(snapshot: DocumentSnapshot) -> list[tuple[str, Money]]:
    """What is added here was checked to agree with the snapshot before (`sums`)."""
    currency = snapshot.gross.currency
    products = Money(amount=sum(line.net.amount for line in snapshot.lines), currency=currency)
    return [
        ("products", products), ("shipping", snapshot.shipping.net), ("total_net", snapshot.net),
        ("total_tax", snapshot.tax), ("total_gross", snapshot.gross), *paying.settled(snapshot),
    ]


def _wide(lines: Sequence[LineText], taxes: Sequence[AmountsText]) -> bool:
    printed = [*(line.total for line in lines), *(line.unit for line in lines), *(row.gross for row in taxes)]
    return any(len(amount) > WIDE for amount in printed)
