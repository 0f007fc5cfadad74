"""Build the command `order.place` from options, the catalogue and the known customer."""

import secrets
import string
from uuid import uuid4

import click

from shared.cli.addresses import PARTS
from shared.cli.options import without_empty
from shared.cli.orders.action import Item, price_of
from shared.cli.shop_client import Data, ShopClient

INVOICE = list(PARTS)
ADDRESS = list(PARTS)
ADDRESS.remove("name")
"""The parts of a separate invoice address, such as `--invoice-city`."""
VOUCHER = ("percent", "amount", "free_shipping")
CART = (
    "lines",
    "language",
    "currency",
    "prices",
    "carrier",
    "shipping_price",
    "payment_method",
    "voucher_codes",
    "new_vouchers",
    "use_store_credit",
)
"""The fields that `order.place` and `cart.price` share."""


def new_order(client: ShopClient, items: tuple[Item, ...], given: Data) -> Data:
    """Return the fields of `order.place`, without its total and the employee."""
    known = _known_customer(client, given["email"])
    address = _address(given, known)
    currency = _currency(client, items, given)
    language = _language(client, given, known)
    customer = {
        "customer_id": str(uuid4()),
        "email": given["email"],
        "name": given["name"] or address["name"],
    }
    if known:
        customer["customer_id"] = known["customer_id"]
        customer["name"] = given["name"] or known["full_name"]
    return {
        "order_id": str(uuid4()),
        "reference": given["reference"] or _random_reference(),
        "customer": customer,
        "language": language,
        "currency": currency,
        "lines": [_line(item, currency) for item in items],
        "prices": _prices(given),
        "delivery_address": address,
        "invoice_address": _invoice_address(given, address),
        "carrier": given["carrier"],
        "shipping_price": _shipping_price(given, currency),
        "payment_method": given["payment_method"],
        "voucher_codes": list(given["voucher_codes"]),
        "new_vouchers": _new_vouchers(given, currency, language, customer["customer_id"]),
        "use_store_credit": given["store_credit"],
        "initial_state": given["state"] or _initial_state(client, given["payment_method"]),
    }


def cart(order: Data) -> Data:
    """Return the fields of `cart.price` for an order."""
    return {
        **{field: order[field] for field in CART},
        "customer_id": order["customer"]["customer_id"],
        "delivery_country": order["delivery_address"]["country"],
    }


def _known_customer(client: ShopClient, email: str) -> Data | None:
    """Return the customer with this e-mail, or None if the shop knows none."""
    found: list[Data] = client.request("customer.search", {"text": email})["customers"]
    for customer in found:
        if customer["email"].lower() == email.lower():
            return customer
    return None


def _address(given: Data, known: Data | None) -> Data:
    """Return the address of the options, or else of the known customer."""
    parts = without_empty({part: given[part] for part in ADDRESS})
    name = given["name"] or (known and known["full_name"])
    if not name:
        raise click.UsageError(
            f"The shop has no customer with the e-mail {given['email']}: give --name and the"
            " address."
        )
    if known and known["addresses"] and not parts:
        address = dict(known["addresses"][0])
        address.pop("address_id", None)
        return address
    if not {"line1", "city", "country"} <= parts.keys():
        raise click.UsageError("Give the address: --line1, --postcode, --city and --country.")
    return {"name": name, **parts}


def _invoice_address(given: Data, delivery: Data) -> Data:
    """Return the invoice address of the options, or else the delivery address."""
    parts = without_empty({part: given[f"invoice_{part}"] for part in INVOICE})
    if not parts:
        return delivery
    missing = {"line1", "city", "country"} - parts.keys()
    if missing:
        flags = ", ".join(f"--invoice-{part}" for part in sorted(missing))
        raise click.UsageError(f"The invoice address is incomplete: give also {flags}.")
    return {"name": delivery["name"], **parts}


def _currency(client: ShopClient, items: tuple[Item, ...], given: Data) -> str:
    if given["currency"]:
        return str(given["currency"]).upper()
    return str(client.request("product.get", {"sku": items[0].key})["price"]["currency"])


def _language(client: ShopClient, given: Data, known: Data | None) -> str:
    language = given["language"] or (known and known["language"])
    return str(language or client.request("shop.get", {})["default_language"])


def _random_reference() -> str:
    return "".join(secrets.choice(string.ascii_uppercase) for _ in range(9))


def _prices(given: Data) -> str:
    if given["without_tax"]:
        return "tax_excluded"
    return "tax_included"


def _line(item: Item, currency: str) -> Data:
    line: Data = {"sku": item.key, "quantity": 1}
    if item.pieces is not None:
        line["quantity"] = item.pieces
    if item.money is not None:
        line["unit_price"] = price_of(item.money, currency)
    return line


def _shipping_price(given: Data, currency: str) -> Data | None:
    if given["shipping"] is None:
        return None
    return price_of(given["shipping"], currency)


def _initial_state(client: ShopClient, payment_method: str) -> str:
    """Return the first state of orders with this payment method."""
    methods = client.request("payment_method.list", {})["payment_methods"]
    for method in methods:
        if method["name"] == payment_method and method["initial_state"]:
            return str(method["initial_state"])
    names = ", ".join(method["name"] for method in methods) or "none"
    raise click.UsageError(
        f"'{payment_method}' is not a payment method of the shop ({names}): choose one of them,"
        " or give --state."
    )


def _new_vouchers(given: Data, currency: str, language: str, customer_id: str) -> list[Data]:
    terms = {field: given[field] for field in VOUCHER if given[field]}
    if not terms:
        return []
    if "amount" in terms:
        terms["amount"] = price_of(terms["amount"], currency)
    return [
        {
            "voucher_id": str(uuid4()),
            "names": {language: given["voucher_name"]},
            "customer_id": customer_id,
            "prices": _prices(given),
            **terms,
        }
    ]
