"""A product: its combinations with their stock, and the movements."""

from starlette.responses import Response

from shared.console.products import with_prices
from shared.console.routing import Screens
from shared.console.screen import Data, Screen

screens = Screens()
MOVEMENTS = 30


@screens.get("/stock/{sku:path}")
async def show_product(screen: Screen) -> Response:
    """Show the stock of a product or combination."""
    return await product_page(screen, screen.path("sku"))


async def product_page(screen: Screen, sku: str, preview: Data | None = None) -> Response:
    """Return the page of a product, with what a change would do."""
    product = with_prices(await screen.ask("product.get", {"sku": sku}))
    query: Data = {"sku": sku, "limit": MOVEMENTS}
    if screen.query("cursor"):
        query["cursor"] = screen.query("cursor")
    return screen.page(
        "stock/show.html",
        product=product,
        movements=await screen.ask("stock.movements", query),
        preview=preview,
        countable=not product["combinations"],
    )
