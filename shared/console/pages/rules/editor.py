"""Create a voucher or cart rule, and change one."""

import uuid
from datetime import datetime

from starlette.responses import Response

from shared.clients.client import Refusal
from shared.console import choices
from shared.console.form_data import InvalidField
from shared.console.language import NAMES
from shared.console.pages.rules import conditions
from shared.console.roles import DEFINE, ORDERS
from shared.console.routing import Screens
from shared.console.screen import MESSAGE_ID, Data, Faults, Screen
from shared.writing.days import local

screens = Screens()
LISTS = ("groups", "countries", "carrier_names")
CLEARED = (
    "code",
    "valid_from",
    "valid_until",
    "uses",
    "uses_per_customer",
    "customer_id",
    "minimum",
    "percent",
    "amount",
    "gift_sku",
)
"""Fields that the form has and that are null when they are left empty."""
NEW: Data = {"names": {}, "active": True, "priority": 1, "choices": [], "goes_with": None}
NEW |= dict.fromkeys(CLEARED)


@screens.get("/rules/voucher", needs=ORDERS)
async def new_voucher(screen: Screen) -> Response:
    """Show an empty form for a voucher."""
    usual = {"uses": 1, "uses_per_customer": 1, "partial_use": True}
    return await _form(screen, NEW | usual, "voucher")


@screens.post("/rules/voucher", needs=ORDERS)
async def create_voucher(screen: Screen) -> Response:
    """Create a voucher. Its id is made of the form's, so that a form sent twice is one."""
    try:
        data = _typed(screen, "voucher.create") | {"voucher_id": _new_id(screen)}
    except InvalidField as error:
        _show_fault(screen, error)
        return await new_voucher(screen)
    outcome = await screen.send("voucher.create", data)
    if isinstance(outcome, Refusal):
        screen.show_refusal(outcome)
        return await new_voucher(screen)
    return screen.redirect(f"/rules/{data['voucher_id']}", "rules.stored")


@screens.get("/rules/new", needs=DEFINE)
async def new_rule(screen: Screen) -> Response:
    """Show an empty form for a cart rule."""
    return await _form(screen, NEW, "new")


@screens.post("/rules/new", needs=DEFINE)
async def add_rule(screen: Screen) -> Response:
    """Add a cart rule."""
    return await _put(screen, _new_id(screen), NEW, "new")


@screens.get("/rules/{rule:uuid}/edit", needs=DEFINE)
async def edit_rule(screen: Screen) -> Response:
    """Show a rule in a form."""
    found = await screen.ask("cart_rule.get", {"rule_id": screen.path("rule")})
    return await _form(screen, found["rule"], "rule")


@screens.post("/rules/{rule:uuid}/edit", needs=DEFINE)
async def put_rule(screen: Screen) -> Response:
    """Change a rule."""
    found = await screen.ask("cart_rule.get", {"rule_id": screen.path("rule")})
    return await _put(screen, screen.path("rule"), found["rule"], "rule")


async def _put(screen: Screen, rule_id: str, rule: Data, kind: str) -> Response:
    try:
        data = _typed(screen, "cart_rule.put") | {"rule_id": rule_id}
    except InvalidField as error:
        _show_fault(screen, error)
        return await _form(screen, rule, kind)
    outcome = await screen.send("cart_rule.put", data)
    if isinstance(outcome, Refusal):
        screen.show_refusal(outcome)
        return await _form(screen, rule, kind)
    return screen.redirect(f"/rules/{rule_id}", "rules.stored")


async def _form(screen: Screen, rule: Data, kind: str) -> Response:
    zone = screen.zone
    times: dict[str, str] = {}
    for name in ("valid_from", "valid_until"):
        if rule[name]:
            at = local(datetime.fromisoformat(rule[name]), zone)
            times[name] = f"{at:%Y-%m-%dT%H:%M}"
    return screen.page(
        "rules/editor.html",
        rule=rule,
        kind=kind,
        times=times,
        lists={name: ", ".join(rule.get(name) or []) for name in LISTS},
        tags=list(NAMES.items()),
        products=conditions.rows(screen, rule),
        others=await conditions.other_rules(screen, rule),
        together=conditions.together(screen, rule),
        prices=choices.named("prices", ("tax_included", "tax_excluded"), screen.language),
        taken_off=choices.named("taken_off", ("all", "chosen", "cheapest"), screen.language),
    )


def _typed(screen: Screen, command: str) -> Data:
    """Return the fields of the form as those of a command. Raises `InvalidField`."""
    data = screen.read(command)
    names: dict[str, str] = {}
    for tag in NAMES:
        text = screen.submitted(f"_name_{tag}").strip()
        if text:
            names[tag] = text
    data["names"] = names
    for name in LISTS:
        if name in screen.form:
            parts = screen.submitted(name).split(",")
            data[name] = [part.strip() for part in parts if part.strip()]
    for name in CLEARED:
        if name in screen.form:
            data.setdefault(name, None)
    return data | conditions.submitted(screen, data)


def _new_id(screen: Screen) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"rule {screen.submitted(MESSAGE_ID)}"))


def _show_fault(screen: Screen, error: InvalidField) -> None:
    screen.faults = Faults(fields={error.field: screen.language.text(error.key)})
