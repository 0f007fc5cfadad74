"""The actions on an order: which there are, what each form holds, and how it is carried out.

An action is a command. Its page is `/orders/<order>/do/<command>`; parameters of the address state
its subject, such as a refund. The button `_preview` of a form changes nothing, and shows the effect
of the command.
"""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared.clients.client import Refusal, new_id
from shared.console import choices
from shared.console.form_data import InvalidField
from shared.console.pages.orders import added, submitted
from shared.console.pages.orders.detail import load
from shared.console.pages.orders.form_choices import load_choices
from shared.console.pages.orders.inputs import FIELDS
from shared.console.pages.orders.submitted import Submitted
from shared.console.products import find_products
from shared.console.roles import DESK, LOOK, ORDERS
from shared.console.routing import Screens
from shared.console.screen import MESSAGE_ID, Data, Faults, Screen
from shared.console.uploads import attached

screens = Screens()
Clean = Callable[[Submitted], Data]
NOT_FOUND = 404


@dataclass(frozen=True)
class Action:
    """A command with its form. `arguments` are fields that the address states, `key` is the field
    with an id that the sender chooses, `preview` the query that shows the effect; `clean` returns
    the fields of the command from those submitted and those of `order.get`. With `attach`, files,
    documents and copies go with it.
    """

    command: str
    arguments: tuple[str, ...] = ()
    key: str = ""
    preview: str = ""
    clean: Clean = submitted.unchanged
    needs: str = ORDERS
    attach: bool = False

    @property
    def template(self) -> str:
        """Return the template of its inputs."""
        if self.command in FIELDS:
            return "orders/actions/fields.html"
        return f"orders/actions/{self.command}.html"


ACTIONS = {
    action.command: action
    for action in (
        Action("order.transition", ("to",), preview="order.preview"),
        Action("order.add_lines", preview="order.preview", clean=submitted.added_lines),
        Action("order.edit_lines", preview="order.preview", clean=submitted.edited_lines),
        Action("order.cancel_lines", preview="order.preview", clean=submitted.touched_lines),
        Action("order.add_discount", key="discount_id", preview="order.preview"),
        Action("order.remove_discount", ("discount_id",), preview="order.preview"),
        Action("order.change_shipping", preview="order.preview", clean=submitted.shipping),
        Action("order.change_address", preview="order.preview", clean=submitted.addresses),
        Action("order.change_customer", clean=submitted.customer),
        Action("order.set_exemption", preview="order.preview", clean=submitted.exemption),
        Action("order.set_exchange_rate"),
        Action("order.set_note"),
        Action("order.notify_change"),
        Action("payment.record", key="payment.payment_id"),
        Action("payment.reverse", ("payment_id",)),
        Action("payment.mark_refunded", ("refund_id",)),
        Action("refund.to_store_credit", ("refund_id",)),
        Action("store_credit.use", key="payment_id"),
        Action(
            "refund.create",
            ("kind",),
            key="refund_id",
            preview="refund.preview",
            clean=submitted.touched_lines,
        ),
        Action("return.request", key="return_id", clean=submitted.touched_lines),
        Action("return.confirm", ("return_id",)),
        Action("return.deny", ("return_id",)),
        Action("return.receive", ("return_id",)),
        Action("return.complete", ("return_id",), clean=submitted.return_amounts),
        Action("order.issue_invoice"),
        Action("order.set_invoice_note"),
        Action("order.correct_invoice"),
        Action("order.issue_delivery_slip"),
        Action("order.print_summary"),
        Action("order.send_documents"),
        Action("thread.post_order_message", clean=submitted.message, needs=DESK, attach=True),
        Action("mail.resend", ("mail_id",)),
    )
}
WITHOUT_ORDER = ("mail.resend",)  # commands that name no order


@screens.get("/orders/{order}/do/{command}")
async def show_action(screen: Screen) -> Response:
    """Show the form of an action."""
    return await _form(screen, _action(screen))


@screens.post("/orders/{order}/do/{command}", needs=LOOK)
async def act(screen: Screen) -> Response:
    """Carry an action out, or preview it."""
    return await _submit(screen, _action(screen))


