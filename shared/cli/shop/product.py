"""`aftercart product`: list, show and put products of the catalogue."""

from collections.abc import Iterator, Sequence
from itertools import chain

import click

from shared.cli.files import file_argument
from shared.cli.options import json_option, shop_option, wait_option
from shared.cli.requests import read_data
from shared.cli.shop_client import Data, open_shop_client
from shared.cli.table import Cell, Right, print_table
from shared.cli.terminal import clean, money, print_found, print_line, print_note, print_records


@click.group(short_help="List, show and put products.")
def product() -> None:
    """List, show and put products and their combinations, each with its own SKU."""


@product.command("list", short_help="List products.")
@click.argument("text", default="")
@click.option(
    "--limit",
    type=click.IntRange(1, 50),
    metavar="NUMBER",
    default=20,
    show_default=True,
    help="The maximum number of products.",
)
@json_option
@shop_option
@wait_option
def list_products(text: str, limit: int, as_json: bool, shop: str, wait: float) -> None:
    """List all products, or those with words in SKU or name that begin with TEXT."""
    with open_shop_client(shop, wait, "product") as client:
        if text:
            answer = client.request("product.search", {"text": text, "limit": limit})
        else:
            page = client.request("product.list", {"limit": limit})
            answer = {"products": page["products"], "more": page["next"] is not None}
    if as_json:
        print_records(answer["products"])
        return
    print_table(
        ("SKU", Right("Price"), Right("Available"), "Name"),
        chain.from_iterable(map(_rows, answer["products"])),
        empty="No product matches.",
    )
    if answer["more"]:
        print_note("There are more products; --limit shows more.", style="dim")


@product.command(short_help="Show a product as JSON.")
@click.argument("sku", metavar="SKU")
@json_option
@shop_option
@wait_option
def show(sku: str, as_json: bool, shop: str, wait: float) -> None:
    """Show a product as JSON, in the form that `product put` reads."""
    with open_shop_client(shop, wait, "product") as client:
        found = client.request("product.get", {"sku": sku})
    for each in (found, *found["combinations"]):
        each.pop("available", None)
    for field in ("parent", "options"):
        if not found[field]:
            del found[field]
    print_found(found, as_json=as_json)


@product.command(short_help="Add or change a product.")
@file_argument
@shop_option
@wait_option
def put(file: str, shop: str, wait: float) -> None:
    """Add the product in FILE (JSON; `-` reads standard input), or change the product with its SKU.

    Fields that are not in FILE do not change.
    """
    with open_shop_client(shop, wait, "product") as client:
        data = read_data(file)
        client.request("product.put", data)
    print_line(f"{clean(str(data['sku']))} is in the catalogue", style="green")


def _rows(row: Data) -> Iterator[Sequence[Cell]]:
    """Yield the row of a product, and below it one for each of its combinations."""
    yield row["sku"], money(row["price"]), str(row["available"]), _shown(row["names"])
    for each in row["combinations"]:
        price = money(each["price"]) if each["price"] else _difference(row, each)
        values = ", ".join(_shown(option["values"]) for option in each["options"])
        yield f"  {each['sku']}", price, str(each["available"]), f"  {values}"


def _difference(row: Data, combination: Data) -> str:
    """Describe the price of a combination: that of its product and the difference to it."""
    price = row["price"]
    amount = price["amount"]
    for each in combination["price_differences"]:
        if each["currency"] == price["currency"]:
            amount += each["amount"]
    return money({"amount": amount, "currency": price["currency"]})


def _shown(texts: Data) -> str:
    return str(texts.get("en") or next(iter(texts.values())))
