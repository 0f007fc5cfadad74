"""`aftercart document`: list documents, save them, and merge them for printing."""

from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from shared.cli.documents.identify import document_id
from shared.cli.files import write_file
from shared.cli.options import json_option, shop_option, wait_option
from shared.cli.shop_client import Data, ShopClient, open_shop_client
from shared.cli.table import Cell, print_table
from shared.cli.terminal import print_note, print_records, progress_bar
from shared.cli.times import Time, with_moments
from shared.clients.phrases import counted
from shared.runtime.errors import AftercartError
from shared.writing.pdf_merge import PdfMerger

F = TypeVar("F", bound=Callable[..., Any])
PAGE = 200  # documents or orders of one answer
PROFILES = ("en16931", "peppol", "xrechnung")
KINDS = ("invoice", "delivery_slip", "credit_slip", "return_slip", "order_summary")
document_argument = click.argument("wanted", metavar="NUMBER-OR-ID")
OPTIONS = (
    click.option(
        "--kind",
        "kinds",
        type=click.Choice(KINDS),
        multiple=True,
        help="The kind; repeat it for any of several.",
    ),
    click.option("--order", "order_id", metavar="REF-OR-ID", help="Documents of this order."),
    click.option(
        "--state",
        "states",
        multiple=True,
        metavar="STATE",
        help="Documents of orders that are in this state now; may be repeated.",
    ),
    click.option(
        "--issued-from",
        type=Time(),
        metavar="TIME",
        help="Issued at this time or later; a date is a day in the shop's time zone.",
    ),
    click.option("--issued-before", type=Time(), metavar="TIME", help="Issued before this time."),
)


def filter_options(command: F) -> F:
    """Add the options that filter documents."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@click.group(short_help="List, save and print documents.")
def document() -> None:
    """List, save and print invoices, slips and order summaries, as they were issued."""


@document.command("list", short_help="List documents, newest first.")
@filter_options
@json_option
@shop_option
@wait_option
def list_documents(as_json: bool, shop: str, wait: float, **chosen: Any) -> None:
    """List the documents that match all given options, newest first."""
    with open_shop_client(shop, wait, "document") as client:
        found = _found(client, chosen)
        if as_json:
            print_records(found)
            return
        rows: list[Sequence[Cell]] = []
        for each in found:
            number = each["number"], each["document_id"]
            rows.append((each["issued_on"], each["kind"], *number))
    print_table(("Issued", "Kind", "Number", "Id"), rows, empty="No document matches.")


@document.command(short_help="Save a document as PDF.")
@document_argument
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The file to write; by default the document's file name.",
)
@shop_option
@wait_option
def save(wanted: str, output: Path | None, shop: str, wait: float) -> None:
    """Save the PDF of the document NUMBER-OR-ID."""
    with open_shop_client(shop, wait, "document") as client:
        answer = client.request("document.get", {"document_id": document_id(client, wanted)})
    write_file(output or Path(answer["document"]["filename"]), b64decode(answer["content"]))


@document.command("e-invoice", short_help="Save an invoice or credit slip as XML.")
@document_argument
@click.option(
    "--standard",
    type=click.Choice(PROFILES),
    default="en16931",
    show_default=True,
    help="The European standard, Peppol BIS Billing 3.0, or XRechnung 3.0.",
)
@click.option(
    "--syntax",
    type=click.Choice(("cii", "ubl")),
    help="The XML syntax; by default the standard's usual one.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The file to write; by default named like the document.",
)
@shop_option
@wait_option
def e_invoice(
    wanted: str, standard: str, syntax: str | None, output: Path | None, shop: str, wait: float
) -> None:
    """Save the invoice or credit slip NUMBER-OR-ID as an e-invoice.

    If it breaks a rule of the standard, the refusal names the rule and the missing data.
    """
    with open_shop_client(shop, wait, "document") as client:
        query = {"document_id": document_id(client, wanted), "standard": standard, "syntax": syntax}
        answer = client.request("document.e_invoice", query)
    name = f"{Path(answer['document']['filename']).stem}-{standard}-{answer['syntax']}.xml"
    write_file(output or Path(name), b64decode(answer["content"]))


@document.command("print", short_help="Merge documents into one PDF.")
@filter_options
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    required=True,
    help="The file to write.",
)
@shop_option
@wait_option
def print_documents(output: Path, shop: str, wait: float, **chosen: Any) -> None:
    """Merge all documents that match into one PDF with an outline, in the order of their issue.

    Documents are fetched one by one.

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
        raise AftercartError("No document matches.")
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
        yield from client.pages("document.list", query, "documents")
        return
    states = {"filter": {"state_keys": list(chosen["states"])}, "limit": PAGE}
    for order in client.pages("order.list", states, "orders"):
        if query["order_id"] in (None, order["order_id"]):
            of_order = query | {"order_id": order["order_id"]}
            yield from client.pages("document.list", of_order, "documents")


def _issue(found: Data) -> tuple[datetime, str]:
    return datetime.fromisoformat(found["issued_at"]), found["document_id"]
