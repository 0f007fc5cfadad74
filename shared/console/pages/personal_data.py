"""Export and erase the personal data of a customer, and show what each service did."""

import asyncio
import json
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared.clients.client import NoReply, Refusal
from shared.clients.personal_data import EVENTS
from shared.console.operation.personal_data import PersonalDataJob
from shared.console.pages.operation.access import operations_of
from shared.console.roles import PRIVACY
from shared.console.routing import Screens
from shared.console.screen import MESSAGE_ID, Data, Faults, Screen

screens = Screens()
HERE = "/customers/{customer}/personal-data"
REPLY_SECONDS = 3.0  # the result has a page of its own
NOT_FOUND = 404
TICKED = "on"  # an empty box sends "off"


@screens.get(HERE, needs=PRIVACY)
async def show_personal_data(screen: Screen) -> Response:
    """List the data that an erasure removes and retains, with the forms."""
    key = {"customer_id": screen.path("customer")}
    customer, orders, threads = await asyncio.gather(
        screen.try_ask("customer.get", key),
        screen.try_ask("order.list", {"filter": key, "limit": 1, "with_total_count": True}),
        screen.try_ask("thread.list", key | {"limit": 1}),
    )
    emails = screen.submitted("emails")
    if customer and not emails:
        emails = customer["email"]
    return screen.page(
        "customers/personal_data.html",
        key=key["customer_id"],
        customer=customer,
        emails=emails,
        orders=(orders or {}).get("total_count"),
        has_threads=bool(threads and threads["threads"]),
    )


@screens.post(HERE, needs=PRIVACY)
async def request_personal_data(screen: Screen) -> Response:
    """Send the export or the erasure, and lead to its result."""
    command, command_id = screen.submitted("_command"), screen.submitted(MESSAGE_ID)
    if command not in EVENTS or not command_id:
        raise HTTPException(NOT_FOUND)
    if command == "customer.erase" and screen.submitted("_sure") != TICKED:
        screen.faults = Faults(fields={"_sure": screen.language.text("personal.not_sure")})
        return await show_personal_data(screen)
    customer = screen.path("customer")
    await operations_of(screen).follow_personal_data(screen.shop, customer, command, command_id)
    data: Data = {"customer_id": customer, "emails": _emails(screen)}
    try:
        outcome = await screen.send(command, data, timeout=REPLY_SECONDS)
    except NoReply:
        outcome = {}
    if isinstance(outcome, Refusal):
        screen.show_refusal(outcome)
        return await show_personal_data(screen)
    return screen.redirect(f"/customers/{quote(customer)}/personal-data/{command_id}")


@screens.get(HERE + "/{job:uuid}", needs=PRIVACY)
async def show_result(screen: Screen) -> Response:
    """Show what each service exported, or erased and retained."""
    return screen.page("customers/personal_data_result.html", job=_job(screen))


@screens.get(HERE + "/{job:uuid}/file", needs=PRIVACY)
async def open_export(screen: Screen) -> Response:
    """Return the exported records as a JSON file."""
    job = _job(screen)
    if job.command != "customer.export" or job.answers.silent:
        raise HTTPException(NOT_FOUND)
    records = {"customer_id": job.customer_id, **job.answers.records()}
    name = quote(f"customer-{job.customer_id}.json", safe="")
    return Response(
        json.dumps(records, indent=2, ensure_ascii=False),
        media_type="application/json",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )


def _emails(screen: Screen) -> list[str]:
    """Return the addresses that were typed, separated by spaces, commas or lines."""
    typed = screen.submitted("emails").replace(",", " ").replace(";", " ")
    return list(dict.fromkeys(typed.split()))


def _job(screen: Screen) -> PersonalDataJob:
    job = operations_of(screen).personal_data(screen.shop, screen.path("job"))
    if job is None or job.customer_id != screen.path("customer"):
        raise HTTPException(NOT_FOUND)
    return job
