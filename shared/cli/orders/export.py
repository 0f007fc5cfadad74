"""`aftercart order export`: write the list of orders to a file, fetched page by page."""

import sys
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import click

from shared.cli.options import shop_option, wait_option
from shared.cli.orders.filter import filter_options, order_filter
from shared.cli.shop_client import Data, ShopClient, open_shop_client
from shared.cli.terminal import print_note, progress_bar
from shared.clients.phrases import counted
from shared.runtime.errors import AftercartError

PAGE = 1000  # orders of one answer


@click.command(short_help="Write the list of orders as CSV.")
@filter_options
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    required=True,
    help="The file to write, or `-` for standard output. It appears when it is complete.",
)
@click.option(
    "--excel", is_flag=True, help="Begin with a byte order mark, so that Excel reads UTF-8."
)
@shop_option
@wait_option
def export(output: Path, excel: bool, shop: str, wait: float, **chosen: Any) -> None:
    """Write the orders that match all given options to FILE as CSV (RFC 4180, UTF-8), newest first.

    Orders are fetched page by page, so that a million need no more memory than a thousand. Cells
    that a spreadsheet would take for a formula begin with an apostrophe.

    \b
    Example:
      aftercart order export --placed-from 2026-01-01 --output orders.csv
    """  # noqa: D301 - click reads \b
    with open_shop_client(shop, wait, "export") as client:
        pages = _export_pages(client, order_filter(chosen, client.zone))
        if str(output) == "-":
            count = _write(pages, sys.stdout.buffer, excel=excel)
        else:
            count = _write_file(pages, output, excel=excel)
    place = "" if str(output) == "-" else f" in {output}"
    print_note(f"{counted(count, 'order')}{place}", style="green")


def _export_pages(client: ShopClient, chosen: Data) -> Iterator[Data]:
    cursor: str | None = None
    while True:
        page = client.request("order.export", {"filter": chosen, "limit": PAGE, "cursor": cursor})
        yield page
        cursor = page["next"]
        if cursor is None:
            return


def _write_file(pages: Iterator[Data], output: Path, *, excel: bool) -> int:
    """Write a temporary file and rename it, so that the output is never incomplete."""
    temporary = output.with_name(f".{output.name}.{uuid4().hex[:8]}")
    try:
        with temporary.open("xb") as file:
            count = _write(pages, file, excel=excel)
        temporary.replace(output)
    except OSError as error:
        raise AftercartError(f"The file '{output}' cannot be written: {error.strerror}.") from None
    finally:
        temporary.unlink(missing_ok=True)
    return count


def _write(pages: Iterator[Data], file: IO[bytes], *, excel: bool) -> int:
    count = 0
    with progress_bar() as bar:
        task = bar.add_task("exporting", total=None)
        file.write(BOM_UTF8 if excel else b"")
        for page in pages:
            file.write(page["csv"].encode())
            count += page["rows"]
            bar.update(task, completed=count, total=page["total_count"] or bar.tasks[0].total)
    file.flush()
    return count


COMMANDS = (export,)
