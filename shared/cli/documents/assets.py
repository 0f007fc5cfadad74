"""`aftercart asset`: pictures of documents and mails."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from pathlib import Path

import click

from shared.cli.files import write_file
from shared.cli.options import json_option, shop_option, wait_option
from shared.cli.shop_client import open_shop_client
from shared.cli.table import Cell, Right, print_table
from shared.cli.terminal import clean, print_line, print_records


@click.group(short_help="Handle pictures of documents and mails.")
def asset() -> None:
    """List, show and put the pictures of the shop.

    The picture `logo` is at the top of each document and mail. Templates refer to others as
    `asset:NAME`.
    """


@asset.command("list", short_help="List all pictures.")
@json_option
@shop_option
@wait_option
def list_assets(as_json: bool, shop: str, wait: float) -> None:
    """List the shop's pictures."""
    with open_shop_client(shop, wait, "asset") as client:
        found = client.request("asset.list", {})["assets"]
    if as_json:
        print_records(found)
        return
    rows: list[Sequence[Cell]] = []
    for each in found:
        size = f"{each['size']:,}"
        rows.append((each["asset"], each["media_type"], size, each["description"]))
    titles = ("Picture", "Type", Right("Bytes"), "Description")
    print_table(titles, rows, empty="The shop has no pictures.")


@asset.command("save", short_help="Save a picture to a file.")
@click.argument("name")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The file to write; by default named like the picture.",
)
@shop_option
@wait_option
def save_asset(name: str, output: Path | None, shop: str, wait: float) -> None:
    """Save the picture NAME."""
    with open_shop_client(shop, wait, "asset") as client:
        found = client.request("asset.get", {"asset": name})
    extension = found["media_type"].partition("/")[2]
    write_file(output or Path(f"{name}.{extension}"), b64decode(found["content"]))


@asset.command("put", short_help="Store a picture from a file.")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("description")
@shop_option
@wait_option
def put_asset(name: str, file: Path, description: str, shop: str, wait: float) -> None:
    """Store the picture in FILE (PNG or JPEG) as NAME. DESCRIPTION is its alternative text.

    \b
    Example:
      aftercart asset put logo logo.png "Corner Shop"
    """  # noqa: D301 - click reads \b
    content = b64encode(file.read_bytes()).decode()
    data = {"asset": name, "content": content, "description": description}
    with open_shop_client(shop, wait, "asset") as client:
        client.request("asset.put", data)
    print_line(f"the picture '{clean(name)}' is stored", style="green")


@asset.command("remove", short_help="Remove a picture.")
@click.argument("name")
@shop_option
@wait_option
def remove_asset(name: str, shop: str, wait: float) -> None:
    """Remove the picture NAME. Issued documents do not change."""
    with open_shop_client(shop, wait, "asset") as client:
        client.request("asset.remove", {"asset": name})
    print_line(f"the picture '{clean(name)}' is removed", style="green")
