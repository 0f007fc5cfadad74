"""`aftercart shop`: a shop's settings and its states."""

import click
from rich.text import Text

from shared.cli.definitions import Definitions
from shared.cli.options import json_option, shop_option, wait_option
from shared.cli.requests import read_data
from shared.cli.shop_client import open_shop_client
from shared.cli.terminal import clean, print_json, print_line
from shared.writing.currencies import written


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


@shop.command(short_help="Its carriers and their prices.")
@click.option("--country", metavar="CODE", help="That deliver there.")
@shop_option
@wait_option
def carriers(country: str | None, shop: str, wait: float) -> None:
    """List the carriers that orders can be placed with."""
    wanted = {} if country is None else {"delivery_country": country.upper()}
    with open_shop_client(shop, wait, "shop") as client:
        found = client.request("carrier.list", wanted)["carriers"]
    for carrier in found:
        price = carrier.get("price")
        cost = written(price["amount"], price["currency"]) if price else "-"
        print_line(clean(f"{carrier['name']:30}  {cost}"))


@shop.command("payment-methods", short_help="Its payment methods.")
@shop_option
@wait_option
def payment_methods(shop: str, wait: float) -> None:
    """List the payment methods and the state that an order with each is placed in."""
    with open_shop_client(shop, wait, "shop") as client:
        found = client.request("payment_method.list", {})["payment_methods"]
    for method in found:
        print_line(clean(f"{method['name']:30}  {method['initial_state'] or '-'}"))


shop.add_command(Definitions(noun="state", key="key", title="state").group("state"))
