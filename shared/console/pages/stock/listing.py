"""The list of products with their stock, the search, and the movements of the shop."""

from starlette.responses import Response

from shared.clients.client import Refusal
from shared.console.products import with_prices
from shared.console.routing import Screens
from shared.console.screen import Data, Screen

screens = Screens()
PAGE = 50


@screens.get("/stock")
async def list_stock(screen: Screen) -> Response:
    """Show the products, all of them or those that the search finds."""
    text = screen.query("search").strip()
    if text:
        found = await screen.ask_if_possible("product.search", {"text": text, "limit": PAGE})
    else:
        found = await screen.ask_if_possible("product.list", _page(screen))
    if isinstance(found, Refusal):
        screen.show_refusal(found)
        found = {"products": [], "next": None}
    return screen.page(
        "stock/list.html",
        products=list(map(with_prices, found["products"])),
        next=found.get("next"),
        more=found.get("more", False),
    )


@screens.get("/stock-movements")
async def list_movements(screen: Screen) -> Response:
    """Show the movements of all products, newest first."""
    found = await screen.ask("stock.movements", _page(screen))
    return screen.page("stock/movements.html", found=found)


def _page(screen: Screen) -> Data:
    query: Data = {"limit": PAGE}
    if screen.query("cursor"):
        query["cursor"] = screen.query("cursor")
    return query
