"""Conversion of the parts of an order to rows of their tables, and back.

Parts are only added or changed, never removed: the position of a row is its index in the order.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

from sqlalchemy import Table

from services.orders.domain.discounts import EVERYTHING, Discount, Scope
from services.orders.domain.order import Order
from services.orders.domain.order_line import Change, Line
from services.orders.domain.pricing import Amount, Charge, TaxedPrice
from services.orders.store.refunds import refund_row, return_row
from services.orders.store.tables import (
    documents,
    order_discounts,
    order_history,
    order_lines,
    payments,
    refunds,
    returns,
)
from shared.contracts.orders import ProductChoice
from shared.contracts.values import DocumentReference, Money, RecordedPayment

Row = dict[str, Any]


@dataclass(frozen=True)
class OrderPart:
    """A table with a part of an order: the values that it stores, and the row of one value."""

    table: Table
    values: Callable[[Order], Sequence[Any]]
    row: Callable[[Order, Any], Row]

    def rows(self, order: Order) -> list[Row]:
        """Return all rows of an order."""
        rows = []
        for position, value in enumerate(self.values(order)):
            key = {"order_id": order.order_id, "position": position}
            rows.append(key | self.row(order, value))
        return rows


def line_of(row: Any) -> Line:
    """Return the line of a row."""
    charge = Charge(row.price, row.quantity, Decimal(row.rate), Amount(row.net, row.tax), row.off)
    return Line(
        row.sku,
        row.name,
        charge,
        weight_grams=row.weight_grams,
        invoice=row.invoice,
        taxed=taxed_of(row.taxed),
    )


def _line_row(_order: Order, line: Line) -> Row:
    return {
        "sku": line.sku,
        "name": line.name,
        "price": line.charge.price,
        "quantity": line.charge.quantity,
        "rate": str(line.charge.rate),
        "net": line.charge.amount.net,
        "tax": line.charge.amount.tax,
        "weight_grams": line.weight_grams,
        "off": line.charge.off,
        "invoice": line.invoice,
        "taxed": taxed_row(line.taxed),
    }


def taxed_of(value: list[Any] | None) -> TaxedPrice | None:
    """Return the taxed price of a JSON value."""
    if value is None:
        return None
    price, rate = value
    return TaxedPrice(price, Decimal(rate))


def taxed_row(taxed: TaxedPrice | None) -> list[Any] | None:
    """Return the JSON value of a taxed price."""
    if taxed is None:
        return None
    return [taxed.price, str(taxed.rate)]


def discount_of(row: Any) -> Discount:
    """Return the discount of a row."""
    fixed = None
    if row.fixed is not None:
        fixed = tuple((part, stated) for part, stated in row.fixed)
    return Discount(
        row.discount_id,
        row.name,
        row.kind,
        Decimal(row.value),
        row.code,
        tuple(row.shares),
        row.shipping_share,
        row.invoice,
        row.active,
        _scope(row.scope),
        fixed,
    )


def _discount_row(_order: Order, discount: Discount) -> Row:
    fixed = None
    if discount.fixed is not None:
        fixed = list(map(list, discount.fixed))
    return {
        "discount_id": discount.discount_id,
        "name": discount.name,
        "kind": discount.kind,
        "value": str(discount.value),
        "code": discount.code,
        "shares": list(discount.shares),
        "shipping_share": discount.shipping_share,
        "invoice": discount.invoice,
        "active": discount.active,
        "scope": _scope_row(discount.scope),
        "fixed": fixed,
    }


def _scope(value: dict[str, Any] | None) -> Scope:
    if value is None:
        return EVERYTHING
    lines = value["lines"]
    if lines is not None:
        lines = tuple(lines)
    choices = tuple(map(ProductChoice.model_validate, value["choices"]))
    return Scope(lines, choices, value["cheapest"])


def _scope_row(scope: Scope) -> Row | None:
    if scope == EVERYTHING:
        return None
    return {
        "lines": None if scope.lines is None else list(scope.lines),
        "choices": [choice.model_dump() for choice in scope.choices],
        "cheapest": scope.cheapest,
    }


def document_of(row: Any) -> DocumentReference:
    """Return the document of a row."""
    return DocumentReference(
        document_id=row.document_id,
        kind=row.kind,
        number=row.number,
        issued_at=row.issued_at,
        replaced_document_ids=row.replaces or [],
    )


def _document_row(order: Order, document: DocumentReference) -> Row:
    return {
        "document_id": document.document_id,
        "shop": order.shop.key,
        "kind": document.kind,
        "number": document.number,
        "issued_at": document.issued_at,
        "replaces": list(map(str, document.replaced_document_ids)) or None,
    }


def payment_of(row: Any) -> RecordedPayment:
    """Return the payment of a row."""
    return RecordedPayment(
        payment_id=row.payment_id,
        method=row.method,
        amount=Money(amount=row.amount, currency=row.currency),
        transaction_id=row.transaction_id,
        kind=row.kind,
        reverses=row.reverses,
        reason=row.reason,
        at=row.at,
        by=row.by,
    )


def _payment_row(_order: Order, payment: RecordedPayment) -> Row:
    return {
        "payment_id": payment.payment_id,
        "method": payment.method,
        "amount": payment.amount.amount,
        "currency": payment.amount.currency,
        "transaction_id": payment.transaction_id,
        "kind": payment.kind,
        "reverses": payment.reverses,
        "reason": payment.reason,
        "at": payment.at,
        "by": payment.by,
    }


def change_of(row: Any) -> Change:
    """Return the change of state of a row of the history."""
    return Change(row.state, row.at, row.by, row.forced, row.reason)


def _change_row(_order: Order, change: Change) -> Row:
    return {
        "state": change.state,
        "at": change.at,
        "by": change.by,
        "forced": change.forced,
        "reason": change.reason,
    }


PARTS = (
    OrderPart(order_lines, attrgetter("lines"), _line_row),
    OrderPart(order_discounts, attrgetter("discounts"), _discount_row),
    OrderPart(order_history, attrgetter("history"), _change_row),
    OrderPart(payments, attrgetter("payments"), _payment_row),
    OrderPart(documents, attrgetter("documents"), _document_row),
    OrderPart(refunds, attrgetter("refunds"), refund_row),
    OrderPart(returns, attrgetter("returns"), return_row),
)
