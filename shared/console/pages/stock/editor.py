"""Add a product to the catalogue, or change one: name, price, and the properties that cart rules
ask for. Its combinations and other prices stay as they are.
"""

from urllib.parse import quote

from starlette.responses import Response

from shared.clients.client import Refusal
from shared.console.form_data import InvalidField
from shared.console.pages.desk.by_language import offered, texts
from shared.console.roles import DEFINE
from shared.console.routing import Screens
from shared.console.screen import Data, Faults, Screen

screens = Screens()
HERE = "/stock-products"  # SKUs may hold any character: no address below `/stock/` is free
LISTS = ("categories", "suppliers", "attributes")
EMPTIED = ("brand", "barcode", "picture_url")
NEW: Data = {"sku": "", "names": {}, "price": None, "tax_rate": "", "weight_grams": 0}
NEW |= dict.fromkeys(EMPTIED, "")
NEW |= dict.fromkeys((*LISTS, "combinations"), ())


@screens.get(HERE, needs=DEFINE)
async def edit_product(screen: Screen) -> Response:
    """Show a product in a form, or an empty form."""
    sku = screen.submitted("_sku") or screen.query("sku")
    product = NEW
    if sku:
        product = await screen.ask("product.get", {"sku": sku})
    return screen.page(
        "stock/editor.html",
        product=product,
        lists={name: "\n".join(product[name]) for name in LISTS},
        offered=offered(screen, product["names"]),
    )


@screens.post(HERE, needs=DEFINE)
async def put_product(screen: Screen) -> Response:
    """Store the product."""
    try:
        data = _typed(screen)
    except InvalidField as error:
        screen.faults = Faults(fields={error.field: screen.language.text(error.key)})
        return await edit_product(screen)
    outcome = await screen.send("product.put", data)
    if isinstance(outcome, Refusal):
        screen.show_refusal(outcome)
        return await edit_product(screen)
    return screen.redirect(f"/stock/{quote(data['sku'])}", "stock.stored")


def _typed(screen: Screen) -> Data:
    """Return the fields of the form; those left empty are emptied. Raises `InvalidField`."""
    data = screen.read("product.put")
    data["sku"] = screen.submitted("_sku") or screen.submitted("sku").strip()
    data["names"] = texts(screen, "names")
    data.setdefault("weight_grams", 0)
    for name in EMPTIED:
        data.setdefault(name, "")
    for name in LISTS:
        data[name] = list(filter(None, map(str.strip, screen.submitted(name).splitlines())))
    return data