def _action(screen: Screen) -> Action:
    action = ACTIONS.get(screen.path("command"))
    if action is None:
        raise HTTPException(NOT_FOUND)
    screen.require(action.needs)
    return action


async def _submit(screen: Screen, action: Action) -> Response:
    found = await load(screen)
    if screen.submitted("_add") or screen.submitted("_find"):
        added.put_product(screen)
        return await _form(screen, action, found)
    try:
        data = await _data(screen, action, found)
    except InvalidField as error:
        screen.faults = Faults(fields={error.field: screen.language.text(error.key)})
        return await _form(screen, action, found)
    if screen.submitted("_preview"):
        return await _preview(screen, action, found, data)
    await _check_limit(screen, action, data)
    outcome = await screen.send(action.command, data)
    if isinstance(outcome, Refusal):
        _show_refusal(screen, outcome, data)
        return await _form(screen, action, found)
    return screen.redirect(f"/orders/{found['order']['order_id']}", "common.done")


async def _data(screen: Screen, action: Action, found: Data) -> Data:
    """Return the fields of the command. Raises `InvalidField`."""
    data = action.clean(Submitted(screen, screen.read(action.command), found))
    if action.attach:
        data |= await attached(screen)
    for name in action.arguments:
        if screen.query(name):
            data[name] = screen.query(name)
    if action.key:
        submitted.put(data, action.key, screen.submitted(MESSAGE_ID) or new_id())
    if action.command not in WITHOUT_ORDER:
        data["order_id"] = found["order"]["order_id"]
    return data


async def _preview(screen: Screen, action: Action, found: Data, data: Data) -> Response:
    """Show the form as it was submitted, and what the command would do."""
    query = {"order_id": data["order_id"], "command": action.command}
    if action.preview == "order.preview":
        query["data"] = {name: data[name] for name in data if name != "order_id"}
        query["data"]["by"] = screen.user.name
    else:
        query = {name: data[name] for name in data if name != action.key}
    outcome = await screen.ask_if_possible(action.preview, query)
    if isinstance(outcome, Refusal):
        _show_refusal(screen, outcome, data)
        return await _form(screen, action, found)
    return await _form(screen, action, found, preview=outcome)


def _show_refusal(screen: Screen, refusal: Refusal, data: Data) -> None:
    """Show a refusal at the row of the form that it is about: rows left empty were not sent, so
    that a line has another number in the command.
    """
    screen.show_refusal(refusal)
    rows = submitted.rows_of(screen, data)
    fields: dict[str, str] = {}
    for path, sentence in screen.faults.fields.items():
        sent = path.removeprefix("data.").partition(".")[0]
        fields[path.removeprefix("data.").replace(sent, rows.get(sent, sent), 1)] = sentence
    screen.faults.fields = fields


async def _check_limit(screen: Screen, action: Action, data: Data) -> None:
    """Raise `NotAllowed` for a refund above the limit of the settings."""
    if action.command != "refund.create" or not screen.settings.refund_limit:
        return
    terms = {name: data[name] for name in data if name != "refund_id"}
    outcome = await screen.ask_if_possible("refund.preview", terms)
    if not isinstance(outcome, Refusal):  # the command itself is refused with the same sentence
        screen.require_refund(outcome["refund"]["gross"])


async def _form(
    screen: Screen, action: Action, found: Data | None = None, preview: Data | None = None
) -> Response:
    found = found or await load(screen)
    return screen.page(
        "orders/action.html",
        action=action,
        form_template=action.template,
        fields=FIELDS.get(action.command, ()),
        found=found,
        order=found["order"],
        preview=preview,
        command_id=_message_id(screen, preview),
        currency=found["order"]["total"]["currency"],
        choices=await load_choices(screen, action.command, found),
        countries=choices.countries(screen.language.tag),
        products=await find_products(screen, screen.submitted("_product_text")),
        rows=added.rows(screen),
    )


def _message_id(screen: Screen, preview: Data | None) -> str:
    """Return the id of the command in the form: a new one, but that of the form after a preview."""
    if preview and screen.submitted(MESSAGE_ID):
        return screen.submitted(MESSAGE_ID)
    return new_id()
