"""`aftercart order place`: an order by hand, for a customer on the phone. What it costs is shown
first.
"""

import secrets
import string
from typing import Any
from uuid import uuid4

import click

from shared.cli.options import by_option, confirm_mail, shop_option, wait_option, yes_option
from shared.cli.orders.action import Item, ItemType, minor_units, print_standing
from shared.cli.shop_client import Data, ShopClient, open_shop_client
from shared.cli.terminal import clean, print_line, print_note
from shared.runtime.errors import AftercartError
from shared.writing.currencies import written

ADDRESS = (
    "line1",
    "line2",
    "postcode",
    "city",
    "region",
    "country",
    "company",
    "phone",
    "vat_number",
)
VOUCHER = ("percent", "amount", "free_shipping")


def _options(command: Any) -> Any:
    for part in reversed(ADDRESS):
        command = click.option(f"--{part.replace('_', '-')}", part, metavar="TEXT")(command)
    return command


@click.command(short_help="Place an order by hand.")
@click.argument("items", nargs=-1, required=True, type=ItemType(), metavar="SKU[:PIECES][=PRICE]…")
@click.option(
    "--email",
    metavar="ADDRESS",
    required=True,
    help="The customer's. If known, the rest is known too.",
)
@click.option("--name", metavar="TEXT", help="The customer's, where the shop does not know them.")
@_options
@click.option("--carrier", metavar="NAME", required=True)
@click.option("--shipping", metavar="AMOUNT", help="Else what the shop's list of carriers says.")
@click.option("--payment-method", metavar="NAME", required=True)
@click.option("--state", metavar="STATE", help="The first; else that of the payment method.")
@click.option(
    "--voucher", "voucher_codes", multiple=True, metavar="CODE", help="More than once: all of them."
)
@click.option(
    "--percent", metavar="PERCENT", help="Off the products, by a voucher made on the spot."
)
@click.option("--amount", metavar="AMOUNT", help="The same, an amount.")
@click.option("--free-shipping", is_flag=True, help="The same, off the shipping.")
@click.option(
    "--voucher-name",
    default="Discount",
    show_default=True,
    metavar="TEXT",
    help="Its name on documents.",
)
@click.option(
    "--store-credit", is_flag=True, help="Pay with the customer's store credit, as far as it goes."
)
@click.option("--without-tax", is_flag=True, help="Prices are those without tax.")
@click.option("--currency", metavar="CODE", help="Else that of the first product.")
@click.option(
    "--language",
    metavar="CODE",
    help="Of mails and documents; else the customer's, else the shop's.",
)
@click.option("--reference", metavar="REF", help="Else one is made up.")
@yes_option
@by_option
@shop_option
@wait_option
def place(
    items: tuple[Item, ...], by: str, yes: bool, shop: str, wait: float, **given: Any
) -> None:
    """Place an order for a customer on the phone: one piece of each SKU unless PIECES says more, at
    the catalogue's price unless PRICE is agreed. Shows what it costs and asks first.

    \b
    Examples:
      aftercart order place MUG-BLUE:2 --email ada@example.test --carrier "Swift Post" --payment-method "Bank wire"
      aftercart order place MUG-BLUE:3=10.00 --email grace@example.test --name "Grace Hopper" \\
        --line1 "1 Harbour Street" --postcode 10115 --city Berlin --country DE \\
        --carrier "Swift Post" --payment-method Cheque --percent 10 --voucher-name "For the delay"
    """  # noqa: D301, E501 - click reads \b
    with open_shop_client(shop, wait, "order") as client:
        order = _order(client, items, given) | {"placed_by": by}
        priced = client.request("cart.price", _question(order))
        _say_price(priced)
        if priced["rejected"]:
            raise AftercartError(
                "Nothing was placed: " + " ".join(each["reason"] for each in priced["rejected"])
            )
        mail = (
            f"The customer ({order['customer']['email']}) gets the confirmation and the mail of the"
            " first state."
        )
        confirm_mail(mail, yes=yes)
        reply = client.request("order.place", order | {"total": priced["total"]})
        print_line(f"done: {', '.join(reply.get('events') or [])}", style="green")
        print_standing(
            client.request("order.get", {"order_id": order["order_id"], "language": "en"})
        )


COMMANDS = (place,)
CART = (
    "lines",
    "language",
    "currency",
    "prices",
    "carrier",
    "payment_method",
    "voucher_codes",
    "new_vouchers",
    "store_credit",
)


