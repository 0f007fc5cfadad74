"""`aftercart template` and `aftercart asset`: templates and pictures of documents and mails."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from pathlib import Path

import click

from shared.cli.files import file_argument, write_file
from shared.cli.options import json_option, shop_option, wait_option
from shared.cli.requests import read_data
from shared.cli.shop_client import open_shop_client
from shared.cli.table import Cell, Right, print_table
from shared.cli.terminal import clean, print_found, print_line, print_note, print_records

SERVICES = click.Choice(["documents", "notify"])
language_choice = click.option(
    "--language",
    metavar="CODE",
    help="The template's language; by default the template for all languages.",
)


@click.group(short_help="Handle templates of documents and mails.")
def template() -> None:
    """List, show and replace templates of documents (SERVICE `documents`) and mails (`notify`).

    KIND is the kind of document or mail, such as invoice or order_confirmation.
    """


@template.command("list", short_help="List the shop's own templates.")
@click.argument("service", type=SERVICES)
@json_option
@shop_option
@wait_option
def list_templates(service: str, as_json: bool, shop: str, wait: float) -> None:
    """List the kinds for which the shop has replaced the built-in template."""
    with open_shop_client(shop, wait, "template") as client:
        found = client.request("template.list", {"service": service})["templates"]
    if as_json:
        print_records(found)
        return
    print_table(
        ("Kind", "Language"),
        [(each["kind"], each["language"] or "all languages") for each in found],
        empty="All templates are the built-in ones.",
    )


@template.command(short_help="Show a template as JSON.")
@click.argument("service", type=SERVICES)
@click.argument("kind")
@language_choice
@json_option
@shop_option
@wait_option
def show(
    service: str, kind: str, language: str | None, as_json: bool, shop: str, wait: float
) -> None:
    """Show the shop's template of a KIND as JSON, in the form that `template put` reads."""
    query = {"service": service, "kind": kind, "language": language}
    with open_shop_client(shop, wait, "template") as client:
        found = client.request("template.get", query)["template"]
    if found is None:
        print_note("The built-in template is used.", style="dim")
    else:
        print_found({"service": service} | found, as_json=as_json)


@template.command(short_help="Replace a built-in template.")
@file_argument
@shop_option
@wait_option
def put(file: str, shop: str, wait: float) -> None:
    """Replace a built-in template by the one in FILE (JSON; `-` reads standard input).

    A template that fails on sample data is refused. `aftercart gallery` shows the result.
    """
    data = read_data(file)
    with open_shop_client(shop, wait, "template") as client:
        client.request("template.put", data)
    print_line(f"the template of '{clean(str(data.get('kind')))}' is stored", style="green")


@template.command(short_help="Restore a built-in template.")
@click.argument("service", type=SERVICES)
@click.argument("kind")
@language_choice
@shop_option
@wait_option
def reset(service: str, kind: str, language: str | None, shop: str, wait: float) -> None:
    """Restore the built-in template of a KIND."""
    data = {"service": service, "kind": kind, "language": language}
    with open_shop_client(shop, wait, "template") as client:
        client.request("template.reset", data)
    print_line(f"'{clean(kind)}' uses its built-in template again", style="green")


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
