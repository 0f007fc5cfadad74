"""`aftercart voucher`: codes that make an order cheaper."""

from typing import Any
from uuid import uuid4

import click

from shared.cli.amounts import Total
from shared.cli.options import (
    by_option,
    confirm_mail,
    json_option,
    shop_option,
    wait_option,
    yes_option,
)
from shared.cli.shop_client import Data, ShopClient, open_shop_client
from shared.cli.terminal import clean, minute, print_json, print_line, print_note
from shared.cli.times import Time, with_end
from shared.writing.currencies import written

code_argument = click.argument("code", metavar="CODE")


@click.group(short_help="Vouchers: list, show, create, disable.")
def voucher() -> None:
    """Vouchers: codes that make an order cheaper. Store credit is money: see `aftercart credit`."""


@voucher.command("list", short_help="All vouchers, or a customer's.")
@click.option("--customer-id", metavar="ID", help="Those that are for this customer alone.")
@json_option
@shop_option
@wait_option
def list_vouchers(customer_id: str | None, as_json: bool, shop: str, wait: float) -> None:
    """List vouchers by their codes, with what is left of each."""
    with open_shop_client(shop, wait, "voucher") as client:
        found = _vouchers(client, customer_id)
    if as_json:
        print_json(found)
        return
    for standing in found:
        _say_row(standing)
    if not found:
        print_note("There are no vouchers.", style="dim")


@voucher.command(short_help="One voucher and its uses.")
@code_argument
@json_option
@shop_option
@wait_option
def show(code: str, as_json: bool, shop: str, wait: float) -> None:
    """Show a voucher, whether it can be used, and the orders that used it."""
    with open_shop_client(shop, wait, "voucher") as client:
        found, zone = client.request("voucher.get", {"code": code}), client.zone()
    if as_json:
        print_json(found)
        return
    _say_row(found)
    for use in found["uses"]:
        back = ", given back" if use["returned"] else ""
        print_line(
            clean(
                f"  {minute(use['at'], zone)}  order {use['order_id']} of customer"
                f" {use['customer_id']}{back}"
            )
        )


@voucher.command(short_help="Make a voucher.")
@click.argument("name")
@click.option("--percent", metavar="PERCENT", help="Off the products.")
@click.option(
    "--amount",
    type=Total(),
    metavar="AMOUNT",
    help="Off the products, with its currency: 10.00EUR.",
)
@click.option("--free-shipping", is_flag=True, help="The shipping costs nothing.")
@click.option("--code", metavar="CODE", help="Else one is made up that nobody guesses.")
@click.option("--customer-id", metavar="ID", help="For this customer alone, who gets it by mail.")
@click.option(
    "--valid-until",
    type=Time(),
    metavar="TIME",
    help="It ends then, or with that day of the shop.",
)
@yes_option
@by_option
@shop_option
@wait_option
def create(name: str, yes: bool, shop: str, wait: float, **terms: Any) -> None:
    """Make a voucher that is called NAME on documents.

    \b
    Example:
      aftercart voucher create "For your patience" --percent 10 --customer-id c-1001
    """  # noqa: D301 - click reads \b
    if terms["customer_id"]:
        confirm_mail("The customer gets the code by mail.", yes=yes)
    stated = {field: value for field, value in terms.items() if value is not None}
    key = str(uuid4())
    with open_shop_client(shop, wait, "voucher") as client:
        stated = with_end(stated, "valid_until", client.zone)
        client.request("voucher.create", {"voucher_id": key, "names": {"en": name}, **stated})
        found = next(
            each
            for each in _vouchers(client, terms["customer_id"])
            if each["voucher"]["rule_id"] == key
        )
    _say_row(found)


@voucher.command(short_help="End a voucher.")
@code_argument
@by_option
@shop_option
@wait_option
def disable(code: str, by: str, shop: str, wait: float) -> None:
    """End a voucher. Orders that used it keep their discounts."""
    with open_shop_client(shop, wait, "voucher") as client:
        client.request("voucher.disable", {"code": code, "by": by})
    print_line(f"{clean(code)} cannot be used any more", style="green")


def _vouchers(client: ShopClient, customer_id: str | None) -> list[Data]:
    found: list[Data] = []
    cursor: str | None = None
    while True:
        page = client.request(
            "voucher.list", {"customer_id": customer_id, "limit": 200, "cursor": cursor}
        )
        found, cursor = [*found, *page["vouchers"]], page["next"]
        if cursor is None:
            return found


def _say_row(standing: Data) -> None:
    terms = standing["voucher"]
    worth = [f"{terms['percent']} %"] if terms.get("percent") else []
    if terms.get("amount"):
        worth.append(written(terms["amount"]["amount"], terms["amount"]["currency"]))
    if terms.get("free_shipping"):
        worth.append("free shipping")
    usable = "usable" if standing["usable"] else standing["reason"]
    left = "" if standing["left"] is None else f"  {standing['left']} left"
    print_line(
        clean(
            f"{terms['code'] or '-':24}  {', '.join(worth):>16}  used {standing['used']}{left} "
            f" {usable}"
        )
    )
