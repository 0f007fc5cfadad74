"""Shops, products and stock."""

from collections.abc import Iterable

from services.orders.domain.order import Product, Shop
from services.orders.work import Work
from shared.contracts.message import Event
from shared.contracts.orders import ProductChanged, PutProduct, PutShop, SetStock, ShopChanged
from shared.runtime.service import Handlers

service = Handlers()


@service.handles(PutShop)
def put_shop(command: PutShop, work: Work) -> Iterable[Event]:
    """Sets the shop's profile; documents that were issued keep what they say."""
    prefixes = {"invoice": command.invoice_prefix, "delivery_slip": command.delivery_prefix}
    work.shops.preload([work.shop])
    shop = Shop(
        work.shop, command.profile, command.default_language, prefixes, command.backorders, command.returns
    )
    work.shops.save(work.shop, shop)
    return [ShopChanged(profile=command.profile, default_language=command.default_language)]


@service.handles(PutProduct)
def put_product(command: PutProduct, work: Work) -> Iterable[Event]:
    """Adds or replaces a product; placed orders keep what they were sold at."""
    if command.price.amount < 0:
        return [command.refuse("negative_price", "A price is zero or more.", field="price.amount")]
    product = Product(command.sku, command.names, command.price, command.tax_rate, command.weight_grams)
    work.products.preload([(work.shop, command.sku)])
    work.products.save((work.shop, command.sku), product)
    return [ProductChanged(**command.model_dump())]


@service.handles(SetStock)
def set_stock(command: SetStock, work: Work) -> Iterable[Event]:
    """A count: the difference is a movement like any other. Orders that wait are served from it."""
    if work.products.get((work.shop, command.sku)) is None:
        return [command.refuse("unknown_product", f"There is no product '{command.sku}'.", field="sku")]
    change = command.quantity - (work.stock.get((work.shop, command.sku)) or 0)
    return [work.move_stock(command.sku, change, command.name), *work.serve(command.sku)]
