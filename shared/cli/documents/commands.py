"""`aftercart document`: kept documents listed, saved, and bound into one to be printed. It only
asks `documents`.
"""

from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click

from shared.cli.files import write_file
from shared.cli.options import shop_option, wait_option
from shared.cli.shop_client import Data, ShopClient, open_shop_client
from shared.cli.terminal import print_json, print_line, print_note, progress_bar
from shared.cli.times import Time, with_moments
from shared.clients.sentences import counted
from shared.runtime.errors import AftercartError
from shared.writing.pdf_merge import PdfMerger

F = TypeVar("F", bound=Callable[..., Any])
PAGE = 200  # documents, or orders, that are asked for at once
PROFILES = ("en16931", "peppol", "xrechnung")
KINDS = ("invoice", "delivery_slip", "credit_slip", "return_slip", "order_summary")
document_argument = click.argument("wanted", metavar="NUMBER-OR-ID")
OPTIONS = (
    click.option(
        "--kind",
        "kinds",
        type=click.Choice(KINDS),
        multiple=True,
        help="More than once: any of them.",
    ),
    click.option("--order", "order_id", metavar="REF-OR-ID", help="Of this order."),
    click.option(
        "--state",
        "states",
        multiple=True,
        metavar="STATE",
        help="Of orders that are in this state now.",
    ),
    click.option(
        "--issued-from",
        type=Time(),
        metavar="TIME",
        help="Issued then or later: 2026-11-21, a day of the shop.",
    ),
    click.option("--issued-before", type=Time(), metavar="TIME", help="Issued earlier."),
)


def filter_options(command: F) -> F:
    """Adds the options by which documents are chosen."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@click.group(short_help="List documents, save one, print many, e-invoices.")
def document() -> None:
    """Invoices, slips and order summaries, as they were rendered once and are kept."""


@document.command("list", short_help="The documents that fit, newest first.")
@filter_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object on each line.")
@shop_option
@wait_option
def list_documents(as_json: bool, shop: str, wait: float, **chosen: Any) -> None:
    """Lists documents, newest first: those that fit every option that is given."""
    with open_shop_client(shop, wait, "document") as client:
        for found in _found(client, chosen):
            if as_json:
                print_json(found)
            else:
                print_line(
                    f"{found['issued_on']}  {found['kind']:14}{found['number']:20} "
                    f" {found['document_id']}"
                )


@document.command(short_help="The PDF of a document.")
@document_argument
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write it; else its own name, here.",
)
@shop_option
@wait_option
def save(wanted: str, output: Path | None, shop: str, wait: float) -> None:
    """Write the PDF of the document with this number or id."""
    with open_shop_client(shop, wait, "document") as client:
        answer = client.request("document.get", {"document_id": _document_id(client, wanted)})
    write_file(output or Path(answer["document"]["filename"]), b64decode(answer["content"]))


@document.command("e-invoice", short_help="An invoice or credit slip as data (XML).")
@document_argument
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    default="en16931",
    show_default=True,
    help="The European standard, Peppol BIS Billing 3.0, or XRechnung 3.0.",
)
@click.option(
    "--syntax", type=click.Choice(("cii", "ubl")), help="Else the usual one of the profile."
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write it; else the name of the document, here.",
)
@shop_option
@wait_option
def e_invoice(
    wanted: str, profile: str, syntax: str | None, output: Path | None, shop: str, wait: float
) -> None:
    """Write the invoice or credit slip with this number or id as data. What breaks a rule of the
    profile is refused with the rule's number, and with what to fill in.
    """
    with open_shop_client(shop, wait, "document") as client:
        query = {"document_id": _document_id(client, wanted), "profile": profile, "syntax": syntax}
        answer = client.request("document.e_invoice", query)
    name = f"{Path(answer['document']['filename']).stem}-{profile}-{answer['syntax']}.xml"
    write_file(output or Path(name), b64decode(answer["content"]))


@document.command("print", short_help="Many documents as one PDF.")
@filter_options
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    required=True,
    help="Where to write it.",
)
@shop_option
@wait_option
def print_documents(output: Path, shop: str, wait: float, **chosen: Any) -> None:
    """Binds all documents that fit into one PDF with an outline, in the order of issue. They are
    fetched one by one, however many.

    \b
    Examples:
      aftercart document print --kind invoice --issued-from 2026-11-01 --output november.pdf
      aftercart document print --kind delivery_slip --state processing --output today.pdf
    """  # noqa: D301 - click reads \b
    merger, count = PdfMerger(), 0
    with open_shop_client(shop, wait, "document") as client, progress_bar() as bar:
        wanted = sorted(_found(client, chosen), key=_issue)
        for found in bar.track(wanted, description="fetching"):
            content = client.request("document.get", {"document_id": found["document_id"]})[
                "content"
            ]
            merger.add(found["number"], b64decode(content))
            count += 1
    if not count:
        raise AftercartError("No document fits.")
    write_file(output, merger.finish())
    print_note(
        f"{counted(count, 'document')} on {counted(merger.pages, 'page')} in {output}",
        style="green",
    )


def _found(client: ShopClient, chosen: dict[str, Any]) -> Iterator[Data]:
    chosen = with_moments(chosen, ("issued_from", "issued_before"), client.zone)
    query = {
        "kinds": list(chosen["kinds"]),
        "issued_from": chosen["issued_from"],
        "limit": PAGE,
        "issued_before": chosen["issued_before"],
        "order_id": chosen["order_id"] and client.order_id(chosen["order_id"]),
    }
    if not chosen["states"]:
        yield from _pages(client, "document.list", query, "documents")
        return
    states = {"filter": {"states": list(chosen["states"])}, "limit": PAGE}
    for order in _pages(client, "order.list", states, "orders"):
        if query["order_id"] in (None, order["order_id"]):
            yield from _pages(
                client, "document.list", query | {"order_id": order["order_id"]}, "documents"
            )


def _document_id(client: ShopClient, wanted: str) -> str:
    """Return the id of the document with this id or number; of several with one number, that of the
    newest.
    """
    try:
        return str(UUID(wanted))
    except ValueError:
        pass
    orders = client.request("order.list", {"filter": {"document_number": wanted}})["orders"]
    found = [
        each["document_id"]
        for order in orders
        for each in _pages(client, "document.list", {"order_id": order["order_id"]}, "documents")
        if each["number"].upper() == wanted.upper()
    ]
    if not found:
        raise AftercartError(f"There is no document '{wanted}' in the shop '{client.shop}'.")
    return str(found[0])


def _issue(found: Data) -> tuple[datetime, str]:
    return datetime.fromisoformat(found["issued_at"]), found["document_id"]


def _pages(client: ShopClient, name: str, query: Data, field: str) -> Iterator[Data]:
    cursor: str | None = None
    while True:
        answer = client.request(name, query | {"cursor": cursor})
        yield from answer[field]
        cursor = answer["next"]
        if cursor is None:
            return
