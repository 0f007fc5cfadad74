"""Find products, and state the price of a combination."""

from shared.console import choices
from shared.console.screen import Data, Screen

SEARCH_LIMIT = 20


def with_prices(product: Data) -> Data:
    """Return a product whose combinations have their price in the currency of its own price: that
    of the combination, or that of the product with the difference.
    """
    for combination in product["combinations"]:
        if not combination["price"]:
            combination["price"] = _with_difference(product["price"], combination)
    return product


def _with_difference(price: Data, combination: Data) -> Data:
    amount = price["amount"]
    for difference in combination["price_differences"]:
        if difference["currency"] == price["currency"]:
            amount += difference["amount"]
    return {"amount": amount, "currency": price["currency"]}


async def find_products(screen: Screen, text: str) -> list[Data]:
    """Return the products with words that begin with the text, each combination as a product."""
    if not text.strip():
        return []
    query = {"text": text.strip(), "limit": SEARCH_LIMIT}
    answer = await screen.try_ask("product.search", query) or {"products": []}
    found: list[Data] = []
    for product in map(with_prices, answer["products"]):
        name = choices.label(product["names"], screen.language)
        for form in product["combinations"] or [product]:
            found.append(_offered(screen, form, name))
    return found


def _offered(screen: Screen, form: Data, name: str) -> Data:
    """Return what is shown of a product, or of one of its combinations."""
    values: list[str] = []
    for option in form["options"]:
        values.append(choices.label(option["values"], screen.language))
    return {
        "sku": form["sku"],
        "name": screen.language.formats.comma.join([name, *values]),
        "price": form["price"],
        "available": form["available"],
    }
