"""`aftercart export`: lists as files, fetched piece by piece. An outsider: it only asks
`orders`.
"""

import sys
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from shared.cli.options import shop_option, wait_option
from shared.cli.orders.filter import filter_options, order_filter
from shared.cli.shop_client import Data, ShopClient, open_shop_client
from shared.cli.terminal import console, print_note
from shared.clients.sentences import counted
from shared.runtime.errors import AftercartError

PIECE = 1000  # orders that are asked for at once


@click.group(short_help="Write a list to a file.")
def export() -> None:
    """Lists as files."""


@export.command("orders", short_help="The list of orders as CSV.")
@filter_options
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    required=True,
    help="Where to write it; `-` is standard output. The file appears when it is complete.",
)
@click.option(
    "--excel", is_flag=True, help="Begin with a byte order mark: Excel then reads it as UTF-8."
)
@shop_option
@wait_option
def export_orders(output: Path, excel: bool, shop: str, wait: float, **chosen: Any) -> None:
    """Writes the orders that fit every given option to FILE as CSV (RFC 4180, UTF-8), newest first.

    They are fetched piece by piece, so a million need no more memory than a thousand. Cells that a
    spreadsheet would compute begin with an apostrophe.

    \b
    Example:
      aftercart export orders --placed-from 2026-01-01 --output orders.csv
    """  # noqa: D301 - click reads \b
    with open_shop_client(shop, wait, "export") as client:
        pieces = _pieces(client, order_filter(chosen, client.zone))
        if str(output) == "-":
            count = _write(pieces, sys.stdout.buffer, excel=excel)
        else:
            count = _write_file(pieces, output, excel=excel)
    print_note(
        f"{counted(count, 'order')} in {output}" if str(output) != "-" else counted(count, "order"),
        style="green",
    )


def _pieces(client: ShopClient, chosen: Data) -> Iterator[Data]:
    cursor: str | None = None
    while True:
        piece = client.request("order.export", {"filter": chosen, "limit": PIECE, "cursor": cursor})
        yield piece
        cursor = piece["next"]
        if cursor is None:
            return


def _write_file(pieces: Iterator[Data], output: Path, *, excel: bool) -> int:
    """A file under another name that takes its own when it is whole: what is there is never
    half.
    """
    beside = output.with_name(f".{output.name}.{uuid4().hex[:8]}")
    try:
        with beside.open("xb") as file:
            count = _write(pieces, file, excel=excel)
        beside.replace(output)
    except OSError as error:
        raise AftercartError(f"The file '{output}' cannot be written: {error.strerror}.") from None
    finally:
        beside.unlink(missing_ok=True)
    return count


def _write(pieces: Iterator[Data], file: IO[bytes], *, excel: bool) -> int:
    count = 0
    with _bar() as bar:
        task = bar.add_task("exporting", total=None)
        file.write(BOM_UTF8 if excel else b"")
        for piece in pieces:
            file.write(piece["csv"].encode())
            count += piece["rows"]
            bar.update(task, completed=count, total=piece["total"] or bar.tasks[0].total)
    file.flush()
    return count


def _bar() -> Progress:
    screen = console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal)
