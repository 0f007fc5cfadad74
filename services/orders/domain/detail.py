"""An order as the answer to a question."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from services.orders.domain import refunding, returning
from services.orders.domain.guards import is_shipped
from services.orders.domain.listing import label
from services.orders.domain.order import Order
from services.orders.domain.states import State
from shared.contracts.orders import HistoryEntry, OrderDetail
from shared.contracts.snapshot import TaxRow
from shared.contracts.values import Address

MAP = "https://www.openstreetmap.org/search?query="


@dataclass(frozen=True)
class Around:
    """What is known of an order beside itself."""

    states: Mapping[str, State]
    messages: int
    new_customer: bool
    language: str
    """In which states are named."""


def detail(order: Order, around: Around) -> OrderDetail:
    """Everything that belongs to it."""
    amount = order.amount
    return OrderDetail(
        order=order.summary(),
        state=order.state,
        state_label=label(around.states, order.state, around.language),
        state_since=order.history[-1].at if order.history else order.placed_at,
        new_customer=around.new_customer,
        products=sum(line.charge.quantity for line in order.lines),
        messages=around.messages,
        weight_grams=sum(line.weight_grams * line.charge.quantity for line in order.lines),
        note=order.note,
        invoice_note=order.invoice_note,
        due=order.money(order.due),
        lines=order.line_views(),
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
        history=_history(order, around),
        payments=list(order.payments),
        documents=list(order.documents),
        rounding=order.rounding,
        refunds=[refunding.view(order, refund) for refund in order.refunds],
        refund_left=refunding.left_of(order),
        refund_due=order.money(order.refund_due),
        returns=[returning.view(order, each) for each in order.returns],
        shipped=is_shipped(order),
    )


def map_link(address: Address) -> str:
    """Where OpenStreetMap searches an address; it learns no names."""
    place = f"{address.postcode} {address.city}".strip()
    return MAP + quote(
        ", ".join(filter(None, (address.line1, place, address.region, address.country))), safe=""
    )


def _shipping_tax(order: Order) -> TaxRow:
    amount = order.shipping.amount
    return TaxRow(
        rate=order.shipping.rate,
        net=order.money(amount.net),
        tax=order.money(amount.tax),
        gross=order.money(amount.gross),
    )


def _history(order: Order, around: Around) -> list[HistoryEntry]:
    return [
        HistoryEntry(
            state=change.state,
            at=change.at,
            by=change.by,
            forced=change.forced,
            reason=change.reason,
            label=label(around.states, change.state, around.language),
        )
        for change in order.history
    ]
