"""Shops, products and stock."""

from collections.abc import Iterable

from services.orders.domain import combinations
from services.orders.domain.numbering import renumber
from services.orders.domain.settings import put_shop as settings_after, shop_of
from services.orders.domain.shop import product_definition
from services.orders.domain.stock_moves import counted
from services.orders.handlers.keys import NUMBERS, shop_in_hand
from services.orders.store.catalogue import Key
from services.orders.work import Work
from services.orders.work.kinds import GRAPHS, PRODUCTS, STOCK, WAITING
from shared.contracts.envelope import Envelope
from shared.contracts.message import Event
from shared.contracts.orders import (
    AdjustStock,
    ProductChanged,
    PutProduct,
    PutShop,
    SetStock,
    ShopChanged,
)
from shared.contracts.partial import merged
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers

service = Handlers[Work]()
MOST_STOCK = 1_000_000_000


def product(command: SetStock | AdjustStock, at: Envelope, _work: Work) -> Iterable[Key]:
    """Return the product of a command."""
    return [(at.shop, command.sku)]


@service.handles(PutShop, locks=[NUMBERS, GRAPHS.of(shop_in_hand)])
def put_shop(command: PutShop, work: Work) -> Iterable[Event] | Reason:
    """Change the given settings of the shop; placed orders and issued documents do not change."""
    before = work.shops.get(work.shop)
    settings = settings_after(command, before)
    if isinstance(settings, Reason):
        return settings
    shop = shop_of(work.shop, settings)
    starts = renumber(
        shop.numbering,
        before.numbering if before else {},
        work.issued_numbers(),
        shop.year(work.now),
    )
    if isinstance(starts, Reason):
        return starts
    for key, last in starts.items():
        work.counters.save((work.shop, *key), last)
    work.shops.save(work.shop, shop)
    return [ShopChanged(**dict(settings))]


def product_with_combinations(command: PutProduct, at: Envelope, work: Work) -> Iterable[Key]:
    """Return the product of a command, its combinations, and those that it had before."""
    skus = {command.sku, *(each.sku for each in command.combinations)}
    before = work.products.get((at.shop, command.sku))
    if before:
        skus.update(each.sku for each in before.combinations)
    return [(at.shop, sku) for sku in sorted(skus)]


@service.handles(PutProduct, locks=[PRODUCTS.of(product_with_combinations)])
def put_product(command: PutProduct, work: Work) -> Iterable[Event] | Reason:
    """Add or change a product with its combinations; placed orders do not change."""
    before = work.products.get((work.shop, command.sku))
    definition = merged(product_definition(before), command) if before else command
    skus = {command.sku, *(each.sku for each in definition.combinations)}
    if before:
        skus.update(each.sku for each in before.combinations)
    known = {sku: work.products.get((work.shop, sku)) for sku in skus}
    products = combinations.put_product(definition, known)
    if isinstance(products, Reason):
        return products
    for each in products:
        work.products.save((work.shop, each.sku), each)
    return [ProductChanged(**dict(definition))]


@service.handles(SetStock, locks=[STOCK.of(product), WAITING.of(product)])
def set_stock(command: SetStock, work: Work) -> Iterable[Event] | Reason:
    """Set the counted stock; the difference is a movement. Waiting orders are served from it."""
    if work.products.get((work.shop, command.sku)) is None:
        return _unknown(command)
    change = command.quantity - (work.stock.get((work.shop, command.sku)) or 0)
    return work.save_stock(counted(work, command.sku, change, command.name))


@service.handles(AdjustStock, locks=[STOCK.of(product), WAITING.of(product)])
def adjust_stock(command: AdjustStock, work: Work) -> Iterable[Event] | Reason:
    """Add or remove pieces, with the employee's reason."""
    if work.products.get((work.shop, command.sku)) is None:
        return _unknown(command)
    left = work.stock.get((work.shop, command.sku)) or 0
    if command.change == 0:
        return Reason("nothing_changes", "A change of stock is not zero.", field="change")
    if left + command.change < 0:
        reason = f"{-command.change} of '{command.sku}' cannot go, {left} are left."
        return Reason("not_enough_stock", reason, field="change", details={"left": left})
    if left + command.change > MOST_STOCK:
        reason = f"There would be more than {MOST_STOCK} of '{command.sku}'."
        return Reason("too_much_stock", reason, field="change", details={"left": left})
    return work.save_stock(counted(work, command.sku, command.change, command.cause))


def _unknown(command: SetStock | AdjustStock) -> Reason:
    return Reason("unknown_product", f"There is no product '{command.sku}'.", field="sku")
