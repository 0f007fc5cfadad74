"""`aftercart desk contact|canned|settings`: what a shop defines for its desk."""

import click

from shared.cli.definitions import Definitions
from shared.cli.options import shop_option, wait_option
from shared.cli.requests import read_data
from shared.cli.shop_client import open_shop_client
from shared.cli.terminal import print_json, print_line

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


@click.group(short_help="The settings of the desk.")
def settings() -> None:
    """The settings of the desk: which files are taken, how much the contact form may send."""


@settings.command(short_help="As JSON.")
@shop_option
@wait_option
def show(shop: str, wait: float) -> None:
    """Show the settings of the desk as JSON, as `desk settings put` takes them."""
    with open_shop_client(shop, wait, "desk") as client:
        print_json(client.request("desk.get", {}))


@settings.command(short_help="Set them from a file.")
@click.argument("file")
@shop_option
@wait_option
def put(file: str, shop: str, wait: float) -> None:
    """Set what FILE (JSON; `-` reads standard input) names; the rest stays as it is."""
    data = read_data(file)
    with open_shop_client(shop, wait, "desk") as client:
        client.request("desk.put", data)
    print_line("the desk is set up", style="green")


COMMANDS = (contact, canned, settings)
