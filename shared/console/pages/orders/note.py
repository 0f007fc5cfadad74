"""The private note on an order."""

from starlette.responses import Response

from shared.console.pages.orders.detail import load
from shared.console.roles import ORDERS
from shared.console.routing import Screens
from shared.console.screen import Screen

screens = Screens()


@screens.get("/orders/{order}/note", needs=ORDERS)
async def edit_note(screen: Screen) -> Response:
    """Show the note in a form."""
    return screen.page("orders/note.html", found=await load(screen))


@screens.post("/orders/{order}/note", needs=ORDERS)
async def set_note(screen: Screen) -> Response:
    """Store the note."""
    order = screen.path("order")
    return await screen.run(
        "order.set_note", {"order_id": order}, then=f"/orders/{order}", again=edit_note
    )
