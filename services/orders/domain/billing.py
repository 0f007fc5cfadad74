"""What the first invoice of an order bills: all that is still sold after the refunds made before
it.
"""

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
    """The pieces of a line that are billed and their amount, which `reduction` made lower than
    their price.
    """

    number: int
    pieces: int
    amount: Amount
    reduction: Amount


def billed(order: Order) -> list[Billed]:
    """Return what is billed of each line; lines of which nothing is left are not on the invoice."""
    if not order.holds_stock:
        return []
    found = [_billed(order, number) for number, _ in order.shown]
    return [each for each in found if each.pieces]


def whole(order: Order) -> list[Billed]:
    """Return all lines as they were sold."""
    return [
        Billed(number, line.charge.quantity, line.charge.amount, Amount())
        for number, line in order.shown
    ]


def _billed(order: Order, number: int) -> Billed:
    """Pieces that were refunded at their price are left out. Any other refund is a reduction of the
    price: the pieces stay on the invoice, also those that were refunded for less than they cost.
    """
    charge, rest = order.lines[number - 1].charge, order.remaining(number)
    pieces = order.refunded_pieces(number)
    price = _left(charge, pieces)
    if rest.gross > price.gross:
        pieces, price = 0, charge.amount
    return Billed(number, charge.quantity - pieces, rest, price - rest)


def _left(charge: Charge, pieces: int) -> Amount:
    """The amount of a charge without so many pieces, as refunds of whole pieces leave it."""
    gone = rounded(Fraction(charge.amount.gross * pieces, charge.quantity))
    return charge.amount - next_part(charge.amount, 0, gone)


def discounts(order: Order, lines: Iterable[Billed]) -> list[DocumentDiscount]:
    """Return what the order's discounts take off the billed pieces, and the reductions."""
    found = {each.number: each for each in lines}
    charges = [
        _charge(line.charge, found.get(number)) for number, line in enumerate(order.lines, start=1)
    ]
    given = [each for each in order.discounts if each.active]
    taken = amounts([*charges, order.shipping], given, order.prices, order.rounding)
    rows = [
        _row(order, each.name, each.code, each.kind, amount)
        for each, amount in zip(given, taken, strict=True)
    ]
    reduced = total(each.reduction for each in found.values())
    name = REDUCTION.get(order.language.partition("-")[0], REDUCTION["en"])
    return [*rows, _row(order, name, "", "amount", reduced)] if reduced.gross else rows


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
    credit = [payment for payment in order.received if payment.kind == "store_credit"]
    if all(payment.amount.amount > 0 for payment in credit):
        return [*order.received]
    net = sum(payment.amount.amount for payment in credit)
    stated: list[Payment] = [
        payment for payment in order.received if payment.kind != "store_credit"
    ]
    last = credit[-1].model_copy(update={"amount": order.money(net)})
    return [*stated, last] if net > 0 else stated


def payments(order: Order) -> list[Payment]:
    """Return what was paid, and, as negative amounts, what refunds gave back of it."""
    return [
        *received(order),
        *(back for refund in order.refunds for back in _given_back(order, refund)),
    ]


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
