"""Set the stock after a count, adjust it, and preview both. The SKU is a field of the forms, since
it may hold any character.
"""

from urllib.parse import quote

from starlette.responses import Response

from shared.clients.client import Refusal
from shared.console.form_data import InvalidField
from shared.console.pages.stock.show import product_page
from shared.console.roles import ORDERS
from shared.console.routing import Screens
from shared.console.screen import Faults, Screen

screens = Screens()
COMMANDS = {"set": "stock.set", "adjust": "stock.adjust"}


@screens.post("/stock/set", needs=ORDERS)
async def set_stock(screen: Screen) -> Response:
    """Set the available stock."""
    return await _change(screen, COMMANDS["set"])


@screens.post("/stock/adjust", needs=ORDERS)
async def adjust_stock(screen: Screen) -> Response:
    """Add or remove pieces."""
    return await _change(screen, COMMANDS["adjust"])


@screens.post("/stock/preview", needs=ORDERS)
async def preview_change(screen: Screen) -> Response:
    """Show which waiting orders a change would serve."""
    sku = screen.submitted("sku")
    command = COMMANDS.get(screen.submitted("_change"), COMMANDS["set"])
    try:
        data = screen.read(command)
    except InvalidField as error:
        return await _wrong(screen, error)
    data.pop("sku", None)
    query = {"sku": sku, "command": command, "data": data}
    found = await screen.ask_if_possible("stock.preview", query)
    if isinstance(found, Refusal):
        screen.show_refusal(found)
        return await product_page(screen, sku)
    return await product_page(screen, sku, found)


async def _change(screen: Screen, name: str) -> Response:
    sku = screen.submitted("sku")

    async def again(one: Screen) -> Response:
        return await product_page(one, sku)

    return await screen.run(
        name, {"sku": sku}, then=f"/stock/{quote(sku)}", again=again, done="stock.changed"
    )


async def _wrong(screen: Screen, error: InvalidField) -> Response:
    screen.faults = Faults(fields={error.field: screen.language.text(error.key)})
    return await product_page(screen, screen.submitted("sku"))
