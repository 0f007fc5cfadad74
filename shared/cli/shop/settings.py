"""`aftercart shop`: show and set the settings of a shop, and list its states."""

from collections.abc import Sequence

import click

from shared.cli.definitions import Definitions
from shared.cli.files import file_argument
from shared.cli.options import json_option, shop_option, wait_option
from shared.cli.requests import read_data
from shared.cli.shop_client import open_shop_client
from shared.cli.table import Cell, Right, print_table
from shared.cli.terminal import clean, money, print_found, print_line, print_records


@click.group(short_help="Show and set a shop's settings.")
def shop() -> None:
    """Show and set the settings of the shop given by --shop: also its states of orders, carriers
    and payment methods.
    """


@shop.command(short_help="Show the settings as JSON.")
@json_option
@shop_option
@wait_option
def show(as_json: bool, shop: str, wait: float) -> None:
    """Show the shop's settings as JSON, in the form that `shop put` reads."""
    with open_shop_client(shop, wait, "shop") as client:
        found = client.request("shop.get", {})
    print_found(found, as_json=as_json)


@shop.command(short_help="Set the settings from a file.")
@file_argument
@shop_option
@wait_option
def put(file: str, shop: str, wait: float) -> None:
    """Set the shop's settings from FILE (JSON; `-` reads standard input)."""
    with open_shop_client(shop, wait, "shop") as client:
        client.request("shop.put", read_data(file))
    print_line(f"the shop '{clean(shop)}' is set up", style="green")


state = Definitions(noun="state", key="key", title="state").group("state")
shop.add_command(state)


@state.command("list", short_help="List the states of orders.")
@json_option
@shop_option
@wait_option
def list_states(as_json: bool, shop: str, wait: float) -> None:
    """List the states of the shop's orders, with their flags and mails."""
    with open_shop_client(shop, wait, "shop") as client:
        found = client.request("state.list", {})["states"]
    if as_json:
        print_records(found)
        return
    rows: list[Sequence[Cell]] = []
    for state in found:
        label = state["labels"].get("en") or next(iter(state["labels"].values()))
        flags = ", ".join(state["flags"])
        mail = state["mail_template"] or ""
        rows.append(((state["key"], "bold"), (label, state["colour"]), (flags, "dim"), mail))
    print_table(("State", "Name", "Flags", "Mail"), rows)


@shop.group(short_help="List carriers.")
def carrier() -> None:
    """List the carriers. They are defined in the shop's settings."""


@carrier.command("list", short_help="List carriers and their prices.")
@click.option("--country", metavar="CODE", help="Only carriers that deliver to this country.")
@json_option
@shop_option
@wait_option
def list_carriers(country: str | None, as_json: bool, shop: str, wait: float) -> None:
    """List the carriers for new orders."""
    wanted = {}
    if country is not None:
        wanted["delivery_country"] = country.upper()
    with open_shop_client(shop, wait, "shop") as client:
        found = client.request("carrier.list", wanted)["carriers"]
    if as_json:
        print_records(found)
        return
    rows: list[Sequence[Cell]] = []
    for carrier in found:
        price, cost = carrier.get("price"), "-"
        if price:
            cost = money(price)
        rows.append((carrier["name"], cost))
    print_table(("Carrier", Right("Price")), rows, empty="No carrier matches.")


@shop.group("payment-method", short_help="List payment methods.")
def payment_method() -> None:
    """List the payment methods. They are defined in the shop's settings."""


@payment_method.command("list", short_help="List payment methods.")
@json_option
@shop_option
@wait_option
def list_payment_methods(as_json: bool, shop: str, wait: float) -> None:
    """List the payment methods, and the first state of an order with each."""
    with open_shop_client(shop, wait, "shop") as client:
        found = client.request("payment_method.list", {})["payment_methods"]
    if as_json:
        print_records(found)
        return
    print_table(
        ("Payment method", "First state"),
        [(method["name"], method["initial_state"] or "-") for method in found],
        empty="The shop has no payment methods.",
    )
