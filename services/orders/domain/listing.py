"""Rows of the list of orders, and the refusals of list queries."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from services.orders.domain import sorting
from services.orders.domain.sorting import Position, Sorting
from services.orders.domain.states import State
from shared.contracts.cursor import read
from shared.contracts.orders import (
    ExportOrders,
    ListCarts,
    ListedOrder,
    ListOrders,
    ListReturns,
    OrderFilter,
    SearchCustomers,
    SearchProducts,
)
from shared.contracts.paths import path_to
from shared.contracts.reason import Reason
from shared.contracts.values import Customer, Money
from shared.writing.phones import read_phone
from shared.writing.search import wanted

UNKNOWN_COLOUR = "#888888"  # of a state that was taken out of the graph


class OrderEntry(NamedTuple):
    """The columns of an order that a list shows and sorts by."""

    order_id: Any
    reference: str
    placed_at: Any
    customer: Mapping[str, str]
    currency: str
    total: int
    paid: int
    payment_method: str
    delivery_country: str
    state: str
    new_customer: bool
    customer_sorting: str = ""
    payment_sorting: str = ""

    def position(self, sorting: Sorting) -> Position:
        """Return the position of a page that ends with this order."""
        return Position(sorting, tuple(getattr(self, column) for column in sorting.columns))


def label(states: Mapping[str, State], key: str, language: str) -> str:
    """Return a state's name; its key if the state is not in the graph (any more)."""
    return states[key].label(language) if key in states else key


def colour(states: Mapping[str, State], key: str) -> str:
    """Return a state's colour; grey if the state is not in the graph (any more)."""
    return states[key].colour if key in states else UNKNOWN_COLOUR


def listed(entry: OrderEntry, states: Mapping[str, State], language: str) -> ListedOrder:
    """Return an order as a row of the list."""
    return ListedOrder(
        order_id=entry.order_id,
        reference=entry.reference,
        placed_at=entry.placed_at,
        customer=Customer.model_validate(entry.customer),
        new_customer=entry.new_customer,
        total=Money(amount=entry.total, currency=entry.currency),
        paid=Money(amount=entry.paid, currency=entry.currency),
        payment_method=entry.payment_method,
        delivery_country=entry.delivery_country,
        state=entry.state,
        state_label=label(states, entry.state, language),
        state_colour=colour(states, entry.state),
    )


def objection(query: ListOrders | ExportOrders, states: Mapping[str, State]) -> Reason | None:
    """Return the refusal of a list query with a wrong filter or cursor; None if it is right."""
    wrong = (
        _wrong_range(query.filter)
        or _wrong_words(query.filter)
        or _wrong_state(query.filter, states)
    )
    if wrong:
        code, reason, field = wrong
        return Reason(code, reason, field=f"filter.{field}")
    if query.cursor is None or sorting.decode(query.cursor, sorted_by(query)):
        return None
    return Reason("unknown_cursor", UNKNOWN_CURSOR, field="cursor")


def sorted_by(query: ListOrders | ExportOrders) -> Sorting:
    """Return the sort order of a query; an export is always sorted by time."""
    if isinstance(query, ListOrders):
        return Sorting(query.sort, query.descending)
    return Sorting()


def wrong_cursor(query: ListCarts | ListReturns) -> Reason | None:
    """Return the refusal of a cursor that no page ended with; None if it is right."""
    if query.cursor is None or read(query.cursor):
        return None
    return Reason("unknown_cursor", UNKNOWN_CURSOR, field="cursor")


def nothing_wanted(query: SearchCustomers | SearchProducts) -> Reason | None:
    """Return the refusal of a search text without letters and digits; None if it has some."""
    if wanted(query.text):
        return None
    return Reason(*NOTHING, field="text")


UNKNOWN_CURSOR = "The cursor is invalid; use 'next' of the previous page of the same list."
NO_PHONE = "A phone number needs digits other than the country's code and zeros."
NOTHING = ("nothing_to_search", "The search text has no letter and no digit: enter at least one.")


def _wrong_range(asked: OrderFilter) -> tuple[str, str, str] | None:
    least, most = asked.total_from, asked.total_to
    if least and most and least.currency != most.currency:
        return (
            "wrong_currency",
            f"'total_from' is in {least.currency}, 'total_to' in {most.currency}: use one.",
            "total_to",
        )
    if least and most and least.amount > most.amount:
        return (
            "empty_range",
            "'total_from' is greater than 'total_to'.",
            "total_to",
        )
    if asked.placed_from and asked.placed_before and asked.placed_from >= asked.placed_before:
        return (
            "empty_range",
            "'placed_from' is not before 'placed_before'.",
            "placed_before",
        )
    return None


def _wrong_words(asked: OrderFilter) -> tuple[str, str, str] | None:
    for field in (
        "search",
        "customer_search",
        "reference",
        "document_number",
        "tracking_number",
        "company",
        "payment_method",
    ):
        text = getattr(asked, field)
        if text is not None and not wanted(text):
            return (*NOTHING, field)
    if asked.phone is not None and not read_phone(asked.phone):
        return NOTHING[0], NO_PHONE, "phone"
    return None


def _wrong_state(asked: OrderFilter, states: Mapping[str, State]) -> tuple[str, str, str] | None:
    for key in asked.state_keys:
        if key not in states:
            field = path_to("state_keys", asked.state_keys, key)
            return "unknown_state", f"There is no state '{key}'.", field
    return None
