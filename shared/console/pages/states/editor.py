"""Add a state, or change one."""

from typing import get_args

from starlette.responses import Response

from shared.clients.client import Refusal
from shared.console import choices
from shared.console.language import NAMES
from shared.console.pages.templates.names import MAILS
from shared.console.roles import DEFINE
from shared.console.routing import Screens
from shared.console.screen import Data, Screen
from shared.contracts.orders.values import StateFlag

screens = Screens()
FLAGS: tuple[str, ...] = get_args(StateFlag)
GUARDS = (
    "payment_covers_total",
    "something_is_paid",
    "nothing_paid",
    "nothing_shipped",
    "order_is_shipped",
    "stock_is_there",
    "stock_is_held",
    "nothing_invoiced",
    "something_to_invoice",
    "something_to_send",
    "something_to_refund",
    "something_refunded",
    "nothing_is_out",
)
"""The built-in conditions, as in `docs/howto/own-states.md`."""
TEXTS = ("mail_template", "when_short", "when_paid")
LISTS = ("flags", "guards")
NEW: Data = {
    "key": "",
    "labels": {},
    "colour": "#34209E",
    "flags": [],
    "guards": [],
    "mail_template": None,
    "next_states": [],
    "hidden": False,
    "initial": False,
    "when_short": None,
    "when_paid": None,
}


@screens.get("/states/new", needs=DEFINE)
async def new_state(screen: Screen) -> Response:
    """Show an empty form."""
    return await _form(screen, NEW, new=True)


@screens.post("/states/new", needs=DEFINE)
async def add_state(screen: Screen) -> Response:
    """Add a state."""
    data = _typed(screen) | {"key": screen.submitted("key").strip()}
    data["comes_from"] = _ticked(screen, "comes_from")
    outcome = await screen.send("state.put", data)
    if isinstance(outcome, Refusal):
        screen.show_refusal(outcome)
        return await new_state(screen)
    return screen.redirect(f"/states?focus={data['key']}", "states.stored")


@screens.get("/states/{key}", needs=DEFINE)
async def edit_state(screen: Screen) -> Response:
    """Show a state in a form."""
    return await _form(screen, await screen.ask("state.get", {"key": screen.path("key")}))


@screens.post("/states/{key}", needs=DEFINE)
async def put_state(screen: Screen) -> Response:
    """Change a state."""
    key = screen.path("key")
    outcome = await screen.send("state.put", _typed(screen) | {"key": key})
    if isinstance(outcome, Refusal):
        screen.show_refusal(outcome)
        return await edit_state(screen)
    return screen.redirect(f"/states?focus={key}", "states.stored")


async def _form(screen: Screen, state: Data, *, new: bool = False) -> Response:
    others: choices.Choices = []
    for key, name in await choices.states(screen):
        if key != state["key"]:
            others.append((key, name))
    return screen.page(
        "states/editor.html",
        state=state,
        new=new,
        others=others,
        flags=FLAGS,
        guards=GUARDS,
        mails=choices.same(MAILS),
        tags=list(NAMES.items()),
        ticked=lambda name, present: _ticked(screen, name) if screen.form else present or [],
        mode=screen.submitted("_moves", "any" if state["next_states"] is None else "these"),
    )


def _typed(screen: Screen) -> Data:
    """Return the fields of the form; empty ones replace earlier values."""
    labels: dict[str, str] = {}
    for tag in NAMES:
        text = screen.submitted(f"labels.{tag}").strip()
        if text:
            labels[tag] = text
    found: Data = {"labels": labels, "colour": screen.submitted("colour").strip()}
    for name in LISTS:
        found[name] = _ticked(screen, name)
    for name in TEXTS:
        found[name] = screen.submitted(name).strip() or None
    for name in ("hidden", "initial"):
        found[name] = "on" in screen.form.getlist(name)
    found["next_states"] = None
    if screen.submitted("_moves") != "any":
        found["next_states"] = _ticked(screen, "next_states")
    return found


def _ticked(screen: Screen, name: str) -> list[str]:
    return [value for value in screen.form.getlist(name) if isinstance(value, str)]
