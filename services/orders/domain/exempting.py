"""Tax exemptions of an order: set, changed or lifted.

Net prices do not change. If prices include tax, an exempt order has prices without it; each line
stores its taxed price and rate, so that lifting the exemption restores them exactly.
"""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from services.orders.domain.actions import objection_to_action
from services.orders.domain.correct_invoice import replaced, still_invoiced
from services.orders.domain.corrections import Edited, freed_by, reckoned
from services.orders.domain.discount_shares import without_fixed_shares
from services.orders.domain.documents import Document, NextNumber
from services.orders.domain.exemption_rules import objection_to_exemption
from services.orders.domain.needs import taxes_not_refunded
from services.orders.domain.order import Order
from services.orders.domain.order_line import Line
from services.orders.domain.order_views import line_views, summary
from services.orders.domain.pricing import Charge, TaxedPrice, with_tax, without_tax
from shared.contracts.orders import (
    OrderExemptionChanged,
    SetExemption,
)
from shared.contracts.reason import Reason


def set_exemption(
    order: Order, command: SetExemption, next_number: NextNumber, at: datetime
) -> Edited | Reason:
    """Return the order with another exemption, or none, and the documents that correct its
    invoices.
    """
    address = order.invoice_address
    if command.vat_number is not None:
        address = address.model_copy(update={"vat_number": command.vat_number})
    exempted = replace(order, exemption=command.exemption, invoice_address=address)
    wrong = _not_possible(order) or objection_to_exemption(
        exempted, order.shop.profile.address, vat_field="vat_number"
    )
    wrong = wrong or _wrong_rates(order, command)
    if wrong:
        return wrong
    after = _repriced(exempted, order, command)
    if isinstance(after, Reason):
        return after
    if after == order:
        return Reason(
            "nothing_changes",
            "The order has this exemption and VAT number already.",
            field="exemption",
        )
    after = replace(after, discounts=without_fixed_shares(after.discounts))
    found = reckoned(order, after, "exemption")
    if isinstance(found, Reason):
        return found
    after, documents = _corrected(order, found, command, next_number, at)
    event = OrderExemptionChanged(
        order_id=order.order_id,
        order=summary(after),
        by=command.by,
        at=at,
        exemption=command.exemption,
        exemption_before=order.exemption,
        lines=line_views(after),
        invoice_address=address,
        due=order.money(after.due),
        attach=[document.reference for document in documents],
    )
    events = [event, *(document.event for document in documents)]
    return Edited(after, events, tuple(freed_by(after)))


def _corrected(
    order: Order, after: Order, command: SetExemption, next_number: NextNumber, at: datetime
) -> tuple[Order, list[Document]]:
    """Credit the invoices, and issue one new invoice in their place."""
    if not still_invoiced(order):
        return after, []
    after, slip, invoice = replaced(order, after, next_number, at, command.reason)
    return after, [slip, invoice]


def _not_possible(order: Order) -> Reason | None:
    refunded = taxes_not_refunded(order)
    if order.holds_stock and refunded:
        return Reason("something_refunded", refunded, field="order_id")
    reason = objection_to_action("order.set_exemption", order)
    return Reason("not_possible", reason, field="order_id") if reason else None


def _wrong_rates(order: Order, command: SetExemption) -> Reason | None:
    given = [each.line for each in command.tax_rates]
    if command.exemption is not None or order.exemption is None:
        field = "tax_rates" if given else "shipping_tax_rate"
        if given or command.shipping_tax_rate is not None:
            sentence = "Tax rates can only be set when an exemption is lifted."
            return Reason("nothing_lifted", sentence, field=field)
    for place, line in enumerate(given):
        field = f"tax_rates[{place}].line"
        if line not in dict(order.numbered_lines):
            return Reason("unknown_line", f"The order has no line {line}.", field=field)
        if line in given[:place]:
            return Reason("line_twice", f"Line {line} is listed twice: list it once.", field=field)
    return None


def _repriced(after: Order, before: Order, command: SetExemption) -> Order | Reason:
    if (before.exemption is None) == (command.exemption is None):
        return after
    if command.exemption is not None:
        return _untaxed(after)
    return _lacking_rates(before, command) or _taxed(after, command)


def _untaxed(order: Order) -> Order:
    lines = (_untaxed_line(order, line) for line in order.lines)
    charge, taxed = _charge_without_tax(order, order.shipping)
    return replace(order, lines=tuple(lines), shipping=charge, shipping_taxed=taxed)


def _untaxed_line(order: Order, line: Line) -> Line:
    charge, taxed = _charge_without_tax(order, line.charge)
    return replace(line, charge=charge, taxed=taxed)


def _charge_without_tax(order: Order, charge: Charge) -> tuple[Charge, TaxedPrice]:
    net = without_tax(charge.price, charge.rate, order.prices, order.rounding)
    return replace(charge, price=net, rate=Decimal(0)), TaxedPrice(charge.price, charge.rate)


def _lacking_rates(order: Order, command: SetExemption) -> Reason | None:
    given = {each.line for each in command.tax_rates}
    for number, line in order.numbered_lines:
        if line.taxed is None and number not in given:
            sentence = f"The tax rate of line {number} is not known: set it in 'tax_rates'."
            return Reason("tax_rate_needed", sentence, field="tax_rates", details={"line": number})
    if order.shipping.price and order.shipping_taxed is None and command.shipping_tax_rate is None:
        sentence = "The tax rate of the shipping is not known: set it in 'shipping_tax_rate'."
        return Reason("tax_rate_needed", sentence, field="shipping_tax_rate")
    return None


def _taxed(order: Order, command: SetExemption) -> Order:
    rates = {each.line: each.tax_rate for each in command.tax_rates}
    lines = []
    for number, line in enumerate(order.lines, start=1):
        charge = _with_tax(order, line.charge, line.taxed, rates.get(number))
        lines.append(replace(line, charge=charge, taxed=None))
    shipping = _with_tax(order, order.shipping, order.shipping_taxed, command.shipping_tax_rate)
    return replace(order, lines=tuple(lines), shipping=shipping, shipping_taxed=None)


def _with_tax(
    order: Order, charge: Charge, taxed: TaxedPrice | None, rate: Decimal | None
) -> Charge:
    """Return the charge at its taxed price, or at its net price plus tax if that is not known."""
    if taxed is not None:
        return replace(charge, price=taxed.price, rate=taxed.rate if rate is None else rate)
    rate = rate or Decimal(0)
    price = with_tax(charge.price, rate, order.prices, order.rounding)
    return replace(charge, price=price, rate=rate)
