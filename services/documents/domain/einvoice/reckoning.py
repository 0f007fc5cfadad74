"""From a snapshot to the model of EN 16931, or why there can be none. No number is invented: all are of the snapshot.

Prices with tax give lines whose net amounts are rounded one by one; EN 16931 allows that where the tax of each rate
is, within one unit, the rate of its basis (BR-CO-17). An order that rounds its taxes otherwise makes no e-invoice.
"""

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from services.documents.domain.einvoice.model import (
    CREDIT_NOTE,
    INVOICE,
    Freight,
    Invoice,
    Item,
    Party,
    Payment,
    Place,
    Preceding,
    Totals,
    Vat,
    VatCategory,
    VatGroup,
)
from services.documents.domain.facts import corrected, issue_day
from services.documents.domain.objections import Objection
from shared.contracts.snapshot import DocumentLine, DocumentSnapshot, TaxRow
from shared.contracts.values import Address, Money
from shared.writing.currencies import decimal, exponent
from shared.writing.text import clean

TYPES = {"invoice": INVOICE, "credit_slip": CREDIT_NOTE}
MOST_DECIMALS = 2  # of an amount (BR-DEC-…)
PRICE = Decimal("0.0000000001")  # a price may have as many decimals as it needs
CENT = Decimal("0.01")
MUTUALLY_DEFINED, CREDIT_TRANSFER, SEPA_TRANSFER = "ZZZ", "30", "58"  # means of payment, UNTDID 4461
CATEGORIES: dict[str, VatCategory] = {
    "exempt": "E", "reverse_charge": "AE", "intra_community": "K", "export": "G",
}


def einvoice(snapshot: DocumentSnapshot) -> Invoice | Objection:
    """The document as data. Its sums must have been checked before (`objections`)."""
    return _objection(snapshot) or _invoice(snapshot)


def _objection(snapshot: DocumentSnapshot) -> Objection | None:
    """The first rule of EN 16931 that the document cannot keep."""
    currency = snapshot.gross.currency
    if snapshot.kind not in TYPES:
        return Objection("no_invoice", f"A document of kind {snapshot.kind} is no invoice.")
    if exponent(currency) > MOST_DECIMALS:
        return Objection("currency_too_fine", f"EN 16931 knows two decimals, amounts in {currency} have more.")
    if not clean(snapshot.shop.address.vat_number):
        return Objection("vat_number_missing", "The shop's address bears no VAT number.")
    if _reversed(snapshot) and not clean(snapshot.invoice_address.vat_number):
        return Objection("buyer_vat_number_missing", "Without the buyer's VAT number the tax cannot be left to him.")
    return next((_tax_objection(row) for row in snapshot.taxes if not _reckoned(row)), None)


def _reversed(snapshot: DocumentSnapshot) -> bool:
    return snapshot.exemption is not None and snapshot.exemption.category in ("reverse_charge", "intra_community")


def _reckoned(row: TaxRow) -> bool:
    """Whether the tax is the rate of its basis within one unit (BR-CO-17)."""
    return abs(_decimal(row.tax) - _decimal(row.net) * row.rate / 100) < 1


def _tax_objection(row: TaxRow) -> Objection:
    tax, net = _decimal(row.tax), _decimal(row.net)
    return Objection("tax_rounded_otherwise", f"{tax} is not {row.rate:f}% of {net} within one unit (BR-CO-17).")


def _invoice(snapshot: DocumentSnapshot) -> Invoice:
    items = tuple(_items(snapshot))
    freight = _freight(snapshot) if snapshot.lines else None
    return Invoice(
        number=clean(snapshot.number),
        type_code=TYPES[snapshot.kind],
        issued=issue_day(snapshot),
        currency=snapshot.gross.currency,
        order_reference=clean(snapshot.order_reference),
        notes=tuple(_notes(snapshot)),
        seller=_seller(snapshot),
        buyer=_party(snapshot.invoice_address, snapshot.customer.email),
        deliver_to=_party(snapshot.delivery_address),
        items=items,
        freight=freight,
        vat=tuple(
            VatGroup(_vat(snapshot, row.rate), _decimal(row.net), _decimal(row.tax)) for row in snapshot.taxes
        ),
        totals=_totals(snapshot, items, freight),
        payment=_payment(snapshot),
        terms=clean(snapshot.payment_method),
        delivered=_delivered(snapshot),
        preceding=tuple(_preceding(snapshot)),
        accounting_tax=_accounting_tax(snapshot),
    )


def _items(snapshot: DocumentSnapshot) -> Iterator[Item]:
    """The lines; a document about nothing but its shipping has that as its line (BR-16)."""
    for number, line in enumerate(snapshot.lines, start=1):
        yield _item(snapshot, number, line)
    if not snapshot.lines:
        row = snapshot.shipping
        net = _decimal(row.net)
        yield Item(1, "", clean(snapshot.carrier), 1, net, net, _vat(snapshot, row.rate))


