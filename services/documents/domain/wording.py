"""The printed text of a document, from its snapshot."""

from collections.abc import Sequence
from dataclasses import replace

from services.documents.domain import payments, unit_prices
from services.documents.domain.column_layout import Heads, facts_rows, lines_layout, sums_layout
from services.documents.domain.document_text import (
    AmountsText,
    DocumentText,
    Labelled,
    LinesLayout,
    LineText,
    PaymentText,
)
from services.documents.domain.facts import corrected, facts
from services.documents.domain.language import Language
from services.documents.domain.legal import legal_text
from services.documents.domain.snapshot_checks import WITHOUT_PRICES, printed
from services.documents.domain.text import clean, clean_lines
from shared.contracts.snapshot import DocumentDiscount, DocumentLine, DocumentSnapshot, TaxRow
from shared.contracts.values import Address, Money, Payment
from shared.writing.addresses import address_lines
from shared.writing.days import day_of, local


def write(snapshot: DocumentSnapshot, language: Language) -> DocumentText:
    """Return the text of the document in `language`. Lines of a delivery slip are sorted by
    reference.
    """
    language = _aligned(language.for_shop(snapshot.shop), snapshot)
    lines: Sequence[DocumentLine] = snapshot.lines
    if snapshot.kind == "delivery_slip":
        lines = sorted(lines, key=lambda line: line.sku)
    pieces = 0
    unpadded = []
    for line in lines:
        pieces += line.quantity
        unpadded.append(_line(line, snapshot, language))
    rows = _padded(unpadded, language)
    currency = language.name_currency(snapshot.gross.currency)
    said, taxes = facts(snapshot, language), [_tax(row, language) for row in snapshot.taxes]
    discounts = [_discount(discount, language) for discount in snapshot.discounts]
    zone = snapshot.shop.timezone
    received = [_payment(payment, zone, language) for payment in snapshot.payments]
    totals = [_total(key, money, language) for key, money in _totals(snapshot)]
    return DocumentText(
        language=language.tag,
        direction=language.direction,
        texts=language.texts,
        kind=snapshot.kind,
        title=_title(snapshot, language),
        number=language.embed(snapshot.number),
        issued=local(snapshot.issued_at, snapshot.shop.timezone).isoformat(timespec="seconds"),
        facts=said,
        facts_rows=facts_rows(said),
        shop=language.embed(snapshot.shop.name),
        shop_lines=_shop(snapshot, language),
        invoice_address=_address(snapshot.invoice_address, language),
        delivery_address=_address(snapshot.delivery_address, language),
        currency=currency,
        amounts_in=language.texts["amounts_in"].format(currency=currency),
        unit_label=_unit_label(snapshot, language),
        discounted=unit_prices.is_any_discounted(snapshot),
        lines=rows,
        lines_layout=_lines_layout(rows, snapshot, language),
        items=language.write_number(str(pieces)),
        discounts=discounts,
        taxes=taxes,
        totals=totals,
        sums_layout=sums_layout(taxes, discounts, totals, received, _sums_heads(language)),
        payments=received,
        credited=payments.credit_sentence(snapshot, language),
        bank=payments.transfer_details(snapshot, language),
        reason=_lines(snapshot.reason, language),
        note=_lines(snapshot.note, language),
        legal=_lines(legal_text(snapshot, language), language),
    )


def _aligned(language: Language, snapshot: DocumentSnapshot) -> Language:
    """Return the language with one decimal for all amounts in Toman if one of them needs it."""
    amounts = list(printed(snapshot))
    for payment in snapshot.payments:
        amounts.append(payment.amount)
    for money in amounts:
        if language.is_toman(money.currency) and money.amount % 10:
            return language.model_copy(update={"tenths": True})
    return language


def _title(snapshot: DocumentSnapshot, language: Language) -> str:
    if snapshot.kind == "invoice" and corrected(snapshot):
        return language.texts["supplementary_invoice"]
    return language.texts[snapshot.kind]


def _lines(text: str, language: Language) -> list[str]:
    return [language.isolate(line) for line in clean_lines(text)]


def _shop(snapshot: DocumentSnapshot, language: Language) -> list[str]:
    shop = snapshot.shop
    printed = [
        *_address(shop.address, language),
        language.embed(shop.email),
        language.embed(shop.website),
    ]
    for key in ("registration", "tax_number"):
        text = clean(getattr(shop, key))
        if text:
            printed.append(_labelled(key, text, language))
    return list(filter(None, printed))


def _address(address: Address, language: Language) -> list[str]:
    """Return the lines of an address, each isolated; the postcode of a Persian address is written
    in Persian digits.
    """
    lines = address_lines(
        address,
        clean=clean,
        comma=language.texts["comma"],
        label_postcode=lambda code: language.labelled("postcode", language.write_digits(code)),
    )
    printed = [language.isolate(line) for line in (*lines, language.name_country(address.country))]
    if address.phone:
        printed.append(_labelled("phone", address.phone, language))
    if address.vat_number:
        printed.append(_labelled("vat_number", address.vat_number, language))
    return list(filter(None, printed))


def _labelled(key: str, text: str, language: Language) -> str:
    return language.labelled(key, language.embed(text))


