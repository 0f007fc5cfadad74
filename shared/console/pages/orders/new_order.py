"""Create an order by hand: customer, products, vouchers, addresses, carrier, payment.

All that was chosen so far is in the form. Each of its buttons but the last one changes the draft
and shows the form again, with the price that the order has by then; it works without JavaScript.
"""

import asyncio

from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from shared.clients.client import Refusal, new_id
from shared.console import choices
from shared.console.form_data import InvalidField, flatten
from shared.console.pages.orders import draft as drafts
from shared.console.products import SEARCH_LIMIT, find_products
from shared.console.roles import ORDERS
from shared.console.routing import Screens
from shared.console.screen import Data, Faults, Screen

screens = Screens()


@screens.get("/orders/new", needs=ORDERS)
async def new_order(screen: Screen) -> Response:
    """Show an empty form, or one that begins with a customer, an earlier order or a cart."""
    draft = drafts.empty(screen.currency)
    if screen.query("order"):
        await _take_order(screen, draft, screen.query("order"))
    if screen.query("customer"):
        await _take_customer(screen, draft, screen.query("customer"))
    if screen.query("cart"):
        await _take_cart(screen, draft, screen.query("cart"))
    return await _show(screen, draft)


@screens.get("/orders/new/products", needs=ORDERS)
async def suggest_products(screen: Screen) -> Response:
    """Return the products that match while somebody types, as a part of the page."""
    found = await find_products(screen, screen.query("_product_text"))
    return HTMLResponse(screen.render("orders/products_found.html", screen=screen, products=found))


@screens.get("/orders/new/customers", needs=ORDERS)
async def suggest_customers(screen: Screen) -> Response:
    """Return the customers that match while somebody types, as a part of the page."""
    found = await _customers(screen, screen.query("_customer_text"))
    return HTMLResponse(
        screen.render("orders/customers_found.html", screen=screen, customers=found)
    )


@screens.post("/orders/new", needs=ORDERS)
async def compose_order(screen: Screen) -> Response:
    """Change the draft, or place the order."""
    try:
        draft = _read(screen)
        with_voucher = drafts.with_voucher(screen, draft)
    except InvalidField as error:
        screen.faults = Faults(fields={error.field: screen.language.text(error.key)})
        return await _show(screen, None)
    await _change(screen, draft)
    if not screen.submitted("_place"):
        return await _show(screen, draft, with_voucher | {"lines": draft["lines"]})
    return await _place(screen, draft, with_voucher)


async def _place(screen: Screen, draft: Data, full: Data) -> Response:
    methods = (await screen.ask("payment_method.list"))["payment_methods"]
    other = "on" in screen.form.getlist("_other_invoice")
    state = drafts.first_state(methods, draft)
    outcome = await screen.send("order.place", drafts.order(full, other, state, screen.user.name))
    if isinstance(outcome, Refusal):
        screen.show_refusal(outcome)
        return await _show(screen, draft, full)
    return screen.redirect(f"/orders/{draft['order_id']}", "new.placed")


def _read(screen: Screen) -> Data:
    """Return the draft in the form. Raises `InvalidField`."""
    draft = drafts.empty(screen.currency) | screen.read("order.place")
    draft["lines"] = [line for line in draft["lines"] if line.get("sku")]
    draft["voucher_codes"] = drafts.codes_of(screen.submitted("_voucher_codes"))
    return draft


async def _change(screen: Screen, draft: Data) -> None:
    """Apply the button that was pressed to the draft."""
    if screen.submitted("_customer"):
        await _take_customer(screen, draft, screen.submitted("_customer"))
        screen.replace_inputs({"_customer_text": ""})
    for name in ("delivery_address", "invoice_address"):
        if screen.submitted(f"_use_{name}"):
            await _take_address(screen, draft, name)
    if screen.submitted("_add"):
        drafts.add_line(draft, screen.submitted("_add"))
        screen.replace_inputs({"_product_text": ""})
    if screen.submitted("_remove"):
        removed = screen.submitted("_remove")
        draft["lines"] = [line for line in draft["lines"] if line["sku"] != removed]
    if screen.submitted("_use_cart"):
        await _take_cart(screen, draft, screen.submitted("_use_cart"))
    if screen.submitted("_use_order"):
        await _take_order(screen, draft, screen.submitted("_use_order"))


async def _take_customer(screen: Screen, draft: Data, customer: str) -> None:
    drafts.choose_customer(draft, await screen.ask("customer.get", {"customer_id": customer}))


