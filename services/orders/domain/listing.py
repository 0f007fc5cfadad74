"""Orders as lines of a list, and the questions for them that cannot be answered."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from services.orders.domain import sorting
from services.orders.domain.sorting import Place, Sorting
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
from shared.contracts.reason import Reason
from shared.contracts.values import Customer, Money
from shared.writing.phones import read_phone
from shared.writing.search import wanted

UNKNOWN_COLOUR = "#888888"  # of a state that was taken out of the graph


class Entry(NamedTuple):
    """What a list needs of an order."""

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

    def place(self, sorting: Sorting) -> Place:
        """Where a list that is sorted like this goes on behind this order."""
        return Place(sorting, tuple(getattr(self, column) for column in sorting.columns))


def label(states: Mapping[str, State], key: str, language: str) -> str:
    """A state's name; the key of one that is not in the graph (any more)."""
    return states[key].label(language) if key in states else key


def listed(entry: Entry, states: Mapping[str, State], language: str) -> ListedOrder:
    """An order as a line of the list."""
    state = states.get(entry.state)
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
        state_colour=state.colour if state else UNKNOWN_COLOUR,
    )


def objection(query: ListOrders | ExportOrders, states: Mapping[str, State]) -> Reason | None:
    """Why a list cannot be given, if it cannot."""
    wrong = (
        _wrong_range(query.filter)
        or _wrong_words(query.filter)
        or _wrong_state(query.filter, states)
    )
    if wrong:
        code, reason, field = wrong
        return Reason(code, reason, field=f"filter.{field}")
    if query.cursor is None or sorting.read(query.cursor, sorted_by(query)):
        return None
    return Reason("unknown_cursor", UNKNOWN_CURSOR, field="cursor")


def sorted_by(query: ListOrders | ExportOrders) -> Sorting:
    """How the list is sorted that is asked for."""
    return Sorting(query.sort, query.descending) if isinstance(query, ListOrders) else Sorting()


def wrong_cursor(query: ListCarts | ListReturns) -> Reason | None:
    """The refusal of a cursor that is none of ours."""
    if query.cursor is None or read(query.cursor):
        return None
    return Reason("unknown_cursor", UNKNOWN_CURSOR, field="cursor")


def nothing_wanted(query: SearchCustomers | SearchProducts) -> Reason | None:
    """The refusal of a text that has nothing to be looked up."""
    return None if wanted(query.text) else Reason(*NOTHING, field="text")


UNKNOWN_CURSOR = "The cursor is invalid; use 'next' of the previous page of the same list."
NO_PHONE = "A phone number needs digits other than the country's code and zeros."
NOTHING = ("nothing_to_search", "There is no letter and no digit to search for.")


def _wrong_range(asked: OrderFilter) -> tuple[str, str, str] | None:
    least, most = asked.total_from, asked.total_to
    if least and most and least.currency != most.currency:
        return (
            "wrong_currency",
            f"A total in {least.currency} is never one in {most.currency}.",
            "total_to",
        )
    if least and most and least.amount > most.amount:
        return (
            "empty_range",
            "No total is between these two: the first is the greater one.",
            "total_to",
        )
    if asked.placed_from and asked.placed_before and asked.placed_from >= asked.placed_before:
        return (
            "empty_range",
            "No time is between these two: the first is not the earlier one.",
            "placed_before",
        )
    return None


def _wrong_words(asked: OrderFilter) -> tuple[str, str, str] | None:
    for field in (
        "search",
        "customer",
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
    unknown = next((key for key in asked.states if key not in states), None)
    return ("unknown_state", f"There is no state '{unknown}'.", "states") if unknown else None
