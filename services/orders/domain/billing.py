"""Content of an order's first invoice: lines and payments after the refunds made before it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from uuid import uuid5

from services.orders.domain.discounts import amounts
from services.orders.domain.money import rounded
from services.orders.domain.order import Order
from services.orders.domain.pricing import Amount, Charge, next_part, total
from services.orders.domain.refund import Refund
from shared.contracts.snapshot import DocumentDiscount
from shared.contracts.values import Payment

CREDIT = "Store credit"
REDUCTION = {
    "en": "Price reduction",
    "fa": "کاهش قیمت",
    "fr": "Réduction de prix",
    "de": "Preisnachlass",
}


@dataclass(frozen=True)
class Billed:
    """The pieces of a line that an invoice states, with their amount; `reduction` is the part of
    their price that was refunded.
    """

    number: int
    pieces: int
    amount: Amount
    reduction: Amount


def billed(order: Order) -> list[Billed]:
    """Return the billed part of each line; lines without billed pieces are left out."""
    found: list[Billed] = []
    if not order.holds_stock:
        return found
    for number, _ in order.numbered_lines:
        line = _billed(order, number)
        if line.pieces:
            found.append(line)
    return found


def whole(order: Order) -> list[Billed]:
    """Return all lines as they were sold, before refunds."""
    return [
        Billed(number, line.charge.quantity, line.charge.amount, Amount())
        for number, line in order.numbered_lines
    ]


def _billed(order: Order, number: int) -> Billed:
    """Return the billed part of a line.

    Pieces that were refunded at their price are left out. Any other refund is a reduction of the
    price: the pieces stay on the invoice, also those that were refunded for less than they cost.
    """
    charge, rest = order.lines[number - 1].charge, order.remaining(number)
    pieces = order.refunded_pieces(number)
    price = _price_without(charge, pieces)
    if rest.gross > price.gross:
        pieces, price = 0, charge.amount
    return Billed(number, charge.quantity - pieces, rest, price - rest)


def _price_without(charge: Charge, pieces: int) -> Amount:
    """Return the amount of a charge after a refund of whole pieces at their price."""
    gone = rounded(Fraction(charge.amount.gross * pieces, charge.quantity))
    return charge.amount - next_part(charge.amount, 0, gone)


def discounts(order: Order, lines: Iterable[Billed]) -> list[DocumentDiscount]:
    """Return the discounts on the billed pieces, and a row for the reductions by refunds."""
    billed_lines = {each.number: each for each in lines}
    charges = []
    for number, line in enumerate(order.lines, start=1):
        charges.append(_charge(line.charge, billed_lines.get(number)))
    active = [each for each in order.discounts if each.active]
    taken = amounts([*charges, order.shipping], active, order.prices, order.rounding)
    rows = []
    for discount, amount in zip(active, taken, strict=True):
        rows.append(_row(order, discount.name, discount.code, discount.kind, amount))
    reduced = total(each.reduction for each in billed_lines.values())
    if reduced.gross:
        name = REDUCTION.get(order.language.partition("-")[0], REDUCTION["en"])
        rows.append(_row(order, name, "", "amount", reduced))
    return rows


def _charge(charge: Charge, part: Billed | None) -> Charge:
    if part is None:
        return replace(charge, quantity=0, off=0, amount=Amount())
    return replace(charge, quantity=part.pieces, amount=part.amount + part.reduction)


def _row(order: Order, name: str, code: str, kind: str, amount: Amount) -> DocumentDiscount:
    return DocumentDiscount.model_validate(
        {
            "name": name,
            "code": code,
            "kind": kind,
            "net": order.money(amount.net),
            "tax": order.money(amount.tax),
            "gross": order.money(amount.gross),
        }
    )


def received(order: Order) -> list[Payment]:
    """Return the payments as a document states them: store credit that was given back and used
    again is one payment.
    """
    stated: list[Payment] = []
    credit: list[Payment] = []
    for payment in order.received:
        (credit if payment.kind == "store_credit" else stated).append(payment)
    if all(payment.amount.amount > 0 for payment in credit):
        return list(order.received)
    net = sum(payment.amount.amount for payment in credit)
    if net > 0:
        stated.append(credit[-1].model_copy(update={"amount": order.money(net)}))
    return stated


def payments(order: Order) -> list[Payment]:
    """Return the payments, and the refunds as negative payments."""
    found = received(order)
    for refund in order.refunds:
        found.extend(_given_back(order, refund))
    return found


def _given_back(order: Order, refund: Refund) -> Iterator[Payment]:
    if refund.money:
        yield Payment(
            payment_id=refund.refund_id, method=refund.method, amount=order.money(-refund.money)
        )
    if refund.store_credit:
        yield Payment(
            payment_id=uuid5(refund.refund_id, CREDIT),
            kind="store_credit",
            method=CREDIT,
            amount=order.money(-refund.store_credit),
        )
