"""The full view of an order."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from services.orders.domain.guards import is_shipped
from services.orders.domain.listing import colour, label
from services.orders.domain.order import Order
from services.orders.domain.order_views import line_views, summary
from services.orders.domain.refund_views import refund_view, refundable
from services.orders.domain.return_views import return_view
from services.orders.domain.states import State
from shared.contracts.orders import HistoryEntry, OrderDetail
from shared.contracts.snapshot import TaxRow
from shared.contracts.values import Address

MAP = "https://www.openstreetmap.org/search?query="


@dataclass(frozen=True)
class OrderContext:
    """Data that the view of an order needs beside the order; states are named in `language`."""

    states: Mapping[str, State]
    messages: int
    new_customer: bool
    language: str


def detail(order: Order, context: OrderContext) -> OrderDetail:
    """Return the view of an order with all its parts."""
    amount = order.amount
    return OrderDetail(
        order=summary(order),
        state=order.state,
        state_label=label(context.states, order.state, context.language),
        state_colour=colour(context.states, order.state),
        state_since=order.history[-1].at if order.history else order.placed_at,
        new_customer=context.new_customer,
        quantity=sum(line.charge.quantity for line in order.lines),
        message_count=context.messages,
        weight_grams=sum(line.weight_grams * line.charge.quantity for line in order.lines),
        note=order.note,
        invoice_note=order.invoice_note,
        due=order.money(order.due),
        lines=line_views(order),
        products_total=order.money(sum(line.charge.stated for line in order.lines)),
        shipping=order.money(order.shipping.stated),
        shipping_tax=_shipping_tax(order),
        prices=order.prices,
        exemption=order.exemption,
        exchange_rate=order.exchange_rate,
        discounts_total=order.money(sum(charge.off for charge in order.charges.values())),
        net=order.money(amount.net),
        tax=order.money(amount.tax),
        delivery_address=order.delivery_address,
        invoice_address=order.invoice_address,
        delivery_map=map_link(order.delivery_address),
        invoice_map=map_link(order.invoice_address),
        history=_history(order, context),
        payments=list(order.payments),
        documents=list(order.documents),
        rounding=order.rounding,
        refunds=[refund_view(order, refund) for refund in order.refunds],
        refundable_amounts=refundable(order),
        refund_due=order.money(order.refund_due),
        returns=[return_view(order, each) for each in order.returns],
        shipped=is_shipped(order),
    )


def map_link(address: Address) -> str:
    """Return the link of an OpenStreetMap search for an address, without personal names."""
    place = f"{address.postcode} {address.city}".strip()
    parts = filter(None, (address.line1, place, address.region, address.country))
    return MAP + quote(", ".join(parts), safe="")


def _shipping_tax(order: Order) -> TaxRow:
    amount = order.shipping.amount
    return TaxRow(
        tax_rate=order.shipping.rate,
        net=order.money(amount.net),
        tax=order.money(amount.tax),
        gross=order.money(amount.gross),
    )


def _history(order: Order, context: OrderContext) -> list[HistoryEntry]:
    return [
        HistoryEntry(
            state=change.state,
            at=change.at,
            by=change.by,
            forced=change.forced,
            reason=change.reason,
            state_label=label(context.states, change.state, context.language),
            state_colour=colour(context.states, change.state),
        )
        for change in order.history
    ]
