"""The printed text of a document, from its snapshot."""

from collections.abc import Sequence
from dataclasses import replace

from services.documents.domain import payments, unit_prices
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
from services.documents.domain.layout import Heads, facts_rows, lines_layout, sums_layout
from services.documents.domain.objections import WITHOUT_PRICES, printed
from services.documents.domain.text import clean, clean_lines
from shared.contracts.snapshot import DocumentDiscount, DocumentLine, DocumentSnapshot, TaxRow
from shared.contracts.values import Address, Money, Payment
from shared.writing.addresses import address_lines
from shared.writing.days import local


def write(snapshot: DocumentSnapshot, language: Language) -> DocumentText:
    """Return the text of the document in `language`. Lines of a delivery slip are sorted by
    reference.
    """
    language = _aligned(language.for_shop(snapshot.shop), snapshot)
    lines: Sequence[DocumentLine] = snapshot.lines
    if snapshot.kind == "delivery_slip":
        lines = sorted(lines, key=lambda line: line.sku)
    currency = language.name_currency(snapshot.gross.currency)
    rows = _padded([_line(line, snapshot, language) for line in lines], language)
    said, taxes = facts(snapshot, language), [_tax(row, language) for row in snapshot.taxes]
    discounts = [_discount(discount, language) for discount in snapshot.discounts]
    received = [_payment(payment, language) for payment in snapshot.payments]
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
        items=language.write_number(str(sum(line.quantity for line in lines))),
        discounts=discounts,
        taxes=taxes,
        totals=totals,
        sums_layout=sums_layout(taxes, discounts, totals, received, _sums_heads(language)),
        payments=received,
        credited=payments.credit_sentence(snapshot, language),
        bank=payments.transfer_details(snapshot, language),
        reason=_lines(snapshot.reason, language),
        note=_lines(snapshot.note, language),
        legal=_lines(_legal(snapshot, language), language),
    )


def _aligned(language: Language, snapshot: DocumentSnapshot) -> Language:
    """Return the language with one decimal for all amounts in Toman if one of them needs it."""
    amounts = [*printed(snapshot), *(payment.amount for payment in snapshot.payments)]
    tenths = any(language.is_toman(money.currency) and money.amount % 10 for money in amounts)
    return language.model_copy(update={"tenths": True}) if tenths else language


def _title(snapshot: DocumentSnapshot, language: Language) -> str:
    supplementary = snapshot.kind == "invoice" and corrected(snapshot)
    return language.texts["supplementary_invoice" if supplementary else snapshot.kind]


def _lines(text: str, language: Language) -> list[str]:
    return [language.isolate(line) for line in clean_lines(text)]


def _legal(snapshot: DocumentSnapshot, language: Language) -> str:
    """Return the reason for an exemption from tax, if prices are printed, after the words that the
    law requires (Directive 2006/112/EC, Art. 226 no. 11a); then the shop's legal text.
    """
    found = (
        _exemption(snapshot, language),
        _exchange_rate(snapshot, language),
        snapshot.shop.legal_text,
    )
    return "\n".join(text for text in found if text)


def _exemption(snapshot: DocumentSnapshot, language: Language) -> str:
    exemption = snapshot.exemption
    if exemption is None or snapshot.kind in WITHOUT_PRICES:
        return ""
    words = language.texts[exemption.category]
    said = words.casefold() in exemption.reason.casefold()
    return exemption.reason if said else language.labelled(exemption.category, exemption.reason)


def _exchange_rate(snapshot: DocumentSnapshot, language: Language) -> str:
    """Return the exchange rate at which the tax was converted."""
    rate = snapshot.exchange_rate
    if rate is None:
        return ""
    there, here = (
        language.name_currency(snapshot.gross.currency),
        language.name_currency(rate.currency),
    )
    one, worth = language.write_number("1"), language.write_number(f"{rate.rate:f}")
    said = f"{one} {there} = {worth} {language.embed(here)}"
    return language.labelled(
        "exchange_rate", f"{said} ({language.embed(rate.source)})" if rate.source else said
    )


