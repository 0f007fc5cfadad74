"""Refunds and returns as rows, and the list of returns."""

from collections.abc import Iterable
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

Rows = list[dict[str, Any]]


def refund_rows(order: Order) -> Rows:
    """The refunds of an order."""
    return [_refund_row(refund) for refund in order.refunds]


def refund_of(row: Any) -> Refund:
    """A row as a refund."""
    slip, done = None, None
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
        tuple(_line(line) for line in row.lines),
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


def return_rows(order: Order) -> Rows:
    """The returns of an order."""
    return [
        {
            "return_id": x.return_id,
            "shop": order.shop.key,
            "customer_id": order.customer.customer_id,
            "lines": [list(line) for line in x.lines],
            "reason": x.reason,
            "state": x.state,
            "requested_at": x.requested_at,
            "changed_at": x.changed_at,
            "by": x.by,
            "until": x.until,
            "answer": x.answer,
            "number": x.number,
            "refund_id": x.refund_id,
        }
        for x in order.returns
    ]


def return_of(row: Any) -> Return:
    """A row as a return."""
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
    """Which returns are asked for, newest first: order, return, and where the list goes on; one
    more than the limit.
    """
    key = tuple_(returns.c.requested_at, returns.c.return_id)
    chosen = [
        returns.c[name] == value
        for name, value in query.model_dump(include={"order_id", "customer_id", "state"}).items()
        if value is not None
    ]
    if after:
        chosen.append(key < (after.at, after.key))
    statement = (
        select(returns.c.order_id, returns.c.return_id, returns.c.requested_at)
        .where(returns.c.shop == shop, *chosen)
        .order_by(returns.c.requested_at.desc(), returns.c.return_id.desc())
        .limit(query.limit + 1)
    )
    return [
        (row.order_id, row.return_id, Cursor(row.requested_at, row.return_id))
        for row in connection.execute(statement)
    ]


def _refund_row(x: Refund) -> dict[str, Any]:
    slip, done = x.credit_slip, x.done
    return {
        "refund_id": x.refund_id,
        "kind": x.kind,
        "at": x.at,
        "by": x.by,
        "reason": x.reason,
        "lines": list(_line_rows(x.lines)),
        "shipping_net": x.shipping.net,
        "shipping_tax": x.shipping.tax,
        "method": x.method,
        "by_hand": x.by_hand,
        "credit_slip_id": slip.document_id if slip else None,
        "credit_slip": slip.number if slip else "",
        "done_at": done.at if done else None,
        "done_by": done.by if done else "",
        "transaction_id": done.transaction_id if done else "",
        "overpaid": x.overpaid,
        "given_back": x.given_back,
        "as_credit": x.as_credit,
        "settled": x.settled,
        "documented": x.documented,
    }


def _line_rows(lines: Iterable[LineRefund]) -> Iterable[dict[str, int]]:
    for line in lines:
        yield {
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
