"""`aftercart desk contact|canned|settings`: contacts, predefined messages and settings."""

import click

from shared.cli.definitions import Definitions
from shared.cli.files import file_argument
from shared.cli.options import json_option, shop_option, wait_option
from shared.cli.requests import read_data
from shared.cli.shop_client import open_shop_client
from shared.cli.terminal import print_found, print_line

contact = Definitions(noun="contact", key="key", title="contact", listed="contacts").group(
    "contact"
)
canned = Definitions(
    noun="canned_message",
    key="key",
    title="predefined message",
    listed="messages",
    removed_by="remove",
).group("canned")


@click.group(short_help="Show and set the settings of the desk.")
def settings() -> None:
    """Show and set the settings of the desk, such as permitted files and the form's limits."""


@settings.command(short_help="Show the settings as JSON.")
@json_option
@shop_option
@wait_option
def show(as_json: bool, shop: str, wait: float) -> None:
    """Show the settings of the desk as JSON, in the form that `desk settings put` reads."""
    with open_shop_client(shop, wait, "desk") as client:
        found = client.request("desk.get", {})
    print_found(found, as_json=as_json)


@settings.command(short_help="Set the settings from a file.")
@file_argument
@shop_option
@wait_option
def put(file: str, shop: str, wait: float) -> None:
    """Set the settings in FILE (JSON; `-` reads standard input). The others do not change."""
    data = read_data(file)
    with open_shop_client(shop, wait, "desk") as client:
        client.request("desk.put", data)
    print_line("the desk is set up", style="green")


COMMANDS = (contact, canned, settings)
