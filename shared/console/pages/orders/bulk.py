"""Act on many orders of the list: move them to a state, or save the list as CSV."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid5

from starlette.responses import Response, StreamingResponse

from shared.clients.client import NoReply, Refusal, new_id
from shared.console.form_data import InvalidField
from shared.console.pages.orders.listing import list_query
from shared.console.roles import ORDERS
from shared.console.routing import Screens
from shared.console.screen import MESSAGE_ID, Data, Screen

screens = Screens()
AT_ONCE = 8  # commands that wait for their replies at the same time
MAX_ORDERS = 500


@screens.post("/orders/move", needs=ORDERS)
async def move_orders(screen: Screen) -> Response:
    """Move the chosen orders to a state, and list which were moved and which refused."""
    chosen = [str(order) for order in screen.form.getlist("order")][:MAX_ORDERS]
    limit = asyncio.Semaphore(AT_ONCE)

    async def move(order: str) -> Data:
        async with limit:
            return await _move(screen, order)

    results = await asyncio.gather(*map(move, chosen))
    return screen.page(
        "orders/moved.html",
        moved=[result for result in results if not result["why"]],
        refused=[result for result in results if result["why"]],
    )


async def _move(screen: Screen, order: str) -> Data:
    """Move one order. Its message id follows from that of the form, so that a form that is sent
    twice moves each order once.
    """
    form = UUID(screen.submitted(MESSAGE_ID) or new_id())
    order_id, _, reference = order.partition(" ")
    data = {"order_id": order_id, "to": screen.submitted("to")}
    try:
        outcome = await screen.send("order.transition", data, message_id=str(uuid5(form, order_id)))
    except NoReply as error:
        return {"order_id": order_id, "reference": reference, "why": str(error)}
    why = ""
    if isinstance(outcome, Refusal):
        why = outcome.sentence or outcome.reason
    return {"order_id": order_id, "reference": reference, "why": why}


@screens.get("/orders.csv")
async def export_orders(screen: Screen) -> Response:
    """Save the filtered list as CSV, piece by piece."""
    query = list_query(screen)
    if isinstance(query, InvalidField):
        return screen.redirect(f"/orders?{screen.http.url.query}")
    wanted = {"filter": query["filter"], "language": screen.language.tag}
    first = await screen.ask("order.export", wanted)  # a refusal becomes a page
    headers = {"Content-Disposition": 'attachment; filename="orders.csv"'}
    return StreamingResponse(_pieces(screen, wanted, first), media_type="text/csv", headers=headers)


async def _pieces(screen: Screen, wanted: Data, piece: Data) -> AsyncIterator[str]:
    yield piece["csv"]
    while piece["next"]:
        piece = await screen.ask("order.export", wanted | {"cursor": piece["next"]})
        yield piece["csv"]