def _order(client: ShopClient, items: tuple[Item, ...], given: Data) -> Data:
    known = _known(client, given["email"])
    address = _address(given, known)
    currency = (
        given["currency"]
        or client.request("product.get", {"sku": items[0].key})["price"]["currency"]
    ).upper()
    customer = {
        "customer_id": known["customer_id"] if known else str(uuid4()),
        "email": given["email"],
        "name": given["name"] or (known["full_name"] if known else address["name"]),
    }
    language = (
        given["language"]
        or (known and known["language"])
        or client.request("shop.get", {})["default_language"]
    )
    return {
        "order_id": str(uuid4()),
        "reference": given["reference"] or _reference(),
        "customer": customer,
        "language": language,
        "currency": currency,
        "lines": [_line(item, currency) for item in items],
        "prices": "tax_excluded" if given["without_tax"] else "tax_included",
        "delivery_address": address,
        "invoice_address": address,
        "carrier": _carrier(given, currency),
        "payment_method": given["payment_method"],
        "voucher_codes": list(given["voucher_codes"]),
        "new_vouchers": _new_vouchers(given, currency, language, customer["customer_id"]),
        "store_credit": given["store_credit"],
        **_state(client, given),
    }


def _known(client: ShopClient, email: str) -> Data | None:
    """Return the customer whom the shop knows by this e-mail."""
    found = client.request("customer.search", {"text": email})["customers"]
    return next((each for each in found if each["email"].lower() == email.lower()), None)


def _address(given: Data, known: Data | None) -> Data:
    parts = {part: given[part] for part in ADDRESS if given[part] is not None}
    name = given["name"] or (known and known["full_name"])
    if not name:
        raise click.UsageError(
            f"The shop knows nobody with the e-mail {given['email']}: say --name and the address."
        )
    if known and known["addresses"] and not parts:
        address = known["addresses"][0]
        return {part: value for part, value in address.items() if part != "address_id"}
    if not {"line1", "city", "country"} <= parts.keys():
        raise click.UsageError("Say the address: --line1, --postcode, --city and --country.")
    return {"name": name, **parts}


def _reference() -> str:
    return "".join(secrets.choice(string.ascii_uppercase) for _ in range(9))


def _line(item: Item, currency: str) -> Data:
    price = {} if item.money is None else {"unit_price": minor_units(item.money, currency)}
    return {"sku": item.key, "quantity": 1 if item.pieces is None else item.pieces, **price}


def _carrier(given: Data, currency: str) -> Data:
    price = {} if given["shipping"] is None else {"price": minor_units(given["shipping"], currency)}
    return {"name": given["carrier"], **price}


def _state(client: ShopClient, given: Data) -> Data:
    if given["state"]:
        return {"initial_state": given["state"]}
    methods = client.request("payment_method.list", {})["payment_methods"]
    found = next((each for each in methods if each["name"] == given["payment_method"]), None)
    if found is None or not found["initial_state"]:
        names = ", ".join(each["name"] for each in methods) or "none"
        method = given["payment_method"]
        raise click.UsageError(
            f"'{method}' is none of the shop's payment methods ({names}): say --state."
        )
    return {"initial_state": found["initial_state"]}


def _new_vouchers(given: Data, currency: str, language: str, customer_id: str) -> list[Data]:
    worth = {field: given[field] for field in VOUCHER if given[field]}
    if not worth:
        return []
    if "amount" in worth:
        worth["amount"] = {"amount": minor_units(worth["amount"], currency), "currency": currency}
    prices = "tax_excluded" if given["without_tax"] else "tax_included"
    return [
        {
            "voucher_id": str(uuid4()),
            "names": {language: given["voucher_name"]},
            "customer_id": customer_id,
            "prices": prices,
            **worth,
        }
    ]


def _question(order: Data) -> Data:
    return {
        **{field: order[field] for field in CART},
        "customer_id": order["customer"]["customer_id"],
        "delivery_country": order["delivery_address"]["country"],
    }


def _say_price(priced: Data) -> None:
    for line in priced["lines"]:
        gift = ", a gift" if line["gift"] else ""
        short = f", {line['available']} left" if line["available"] < line["quantity"] else ""
        print_note(
            clean(
                f"  {line['quantity']} x {line['sku']} {line['name']},"
                f" {_money(line['total'])}{gift}{short}"
            )
        )
    print_note(f"  shipping {_money(priced['shipping'])}")
    for discount in priced["discounts"]:
        print_note(clean(f"  {discount['name']}: {_money(discount['taken'])} off"))
    credit = priced["store_credit"]["amount"]
    paid = f", {_money(priced['store_credit'])} of it by store credit" if credit else ""
    print_note(f"Total {_money(priced['total'])}, of which tax {_money(priced['tax'])}{paid}.")


def _money(money: Data) -> str:
    return written(money["amount"], money["currency"])
