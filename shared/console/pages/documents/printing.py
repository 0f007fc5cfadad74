"""Print documents in bulk: choose them, watch the progress, open the PDFs."""

import uuid

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from shared.clients.client import NoReply, Refusal
from shared.console import choices
from shared.console.files import PDF_POLICY
from shared.console.form_data import InvalidField
from shared.console.operation.printing import PrintJob
from shared.console.pages.documents.filters import KINDS, kind_choices, period
from shared.console.pages.documents.periods import MONTHS, issued_in, month_choices
from shared.console.pages.operation.access import operations_of
from shared.console.roles import LOOK, ORDERS
from shared.console.routing import Screens
from shared.console.screen import MESSAGE_ID, Data, Faults, Screen

screens = Screens()
PRINT = "/documents/print"
MAX_ORDERS = 500
PART_SIZE = 200
REPLY_SECONDS = 3.0  # a batch that takes longer is watched on its own page


@screens.get(PRINT, needs=ORDERS)
async def choose_prints(screen: Screen) -> Response:
    """Show the form that chooses the documents: those of chosen orders, or by conditions."""
    return screen.page(
        "documents/print.html",
        kinds=kind_choices(screen),
        months=month_choices(screen),
        chosen=_chosen(screen),
        states=await choices.states(screen),
        part_size=PART_SIZE,
    )


@screens.post(PRINT, needs=ORDERS)
async def print_documents(screen: Screen) -> Response:
    """Request the batch, and lead to its progress."""
    try:
        data = await _batch(screen)
    except InvalidField as error:
        screen.faults = Faults(fields={error.field: screen.language.text(error.key)})
        return await choose_prints(screen)
    await operations_of(screen).collect_prints(screen.shop, data["batch_id"])
    try:
        outcome = await screen.send("document.print_batch", data, timeout=REPLY_SECONDS)
    except NoReply:
        outcome = {}
    if isinstance(outcome, Refusal):
        screen.show_refusal(outcome)
        return await choose_prints(screen)
    return screen.redirect(f"{PRINT}/{data['batch_id']}")


@screens.get(PRINT + "/{batch}", needs=LOOK)
async def show_progress(screen: Screen) -> Response:
    """Show how far a batch is, with the parts that are there."""
    return screen.page("documents/progress.html", job=_job(screen))


@screens.get(PRINT + "/{batch}/{part:int}", needs=LOOK)
async def open_part(screen: Screen) -> Response:
    """Return the PDF of a part."""
    for part in _job(screen).parts:
        if part.number == screen.http.path_params["part"]:
            return FileResponse(
                part.file,
                media_type="application/pdf",
                filename=f"documents-{part.number}.pdf",
                content_disposition_type="inline",
                headers={"Content-Security-Policy": PDF_POLICY},
            )
    raise HTTPException(404)


def _job(screen: Screen) -> PrintJob:
    job = operations_of(screen).print_job(screen.shop, screen.path("batch"))
    if job is None:
        raise HTTPException(404)
    return job


async def _batch(screen: Screen) -> Data:
    """Return the fields of the command. Raises `InvalidField`. The batch has the id of the form, so
    that a form sent twice is one batch.
    """
    kinds = [kind for kind in screen.form.getlist("kinds") if kind in KINDS]
    data: Data = {"batch_id": _batch_id(screen), "kinds": kinds, "part_size": PART_SIZE}
    if screen.submitted("_month") in MONTHS:
        data |= issued_in(screen, screen.submitted("_month"))
    else:
        data |= period(screen.reader(), screen.submitted("from"), screen.submitted("to"))
    if _chosen(screen):
        return data | {"order_ids": _chosen(screen)}
    if screen.submitted("state"):
        data["order_ids"] = await _orders(screen, {"state_keys": [screen.submitted("state")]})
    if screen.submitted("order").strip():
        data["order_ids"] = await _orders(screen, {"reference": screen.submitted("order").strip()})
    return data


def _chosen(screen: Screen) -> list[str]:
    """Return the ids of the orders that were chosen in their list: `<id> <reference>` each."""
    entries = screen.form.getlist("order_ids") or screen.http.query_params.getlist("order")
    return [str(entry).partition(" ")[0] for entry in entries[:MAX_ORDERS]]


def _batch_id(screen: Screen) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"print {screen.submitted(MESSAGE_ID)}"))


async def _orders(screen: Screen, condition: Data) -> list[str]:
    """Return the ids of orders, newest first. Raises `InvalidField` if there are none."""
    found = await screen.ask("order.list", {"filter": condition, "limit": MAX_ORDERS})
    if not found["orders"]:
        field = "order" if "reference" in condition else "state"
        raise InvalidField(field, "documents.no_orders")
    return [order["order_id"] for order in found["orders"]]
