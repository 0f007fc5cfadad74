"""The threads of the shop: filters in the address, contacts, statuses and statistics beside."""

from asyncio import gather

from starlette.responses import Response

from shared.clients.client import Refusal
from shared.console.form_data import InvalidField
from shared.console.language import NAMES
from shared.console.pages.desk.names import contact_names, status_choices, statuses
from shared.console.routing import Screens
from shared.console.screen import Data, Faults, Screen

screens = Screens()
TEXTS = ("search", "contact", "status", "owner", "customer_id", "email", "language", "order_id")
RARE = ("customer_id", "email", "language", "order_id", "opened_from", "opened_before")
FLAGS = ("waiting", "unread")
PAGE = 50


@screens.get("/desk")
async def list_threads(screen: Screen) -> Response:
    """Show the threads that match the filter in the address, the newest first."""
    found, desk, statistics = await gather(
        find_threads(screen),
        screen.ask_recent("desk.get"),
        screen.ask("desk.statistics", {"with_contacts": True}),
    )
    contacts = statistics["contacts"]
    names = contact_names(contacts, screen.language)
    shown = statuses(desk, screen.language)
    return screen.page(
        "desk/list.html",
        threads=found["threads"],
        next=found["next"],
        contacts=contacts,
        contact_names=names,
        statuses=shown,
        status_choices=status_choices(shown),
        statistics=statistics,
        views=_views(screen, statistics),
        languages_of_customers=NAMES.items(),
        more=any(screen.query(name) for name in RARE + FLAGS) and not screen.query("nobodys"),
    )


async def find_threads(screen: Screen) -> Data:
    """Return a page of threads; none, with the faults of the filter, if it is refused."""
    nothing: Data = {"threads": [], "next": None}
    try:
        query = _filter(screen)
    except InvalidField as error:
        screen.faults = Faults(fields={error.field: screen.language.text(error.key)})
        return nothing
    query["limit"] = PAGE
    if screen.query("cursor"):
        query["cursor"] = screen.query("cursor")
    found = await screen.ask_if_possible("thread.list", query)
    if isinstance(found, Refusal):
        screen.show_refusal(found)
        return nothing
    return found


def _filter(screen: Screen) -> Data:
    """Return the conditions of the address. Raises `InvalidField`."""
    found: Data = {}
    for name in TEXTS:
        if screen.query(name).strip():
            found[name] = screen.query(name).strip()
    for name in FLAGS:
        if screen.query(name) in ("yes", "no"):
            found[name] = screen.query(name) == "yes"
    if screen.query("nobodys") == "yes":
        found["nobodys"] = True
    reader = screen.reader()
    if screen.query("opened_from"):
        found["opened_from"] = reader.moment(screen.query("opened_from"), "opened_from")
    if screen.query("opened_before"):
        found["opened_before"] = reader.end(screen.query("opened_before"), "opened_before")
    return found


def _views(screen: Screen, statistics: Data) -> list[Data]:
    """Return the views that people use most: their parameters, and how many threads they have."""
    return [
        {"key": "all", "parameters": {}, "count": statistics["all_threads"]},
        {
            "key": "waiting",
            "parameters": {"waiting": "yes"},
            "count": statistics["waiting_threads"],
        },
        {"key": "unread", "parameters": {"unread": "yes"}, "count": statistics["unread_threads"]},
        {"key": "mine", "parameters": {"owner": screen.user.name}, "count": None},
        {"key": "nobodys", "parameters": {"nobodys": "yes", "waiting": "yes"}, "count": None},
    ]


@screens.get("/desk/next")
async def open_next(screen: Screen) -> Response:
    """Lead to the thread that has waited longest, of all contacts or of one."""
    query: Data = {}
    for parameter, field in (("contact", "contact"), ("after", "after_thread_id")):
        if screen.query(parameter):
            query[field] = screen.query(parameter)
    found = await screen.ask("thread.next_unanswered", query)
    if found["thread"] is None:
        return screen.redirect("/desk", "desk.nothing_waits")
    return screen.redirect(f"/desk/threads/{found['thread']['thread_id']}")


@screens.get("/desk/statistics")
async def show_statistics(screen: Screen) -> Response:
    """Show the statistics in total and of each contact."""
    days = screen.query("days") or "30"
    period = {"days": int(days) if days.isdecimal() and 1 <= int(days) <= 3660 else 30}
    total = await screen.ask("desk.statistics", period | {"with_contacts": True})
    asked = []
    for contact in total["contacts"]:
        asked.append(screen.ask("desk.statistics", period | {"contact": contact["key"]}))
    each = await gather(*asked)
    names = contact_names(total["contacts"], screen.language)
    return screen.page(
        "desk/statistics.html",
        columns=[
            (screen.language.text("desk.total"), total),
            *zip(names.values(), each, strict=True),
        ],
        days=period["days"],
    )
