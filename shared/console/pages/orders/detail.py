"""The detail of an order: its timeline first, then all of its parts."""

from starlette.responses import Response

from shared.console.routing import Screens
from shared.console.screen import Data, Screen

screens = Screens()


@screens.get("/orders/{order}")
async def show_order(screen: Screen) -> Response:
    """Show an order, by its id or reference."""
    found = await load(screen)
    return screen.page("orders/detail.html", found=found, order=found["order"])


async def load(screen: Screen) -> Data:
    """Return the fields of the order in the address. Raises `Refused`."""
    data = {"order_id": screen.path("order"), "language": screen.language.tag}
    return await screen.ask("order.get", data)
