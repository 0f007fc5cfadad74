"""An order as rows of its tables, and back."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Table

from services.orders.domain.discounts import EVERYTHING, Discount, Scope
from services.orders.domain.order import Change, Line, Order
from services.orders.domain.pricing import Amount, Charge, TaxedPrice
from services.orders.domain.shop import Shop
from services.orders.store.refunds import refund_of, refund_rows, return_of, return_rows
from services.orders.store.tables import (
    SORTING,
    documents,
    order_discounts,
    order_history,
    order_lines,
    payments,
    refunds,
    returns,
)
from shared.contracts.orders import ProductChoice, Rounding
from shared.contracts.snapshot import ExchangeRate, Exemption
from shared.contracts.values import Address, Customer, DocumentReference, Money, RecordedPayment
from shared.writing.search import sorting

Rows = list[dict[str, Any]]


def order_of(row: Any, shop: Shop, part: Callable[[Table], Sequence[Any]]) -> Order:
    """A row as an order; `part` gives the rows of another table that belong to it."""
    return Order(
        order_id=row.order_id,
        shop=shop,
        reference=row.reference,
        placed_at=row.placed_at,
        customer=Customer.model_validate(row.customer),
        language=row.language,
        currency=row.currency,
        prices=row.prices,
        lines=tuple(_line(line) for line in part(order_lines)),
        carrier=row.carrier,
        shipping=_shipping(row),
        payment_method=row.payment_method,
        delivery_address=Address.model_validate(row.delivery_address),
        invoice_address=Address.model_validate(row.invoice_address),
        state=row.state,
        tracking_number=row.tracking_number,
        holds_stock=row.holds_stock,
        note=row.note,
        invoice_note=row.invoice_note,
        exemption=Exemption.model_validate(row.exemption) if row.exemption else None,
        shipped_at=row.shipped_at,
        shipping_taxed=_taxed(row.shipping_taxed),
        exchange_rate=ExchangeRate.model_validate(row.exchange_rate) if row.exchange_rate else None,
        reached=frozenset((row.reached or "").split()),
        history=tuple(Change(x.state, x.at, x.by, x.forced, x.reason) for x in part(order_history)),
        payments=tuple(_payment(payment) for payment in part(payments)),
        documents=tuple(_document(document) for document in part(documents)),
        rounding=Rounding(mode=row.rounding_mode, per=row.rounding_per),
        coin=row.coin,
        discounts=tuple(_discount(discount) for discount in part(order_discounts)),
        refunds=tuple(refund_of(refund) for refund in part(refunds)),
        returns=tuple(return_of(each) for each in part(returns)),
        slip_digest=row.slip_digest,
    )


def order_row(order: Order) -> dict[str, Any]:
    """An order as a row, without its parts."""
    amount = order.amount
    return {
        "order_id": order.order_id,
        "shop": order.shop.key,
        "reference": order.reference,
        "placed_at": order.placed_at,
        "state": order.state,
        "customer": order.customer.model_dump(mode="json"),
        "language": order.language,
        "currency": order.currency,
        "prices": order.prices,
        "net": amount.net,
        "tax": amount.tax,
        "paid": order.paid,
        "refunded": order.repaid,
        "payment_method": order.payment_method,
        "carrier": order.carrier,
        "tracking_number": order.tracking_number,
        "shipping": order.shipping.price,
        "shipping_rate": str(order.shipping.rate),
        "shipping_net": order.shipping.amount.net,
        "shipping_tax": order.shipping.amount.tax,
        "shipping_off": order.shipping.off,
        "delivery_address": order.delivery_address.model_dump(mode="json"),
        "invoice_address": order.invoice_address.model_dump(mode="json"),
        "holds_stock": order.holds_stock,
        "rounding_mode": order.rounding.mode,
        "rounding_per": order.rounding.per,
        "coin": order.coin,
        "reached": " ".join(sorted(order.reached)),
        "customer_sorting": sorting(order.customer.name)[:SORTING],
        "payment_sorting": sorting(order.payment_method)[:SORTING],
        "customer_id": order.customer.customer_id,
        "delivery_country": order.delivery_address.country,
        "total": amount.gross,
        "note": order.note,
        "invoice_note": order.invoice_note,
        "exemption": order.exemption.model_dump() if order.exemption else None,
        "shipped_at": order.shipped_at,
        "shipping_taxed": _taxed_row(order.shipping_taxed),
        "exchange_rate": (
            order.exchange_rate.model_dump(mode="json") if order.exchange_rate else None
        ),
        "slip_digest": order.slip_digest,
    }


def _line(row: Any) -> Line:
    charge = Charge(row.price, row.quantity, Decimal(row.rate), Amount(row.net, row.tax), row.off)
    return Line(
        row.sku,
        row.name,
        charge,
        weight_grams=row.weight_grams,
        invoice=row.invoice,
        taxed=_taxed(row.taxed),
    )


def _taxed(kept: list[Any] | None) -> TaxedPrice | None:
    return None if kept is None else TaxedPrice(kept[0], Decimal(kept[1]))


def _taxed_row(taxed: TaxedPrice | None) -> list[Any] | None:
    return None if taxed is None else [taxed.price, str(taxed.rate)]


def _shipping(row: Any) -> Charge:
    amount = Amount(row.shipping_net, row.shipping_tax)
    return Charge(row.shipping, 1, Decimal(row.shipping_rate), amount, row.shipping_off)


def _discount(row: Any) -> Discount:
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
        None if row.fixed is None else tuple((part, stated) for part, stated in row.fixed),
    )


def _scope(kept: dict[str, Any] | None) -> Scope:
    if kept is None:
        return EVERYTHING
    lines, choices = (
        kept["lines"],
        (ProductChoice.model_validate(choice) for choice in kept["choices"]),
    )
    return Scope(None if lines is None else tuple(lines), tuple(choices), kept["cheapest"])


def _scope_row(scope: Scope) -> dict[str, Any] | None:
    if scope == EVERYTHING:
        return None
    return {
        "lines": None if scope.lines is None else list(scope.lines),
        "choices": [choice.model_dump() for choice in scope.choices],
        "cheapest": scope.cheapest,
    }


def _document(row: Any) -> DocumentReference:
    return DocumentReference(
        document_id=row.document_id,
        kind=row.kind,
        number=row.number,
        issued_at=row.issued_at,
        replaces=row.replaces or [],
    )


def _payment(row: Any) -> RecordedPayment:
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


def _numbered(order: Order, rows: Rows) -> Rows:
    return [
        {"order_id": order.order_id, "position": position, **row}
        for position, row in enumerate(rows)
    ]


def _line_rows(order: Order) -> Rows:
    return _numbered(
        order,
        [
            {
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
                "taxed": _taxed_row(line.taxed),
            }
            for line in order.lines
        ],
    )


def _discount_rows(order: Order) -> Rows:
    return _numbered(
        order,
        [
            {
                "discount_id": x.discount_id,
                "name": x.name,
                "kind": x.kind,
                "value": str(x.value),
                "code": x.code,
                "shares": list(x.shares),
                "shipping_share": x.shipping_share,
                "invoice": x.invoice,
                "active": x.active,
                "scope": _scope_row(x.scope),
                "fixed": None if x.fixed is None else [list(part) for part in x.fixed],
            }
            for x in order.discounts
        ],
    )


def _history_rows(order: Order) -> Rows:
    return _numbered(
        order,
        [
            {"state": x.state, "at": x.at, "by": x.by, "forced": x.forced, "reason": x.reason}
            for x in order.history
        ],
    )


def _payment_rows(order: Order) -> Rows:
    return _numbered(
        order,
        [
            {
                "payment_id": x.payment_id,
                "method": x.method,
                "amount": x.amount.amount,
                "currency": x.amount.currency,
                "transaction_id": x.transaction_id,
                "kind": x.kind,
                "reverses": x.reverses,
                "reason": x.reason,
                "at": x.at,
                "by": x.by,
            }
            for x in order.payments
        ],
    )


def _document_rows(order: Order) -> Rows:
    return _numbered(
        order,
        [
            {
                "document_id": x.document_id,
                "shop": order.shop.key,
                "kind": x.kind,
                "number": x.number,
                "issued_at": x.issued_at,
                "replaces": [str(document_id) for document_id in x.replaces] or None,
            }
            for x in order.documents
        ],
    )


def _refund_rows(order: Order) -> Rows:
    return _numbered(order, refund_rows(order))


def _return_rows(order: Order) -> Rows:
    return _numbered(order, return_rows(order))


PARTS: list[tuple[Table, Callable[[Order], Rows]]] = [
    (order_lines, _line_rows),
    (order_discounts, _discount_rows),
    (order_history, _history_rows),
    (payments, _payment_rows),
    (documents, _document_rows),
    (refunds, _refund_rows),
    (returns, _return_rows),
]
