"""Conversion of refunds and returns to rows and back, and the list of returns."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, tuple_

from services.orders.domain.order import Order
from services.orders.domain.pricing import Amount
from services.orders.domain.refund import Done, LineRefund, Refund, Return
from services.orders.store.tables import returns
from shared.contracts.cursor import Cursor
from shared.contracts.orders import ListReturns
from shared.contracts.values import DocumentReference

Row = dict[str, Any]


def refund_of(row: Any) -> Refund:
    """Return the refund of a row."""
    slip = done = None
    if row.credit_slip_id:
        slip = DocumentReference(
            document_id=row.credit_slip_id,
            kind="credit_slip",
            number=row.credit_slip,
            issued_at=row.at,
        )
    if row.done_at:
        done = Done(row.done_at, row.done_by, row.transaction_id)
    return Refund(
        row.refund_id,
        row.kind,
        row.at,
        row.by,
        row.reason,
        tuple(map(_line, row.lines)),
        Amount(row.shipping_net, row.shipping_tax),
        row.method,
        row.by_hand,
        slip,
        done,
        row.overpaid,
        row.given_back,
        row.as_credit,
        row.settled,
        row.documented,
    )


def return_row(order: Order, value: Return) -> Row:
    """Return the row of a return."""
    return {
        "return_id": value.return_id,
        "shop": order.shop.key,
        "customer_id": order.customer.customer_id,
        "lines": list(map(list, value.lines)),
        "reason": value.reason,
        "state": value.state,
        "requested_at": value.requested_at,
        "changed_at": value.changed_at,
        "by": value.by,
        "until": value.until,
        "answer": value.answer,
        "number": value.number,
        "refund_id": value.refund_id,
    }


def return_of(row: Any) -> Return:
    """Return the return of a row."""
    return Return(
        row.return_id,
        tuple((number, quantity) for number, quantity in row.lines),
        row.reason,
        row.state,
        row.requested_at,
        row.changed_at,
        row.by,
        row.until,
        row.answer,
        row.number,
        row.refund_id,
    )


def found_returns(
    connection: Connection, shop: str, query: ListReturns, after: Cursor | None
) -> list[tuple[UUID, UUID, Cursor]]:
    """Return a page of returns, newest first: ids of the order and the return, and the cursor of a
    page that ends there; one more than the limit if there are more.
    """
    row = returns.c
    statement = select(row.order_id, row.return_id, row.requested_at).where(row.shop == shop)
    for name in ("order_id", "customer_id", "state"):
        value = getattr(query, name)
        if value is not None:
            statement = statement.where(row[name] == value)
    if after:
        key = tuple_(row.requested_at, row.return_id)
        statement = statement.where(key < (after.at, after.key))
    statement = statement.order_by(row.requested_at.desc(), row.return_id.desc())
    page = []
    for found in connection.execute(statement.limit(query.limit + 1)):
        cursor = Cursor(found.requested_at, found.return_id)
        page.append((found.order_id, found.return_id, cursor))
    return page


def refund_row(_order: Order, refund: Refund) -> Row:
    """Return the row of a refund."""
    slip, done = refund.credit_slip, refund.done
    return {
        "refund_id": refund.refund_id,
        "kind": refund.kind,
        "at": refund.at,
        "by": refund.by,
        "reason": refund.reason,
        "lines": list(map(_line_row, refund.lines)),
        "shipping_net": refund.shipping.net,
        "shipping_tax": refund.shipping.tax,
        "method": refund.method,
        "by_hand": refund.by_hand,
        "credit_slip_id": slip.document_id if slip else None,
        "credit_slip": slip.number if slip else "",
        "done_at": done.at if done else None,
        "done_by": done.by if done else "",
        "transaction_id": done.transaction_id if done else "",
        "overpaid": refund.overpaid,
        "given_back": refund.given_back,
        "as_credit": refund.as_credit,
        "settled": refund.settled,
        "documented": refund.documented,
    }


def _line_row(line: LineRefund) -> dict[str, int]:
    return {
        "number": line.number,
        "quantity": line.quantity,
        "net": line.amount.net,
        "tax": line.amount.tax,
        "released": line.released,
        "restocked": line.restocked,
    }


def _line(row: dict[str, int]) -> LineRefund:
    amount = Amount(row["net"], row["tax"])
    return LineRefund(row["number"], row["quantity"], amount, row["released"], row["restocked"])
