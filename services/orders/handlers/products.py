"""Queries for products and their stock."""

from services.orders.domain.listing import nothing_wanted
from services.orders.domain.shop import Product, found_product
from services.orders.work import Work
from shared.contracts.orders import (
    GetProduct,
    GetStock,
    ListProducts,
    ListStockMovements,
    ProductAnswer,
    ProductList,
    ProductsFound,
    ProductWithStock,
    SearchProducts,
    StockLevel,
    StockMovements,
)
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


@service.handles(GetProduct)
def get_product(query: GetProduct, work: Work) -> ProductAnswer | Reason:
    """Return a product with its available stock."""
    product = work.products.get((work.shop, query.sku))
    if product is None:
        return _unknown(query)
    combined = work.products.combined_stock(work.shop, [query.sku])
    return ProductAnswer(**dict(found_product(product, work.left(query.sku), combined)))


@service.handles(ListProducts)
def list_products(query: ListProducts, work: Work) -> ProductList:
    """Return a page of products with their available stock."""
    found = _shown(work.products.page(work.shop, query.cursor, query.limit), work)
    page, more = found[: query.limit], found[query.limit :]
    return ProductList(products=page, next=page[-1].sku if more else None)


@service.handles(SearchProducts)
def search_products(query: SearchProducts, work: Work) -> ProductsFound | Reason:
    """Answer products by the first letters of their names or references, with the stock left."""
    wrong = nothing_wanted(query)
    if wrong:
        return wrong
    found = _shown(work.products.search(work.shop, query.text, query.limit), work)
    return ProductsFound(products=found[: query.limit], more=len(found) > query.limit)


@service.handles(GetStock)
def get_stock(query: GetStock, work: Work) -> StockLevel | Reason:
    """Return the stock of a product."""
    if work.products.get((work.shop, query.sku)) is None:
        return _unknown(query)
    return StockLevel(sku=query.sku, available=work.left(query.sku))


@service.handles(ListStockMovements)
def list_stock_movements(query: ListStockMovements, work: Work) -> StockMovements | Reason:
    """Return a page of movements, newest first."""
    if query.sku and work.products.get((work.shop, query.sku)) is None:
        return _unknown(query)
    found = work.movements.page(work.shop, query)
    page, more = found[: query.limit], found[query.limit :]
    return StockMovements(movements=page, next=str(page[-1].movement_number) if more else None)


def _shown(found: list[tuple[Product, int]], work: Work) -> list[ProductWithStock]:
    """Return products with their stock and that of their combinations."""
    parents = [product.sku for product, _ in found if product.combinations]
    combined = work.products.combined_stock(work.shop, parents) if parents else {}
    return [found_product(product, available, combined) for product, available in found]


def _unknown(query: GetProduct | GetStock | ListStockMovements) -> Reason:
    return Reason("unknown_product", f"There is no product '{query.sku}'.", field="sku")
