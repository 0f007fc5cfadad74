"""`aftercart product`: the catalogue that orders are priced by."""

import click

from shared.cli.options import json_option, shop_option, wait_option
from shared.cli.requests import read_data
from shared.cli.shop_client import Data, open_shop_client
from shared.cli.terminal import clean, print_json, print_line, print_note
from shared.writing.currencies import written


@click.group(short_help="Products: find, show, put.")
def product() -> None:
    """Products and their combinations, each with a reference (SKU) of its own."""


@product.command("list", short_help="All products, or those that fit.")
@click.argument("text", default="")
@click.option(
    "--limit", type=click.IntRange(1, 50), default=20, show_default=True, help="How many at most."
)
@json_option
@shop_option
@wait_option
def list_products(text: str, limit: int, as_json: bool, shop: str, wait: float) -> None:
    """List products whose reference or name, in any language, has words that begin with TEXT;
    without it, all.
    """
    with open_shop_client(shop, wait, "product") as client:
        if text:
            answer = client.request("product.search", {"text": text, "limit": limit})
        else:
            page = client.request("product.list", {"limit": limit})
            answer = {"products": page["products"], "more": page["next"] is not None}
    if as_json:
        print_json(answer["products"])
        return
    for row in answer["products"]:
        _say_row(row)
    if not answer["products"]:
        print_note("No product fits.", style="dim")
    elif answer["more"]:
        print_note("There are more: TEXT finds fewer, --limit shows more.", style="dim")


@product.command(short_help="One product.")
@click.argument("sku", metavar="SKU")
@shop_option
@wait_option
def show(sku: str, shop: str, wait: float) -> None:
    """Show a product as JSON, as `product put` takes it. `stock show` says how many there are."""
    with open_shop_client(shop, wait, "product") as client:
        found = client.request("product.get", {"sku": sku})
        print_json({name: value for name, value in found.items() if name != "available"})


@product.command(short_help="Add or change a product.")
@click.argument("file")
@shop_option
@wait_option
def put(file: str, shop: str, wait: float) -> None:
    """Add the product in FILE (JSON; `-` reads standard input), or change the one with its SKU:
    what FILE leaves out stays as it is.
    """
    with open_shop_client(shop, wait, "product") as client:
        data = read_data(file)
        client.request("product.put", data)
    print_line(f"{clean(str(data['sku']))} is in the catalogue", style="green")


def _say_row(row: Data) -> None:
    names = row["names"]
    name = names.get("en") or next(iter(names.values()))
    price = written(row["price"]["amount"], row["price"]["currency"])
    print_line(clean(f"{row['sku']:20}  {price:>14}  {row['available']:>6} left  {name}"))
