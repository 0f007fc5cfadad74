"""Products with combinations: each is a product of its own in the catalogue, with a SKU, a stock
and prices; the rest it has from its product.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from services.orders.domain.money import LARGEST
from services.orders.domain.shop import Product, product_of
from shared.contracts.orders import Combination, ProductDefinition
from shared.contracts.reason import Reason
from shared.contracts.values import Money, Price

MAX_NAME = 200  # characters, as a line of an order has


def put_product(
    definition: ProductDefinition, known: Mapping[str, Product | None]
) -> list[Product] | Reason:
    """Return the product of a definition, its combinations, and those that it no longer has.

    `known` are the products of the catalogue with these SKUs.
    """
    before = known.get(definition.sku)
    if before and before.parent:
        sentence = f"'{before.sku}' is a combination of '{before.parent}': change it there."
        return Reason("is_combination", sentence, field="sku")
    product = product_of(definition)
    wrong = _wrong_prices(product) or _wrong_skus(product, known)
    if wrong:
        return wrong
    products = [product]
    for place, combination in enumerate(product.combinations):
        made = combined(product, combination)
        wrong = _wrong_combination(combination, made)
        if wrong:
            return wrong.at(f"combinations[{place}].{wrong.field}")
        products.append(made)
    kept = {each.sku for each in products}
    for each in before.combinations if before else ():
        old = known.get(each.sku)
        if old and each.sku not in kept:
            products.append(replace(old, withdrawn=True))
    return products


def combined(product: Product, combination: Combination) -> Product:
    """Return a combination as a product."""
    prices = list(_prices(product, combination))
    weight = combination.weight_grams
    return replace(
        product,
        sku=combination.sku,
        price=prices[0],
        other_prices=tuple(map(_price, prices[1:])),
        weight_grams=product.weight_grams if weight is None else weight,
        barcode=combination.barcode,
        picture_url=combination.picture_url or product.picture_url,
        options=tuple(combination.options),
        parent=product.sku,
        combinations=(),
    )


def _prices(product: Product, combination: Combination) -> Iterator[Money]:
    """Yield the prices of a combination, that in the currency of `price` first."""
    if combination.price is not None:
        yield combination.price
        yield from combination.other_prices
        return
    own = {price.currency: price for price in combination.other_prices}
    more = {each.currency: each.amount for each in combination.price_differences}
    for price in (product.price, *product.other_prices):
        amount = price.amount + more.get(price.currency, 0)
        yield own.pop(price.currency, Money(amount=amount, currency=price.currency))
    yield from own.values()


def _price(money: Money) -> Price:
    """Return money as a price; a negative one is refused before it is used."""
    return Price.model_construct(amount=money.amount, currency=money.currency)


def _wrong_prices(product: Product) -> Reason | None:
    if product.price.amount < 0:
        return Reason("negative_price", "A price is zero or more.", field="price.amount")
    return _twice([product.price, *product.other_prices], "other_prices")


def _twice(prices: Sequence[Money], field: str) -> Reason | None:
    seen = set()
    for price in prices:
        if price.currency in seen:
            sentence = f"There are two prices in {price.currency}: give one for each currency."
            return Reason("currency_twice", sentence, field=field)
        seen.add(price.currency)
    return None


def _wrong_skus(product: Product, known: Mapping[str, Product | None]) -> Reason | None:
    seen = {product.sku}
    for place, combination in enumerate(product.combinations):
        sku, field = combination.sku, f"combinations[{place}].sku"
        if sku in seen:
            return Reason("sku_twice", f"The SKU '{sku}' is used twice.", field=field)
        seen.add(sku)
        other = known.get(sku)
        if other and other.parent != product.sku:
            return Reason("sku_taken", f"Another product has the SKU '{sku}'.", field=field)
    return None


def _wrong_combination(combination: Combination, made: Product) -> Reason | None:
    own = [*filter(None, [combination.price]), *combination.other_prices]
    if own and combination.price_differences:
        sentence = "A combination has prices of its own or differences to those of its product."
        return Reason("two_prices", sentence, field="price_differences")
    wrong = _twice(combination.price_differences, "price_differences") or _twice(
        own, "other_prices"
    )
    if wrong:
        return wrong
    for price in (made.price, *made.other_prices):
        if not 0 <= price.amount < LARGEST:
            sentence = "A price is zero or more."
            return Reason("negative_price", sentence, field="price_differences")
    for language in made.names:
        if len(made.name(language, language)) > MAX_NAME:
            sentence = f"The name and the options have more than {MAX_NAME} characters together."
            return Reason("name_too_long", sentence, field="options")
    return None
