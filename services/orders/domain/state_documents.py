"""Documents that a state issues, and attaches to its mail."""

from typing import Literal

from services.orders.domain.delivery_slips import is_outdated
from services.orders.domain.document_parts import is_empty
from services.orders.domain.guards import is_shipped
from services.orders.domain.order import Order
from services.orders.domain.states import State
from shared.contracts.values import DocumentKind, DocumentReference

Numbered = Literal["invoice", "delivery_slip"]
NUMBERED: tuple[Numbered, ...] = ("invoice", "delivery_slip")
ATTACH: dict[Numbered, Literal["attach_invoice", "attach_delivery_slip"]] = {
    "invoice": "attach_invoice",
    "delivery_slip": "attach_delivery_slip",
}


def attached(order: Order, state: State) -> list[DocumentReference]:
    """Return the documents that are attached to the mail of a state."""
    found: list[DocumentReference] = []
    for kind in NUMBERED:
        if state.has(ATTACH[kind]):
            found.extend(order.issued(kind))
    return found


def missing_documents(order: Order | None, state: State) -> list[DocumentKind]:
    """Return the kinds of documents that reaching a state issues: missing or outdated ones that
    would not be empty.
    """
    found: list[DocumentKind] = []
    for kind in NUMBERED:
        if not state.has(kind):
            continue
        if order is None or not (is_there(order, kind) or is_empty(order, kind)):
            found.append(kind)
    return found


def is_there(order: Order, kind: Numbered) -> bool:
    """Return whether an order has its document of a kind; before shipping, an outdated delivery
    slip does not count.
    """
    outdated = kind == "delivery_slip" and is_outdated(order) and not is_shipped(order)
    return bool(order.issued(kind)) and not outdated
