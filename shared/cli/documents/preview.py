"""`aftercart document preview`: try a template before it is stored."""

from base64 import b64decode
from pathlib import Path

import click

from shared.cli.documents.identify import document_id
from shared.cli.files import file_argument, open_file, write_file
from shared.cli.options import shop_option, wait_option
from shared.cli.requests import NO_REPLY, read_data
from shared.cli.shop_client import Data, ShopClient, open_shop_client
from shared.cli.terminal import print_note
from shared.clients.connection import connect
from shared.clients.subscriptions import Subscription, caused_by, subscribe
from shared.runtime.settings import ClientSettings


@click.command(short_help="Try a template on a document.")
@file_argument
@click.option(
    "--document",
    "wanted",
    metavar="NUMBER-OR-ID",
    help="Show this document; by default sample data.",
)
@click.option(
    "--language", metavar="CODE", help="The language; by default the template's, else English."
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The file to write; by default named by the template's kind.",
)
@click.option("--open", "opened", is_flag=True, help="Open the draft when it is written.")
@shop_option
@wait_option
def preview(
    file: str,
    wanted: str | None,
    language: str | None,
    output: Path | None,
    opened: bool,
    shop: str,
    wait: float,
) -> None:
    """Write a draft with the template in FILE as a PDF. Nothing is stored.

    FILE (JSON; `-` reads standard input) has the form that `template put` reads; without `html` and
    `css` the draft has the shop's present template.

    \b
    Example:
      aftercart document preview invoice.json --document IN000001 --open
    """  # noqa: D301 - click reads \b
    template = read_data(file)
    urls = ClientSettings.load().broker_url.get_secret_value()
    with open_shop_client(shop, wait, "preview") as client, connect(urls, "preview") as connection:
        events = subscribe(connection, "document.previewed", documents=True)
        command = _command(client, template, wanted, language)
        done = client.request("document.preview", command)
        content = _draft(events, done["command_id"], wait)
    path = output or Path(f"{command['kind']}-draft.pdf")
    write_file(path, content)
    if opened:
        open_file(path)


def _command(client: ShopClient, template: Data, wanted: str | None, language: str | None) -> Data:
    """Return the fields of `document.preview`; a template for all languages has none of its own."""
    found = {"kind": template.get("kind"), "language": language or template.get("language") or "en"}
    for field in ("html", "css"):
        found[field] = template.get(field) or ""
    if wanted:
        found["document_id"] = document_id(client, wanted)
    return found


def _draft(events: Subscription, command_id: str, wait: float) -> bytes:
    """Return the PDF that a command caused. Without one in time, end the program."""
    for event in caused_by(events, command_id, wait):
        return b64decode(event.data["content"])
    print_note(f"No draft came within {wait:g} seconds: see `aftercart health`.", style="yellow")
    raise click.exceptions.Exit(NO_REPLY)
