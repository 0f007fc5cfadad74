"""`aftercart template` and `aftercart asset`: how a shop's documents and mails look."""

from base64 import b64decode, b64encode
from pathlib import Path

import click

from shared.cli.options import shop_option, wait_option
from shared.cli.requests import read_data
from shared.cli.shop_client import open_shop_client
from shared.cli.terminal import clean, print_json, print_line, print_note

SERVICES = click.Choice(["documents", "notify"])
language_choice = click.option(
    "--language", metavar="CODE", help="Of this language; else that for all languages."
)


@click.group(short_help="Templates of documents and mails.")
def template() -> None:
    """Templates that a shop has in place of the built-in ones: of `documents`, or of the mails of
    `notify`. KIND is that of a document or mail: invoice, order_confirmation.
    """


@template.command("list", short_help="Those that the shop replaced.")
@click.argument("service", type=SERVICES)
@shop_option
@wait_option
def list_templates(service: str, shop: str, wait: float) -> None:
    """List the kinds whose built-in template the shop replaced."""
    with open_shop_client(shop, wait, "template") as client:
        found = client.request("template.list", {"service": service})["templates"]
    for each in found:
        print_line(clean(f"{each['kind']:30}  {each['language'] or 'all languages'}"))
    if not found:
        print_note("All templates are the built-in ones.", style="dim")


@template.command(short_help="One, as JSON.")
@click.argument("service", type=SERVICES)
@click.argument("kind")
@language_choice
@shop_option
@wait_option
def show(service: str, kind: str, language: str | None, shop: str, wait: float) -> None:
    """Show the shop's template of a KIND as JSON, as `template put` takes it."""
    query = {"service": service, "kind": kind, "language": language}
    with open_shop_client(shop, wait, "template") as client:
        found = client.request("template.get", query)["template"]
    if found is None:
        print_note("The built-in template is used.", style="dim")
    else:
        print_json({"service": service} | found)


@template.command(short_help="Replace a built-in one.")
@click.argument("file")
@shop_option
@wait_option
def put(file: str, shop: str, wait: float) -> None:
    """Replace the built-in template by that in FILE (JSON; `-` reads standard input).

    It is tried on samples first; `aftercart gallery` shows the result.
    """
    data = read_data(file)
    with open_shop_client(shop, wait, "template") as client:
        client.request("template.put", data)
    print_line(f"the template of '{clean(str(data.get('kind')))}' is stored", style="green")


@template.command(short_help="Use the built-in one again.")
@click.argument("service", type=SERVICES)
@click.argument("kind")
@language_choice
@shop_option
@wait_option
def reset(service: str, kind: str, language: str | None, shop: str, wait: float) -> None:
    """Give a KIND its built-in template back."""
    data = {"service": service, "kind": kind, "language": language}
    with open_shop_client(shop, wait, "template") as client:
        client.request("template.reset", data)
    print_line(f"'{clean(kind)}' has its built-in template", style="green")


@click.group(short_help="Pictures of the shop: its logo.")
def asset() -> None:
    """Pictures of the shop.

    NAME `logo` stands in the head of each document and mail; templates name others `asset:NAME`.
    """


@asset.command("list", short_help="All of them.")
@shop_option
@wait_option
def list_assets(shop: str, wait: float) -> None:
    """List the shop's pictures."""
    with open_shop_client(shop, wait, "asset") as client:
        found = client.request("asset.list", {})["assets"]
    for each in found:
        size = f"{each['size']} bytes"
        print_line(
            clean(f"{each['asset']:20}  {each['media_type']}  {size}  {each['description']}")
        )
    if not found:
        print_note("The shop has no picture.", style="dim")


@asset.command("show", short_help="Write one to a file.")
@click.argument("name")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@shop_option
@wait_option
def show_asset(name: str, file: Path, shop: str, wait: float) -> None:
    """Write the picture NAME to FILE."""
    with open_shop_client(shop, wait, "asset") as client:
        found = client.request("asset.get", {"asset": name})
    file.write_bytes(b64decode(found["content"]))
    print_line(clean(f"{found['media_type']} in {file}"), style="green")


@asset.command("put", short_help="Store one from a file.")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("description")
@shop_option
@wait_option
def put_asset(name: str, file: Path, description: str, shop: str, wait: float) -> None:
    """Store the picture in FILE (PNG or JPEG) under NAME. DESCRIPTION is for those who do not see
    it.

    \b
    Example:
      aftercart asset put logo logo.png "Corner Shop"
    """  # noqa: D301 - click reads \b
    content = b64encode(file.read_bytes()).decode()
    data = {"asset": name, "content": content, "description": description}
    with open_shop_client(shop, wait, "asset") as client:
        client.request("asset.put", data)
    print_line(f"the picture '{clean(name)}' is stored", style="green")


@asset.command("remove", short_help="Do without one.")
@click.argument("name")
@shop_option
@wait_option
def remove_asset(name: str, shop: str, wait: float) -> None:
    """Remove the picture NAME. Documents that were printed with it stay as they are."""
    with open_shop_client(shop, wait, "asset") as client:
        client.request("asset.remove", {"asset": name})
    print_line(f"the picture '{clean(name)}' is removed", style="green")