def _line(line: DocumentLine, snapshot: DocumentSnapshot, language: Language) -> LineText:
    """Return a line. One about an amount without pieces (a discount, a goodwill credit) has no unit
    price, but a remark that explains it.
    """
    unit = unit_after = quantity = ""
    remark = language.texts["price_adjustment"]
    if line.quantity:
        before, after = unit_prices.unit_prices(line, credited=snapshot.kind == "credit_slip")
        unit = language.write_price(before, line.net.currency)
        unit_after = language.write_price(after, line.net.currency)
        remark = ""
        quantity = language.write_number(str(line.quantity))
    return LineText(
        reference=language.embed(line.sku),
        product=language.embed(line.name),
        rate=language.write_rate(line.tax_rate),
        unit=unit,
        unit_after=unit_after,
        quantity=quantity,
        total=language.write_amount(line.net),
        remark=remark,
    )


def _padded(lines: Sequence[LineText], language: Language) -> list[LineText]:
    """Return the lines with padding that aligns the decimal marks of their prices."""
    texts = [line.unit for line in lines] + [line.unit_after for line in lines]
    pads = unit_prices.pads(texts, language.decimal_mark, language.digits[0])
    padded = []
    for line, pad, pad_after in zip(lines, pads, pads[len(lines) :], strict=False):
        padded.append(replace(line, unit_pad=pad, unit_after_pad=pad_after))
    return padded


def _unit_label(snapshot: DocumentSnapshot, language: Language) -> str:
    if snapshot.kind == "credit_slip":
        return language.texts["unit_credit"]
    return language.texts["unit_price"]


def _lines_layout(
    lines: Sequence[LineText], snapshot: DocumentSnapshot, language: Language
) -> LinesLayout:
    """Return the layout of the lines, with the columns of the document's kind."""
    texts = language.texts
    heads = {"reference": texts["reference"], "quantity": texts["quantity"]}
    if snapshot.kind not in WITHOUT_PRICES:
        in_currency = texts["amounts_in"].format(
            currency=language.name_currency(snapshot.gross.currency)
        )
        heads["rate"] = texts["tax_rate"]
        heads["unit"] = f"{_unit_label(snapshot, language)}\n{in_currency}"
        heads["total"] = f"{texts['total']}\n{in_currency}"
    if unit_prices.is_any_discounted(snapshot):
        heads["unit_after"] = texts["unit_price_after"]
    return lines_layout(lines, heads)


def _sums_heads(language: Language) -> Heads:
    texts = language.texts
    return {
        "rate": texts["tax_rate"],
        "net": texts["net"],
        "tax": texts["tax"],
        "gross": texts["gross"],
    }


def _discount(discount: DocumentDiscount, language: Language) -> AmountsText:
    named = discount.name
    if discount.code:
        named = f"{discount.name} ({discount.code})"
    return _amounts(language.embed(named), discount, language)


def _tax(row: TaxRow, language: Language) -> AmountsText:
    return _amounts(language.write_rate(row.tax_rate), row, language)


def _amounts(label: str, row: DocumentDiscount | TaxRow, language: Language) -> AmountsText:
    return AmountsText(
        label,
        net=language.write_amount(row.net),
        tax=language.write_amount(row.tax),
        gross=language.write_amount(row.gross),
    )


def _payment(payment: Payment, zone: str, language: Language) -> PaymentText:
    """Return a payment; a repayment is a negative amount."""
    method = language.embed(payment.method)
    if payment.kind == "store_credit":
        method = language.texts["store_credit"]
    if payment.amount.amount < 0:
        method = language.texts["refund"].format(method=method)
    day = ""
    if payment.at:
        day = language.write_date(day_of(payment.at, zone))
    return PaymentText(
        method, day, language.embed(payment.transaction_id), language.write_money(payment.amount)
    )


def _totals(snapshot: DocumentSnapshot) -> list[tuple[str, Money]]:
    """Return the totals with the keys of their texts. The sums were checked against the snapshot
    before (`snapshot_checks`). A correction names no products or shipping that it does not change.
    """
    currency = snapshot.gross.currency
    products = Money(amount=sum(line.net.amount for line in snapshot.lines), currency=currency)
    parts = []
    if snapshot.lines or products.amount:
        parts.append(("products", products))
    if snapshot.shipping_tax.net.amount or not corrected(snapshot):
        parts.append(("shipping", snapshot.shipping_tax.net))
    return [
        *parts,
        ("total_net", snapshot.net),
        ("total_tax", snapshot.tax),
        *_accounting_tax(snapshot),
        ("total_gross", snapshot.gross),
        *payments.rounding(snapshot),
        *payments.settlement_steps(snapshot),
    ]


def _accounting_tax(snapshot: DocumentSnapshot) -> list[tuple[str, Money]]:
    """Return the tax in the seller's own currency (Directive 2006/112/EC, Art. 230)."""
    if snapshot.accounting_tax is None:
        return []
    return [("accounting_tax", snapshot.accounting_tax)]


def _total(key: str, money: Money, language: Language) -> Labelled:
    label = language.texts[key].format(currency=language.name_currency(money.currency))
    return Labelled(key, label, language.write_money(money))
