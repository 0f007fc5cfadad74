"""`aftercart voucher`: list, show, create and disable vouchers."""

from collections.abc import Iterable, Sequence
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
    without_empty,
    yes_option,
)
from shared.cli.shop_client import Data, ShopClient, open_shop_client
from shared.cli.table import Cell, Right, print_table
from shared.cli.terminal import clean, minute, print_line, print_record, print_records
from shared.cli.times import Time, with_end
from shared.writing.currencies import written

code_argument = click.argument("code", metavar="CODE")


@click.group(short_help="List, show, create and disable vouchers.")
def voucher() -> None:
    """List, show, create and disable vouchers: codes for a discount on an order.

    For store credit see `aftercart credit`.
    """


@voucher.command("list", short_help="List vouchers.")
@click.option("--customer-id", metavar="ID", help="Vouchers for this customer only.")
@json_option
@shop_option
@wait_option
def list_vouchers(customer_id: str | None, as_json: bool, shop: str, wait: float) -> None:
    """List vouchers by code, with their uses so far and the remaining uses."""
    with open_shop_client(shop, wait, "voucher") as client:
        found = _vouchers(client, customer_id)
    if as_json:
        print_records(found)
        return
    _print_vouchers(found)


@voucher.command(short_help="Show a voucher and its uses.")
@code_argument
@json_option
@shop_option
@wait_option
def show(code: str, as_json: bool, shop: str, wait: float) -> None:
    """Show a voucher, whether it is usable, and the orders that used it."""
    with open_shop_client(shop, wait, "voucher") as client:
        found, zone = client.request("voucher.get", {"code": code}), client.zone()
    if as_json:
        print_record(found)
        return
    _print_vouchers([found])
    rows: list[Sequence[Cell]] = []
    for use in found["last_uses"]:
        back = "given back" if use["released"] else ""
        rows.append((minute(use["at"], zone), use["order_id"], use["customer_id"], back))
    if rows:
        print_line()
    print_table(("Used", "Order", "Customer", ""), rows)


@voucher.command(short_help="Create a voucher.")
@click.argument("name")
@click.option("--percent", metavar="PERCENT", help="A percentage off the products.")
@click.option(
    "--amount",
    type=Total(),
    metavar="AMOUNT",
    help="An amount off the products, with its currency, such as 10.00EUR.",
)
@click.option("--free-shipping", is_flag=True, help="Free shipping.")
@click.option("--code", metavar="CODE", help="The code; random by default.")
@click.option("--customer-id", metavar="ID", help="For this customer only, with the code by mail.")
@click.option(
    "--valid-until",
    type=Time(),
    metavar="TIME",
    help="When it expires; a date means the end of that day.",
)
@yes_option
@by_option
@shop_option
@wait_option
def create(name: str, yes: bool, shop: str, wait: float, **terms: Any) -> None:
    """Create a voucher with the name NAME on documents.

    \b
    Example:
      aftercart voucher create "For your patience" --percent 10 --customer-id c-1001
    """  # noqa: D301 - click reads \b
    if terms["customer_id"]:
        confirm_mail("The customer gets the code by mail.", yes=yes)
    key = str(uuid4())
    with open_shop_client(shop, wait, "voucher") as client:
        stated = with_end(without_empty(terms), "valid_until", client.zone)
        client.request("voucher.create", {"voucher_id": key, "names": {"en": name}, **stated})
        for found in _vouchers(client, terms["customer_id"]):
            if found["voucher"]["rule_id"] == key:
                _print_vouchers([found])


@voucher.command(short_help="Disable a voucher.")
@code_argument
@by_option
@shop_option
@wait_option
def disable(code: str, by: str, shop: str, wait: float) -> None:
    """Disable a voucher. Orders that used it keep their discounts."""
    with open_shop_client(shop, wait, "voucher") as client:
        client.request("voucher.disable", {"code": code, "by": by})
    print_line(f"{clean(code)} is disabled", style="green")


def _vouchers(client: ShopClient, customer_id: str | None) -> list[Data]:
    query = {"customer_id": customer_id, "limit": 200}
    return list(client.pages("voucher.list", query, "vouchers"))


def _print_vouchers(found: Iterable[Data]) -> None:
    print_table(
        ("Code", "Discount", Right("Used"), Right("Left"), "State"),
        map(_row, found),
        empty="There are no vouchers.",
    )


def _row(standing: Data) -> Sequence[Cell]:
    terms = standing["voucher"]
    worth: list[str] = []
    if terms.get("percent"):
        worth.append(f"{terms['percent']} %")
    if terms.get("amount"):
        worth.append(written(terms["amount"]["amount"], terms["amount"]["currency"]))
    if terms.get("free_shipping"):
        worth.append("free shipping")
    usable, left = "usable", ""
    if not standing["usable"]:
        usable = standing["reason"]
    if standing["remaining_uses"] is not None:
        left = str(standing["remaining_uses"])
    return terms["code"] or "-", ", ".join(worth), str(standing["used"]), left, usable