def _shop(snapshot: DocumentSnapshot, language: Language) -> list[str]:
    shop = snapshot.shop
    printed = [
        *_address(shop.address, language),
        *(language.embed(text) for text in (shop.email, shop.website)),
    ]
    for key in ("registration", "tax_number"):
        text = clean(getattr(shop, key))
        if text:
            printed.append(_labelled(key, text, language))
    return [line for line in printed if line]


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
    return [line for line in printed if line]


def _labelled(key: str, text: str, language: Language) -> str:
    return language.labelled(key, language.embed(text))


def _line(line: DocumentLine, snapshot: DocumentSnapshot, language: Language) -> LineText:
    """Return a line. One about an amount without pieces (a discount, a goodwill credit) has no unit
    price, but a remark that explains it.
    """
    unit = unit_after = quantity = ""
    if line.quantity:
        before, after = unit_prices.unit_prices(line, credited=snapshot.kind == "credit_slip")
        unit, unit_after = (
            language.write_price(price, line.net.currency) for price in (before, after)
        )
        quantity = language.write_number(str(line.quantity))
    return LineText(
        reference=language.embed(line.sku),
        product=language.embed(line.name),
        rate=language.write_rate(line.tax_rate),
        unit=unit,
        unit_after=unit_after,
        quantity=quantity,
        total=language.write_amount(line.net),
        remark="" if line.quantity else language.texts["price_adjustment"],
    )


def _padded(lines: Sequence[LineText], language: Language) -> list[LineText]:
    """Return the lines with padding that aligns the decimal marks of their prices."""
    texts = [line.unit for line in lines] + [line.unit_after for line in lines]
    pads = unit_prices.pads(texts, language.decimal_mark, language.digits[0])
    return [
        replace(line, unit_pad=pad, unit_after_pad=pad_after)
        for line, pad, pad_after in zip(lines, pads, pads[len(lines) :], strict=False)
    ]


def _unit_label(snapshot: DocumentSnapshot, language: Language) -> str:
    return language.texts["unit_credit" if snapshot.kind == "credit_slip" else "unit_price"]


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
    named = f"{discount.name} ({discount.code})" if discount.code else discount.name
    return _amounts(language.embed(named), discount, language)


def _tax(row: TaxRow, language: Language) -> AmountsText:
    return _amounts(language.write_rate(row.rate), row, language)


def _amounts(label: str, row: DocumentDiscount | TaxRow, language: Language) -> AmountsText:
    return AmountsText(
        label, *(language.write_amount(money) for money in (row.net, row.tax, row.gross))
    )


def _payment(payment: Payment, language: Language) -> PaymentText:
    """Return a payment; a repayment is a negative amount."""
    method = language.embed(payment.method)
    if payment.kind == "store_credit":
        method = language.texts["store_credit"]
    if payment.amount.amount < 0:
        method = language.texts["refund"].format(method=method)
    return PaymentText(
        method, language.embed(payment.transaction_id), language.write_money(payment.amount)
    )


def _totals(snapshot: DocumentSnapshot) -> list[tuple[str, Money]]:
    """Return the totals with the keys of their texts. The sums were checked against the snapshot
    before (`objections`). A correction names no products or shipping that it does not change.
    """
    currency = snapshot.gross.currency
    products = Money(amount=sum(line.net.amount for line in snapshot.lines), currency=currency)
    parts = [
        ("products", products, bool(snapshot.lines)),
        ("shipping", snapshot.shipping.net, not corrected(snapshot)),
    ]
    return [
        *((key, money) for key, money, always in parts if always or money.amount),
        ("total_net", snapshot.net),
        ("total_tax", snapshot.tax),
        *_accounting_tax(snapshot),
        ("total_gross", snapshot.gross),
        *payments.rounding(snapshot),
        *payments.settlement_steps(snapshot),
    ]


def _accounting_tax(snapshot: DocumentSnapshot) -> list[tuple[str, Money]]:
    """Return the tax in the seller's own currency (Directive 2006/112/EC, Art. 230)."""
    return [("accounting_tax", snapshot.accounting_tax)] if snapshot.accounting_tax else []


def _total(key: str, money: Money, language: Language) -> Labelled:
    label = language.texts[key].format(currency=language.name_currency(money.currency))
    return Labelled(key, label, language.write_money(money))
