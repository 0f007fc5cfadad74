"""`aftercart order`: the list of orders, one order, its history. An outsider: it only asks `orders`."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any
from uuid import UUID

import click

from shared.cli.order_filter import filter_options, order_filter
from shared.cli.order_shown import say_history, say_order, say_row
from shared.cli.question import Asker, Data, asking, wait_option
from shared.cli.request import shop_option
from shared.cli.screen import note, say_json
from shared.runtime.errors import AftercartError

PAGE = 500  # orders that are asked for at once
wanted_argument = click.argument("wanted", metavar="REF-OR-ID")
json_option = click.option("--json", "as_json", is_flag=True, help="As JSON.")


@click.group(short_help="List orders, show one, or its history.")
def order() -> None:
    """Orders, as `order.list` and `order.get` answer."""


@order.command("list", short_help="The newest orders that fit.")
@filter_options
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="How many at most.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on each line.")
@shop_option
@wait_option
def list_orders(limit: int, as_json: bool, shop: str, wait: float, **chosen: Any) -> None:
    """Lists orders, newest first: those that fit every option that is given.

    \b
    Examples:
      aftercart order list --state payment_accepted --delivery-country DE
      aftercart order list --search ada --total-from 20EUR --placed-from 2026-11-01 --json
    """  # noqa: D301 - click reads \b
    with asking(shop, wait, "order") as asker:
        rows = _orders(asker, order_filter(chosen), limit + 1)
        first = next(rows, None)
        for row in islice(chain([first] if first else [], rows), limit):
            say_row(row, as_json=as_json)
        more = next(rows, None)
    if first is None:
        note("No order fits.", style="dim")
    elif more and not as_json:
        note(f"These are the newest {limit}; --limit shows more.", style="dim")


@order.command(short_help="One order, with all that belongs to it.")
@wanted_argument
@json_option
@shop_option
@wait_option
def show(wanted: str, as_json: bool, shop: str, wait: float) -> None:
    """Shows the order with the reference or id REF-OR-ID."""
    with asking(shop, wait, "order") as asker:
        found = _get(asker, wanted)
    (say_json if as_json else say_order)(found)


@order.command(short_help="Its states: which, when, by whom.")
@wanted_argument
@json_option
@shop_option
@wait_option
def history(wanted: str, as_json: bool, shop: str, wait: float) -> None:
    """Shows through which states the order REF-OR-ID went."""
    with asking(shop, wait, "order") as asker:
        found = _get(asker, wanted)
    if as_json:
        say_json(found["history"])
    else:
        say_history(found)


def _orders(asker: Asker, chosen: Data, limit: int) -> Iterator[Data]:
    cursor: str | None = None
    while limit > 0:
        page = asker.ask("order.list", {"filter": chosen, "limit": min(limit, PAGE), "cursor": cursor})
        yield from (row | {"timezone": page["timezone"]} for row in page["orders"])
        limit, cursor = limit - len(page["orders"]), page["next"]
        if cursor is None:
            return


def _get(asker: Asker, wanted: str) -> Data:
    return asker.ask("order.get", {"order_id": _id(asker, wanted)})


def _id(asker: Asker, wanted: str) -> str:
    try:
        return str(UUID(wanted))
    except ValueError:
        pass
    chosen = {"reference": wanted.upper()}
    found = {row["reference"]: row["order_id"] for row in _orders(asker, chosen, PAGE)}
    if chosen["reference"] in found:
        return str(found[chosen["reference"]])
    begun = f"; {', '.join(sorted(found)[:5])} begin like it" if found else ""
    raise AftercartError(f"No order of the shop '{asker.shop}' has the reference '{wanted}'{begun}.")
