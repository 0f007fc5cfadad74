"""`aftercart shop`: a shop's settings and its states."""

import click
from rich.text import Text

from shared.cli.options import json_option
from shared.cli.queries import asking, wait_option
from shared.cli.requests import read_data, shop_option
from shared.cli.terminal import clean, say, say_json


@click.group(short_help="A shop's settings and states.")
def shop() -> None:
    """The settings of the shop that --shop names."""


@shop.command(short_help="The settings, as JSON.")
@shop_option
@wait_option
def show(shop: str, wait: float) -> None:
    """Show the shop's settings as JSON, as `shop put` takes them."""
    with asking(shop, wait, "shop") as asker:
        say_json(asker.ask("shop.get", {}))


@shop.command(short_help="Set them from a file.")
@click.argument("file")
@shop_option
@wait_option
def put(file: str, shop: str, wait: float) -> None:
    """Set the shop's settings from FILE (JSON; `-` reads standard input)."""
    with asking(shop, wait, "shop") as asker:
        asker.ask("shop.put", read_data(file))
    say(f"the shop '{clean(shop)}' is set up", style="green")


@shop.command(short_help="Its states and what they bring.")
@json_option
@shop_option
@wait_option
def states(as_json: bool, shop: str, wait: float) -> None:
    """List the states of the shop's orders, with their flags and mails."""
    with asking(shop, wait, "shop") as asker:
        found = asker.ask("state.list", {})["states"]
    if as_json:
        say_json(found)
        return
    for state in found:
        label = state["labels"].get("en") or next(iter(state["labels"].values()))
        mail = f"  mail {state['mail_template']}" if state["mail_template"] else ""
        say(
            Text.assemble(
                (f"{state['key']:26}", "bold"),
                (clean(label), state["colour"]),
                (f"  {', '.join(state['flags'])}{mail}", "dim"),
            )
        )
