"""`aftercart stock`: show, set and adjust the stock of products."""

from collections.abc import Sequence

import click

from shared.cli.options import (
    by_option,
    confirm,
    json_option,
    shop_option,
    wait_option,
    yes_option,
)
from shared.cli.shop_client import Data, open_shop_client
from shared.cli.table import Cell, Right, print_table
from shared.cli.terminal import (
    clean,
    minute,
    print_line,
    print_note,
    print_record,
    print_records,
)

sku_argument = click.argument("sku", metavar="SKU")


@click.group(short_help="Show, set and adjust stock.")
def stock() -> None:
    """Show, set and adjust the stock of products. SKU identifies a product or combination."""


@stock.command(short_help="Show the available pieces.")
@sku_argument
@json_option
@shop_option
@wait_option
def show(sku: str, as_json: bool, shop: str, wait: float) -> None:
    """Show the number of available pieces of a product."""
    with open_shop_client(shop, wait, "stock") as client:
        found = client.request("stock.get", {"sku": sku})
    if as_json:
        print_record(found)
    else:
        print_line(f"{clean(found['sku'])}  {found['available']} available")


@stock.command("set", short_help="Set the stock after a count.")
@sku_argument
@click.argument("quantity", type=click.IntRange(0, 1_000_000_000))
@yes_option
@shop_option
@wait_option
def set_stock(sku: str, quantity: int, yes: bool, shop: str, wait: float) -> None:
    """Set the available pieces after a count. Orders waiting for the product are served first.

    If there are such orders, prints them and asks first.
    """
    _send(shop, wait, yes, "stock.set", {"sku": sku, "quantity": quantity})


@stock.command(
    short_help="Add or remove pieces.", context_settings={"ignore_unknown_options": True}
)
@sku_argument
@click.argument("change", type=int)
@click.argument("cause")
@yes_option
@by_option
@shop_option
@wait_option
def adjust(sku: str, change: int, cause: str, by: str, yes: bool, shop: str, wait: float) -> None:
    """Change the available pieces by CHANGE, which may be negative, for the reason CAUSE.

    If orders wait for the product, prints them and asks first.

    \b
    Example:
      aftercart stock adjust MUG-BLUE -1 broken
    """  # noqa: D301 - click reads \b
    _send(shop, wait, yes, "stock.adjust", {"sku": sku, "change": change, "cause": cause, "by": by})


@stock.command(short_help="List the changes of the stock.")
@click.argument("sku", required=False, metavar="[SKU]")
@click.option("--order", metavar="REF-OR-ID", help="Changes for this order.")
@click.option(
    "--limit",
    type=click.IntRange(1, 200),
    metavar="NUMBER",
    default=50,
    show_default=True,
    help="The maximum number of changes.",
)
@json_option
@shop_option
@wait_option
def movements(
    sku: str | None, order: str | None, limit: int, as_json: bool, shop: str, wait: float
) -> None:
    """List the changes of the shop's stock, or of the product SKU only, newest first."""
    with open_shop_client(shop, wait, "stock") as client:
        wanted = {"sku": sku, "order_id": order, "limit": limit}
        found, zone = client.request("stock.movements", wanted)["movements"], client.zone()
    if as_json:
        print_records(found)
        return
    print_table(
        ("Time", Right("Change"), "SKU", "Cause", "Order"),
        [_movement(row, zone) for row in found],
        empty="This stock has not changed yet.",
    )


def _movement(row: Data, zone: str) -> Sequence[Cell]:
    style = "yellow"
    if row["change"] > 0:
        style = "green"
    return (
        minute(row["at"], zone),
        (f"{row['change']:+d}", style),
        row["sku"],
        row["cause"],
        row.get("order_id") or "",
    )


def _send(shop: str, wait: float, yes: bool, name: str, data: Data) -> None:
    """Print the waiting orders that a change of the stock serves, ask if there are any, send it."""
    with open_shop_client(shop, wait, "stock") as client:
        terms = dict(data)
        terms.pop("sku")
        query = {"sku": data["sku"], "command": name, "data": terms}
        served = client.request("stock.preview", query)["served"]
        for order in served:
            print_note(clean(_served(order)))
        if served:
            confirm("", yes=yes, reason="The stock would go to waiting orders")
        client.request(name, data)
        left = client.request("stock.get", {"sku": data["sku"]})
    print_line(f"{clean(left['sku'])}  {left['available']} available", style="green")


def _served(order: Data) -> str:
    got = f"Order {order['reference']} ({order['state']}) gets {order['quantity']}"
    if order["missing"]:
        return f"{got} and waits for {order['missing']} more."
    if order["filled"]:
        return f"{got} and is complete: it can be shipped."
    return f"{got} and waits for other products."
