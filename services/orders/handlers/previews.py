"""Preview the effect of a command: its own handler decides, and nothing is saved."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from services.orders.domain import preview
from services.orders.domain.order import Order
from services.orders.handlers import catalogue, editing, orders
from services.orders.work import ORDER, Work
from shared.contracts.faults import invalid
from shared.contracts.message import Event
from shared.contracts.orders import (
    OrderPreview,
    PreviewOrder,
    PreviewStock,
    ServedOrder,
    StockPreview,
    StockReserved,
)
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers, Handling

service = Handlers[Work]()
PREVIEWED: Mapping[str, Handling] = {
    handling.message.name: handling
    for module in (orders, editing, catalogue)
    for handling in module.service.handlings
}
"""How each command is handled, by its name."""


@service.handles(PreviewOrder, on=ORDER)
def preview_order(before: Order, query: PreviewOrder, work: Work) -> OrderPreview | Reason:
    """Return the effect of a command on an order."""
    told = _tried(query, {"order_id": query.order_id}, work)
    if isinstance(told, Reason):
        return told
    after = work.order(query.order_id) or before
    work.discard()
    return preview.compare(before, after, told)


@service.handles(PreviewStock)
def preview_stock(query: PreviewStock, work: Work) -> StockPreview | Reason:
    """Return the waiting orders that a change of the stock would serve."""
    before = work.left(query.sku)
    told = _tried(query, {"sku": query.sku}, work)
    if isinstance(told, Reason):
        return told
    after = work.left(query.sku)
    served = [each for event in told for each in _served(event, work)]
    work.discard()
    return StockPreview(
        sku=query.sku, available_before=before, available_after=after, served=served
    )


def _tried(
    query: PreviewOrder | PreviewStock, subject: dict[str, Any], work: Work
) -> list[Event] | Reason:
    """Return the messages that the command of a query would publish; recorded in `work`, not
    saved.
    """
    handling = PREVIEWED[query.command]
    data = query.data | subject
    try:
        command = handling.message.model_validate(data)
    except ValidationError as error:
        return invalid(error, data, handling.message, inside="data")
    decided = handling.decide(command, work)
    if isinstance(decided, Reason):
        work.discard()
        return replace(decided, field=_at_data(decided.field, subject))
    return [each for each in decided or () if isinstance(each, Event)]


def _at_data(field: str | None, subject: Mapping[str, Any]) -> str | None:
    """Return the field of the command's refusal where the query has it."""
    return field if field is None or field in subject else f"data.{field}"


def _served(event: Event, work: Work) -> list[ServedOrder]:
    if not isinstance(event, StockReserved):
        return []
    found = []
    for each in event.reservations:
        order = work.order(each.order_id)
        if order is not None:
            found.append(
                ServedOrder(
                    order_id=order.order_id,
                    reference=order.reference,
                    state=order.state,
                    quantity=each.quantity,
                    missing=each.missing,
                    filled=order.order_id in event.filled_order_ids,
                )
            )
    return found
