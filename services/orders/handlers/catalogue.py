"""Shops, products and stock."""

from collections.abc import Iterable

from services.orders.domain.numbering import renumber, series_of
from services.orders.domain.shop import Product, Shop
from services.orders.work import Work
from shared.contracts.message import Event, Refusal
from shared.contracts.orders import AdjustStock, ProductChanged, PutProduct, PutShop, SetStock, ShopChanged
from shared.runtime.service import Handlers

service = Handlers()
MOST_STOCK = 1_000_000_000


@service.handles(PutShop)
def put_shop(command: PutShop, work: Work) -> Iterable[Event]:
    """Sets the shop's profile and settings; what was placed and issued keeps what it says."""
    work.shops.lock([work.shop])
    before = work.shops.get(work.shop)
    shop = Shop(
        work.shop, command.profile, command.default_language, series_of(command), command.calendar,
        command.rounding, command.legal_years, command.backorders, command.returns,
        command.return_days, tuple(command.refundable_methods), command.store_credit_days,
    )
    starts = renumber(command, before.numbering if before else {}, work.given_numbers(), shop.year(work.now))
    if isinstance(starts, Refusal):
        return [starts]
    for key, last in starts.items():
        work.counters.save((work.shop, *key), last)
    work.shops.save(work.shop, shop)
    told = command.model_dump(include=set(ShopChanged.model_fields))
    return [ShopChanged(**told)]


@service.handles(PutProduct)
def put_product(command: PutProduct, work: Work) -> Iterable[Event]:
    """Adds or replaces a product; placed orders keep what they were sold at."""
    if command.price.amount < 0:
        return [command.refuse("negative_price", "A price is zero or more.", field="price.amount")]
    product = Product(
        command.sku, command.names, command.price, command.tax_rate, command.weight_grams,
        frozenset(command.categories), command.brand, frozenset(command.suppliers), frozenset(command.attributes),
    )
    work.products.preload([(work.shop, command.sku)])
    work.products.save((work.shop, command.sku), product)
    return [ProductChanged(**command.model_dump())]


@service.handles(SetStock)
def set_stock(command: SetStock, work: Work) -> Iterable[Event]:
    """A count: the difference is a movement like any other. Orders that wait are served from it."""
    if work.products.get((work.shop, command.sku)) is None:
        return [_unknown(command)]
    change = command.quantity - (work.stock.get((work.shop, command.sku)) or 0)
    return [work.move_stock(command.sku, change, command.name), *work.serve(command.sku)]


@service.handles(AdjustStock)
def adjust_stock(command: AdjustStock, work: Work) -> Iterable[Event]:
    """Some pieces more or less, with the cause that the employee gives."""
    if work.products.get((work.shop, command.sku)) is None:
        return [_unknown(command)]
    left = work.stock.get((work.shop, command.sku)) or 0
    if command.change == 0:
        return [command.refuse("nothing_changes", "A change of stock is not zero.", field="change")]
    if left + command.change < 0:
        reason = f"{-command.change} of '{command.sku}' cannot go, {left} are left."
        return [command.refuse("not_enough_stock", reason, field="change", left=left)]
    if left + command.change > MOST_STOCK:
        reason = f"There would be more than {MOST_STOCK} of '{command.sku}'."
        return [command.refuse("too_much_stock", reason, field="change", left=left)]
    return [work.move_stock(command.sku, command.change, command.cause), *work.serve(command.sku)]


def _unknown(command: SetStock | AdjustStock) -> Refusal:
    return command.refuse("unknown_product", f"There is no product '{command.sku}'.", field="sku")
