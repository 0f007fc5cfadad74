"""Previews: the effect of a command on an order, without carrying it out."""

from collections.abc import Iterable, Sequence
from itertools import chain

from services.orders.domain.order import Order
from services.orders.domain.order_views import discount_views, line_views
from shared.contracts.message import Event
from shared.contracts.orders import OrderPreview, OrderSums, OrderTransitioned
from shared.contracts.values import DocumentKind, DocumentReference


def compare(before: Order, after: Order, events: Sequence[Event]) -> OrderPreview:
    """Return the preview of a command that would change the order and publish the events."""
    attached = (getattr(event, "attach", ()) for event in events)
    return OrderPreview(
        before=sums(before),
        after=sums(after),
        lines=line_views(after),
        issues=_kinds(after.documents[len(before.documents) :]),
        attaches=_kinds(chain.from_iterable(attached)),
        mail_template=_mail_template(events),
        events=[event.name for event in events],
    )


def sums(order: Order) -> OrderSums:
    """Return state and totals of an order."""
    return OrderSums(
        state=order.state,
        total=order.money(order.amount.gross),
        tax=order.money(order.amount.tax),
        shipping=order.money(order.shipping.stated),
        discounts=discount_views(order),
        paid=order.money(order.paid),
        due=order.money(order.due),
        refund_due=order.money(order.refund_due),
    )


def _kinds(documents: Iterable[DocumentReference]) -> list[DocumentKind]:
    return [document.kind for document in documents]


def _mail_template(events: Sequence[Event]) -> str | None:
    for event in events:
        if isinstance(event, OrderTransitioned) and event.new_state.mail_template:
            return event.new_state.mail_template
    return None
