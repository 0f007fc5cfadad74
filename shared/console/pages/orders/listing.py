"""The list of orders: filters in the address, and paging by cursor."""

import asyncio

from starlette.responses import Response

from shared.console import choices
from shared.console.form_data import InvalidField
from shared.console.roles import LOOK
from shared.console.routing import Screens
from shared.console.screen import Data, Faults, Screen

screens = Screens()
TEXTS = (
    "search",
    "customer_search",
    "payment_method",
    "delivery_country",
    "document_number",
    "phone",
)
SORTS = (
    "placed_at",
    "reference",
    "customer",
    "total",
    "paid",
    "payment_method",
    "delivery_country",
    "state",
    "new_customer",
)
PAGE = 50
AREA = "orders"


@screens.get("/orders")
async def list_orders(screen: Screen) -> Response:
    """Show the orders that match the filter in the address."""
    query, faults = list_query(screen), Faults()
    if isinstance(query, InvalidField):
        faults = Faults(fields={query.field: screen.language.text(query.key)})
        query = {}
    screen.faults = faults
    found, states, methods = await asyncio.gather(
        screen.ask("order.list", query | page_of(screen)),
        choices.states(screen),
        choices.payment_methods(screen),
    )
    return screen.page(
        "orders/list.html",
        orders=found["orders"],
        next=found["next"],
        states=states,
        methods=methods,
        countries=choices.countries(screen.language.tag),
        filters=screen.filters.of(screen.user.name, AREA),
        query=screen.http.url.query,
    )


@screens.post("/orders/filters", needs=LOOK)
async def save_filter(screen: Screen) -> Response:
    """Save the filter of the list under a name, or remove one."""
    user, query = screen.user.name, screen.submitted("query")
    if screen.submitted("remove"):
        screen.filters.remove(user, AREA, screen.submitted("remove"))
        return screen.redirect("/orders")
    if not screen.filters.save(user, AREA, screen.submitted("name"), query):
        return screen.redirect(f"/orders?{query}", "orders.filter_not_saved")
    return screen.redirect(f"/orders?{query}", "orders.filter_saved")


def page_of(screen: Screen) -> Data:
    """Return the fields of a list query that choose the page."""
    found: Data = {"limit": PAGE, "language": screen.language.tag}
    if screen.query("cursor"):
        found["cursor"] = screen.query("cursor")
    return found


def list_query(screen: Screen) -> Data | InvalidField:
    """Return filter and sorting of `order.list` from the parameters of the address."""
    try:
        found: Data = {"filter": _filter(screen)}
    except InvalidField as error:
        return error
    if screen.query("sort") in SORTS:
        found |= {"sort": screen.query("sort"), "descending": screen.query("order") != "up"}
    return found


def _filter(screen: Screen) -> Data:
    """Return the conditions. Raises `InvalidField`."""
    reader = screen.reader()
    found: Data = {}
    for name in TEXTS:
        if screen.query(name).strip():
            found[name] = screen.query(name).strip()
    for name in ("total_from", "total_to"):
        if screen.query(name).strip():
            found[name] = reader.money(screen.query(name), name)
    if screen.query("from"):
        found["placed_from"] = reader.moment(screen.query("from"), "from")
    if screen.query("to"):
        found["placed_before"] = reader.end(screen.query("to"), "to")
    if screen.query("new") in ("yes", "no"):
        found["new_customer"] = screen.query("new") == "yes"
    states = list(filter(None, screen.http.query_params.getlist("state")))
    if states:
        found["state_keys"] = states
    return found
