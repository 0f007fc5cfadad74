"""Questions that find many: orders, customers, products, carts; and how many of a product are left."""

from services.orders.domain import export, listing
from services.orders.domain.listing import Entry
from services.orders.work import Work
from shared.contracts import cursor
from shared.contracts.message import Refusal
from shared.contracts.orders import (
    CartList,
    CustomersFound,
    ExportOrders,
    FoundProduct,
    GetStock,
    ListCarts,
    ListOrders,
    OrderExport,
    OrderList,
    ProductsFound,
    SearchCustomers,
    SearchProducts,
    StockLevel,
)
from shared.runtime.service import Handlers

service = Handlers()


@service.handles(ListOrders)
def list_orders(query: ListOrders, work: Work) -> OrderList | Refusal:
    """A page of orders, newest first."""
    wrong = listing.objection(query, work.graph)
    if wrong:
        return wrong
    entries, further = _page(query, work)
    return OrderList(orders=[listing.listed(entry, work.graph, query.language) for entry in entries], next=further)


@service.handles(ExportOrders)
def export_orders(query: ExportOrders, work: Work) -> OrderExport | Refusal:
    """A piece of the list as CSV; the first also tells how long the whole is."""
    wrong = listing.objection(query, work.graph)
    if wrong:
        return wrong
    first = query.cursor is None
    entries, further = _page(query, work)
    text = export.written(entries, work.graph, query.language, _zone(work), heading=first)
    return OrderExport(
        csv=text, rows=len(entries), next=further,
        total=work.listing.count(work.shop, query.filter) if first else None,
    )


@service.handles(SearchCustomers)
def search_customers(query: SearchCustomers, work: Work) -> CustomersFound | Refusal:
    """Customers by the first letters of their names, e-mails or addresses."""
    wrong = listing.nothing_wanted(query)
    if wrong:
        return wrong
    found = work.customers.search(work.shop, query.text, query.limit)
    return CustomersFound(customers=found[: query.limit], more=len(found) > query.limit)


@service.handles(SearchProducts)
def search_products(query: SearchProducts, work: Work) -> ProductsFound | Refusal:
    """Products by the first letters of their names or references, with what is left of them."""
    wrong = listing.nothing_wanted(query)
    if wrong:
        return wrong
    found = work.products.search(work.shop, query.text, query.limit)
    shown = [
        FoundProduct(
            sku=product.sku, names=product.names, price=product.price, tax_rate=product.tax_rate,
            weight_grams=product.weight_grams, available=available,
        )
        for product, available in found[: query.limit]
    ]
    return ProductsFound(products=shown, more=len(found) > query.limit)


@service.handles(ListCarts)
def list_carts(query: ListCarts, work: Work) -> CartList | Refusal:
    """A customer's earlier carts, the last changed first."""
    wrong = listing.wrong_cursor(query)
    if wrong:
        return wrong
    after = cursor.read(query.cursor) if query.cursor else None
    found = work.carts.of(work.shop, query.customer_id, after, query.limit)
    carts = found[: query.limit]
    further = cursor.write(carts[-1].cursor) if len(found) > query.limit else None
    return CartList(carts=[cart.view() for cart in carts], next=further)


@service.handles(GetStock)
def get_stock(query: GetStock, work: Work) -> StockLevel | Refusal:
    """How many are left."""
    key = (work.shop, query.sku)
    if work.products.get(key) is None:
        return query.refuse("unknown_product", f"There is no product '{query.sku}'.", field="sku")
    return StockLevel(sku=query.sku, available=work.stock.get(key) or 0)


def _zone(work: Work) -> str:
    shop = work.shops.get(work.shop)
    return shop.timezone if shop else "UTC"


def _page(query: ListOrders | ExportOrders, work: Work) -> tuple[list[Entry], str | None]:
    """The entries behind the query's cursor, and the cursor behind them where there are more."""
    after = cursor.read(query.cursor) if query.cursor else None
    found = work.listing.page(work.shop, query.filter, after, query.limit)
    entries = found[: query.limit]
    return entries, cursor.write(entries[-1].cursor) if len(found) > query.limit else None
