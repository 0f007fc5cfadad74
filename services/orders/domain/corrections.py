"""Corrections after an edit: new amounts, and documents for changes of invoiced lines.

The amounts are computed with the order's rounding. Rounding may move a cent of tax between lines
that were not edited; the correction states it with the edited lines of that rate. So invoices less
credit slips always equal the order, for every rate.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.orders.domain import billing
from services.orders.domain.accounting import stated_tax
from services.orders.domain.changed_pieces import (
    Pieces,
    changed_pieces,
    is_same,
    is_sold_anew,
    tax_of,
)
from services.orders.domain.discount_shares import with_fixed_shares, with_shares
from services.orders.domain.discounts import Discount
from services.orders.domain.document_parts import DocumentPart
from services.orders.domain.documents import (
    Document,
    NextNumber,
    corrected_invoices,
    issue_part,
    rounding_change,
    with_document,
)
from services.orders.domain.money import LARGEST
from services.orders.domain.order import Order
from services.orders.domain.pricing import Amount, priced
from shared.contracts.message import Event
from shared.contracts.reason import Reason
from shared.contracts.values import DocumentKind, DocumentReference


@dataclass(frozen=True)
class Edited:
    """The order after an edit, the events, and the amounts of vouchers that it does not use."""

    order: Order
    events: list[Event]
    freed: tuple["Freed", ...] = ()


@dataclass(frozen=True)
class Freed:
    """The part of an amount voucher that an order does not use, in minor units.

    The voucher's `partial_use` decides whether the customer gets it back. A later edit may use the
    part again; `without_freed` ends that once it was given back.
    """

    discount_id: UUID
    code: str
    amount: int
    fixed: bool


def issued_between(before: Order, after: Order) -> list[DocumentReference]:
    """Return the documents that were issued between two versions of an order."""
    return list(after.documents[len(before.documents) :])


def settled(
    before: Order,
    after: Order,
    next_number: NextNumber,
    at: datetime,
    reason: str = "",
    field: str = "lines",
) -> Edited | Reason:
    """Return an edited order with its amounts, and the documents that correct its invoices.

    `field` is the field to blame if the total is too large.
    """
    found = reckoned(before, after, field)
    if isinstance(found, Reason):
        return found
    order = _without_old_invoices(before, found)
    events: list[Event] = []
    for document in _corrections(before, found, next_number, at, reason):
        order, events = with_document(order, document), [*events, document.event]
    if order.issued("invoice"):  # a discount that is newer than it is on the credit slip
        charges = [line.charge for line in order.lines]
        order = replace(order, discounts=with_fixed_shares(order.discounts, charges))
    return Edited(order, events, tuple(freed_by(order)))


def reckoned(before: Order, after: Order, field: str) -> Order | Reason:
    """Return an edited order with its discounts and amounts, without new documents.

    `field` is the field to blame if the total is too large.
    """
    after = repriced(before, _with_discounts(after))
    stated = sum(charge.stated for charge in after.charges.values())
    converted = after.in_accounting_currency(after.amount.gross) or 0
    if max(after.amount.gross, stated, converted) >= LARGEST:
        return Reason("total_too_large", "The total of the order is too large.", field=field)
    if sum(line.weight_grams * line.charge.quantity for line in after.lines) >= LARGEST:
        return Reason("total_too_large", "The weight of the order is too large.", field=field)
    return after


def freed_by(order: Order) -> Iterator[Freed]:
    """Yield the parts of its amount vouchers that an order does not use."""
    for each in order.discounts:
        unused = int(each.value) - each.off
        if each.active and each.kind == "amount" and each.code and unused > 0:
            yield Freed(each.discount_id, each.code, unused, each.fixed is not None)


def without_freed(order: Order, discount_id: UUID) -> Order:
    """Return the order with an amount discount limited to the amount it takes off now."""
    discounts = []
    for each in order.discounts:
        discounts.append(_no_more(order, each) if each.discount_id == discount_id else each)
    return replace(order, discounts=tuple(discounts))


def _no_more(order: Order, discount: Discount) -> Discount:
    now = replace(discount, value=Decimal(discount.off))
    if discount.fixed is None:
        return now
    return with_fixed_shares([replace(now, fixed=None)], [line.charge for line in order.lines])[0]


def repriced(before: Order, after: Order) -> Order:
    """Return the order with new amounts for all charges of the rates that the edit touches.

    Charges that were refunded in part do not change.
    """
    then, now = before.charges, after.charges
    rates = set()
    for number, charge in now.items():
        if not is_same(then.get(number), charge):
            rates.add(charge.rate)
            if number in then:
                rates.add(then[number].rate)
    touched = {}
    for number, charge in now.items():
        if charge.rate in rates and not after.is_refunded(number):
            touched[number] = charge
    charges = priced(list(touched.values()), after.prices, after.rounding)
    found = dict(zip(touched, charges, strict=True))
    lines = []
    for number, line in enumerate(after.lines, start=1):
        lines.append(replace(line, charge=found.get(number, line.charge)))
    return replace(after, lines=tuple(lines), shipping=found.get(0, after.shipping))


def _with_discounts(order: Order) -> Order:
    """Return the order with the shares of its discounts computed for its lines and shipping."""
    charges = [line.charge for line in order.lines]
    held = [number - 1 for number in range(1, len(charges) + 1) if order.is_refunded(number)]
    discounts = with_shares(order.discounts, charges, held, order.rounding)
    if not order.is_refunded(0):
        discounts = tuple(_free_again(each, order.shipping.stated) for each in discounts)
    lines = []
    for index, line in enumerate(order.lines):
        off = sum(each.of_line(index) for each in discounts)
        lines.append(replace(line, charge=replace(line.charge, off=off)))
    shipping = replace(order.shipping, off=sum(each.of_shipping for each in discounts))
    return replace(order, discounts=discounts, lines=tuple(lines), shipping=shipping)


def _free_again(discount: Discount, price: int) -> Discount:
    """Return the discount with its share of the shipping: all of it, if it gives free shipping.

    Only one active discount of an order can do that.
    """
    free = discount.active and discount.kind == "free_shipping"
    return replace(discount, shipping_share=price) if free else discount


def _corrections(
    before: Order, after: Order, next_number: NextNumber, at: datetime, reason: str
) -> Iterator[Document]:
    invoices = before.issued("invoice")
    if not invoices:
        return
    added, taken = changed_pieces(before, after)
    rounded = {} if added else rounding_change(after, before)
    stated = stated_tax(before)
    for invoice in invoices:
        part = Pieces()
        for line, change in taken.items():
            if _invoice_of(before, line) == invoice.document_id:
                part[line] = change
        if part:
            yield _correction(
                before,
                "credit_slip",
                part,
                next_number,
                at,
                stated=stated,
                reason=reason,
                **rounded,
                **corrected_invoices(invoice),
            )
            rounded = {}
            stated -= tax_of(part)
    if added:
        yield _correction(
            after,
            "invoice",
            added,
            next_number,
            at,
            stated=stated,
            due=after.money(after.due),
            note=after.invoice_note,
            payments=billing.payments(after),
            **rounding_change(before, after),
            **corrected_invoices(invoices[0]),
        )


def _correction(
    order: Order,
    kind: DocumentKind,
    pieces: Pieces,
    next_number: NextNumber,
    at: datetime,
    **more: Any,
) -> Document:
    lines = tuple((line, count, amount) for line, (count, amount) in pieces.items() if line)
    _, shipping = pieces.get(0, (0, Amount()))
    return issue_part(order, kind, next_number(kind), at, DocumentPart(lines, shipping), **more)


def _invoice_of(order: Order, number: int) -> UUID:
    """Return the invoice that states a line; the shipping is on the first."""
    first = order.issued("invoice")[0].document_id
    if not number:
        return first
    return order.lines[number - 1].invoice or first


def _without_old_invoices(before: Order, after: Order) -> Order:
    """Return the order with the lines that are invoiced anew ready for their new invoice."""
    lines = []
    for number, line in enumerate(after.lines, start=1):
        then = before.charges.get(number)
        anew = then is not None and is_sold_anew(then, line.charge, shipping=False)
        lines.append(replace(line, invoice=None) if anew else line)
    return replace(after, lines=tuple(lines))
