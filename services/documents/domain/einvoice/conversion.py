"""Conversion of a snapshot to the model of EN 16931, or the reason why that is not possible. All
numbers are taken from the snapshot.

For prices with tax, net amounts are rounded per line. EN 16931 allows that if the tax of each rate
equals, within one unit, the rate times its basis (BR-CO-17). Orders that round taxes otherwise get
no e-invoice.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from services.documents.domain.einvoice import parties, settlement
from services.documents.domain.einvoice.model import (
    CREDIT_NOTE,
    INVOICE,
    PROFILES,
    Freight,
    Invoice,
    Item,
    Preceding,
    Totals,
    Vat,
    VatCategory,
    VatGroup,
)
from services.documents.domain.einvoice.rules import violations
from services.documents.domain.facts import corrected, issue_day, replaced, supply_day
from services.documents.domain.snapshot_checks import Violation
from shared.contracts.reason import Reason
from shared.contracts.snapshot import DocumentLine, DocumentSnapshot
from shared.contracts.values import InvoiceProfile, Money
from shared.writing.currencies import decimal, exponent
from shared.writing.text import clean

TYPES = {"invoice": INVOICE, "credit_slip": CREDIT_NOTE}
MAX_DECIMALS = 2  # of an amount (BR-DEC-…)
PRICE = Decimal("0.0000000001")  # a price may have as many decimals as it needs
CENT = Decimal("0.01")
CATEGORIES: dict[str, VatCategory] = {
    "exempt": "E",
    "reverse_charge": "AE",
    "intra_community": "K",
    "export": "G",
}


def einvoice(snapshot: DocumentSnapshot, profile: InvoiceProfile = "en16931") -> Invoice | Reason:
    """Return the document as an invoice that meets every rule of the profile, or why it cannot. Its
    sums must have been checked before (`snapshot_checks`).
    """
    if snapshot.kind not in TYPES:
        return Reason("no_invoice", f"A document of kind {snapshot.kind} is no invoice.")
    currency = snapshot.gross.currency
    if exponent(currency) > MAX_DECIMALS:
        reason = f"E-invoices have two decimals, amounts in {currency} have more."
        return _objection([Violation("BR-DEC-14", reason)])
    invoice = convert(snapshot, profile)
    found = list(violations(invoice))
    if found:
        return _objection(found)
    return invoice


def why_no_data(snapshot: DocumentSnapshot) -> str:
    """Return why the PDF of an invoice contains no data, in one sentence; "" if it does, or the
    shop wants none.
    """
    if snapshot.kind not in TYPES or not snapshot.shop.e_invoice:
        return ""
    made = einvoice(snapshot)
    if isinstance(made, Reason):
        return made.sentence
    return ""


def _objection(found: list[Violation]) -> Reason:
    """Return all violations; the first is the sentence for people."""
    first = found[0]
    reason = (
        "The e-invoice would violate a rule of its standard:"
        f" {first.reason.removesuffix('.')} ({first.rule})."
    )
    rules = [{"rule": each.rule, "reason": each.reason} for each in found]
    return Reason("rule_violated", reason, details={"rule": first.rule, "violations": rules})


def convert(snapshot: DocumentSnapshot, profile: InvoiceProfile) -> Invoice:
    """Return the document as an invoice, without checking the rules."""
    items = tuple(_items(snapshot))
    freight = _freight(snapshot) if snapshot.lines else None
    totals = _totals(snapshot, items, freight)
    address = snapshot.invoice_address
    sales_order = clean(snapshot.order_reference)
    return Invoice(
        profile=PROFILES[profile],
        number=clean(snapshot.number),
        type_code=TYPES[snapshot.kind],
        issued=issue_day(snapshot),
        currency=snapshot.gross.currency,
        buyer_reference=clean(address.buyer_reference),
        purchase_order=clean(address.purchase_order) or sales_order,
        sales_order=sales_order,
        notes=tuple(_notes(snapshot)),
        seller=parties.seller(snapshot.shop, profile),
        buyer=parties.buyer(snapshot, profile),
        deliver_to=parties.recipient(snapshot.delivery_address),
        items=items,
        freight=freight,
        vat=tuple(_groups(snapshot, items, freight)),
        totals=totals,
        payment=settlement.payment(snapshot, totals.due, profile),
        terms=settlement.terms(snapshot, totals.due),
        due_date=settlement.due_date(snapshot, totals.due),
        delivered=supply_day(snapshot),
        preceding=tuple(_preceding(snapshot)),
        accounting_tax=_accounting_tax(snapshot),
    )


def _items(snapshot: DocumentSnapshot) -> Iterator[Item]:
    """Yield the lines; a document about shipping only has that as its line (BR-16)."""
    for number, line in enumerate(snapshot.lines, start=1):
        yield _item(snapshot, number, line)
    if not snapshot.lines:
        row = snapshot.shipping_tax
        net = _decimal(row.net)
        yield Item(1, "", clean(snapshot.carrier), 1, net, net, _vat(snapshot, row.tax_rate))


def _item(snapshot: DocumentSnapshot, number: int, line: DocumentLine) -> Item:
    net = _decimal(line.net)
    quantity = line.quantity or 1  # a goodwill credit has an amount, but no pieces
    price = (net / quantity).quantize(PRICE, ROUND_HALF_UP).normalize()
    listed: Decimal | None = _decimal(line.unit_net)
    if listed is not None and listed - price < CENT:
        listed = None
    return Item(
        number=number,
        sku=clean(line.sku),
        name=clean(line.name),
        quantity=quantity,
        price=price,
        net=net,
        vat=_vat(snapshot, line.tax_rate),
        list_price=listed,
    )


def _vat(snapshot: DocumentSnapshot, rate: Decimal) -> Vat:
    if rate:
        return Vat("S", rate.normalize())
    if snapshot.exemption is None:
        return Vat("Z", Decimal(0))
    return Vat(
        CATEGORIES[snapshot.exemption.category], Decimal(0), clean(snapshot.exemption.reason)
    )


def _groups(
    snapshot: DocumentSnapshot, items: tuple[Item, ...], freight: Freight | None
) -> Iterator[VatGroup]:
    """Yield the rows of the tax table, except empty ones that no line or charge uses (BR-S-08)."""
    borne = {item.vat for item in items}
    if freight:
        borne.add(freight.vat)
    for row in snapshot.taxes:
        vat, tax = _vat(snapshot, row.tax_rate), _decimal(row.tax)
        if vat in borne or row.gross.amount:
            yield VatGroup(vat, _decimal(row.net), tax)


def _freight(snapshot: DocumentSnapshot) -> Freight | None:
    row = snapshot.shipping_tax
    if not row.gross.amount:
        return None
    return Freight(_decimal(row.net), _vat(snapshot, row.tax_rate), clean(snapshot.carrier))


def _totals(snapshot: DocumentSnapshot, items: tuple[Item, ...], freight: Freight | None) -> Totals:
    gross, paid = _decimal(snapshot.gross), settlement.paid(snapshot)
    rounding = charges = Decimal(0)
    if snapshot.cash_rounding:
        rounding = _decimal(snapshot.cash_rounding)
    if freight:
        charges = freight.net
    return Totals(
        lines=sum((item.net for item in items), Decimal(0)),
        charges=charges,
        net=_decimal(snapshot.net),
        tax=_decimal(snapshot.tax),
        gross=gross,
        paid=paid,
        due=gross - paid + rounding,
        rounding=rounding,
    )


def _notes(snapshot: DocumentSnapshot) -> Iterator[str]:
    yield from filter(None, map(clean, (snapshot.reason, snapshot.note, snapshot.shop.legal_text)))


def _preceding(snapshot: DocumentSnapshot) -> Iterator[Preceding]:
    """Yield the invoices that this document corrects or replaces."""
    for number, day in dict.fromkeys([*corrected(snapshot), *replaced(snapshot)]):
        yield Preceding(clean(number), day)


def _accounting_tax(snapshot: DocumentSnapshot) -> tuple[str, Decimal] | None:
    tax = snapshot.accounting_tax
    if tax is None:
        return None
    return tax.currency, _decimal(tax)


def _decimal(money: Money) -> Decimal:
    return Decimal(decimal(money.amount, money.currency))
