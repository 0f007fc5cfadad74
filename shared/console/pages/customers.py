"""The screens of customers: search, record, addresses, vouchers, carts, orders and store credit."""

import asyncio
from uuid import uuid4

from starlette.responses import Response

from shared.console import choices
from shared.console.language import NAMES
from shared.console.roles import ORDERS
from shared.console.routing import Screens
from shared.console.screen import MESSAGE_ID, Data, Faults, Screen

screens = Screens()
PAGE = 50
FOUND = 50
LATEST = 10  # orders that the record shows


@screens.get("/customers")
async def list_customers(screen: Screen) -> Response:
    """Show the customers that match the search, or all by key."""
    text = screen.query("text").strip()
    if text:
        found = await screen.ask("customer.search", {"text": text, "limit": FOUND})
        return screen.page(
            "customers/list.html", customers=found["customers"], next=None, more=found["more"]
        )
    query: Data = {"limit": PAGE}
    if screen.query("cursor"):
        query["cursor"] = screen.query("cursor")
    found = await screen.ask("customer.list", query)
    return screen.page(
        "customers/list.html", customers=found["customers"], next=found["next"], more=False
    )


@screens.get("/customers/new", needs=ORDERS)
async def new_customer(screen: Screen) -> Response:
    """Show the form for a new customer."""
    return _form(screen, {"customer_id": screen.submitted("customer_id") or uuid4().hex})


@screens.post("/customers/new", needs=ORDERS)
async def add_customer(screen: Screen) -> Response:
    """Add a customer, and go on with an order for them."""
    customer = screen.submitted("customer_id")
    then = f"/customers/{customer}"
    if screen.submitted("_order"):
        then = f"/orders/new?customer={customer}"
    return await screen.run("customer.put", {}, then=then, again=new_customer)


@screens.get("/customers/{customer}")
async def show_customer(screen: Screen) -> Response:
    """Show a customer with everything about them."""
    key = {"customer_id": screen.path("customer")}
    found = await screen.ask("customer.get", key)
    orders, carts, vouchers, credit = await asyncio.gather(
        screen.try_ask("order.list", _orders_of(screen, key)),
        screen.try_ask("cart.list", key),
        screen.try_ask("voucher.list", key),
        screen.try_ask("store_credit.get", key),
    )
    return screen.page(
        "customers/detail.html",
        found=found,
        orders=(orders or {}).get("orders", []),
        carts=(carts or {}).get("carts", []),
        vouchers=(vouchers or {}).get("vouchers", []),
        credit=credit,
        label=lambda labels: choices.label(labels, screen.language),
    )


def _orders_of(screen: Screen, key: Data) -> Data:
    return {"filter": key, "limit": LATEST, "language": screen.language.tag}


@screens.get("/customers/{customer}/edit", needs=ORDERS)
async def edit_customer(screen: Screen) -> Response:
    """Show the form of a customer."""
    return _form(screen, await screen.ask("customer.get", {"customer_id": screen.path("customer")}))


@screens.post("/customers/{customer}/edit", needs=ORDERS)
async def change_customer(screen: Screen) -> Response:
    """Change name, e-mail and language of a customer."""
    customer = screen.path("customer")
    fixed = {"customer_id": customer}
    return await screen.run(
        "customer.put", fixed, then=f"/customers/{customer}", again=edit_customer
    )


def _form(screen: Screen, found: Data) -> Response:
    return screen.page("customers/form.html", found=found, languages_of=NAMES.items())


@screens.get("/customers/{customer}/address", needs=ORDERS)
async def edit_address(screen: Screen) -> Response:
    """Show the form of an address, or of a new one."""
    found = await screen.ask("customer.get", {"customer_id": screen.path("customer")})
    wanted = screen.query("address")
    present = None
    for address in found["addresses"]:
        if address["address_id"] == wanted:
            present = address
    return screen.page(
        "customers/address.html",
        found=found,
        present=present,
        countries=choices.countries(screen.language.tag),
    )


@screens.post("/customers/{customer}/address", needs=ORDERS)
async def put_address(screen: Screen) -> Response:
    """Add or change an address."""
    customer = screen.path("customer")
    fixed = {"customer_id": customer}
    return await screen.run(
        "customer.put_address", fixed, then=f"/customers/{customer}", again=edit_address
    )


@screens.post("/customers/{customer}/address/remove", needs=ORDERS)
async def remove_address(screen: Screen) -> Response:
    """Remove an address."""
    customer = screen.path("customer")
    fixed = {"customer_id": customer}
    return await screen.run(
        "customer.remove_address", fixed, then=f"/customers/{customer}", again=show_customer
    )


@screens.get("/customers/{customer}/voucher", needs=ORDERS)
async def new_voucher(screen: Screen) -> Response:
    """Show the form of a voucher for a customer."""
    found = await screen.ask("customer.get", {"customer_id": screen.path("customer")})
    return screen.page("customers/voucher.html", found=found)


@screens.post("/customers/{customer}/voucher", needs=ORDERS)
async def create_voucher(screen: Screen) -> Response:
    """Create a voucher for a customer, and mail them its code."""
    customer = screen.path("customer")
    name = screen.submitted("_name").strip()
    if not name:
        screen.faults = Faults(fields={"_name": screen.language.text("form.needed")})
        return await new_voucher(screen)
    found = await screen.ask("customer.get", {"customer_id": customer})
    fixed = {
        "voucher_id": screen.submitted(MESSAGE_ID) or str(uuid4()),
        "customer_id": customer,
        "names": {found["language"]: name},
    }
    return await screen.run(
        "voucher.create", fixed, then=f"/customers/{customer}", again=new_voucher
    )


@screens.post("/customers/{customer}/voucher/disable", needs=ORDERS)
async def disable_voucher(screen: Screen) -> Response:
    """Disable a voucher of a customer."""
    then = f"/customers/{screen.path('customer')}"
    return await screen.run("voucher.disable", {}, then=then, again=show_customer)