def _item(snapshot: DocumentSnapshot, number: int, line: DocumentLine) -> Item:
    net, quantity = _decimal(line.net), line.quantity or 1  # a gesture of goodwill is about an amount, not a piece
    price = (net / quantity).quantize(PRICE, ROUND_HALF_UP).normalize()
    listed = _decimal(line.unit_net)
    return Item(
        number=number, sku=clean(line.sku), name=clean(line.name), quantity=quantity, price=price, net=net,
        vat=_vat(snapshot, line.tax_rate), list_price=listed if listed - price >= CENT else None,
    )


def _vat(snapshot: DocumentSnapshot, rate: Decimal) -> Vat:
    if rate:
        return Vat("S", rate.normalize())
    if snapshot.exemption is None:
        return Vat("Z", Decimal(0))
    return Vat(CATEGORIES[snapshot.exemption.category], Decimal(0), clean(snapshot.exemption.reason))


def _freight(snapshot: DocumentSnapshot) -> Freight | None:
    row = snapshot.shipping
    if not row.gross.amount:
        return None
    return Freight(_decimal(row.net), _vat(snapshot, row.rate), clean(snapshot.carrier))


def _totals(snapshot: DocumentSnapshot, items: tuple[Item, ...], freight: Freight | None) -> Totals:
    gross, paid = _decimal(snapshot.gross), _paid(snapshot)
    return Totals(
        lines=sum((item.net for item in items), Decimal(0)), charges=freight.net if freight else Decimal(0),
        net=_decimal(snapshot.net), tax=_decimal(snapshot.tax), gross=gross, paid=paid, due=gross - paid,
    )


def _paid(snapshot: DocumentSnapshot) -> Decimal:
    """What was paid before, in the invoice's currency; a credit slip says nothing of that."""
    currency = snapshot.gross.currency
    if snapshot.kind != "invoice" or any(payment.amount.currency != currency for payment in snapshot.payments):
        return Decimal(0)
    return sum((_decimal(payment.amount) for payment in snapshot.payments), Decimal(0))


def _seller(snapshot: DocumentSnapshot) -> Party:
    shop = snapshot.shop
    return Party(
        name=clean(shop.name), place=_place(shop.address), vat_id=_number(shop.address.vat_number),
        legal_id=clean(shop.registration), email=shop.email, contact=clean(shop.address.name),
    )


def _party(address: Address, email: str = "") -> Party:
    return Party(
        name=clean(address.company or address.name), place=_place(address), vat_id=_number(address.vat_number),
        email=email, contact=clean(address.name),
    )


def _number(text: str) -> str:
    """A VAT number without the spaces and points that people write in it."""
    return "".join(letter for letter in clean(text) if letter.isalnum())


def _place(address: Address) -> Place:
    return Place(
        country=address.country, city=clean(address.city), postcode=clean(address.postcode),
        line1=clean(address.line1), line2=clean(address.line2), region=clean(address.region),
    )


def _payment(snapshot: DocumentSnapshot) -> Payment:
    """By transfer to the shop's account, if it has told one and something is due; else as it was agreed."""
    account, method = snapshot.shop.bank, clean(snapshot.payment_method)
    if account is None or _paid(snapshot) >= _decimal(snapshot.gross):
        return Payment(MUTUALLY_DEFINED, method)
    code = SEPA_TRANSFER if snapshot.gross.currency == "EUR" else CREDIT_TRANSFER
    holder = clean(account.holder or snapshot.shop.address.name)
    return Payment(code, method, account.iban, account.bic, holder)


def _notes(snapshot: DocumentSnapshot) -> Iterator[str]:
    yield from filter(None, map(clean, (snapshot.reason, snapshot.note, snapshot.shop.legal_text)))


def _delivered(snapshot: DocumentSnapshot) -> date | None:
    """Within the Community the day of the supply must be told (BR-IC-11): the goods go out with the invoice."""
    inside = snapshot.exemption is not None and snapshot.exemption.category == "intra_community"
    return issue_day(snapshot) if inside else None


def _preceding(snapshot: DocumentSnapshot) -> Iterator[Preceding]:
    for number, day in corrected(snapshot):
        yield Preceding(clean(number), day)


def _accounting_tax(snapshot: DocumentSnapshot) -> tuple[str, Decimal] | None:
    tax = snapshot.accounting_tax
    return (tax.currency, _decimal(tax)) if tax else None


def _decimal(money: Money) -> Decimal:
    return Decimal(decimal(money.amount, money.currency))