async def _take_address(screen: Screen, draft: Data, name: str) -> None:
    """Take another address of the customer, for delivery or for the invoice."""
    wanted = screen.submitted(f"_use_{name}")
    known = await screen.ask("customer.get", {"customer_id": draft["customer"]["customer_id"]})
    for address in known["addresses"]:
        if address["address_id"] == wanted:
            draft[name] = drafts.address_of(address)
    if name == "invoice_address":
        screen.replace_inputs({"_other_invoice": "on"})


async def _take_cart(screen: Screen, draft: Data, cart: str) -> None:
    found = await screen.ask("cart.get", {"cart_id": cart})
    for line in found["lines"]:
        drafts.add_line(draft, line["sku"], line["quantity"])


async def _take_order(screen: Screen, draft: Data, order: str) -> None:
    """Begin with an earlier order: its products, customer, addresses, carrier and payment."""
    found = await screen.ask("order.get", {"order_id": order})
    earlier = found["order"]
    for line in found["lines"]:
        drafts.add_line(draft, line["sku"], line["quantity"])
    draft |= {
        "customer": earlier["customer"],
        "currency": earlier["total"]["currency"],
        "prices": found["prices"],
        "language": earlier["language"],
        "delivery_address": drafts.address_of(found["delivery_address"]),
        "invoice_address": drafts.address_of(found["invoice_address"]),
        "carrier": earlier["carrier"],
        "payment_method": earlier["payment_method"],
    }
    carriers = (await screen.ask("carrier.list"))["carriers"]
    if earlier["carrier"] not in [carrier["name"] for carrier in carriers]:
        draft["shipping_price"] = found["shipping"]  # there is no price in the shop's list
        if found["shipping_tax"]:
            draft["shipping_tax_rate"] = found["shipping_tax"]["tax_rate"]


async def _show(screen: Screen, draft: Data | None, full: Data | None = None) -> Response:
    """Show the form. Without a draft, it shows the submitted values."""
    priced = None
    if draft is not None:
        priced = await _price(screen, full or draft)
        _fill(screen, draft)
    carriers, methods, states, earlier = await asyncio.gather(
        screen.ask("carrier.list"),
        choices.payment_methods(screen),
        choices.states(screen),
        _earlier(screen, draft),
    )
    return screen.page(
        "orders/new.html",
        draft=draft or {"lines": [], "currency": screen.currency, "customer": {}},
        priced=priced,
        command_id=new_id(),
        carriers=choices.same(carrier["name"] for carrier in carriers["carriers"]),
        methods=methods,
        states=states,
        earlier=earlier,
        countries=choices.countries(screen.language.tag),
        products=await find_products(screen, screen.submitted("_product_text")),
        customers=await _customers(screen, screen.submitted("_customer_text")),
    )


def _fill(screen: Screen, draft: Data) -> None:
    """Make the form show the draft: its inputs, and those that are no field of the order."""
    own = [(name, value) for name, value in screen.form.multi_items() if name.startswith("_")]
    fields = {name: value for name, value in draft.items() if name != "voucher_codes"}
    screen.form = FormData([*flatten(fields), *own])


async def _price(screen: Screen, draft: Data) -> Data | None:
    """Return the price of the draft; None without products, or if it is refused, which is shown."""
    if not draft["lines"]:
        return None
    answer = await screen.ask_if_possible("cart.price", drafts.cart(draft))
    if isinstance(answer, Refusal):
        if not screen.faults.sentence:
            screen.show_refusal(answer)
        return None
    return answer


async def _earlier(screen: Screen, draft: Data | None) -> Data:
    """Return earlier carts and orders of the chosen customer, and their addresses."""
    if draft is None or drafts.is_new(draft):
        return {"carts": [], "orders": [], "addresses": []}
    customer = draft["customer"]["customer_id"]
    carts, orders, known = await asyncio.gather(
        screen.try_ask("cart.list", {"customer_id": customer, "limit": 5}),
        screen.try_ask("order.list", {"filter": {"customer_id": customer}, "limit": 5}),
        screen.try_ask("customer.get", {"customer_id": customer}),
    )
    return {
        "carts": (carts or {}).get("carts", []),
        "orders": (orders or {}).get("orders", []),
        "addresses": (known or {}).get("addresses", []),
    }


async def _customers(screen: Screen, text: str) -> list[Data]:
    if not text.strip():
        return []
    query = {"text": text.strip(), "limit": SEARCH_LIMIT}
    answer = await screen.try_ask("customer.search", query) or {"customers": []}
    customers: list[Data] = answer["customers"]
    return customers
