"""`aftercart shop`: a shop's settings and its states."""

import click
from rich.text import Text

from shared.cli.options import json_option, shop_option, wait_option
from shared.cli.requests import read_data
from shared.cli.shop_client import open_shop_client
from shared.cli.terminal import clean, print_json, print_line


@click.group(short_help="A shop's settings and states.")
def shop() -> None:
    """The settings of the shop that --shop names."""


@shop.command(short_help="The settings, as JSON.")
@shop_option
@wait_option
def show(shop: str, wait: float) -> None:
    """Show the shop's settings as JSON, as `shop put` takes them."""
    with open_shop_client(shop, wait, "shop") as client:
        print_json(client.request("shop.get", {}))


@shop.command(short_help="Set them from a file.")
@click.argument("file")
@shop_option
@wait_option
def put(file: str, shop: str, wait: float) -> None:
    """Set the shop's settings from FILE (JSON; `-` reads standard input)."""
    with open_shop_client(shop, wait, "shop") as client:
        client.request("shop.put", read_data(file))
    print_line(f"the shop '{clean(shop)}' is set up", style="green")


@shop.command(short_help="Its states and what they bring.")
@json_option
@shop_option
@wait_option
def states(as_json: bool, shop: str, wait: float) -> None:
    """List the states of the shop's orders, with their flags and mails."""
    with open_shop_client(shop, wait, "shop") as client:
        found = client.request("state.list", {})["states"]
    if as_json:
        print_json(found)
        return
    for state in found:
        label = state["labels"].get("en") or next(iter(state["labels"].values()))
        mail = f"  mail {state['mail_template']}" if state["mail_template"] else ""
        print_line(
            Text.assemble(
                (f"{state['key']:26}", "bold"),
                (clean(label), state["colour"]),
                (f"  {', '.join(state['flags'])}{mail}", "dim"),
            )
        )
