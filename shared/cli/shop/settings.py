"""`aftercart shop`: show and set the settings of a shop, and list its states."""

import click
from rich.text import Text

from shared.cli.definitions import Definitions
from shared.cli.options import json_option, shop_option, wait_option
from shared.cli.requests import read_data
from shared.cli.shop_client import open_shop_client
from shared.cli.terminal import clean, prefixed, print_json, print_line, print_records
from shared.writing.currencies import written


@click.group(short_help="Show and set a shop's settings.")
def shop() -> None:
    """Show and set the settings of the shop given by --shop, and list its order states."""


@shop.command(short_help="Show the settings as JSON.")
@shop_option
@wait_option
def show(shop: str, wait: float) -> None:
    """Show the shop's settings as JSON, in the form that `shop put` reads."""
    with open_shop_client(shop, wait, "shop") as client:
        print_json(client.request("shop.get", {}))


@shop.command(short_help="Set the settings from a file.")
@click.argument("file")
@shop_option
@wait_option
def put(file: str, shop: str, wait: float) -> None:
    """Set the shop's settings from FILE (JSON; `-` reads standard input)."""
    with open_shop_client(shop, wait, "shop") as client:
        client.request("shop.put", read_data(file))
    print_line(f"the shop '{clean(shop)}' is set up", style="green")


@shop.command(short_help="List the states of orders.")
@json_option
@shop_option
@wait_option
def states(as_json: bool, shop: str, wait: float) -> None:
    """List the states of the shop's orders, with their flags and mails."""
    with open_shop_client(shop, wait, "shop") as client:
        found = client.request("state.list", {})["states"]
    if as_json:
        print_records(found)
        return
    for state in found:
        label = state["labels"].get("en") or next(iter(state["labels"].values()))
        mail = prefixed("  mail ", state["mail_template"])
        print_line(
            Text.assemble(
                (f"{state['key']:26}", "bold"),
                (clean(label), state["colour"]),
                (f"  {', '.join(state['flags'])}{mail}", "dim"),
            )
        )


@shop.command(short_help="List carriers and their prices.")
@click.option("--country", metavar="CODE", help="Only carriers that deliver to this country.")
@json_option
@shop_option
@wait_option
def carriers(country: str | None, as_json: bool, shop: str, wait: float) -> None:
    """List the carriers for new orders."""
    wanted = {}
    if country is not None:
        wanted["delivery_country"] = country.upper()
    with open_shop_client(shop, wait, "shop") as client:
        found = client.request("carrier.list", wanted)["carriers"]
    if as_json:
        print_records(found)
        return
    for carrier in found:
        price, cost = carrier.get("price"), "-"
        if price:
            cost = written(price["amount"], price["currency"])
        print_line(clean(f"{carrier['name']:30}  {cost}"))


@shop.command("payment-methods", short_help="List payment methods.")
@json_option
@shop_option
@wait_option
def payment_methods(as_json: bool, shop: str, wait: float) -> None:
    """List the payment methods, and the first state of an order with each."""
    with open_shop_client(shop, wait, "shop") as client:
        found = client.request("payment_method.list", {})["payment_methods"]
    if as_json:
        print_records(found)
        return
    for method in found:
        print_line(clean(f"{method['name']:30}  {method['initial_state'] or '-'}"))


shop.add_command(Definitions(noun="state", key="key", title="state").group("state"))
