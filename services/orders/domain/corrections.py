"""What an edit comes to: amounts reckoned anew, and documents for what changed beside an invoice
that was issued.

The order costs what its charges come to, rounded as it always was. Rounding may move a cent of tax
between lines that nobody touched; it stands on the correction with the edited lines of that rate:
invoices less credit slips are the order, for every rate.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.orders.domain import billing
from services.orders.domain.accounting import stated_tax
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
from services.orders.domain.pricing import Amount, Charge, priced
from shared.contracts.message import Event
from shared.contracts.reason import Reason
from shared.contracts.values import DocumentKind, DocumentReference

Pieces = dict[int, tuple[int, Amount]]
"""By number of the line (0: shipping): how many pieces, and what they come to."""


@dataclass(frozen=True)
class Edited:
    """The order after an edit, and what is told. `freed`: what its vouchers of an amount do not
    take off it (now).
    """

    order: Order
    events: list[Event]
    freed: tuple["Freed", ...] = ()


@dataclass(frozen=True)
class Freed:
    """What of an amount voucher an order does not use, in minor units; the terms of the voucher say
    whether that is the customer's (`partial_use`). A later edit may use it again; `without_freed`
    ends that once it was given back.
    """

    discount_id: UUID
    code: str
    amount: int
    fixed: bool


def issued_between(before: Order, after: Order) -> list[DocumentReference]:
    """Return the documents that an act brought."""
    return list(after.documents[len(before.documents) :])


def settled(
    before: Order,
    after: Order,
    number: NextNumber,
    at: datetime,
    reason: str = "",
    field: str = "lines",
) -> Edited | Reason:
    """An edited order with its amounts, and with the documents that correct what was invoiced.
    `field` is what made it dearer.
    """
    found = reckoned(before, after, field)
    if isinstance(found, Reason):
        return found
    order, events = _off_their_invoices(before, found), list[Event]()
    for document in _corrections(before, found, number, at, reason):
        order, events = with_document(order, document), [*events, document.event]
    if order.issued("invoice"):  # a discount that was given after it is stated by its credit slip
        order = replace(
            order,
            discounts=with_fixed_shares(order.discounts, [line.charge for line in order.lines]),
        )
    return Edited(order, events, tuple(freed_by(order)))


def reckoned(before: Order, after: Order, field: str) -> Order | Reason:
    """Return an edited order with its discounts and amounts, before any document. `field` is what
    made it dearer.
    """
    after = repriced(before, _with_discounts(after))
    stated = sum(charge.stated for charge in after.charges.values())
    if (
        max(after.amount.gross, stated, after.in_accounting_currency(after.amount.gross) or 0)
        >= LARGEST
    ):
        return Reason("total_too_large", "The order comes to more than can be kept.", field=field)
    return after


def freed_by(order: Order) -> Iterator[Freed]:
    """Return what of its amount vouchers an order does not take off."""
    for each in order.discounts:
        unused = int(each.value) - each.off
        if each.active and each.kind == "amount" and each.code and unused > 0:
            yield Freed(each.discount_id, each.code, unused, each.fixed is not None)


def without_freed(order: Order, discount_id: UUID) -> Order:
    """Return the order whose amount discount never takes off more than it does now."""
    return replace(
        order,
        discounts=tuple(
            _no_more(order, each) if each.discount_id == discount_id else each
            for each in order.discounts
        ),
    )


def _no_more(order: Order, discount: Discount) -> Discount:
    now = replace(discount, value=Decimal(discount.off))
    if discount.fixed is None:
        return now
    return with_fixed_shares([replace(now, fixed=None)], [line.charge for line in order.lines])[0]


def repriced(before: Order, after: Order) -> Order:
    """The order with new amounts for all charges of the rates that are touched. What was refunded
    in part is not edited and keeps its own.
    """
    then, now = before.charges, after.charges
    edited = {number for number, charge in now.items() if not _same(then.get(number), charge)}
    rates = {
        charges[number].rate for charges in (then, now) for number in edited if number in charges
    }
    wanted = {
        number: charge
        for number, charge in now.items()
        if charge.rate in rates and not after.is_refunded(number)
    }
    found = dict(
        zip(wanted, priced(list(wanted.values()), after.prices, after.rounding), strict=True)
    )
    lines = (
        replace(line, charge=found.get(number, line.charge))
        for number, line in enumerate(after.lines, start=1)
    )
    return replace(after, lines=tuple(lines), shipping=found.get(0, after.shipping))


def _with_discounts(order: Order) -> Order:
    """The order whose discounts follow its lines, and the charges with what these take off them."""
    charges = [line.charge for line in order.lines]
    held = [number - 1 for number in range(1, len(charges) + 1) if order.is_refunded(number)]
    discounts = with_shares(order.discounts, charges, held, order.rounding)
    if not order.is_refunded(0):
        discounts = tuple(_free_again(each, order.shipping.stated) for each in discounts)
    order = replace(order, discounts=discounts)
    lines = tuple(
        replace(
            line,
            charge=replace(line.charge, off=sum(each.of_line(place) for each in order.discounts)),
        )
        for place, line in enumerate(order.lines)
    )
    off = sum(each.of_shipping for each in order.discounts)
    return replace(order, lines=lines, shipping=replace(order.shipping, off=off))


def _free_again(discount: Discount, price: int) -> Discount:
    """Only one active discount of an order takes off shipping, since it takes off all of it."""
    free = discount.active and discount.kind == "free_shipping"
    return replace(discount, shipping_share=price) if free else discount


def _same(then: Charge | None, now: Charge) -> bool:
    return then is not None and replace(then, amount=now.amount) == now


def _corrections(
    before: Order, after: Order, number: NextNumber, at: datetime, reason: str
) -> Iterator[Document]:
    invoices = before.issued("invoice")
    if not invoices:
        return
    added, taken = _changes(before, after)
    rounded = {} if added else rounding_change(after, before)
    stated = stated_tax(before)
    for invoice in invoices:
        part = {
            line: change
            for line, change in taken.items()
            if _invoice_of(before, line) == invoice.document_id
        }
        if part:
            yield _correction(
                before,
                "credit_slip",
                part,
                number,
                at,
                stated=stated,
                reason=reason,
                **rounded,
                **corrected_invoices(invoice),
            )
            rounded = {}
            stated -= _tax(part)
    if added:
        yield _correction(
            after,
            "invoice",
            added,
            number,
            at,
            stated=stated,
            due=after.money(after.due),
            note=after.invoice_note,
            payments=billing.payments(after),
            **rounding_change(before, after),
            **corrected_invoices(invoices[0]),
        )


def _correction(
    order: Order, kind: DocumentKind, pieces: Pieces, number: NextNumber, at: datetime, **more: Any
) -> Document:
    lines = tuple((line, count, amount) for line, (count, amount) in pieces.items() if line)
    _, shipping = pieces.get(0, (0, Amount()))
    return issue_part(order, kind, number(kind), at, DocumentPart(lines, shipping), **more)


def _tax(pieces: Pieces) -> int:
    return sum(amount.tax for _, amount in pieces.values())


def _invoice_of(order: Order, number: int) -> UUID:
    """The invoice that a line stands on; the shipping is on the first."""
    line = order.lines[number - 1] if number else None
    return (line.invoice if line else None) or order.issued("invoice")[0].document_id


def _changes(before: Order, after: Order) -> tuple[Pieces, Pieces]:
    """What is added and what is taken away."""
    added, taken, shifted = Pieces(), Pieces(), dict[Decimal, Amount]()
    for number, now in after.charges.items():
        then = before.charges.get(number) or replace(now, quantity=0, off=0, amount=Amount())
        if _same(then, now):
            shifted[now.rate] = shifted.get(now.rate, Amount()) + now.amount - then.amount
        elif _sold_anew(then, now, shipping=not number):
            taken[number], added[number] = (then.quantity, then.amount), (now.quantity, now.amount)
        elif (now.after_discounts, now.quantity) >= (then.after_discounts, then.quantity):
            added[number] = (now.quantity - then.quantity, now.amount - then.amount)
        else:
            taken[number] = (max(then.quantity - now.quantity, 0), then.amount - now.amount)
    _add_shifted(shifted, added, taken, before.charges, after.charges)
    return _worth(added), _worth(taken)


def _sold_anew(then: Charge, now: Charge, *, shipping: bool) -> bool:
    """Whether a charge is taken back whole and invoiced anew, since its price, or its tax, is
    another.
    """
    return then.rate != now.rate or (then.price != now.price and not shipping)


def _off_their_invoices(before: Order, after: Order) -> Order:
    """Lines that are sold anew stand on their new invoice from now on."""
    lines = (
        (
            replace(line, invoice=None)
            if number in before.charges
            and _sold_anew(before.charges[number], line.charge, shipping=False)
            else line
        )
        for number, line in enumerate(after.lines, start=1)
    )
    return replace(after, lines=tuple(lines))


def _add_shifted(
    shifted: Mapping[Decimal, Amount],
    added: Pieces,
    taken: Pieces,
    then: Mapping[int, Charge],
    now: Mapping[int, Charge],
) -> None:
    for rate, amount in shifted.items():
        more = _dearest(
            {number: change for number, change in added.items() if now[number].rate == rate}
        )
        less = _dearest(
            {number: change for number, change in taken.items() if then[number].rate == rate}
        )
        if more is not None:
            added[more] = (added[more][0], added[more][1] + amount)
        elif less is not None:
            taken[less] = (taken[less][0], taken[less][1] - amount)


def _dearest(pieces: Pieces) -> int | None:
    return max(pieces, key=lambda number: pieces[number][1].gross, default=None)


def _worth(pieces: Pieces) -> Pieces:
    return {number: change for number, change in pieces.items() if change[1] != Amount()}
