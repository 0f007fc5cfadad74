"""Queries for lists: orders, customers, carts."""

from services.orders.domain import export, listing, sorting
from services.orders.domain.listing import OrderEntry
from services.orders.work import Work
from shared.contracts import cursor
from shared.contracts.orders import (
    CartAnswer,
    CartList,
    CustomerAnswer,
    CustomerList,
    CustomersFound,
    ExportOrders,
    GetCart,
    GetCustomer,
    ListCarts,
    ListCustomers,
    ListOrders,
    OrderExport,
    OrderList,
    SearchCustomers,
)
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers

service = Handlers[Work]()


@service.handles(ListOrders)
def list_orders(query: ListOrders, work: Work) -> OrderList | Reason:
    """Return a page of orders, sorted as requested."""
    wrong = listing.objection(query, work.graph)
    if wrong:
        return wrong
    entries, further = _page(query, work)
    total = None
    if query.with_total_count:
        total = work.listing.count(work.shop, query.filter)
    shown = [listing.listed(entry, work.graph, work.language(query.language)) for entry in entries]
    return OrderList(orders=shown, next=further, timezone=work.timezone, total_count=total)


@service.handles(ExportOrders)
def export_orders(query: ExportOrders, work: Work) -> OrderExport | Reason:
    """Return a part of the list as CSV; the first has the total number of orders."""
    wrong = listing.objection(query, work.graph)
    if wrong:
        return wrong
    first = query.cursor is None
    entries, further = _page(query, work)
    text = export.to_csv(
        entries, work.graph, work.language(query.language), work.timezone, heading=first
    )
    total = None
    if first:
        total = work.listing.count(work.shop, query.filter)
    return OrderExport(csv=text, rows=len(entries), next=further, total_count=total)


@service.handles(SearchCustomers)
def search_customers(query: SearchCustomers, work: Work) -> CustomersFound | Reason:
    """Return customers by the first letters of their names, e-mails or addresses."""
    wrong = listing.nothing_wanted(query)
    if wrong:
        return wrong
    found = work.customers.search(work.shop, query.text, query.limit)
    return CustomersFound(customers=found[: query.limit], more=len(found) > query.limit)


@service.handles(GetCustomer)
def get_customer(query: GetCustomer, work: Work) -> CustomerAnswer | Reason:
    """Return a customer's record."""
    found = work.customers.get((work.shop, query.customer_id))
    if found is None:
        reason = f"There is no customer '{query.customer_id}' in this shop."
        return Reason("unknown_customer", reason, field="customer_id")
    return CustomerAnswer(**dict(found))


@service.handles(ListCustomers)
def list_customers(query: ListCustomers, work: Work) -> CustomerList:
    """Return a page of customers."""
    found = work.customers.page(work.shop, query.cursor, query.limit)
    page, more = found[: query.limit], found[query.limit :]
    return CustomerList(customers=page, next=page[-1].customer_id if more else None)


@service.handles(GetCart)
def get_cart(query: GetCart, work: Work) -> CartAnswer | Reason:
    """Return a cart."""
    found = work.carts.get((work.shop, query.cart_id))
    if found is None:
        return Reason(
            "unknown_cart", f"There is no cart {query.cart_id} in this shop.", field="cart_id"
        )
    return CartAnswer(**dict(found.view()))


@service.handles(ListCarts)
def list_carts(query: ListCarts, work: Work) -> CartList | Reason:
    """Return a customer's carts, the last changed first."""
    wrong = listing.wrong_cursor(query)
    if wrong:
        return wrong
    after = cursor.read(query.cursor) if query.cursor else None
    found = work.carts.of(work.shop, query.customer_id, after, query.limit)
    carts = found[: query.limit]
    further = cursor.write(carts[-1].cursor) if len(found) > query.limit else None
    return CartList(carts=[cart.view() for cart in carts], next=further)


def _page(query: ListOrders | ExportOrders, work: Work) -> tuple[list[OrderEntry], str | None]:
    """Return the entries after the query's cursor, and the next cursor if there are more."""
    sorted_by = listing.sorted_by(query)
    after = sorting.decode(query.cursor, sorted_by) if query.cursor else None
    found = work.listing.page(work.shop, query.filter, sorted_by, after, query.limit)
    entries = found[: query.limit]
    further = sorting.encode(entries[-1].position(sorted_by)) if len(found) > query.limit else None
    return entries, further
