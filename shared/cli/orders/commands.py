"""`aftercart order`: list orders, show one, and act on it."""

from collections.abc import Iterator
from typing import Any, get_args

import click

from shared.cli.options import json_option, language_option, shop_option, wait_option
from shared.cli.orders import delivery, documents, edit, export, place, refund, returns, state, tax
from shared.cli.orders.action import reference_argument as wanted_argument
from shared.cli.orders.display import print_history, print_order, print_orders
from shared.cli.orders.filter import filter_options, order_filter
from shared.cli.shop_client import Data, ShopClient, open_shop_client, rows_of
from shared.cli.terminal import print_found, print_line, print_note, print_records
from shared.contracts.orders.lists import OrderSort

PAGE = 500  # orders of one answer
SORTS = get_args(OrderSort)


@click.group(short_help="List orders, show one, and act on it.")
def order() -> None:
    """List orders, show one, and act on it.

    REF-OR-ID is an order's reference or its id. Amounts are decimal numbers such as 9.90, in the
    order's currency, with or without tax as the order's prices are. An action that sends an e-mail
    to the customer asks first, unless --yes is given.
    """


@order.command("list", short_help="List orders, newest first.")
@filter_options
@click.option(
    "--sort",
    type=click.Choice(SORTS),
    default="placed_at",
    show_default=True,
    help="The column to sort by.",
)
@click.option("--ascending", is_flag=True, help="Sort in ascending order.")
@click.option("--count", is_flag=True, help="Print only the number of orders.")
@language_option
@click.option(
    "--limit",
    type=click.IntRange(1),
    metavar="NUMBER",
    default=50,
    show_default=True,
    help="The maximum number of orders.",
)
@json_option
@shop_option
@wait_option
def list_orders(
    limit: int,
    as_json: bool,
    shop: str,
    wait: float,
    sort: str,
    ascending: bool,
    count: bool,
    language: str,
    **chosen: Any,
) -> None:
    """List the orders that match all given options, newest first by default.

    \b
    Examples:
      aftercart order list --state payment_accepted --delivery-country DE
      aftercart order list --document IN000012
      aftercart order list --sort total --language fa
      aftercart order list --search ada --total-from 20EUR --placed-from 2026-11-01 --json
    """  # noqa: D301 - click reads \b
    with open_shop_client(shop, wait, "order") as client:
        wanted = {
            "filter": order_filter(chosen, client.zone),
            "sort": sort,
            "descending": not ascending,
            "language": language,
        }
        if count:
            print_line(
                str(
                    client.request("order.list", wanted | {"limit": 1, "with_total_count": True})[
                        "total_count"
                    ]
                )
            )
            return
        rows = list(_orders(client, wanted, limit + 1))
    if as_json:
        print_records(rows[:limit])
        return
    print_orders(rows[:limit])
    if len(rows) > limit:
        print_note(f"These are the first {limit}; --limit shows more.", style="dim")


@order.command(short_help="Show an order with all its details.")
@wanted_argument
@language_option
@json_option
@shop_option
@wait_option
def show(wanted: str, language: str, as_json: bool, shop: str, wait: float) -> None:
    """Show the order REF-OR-ID with its lines, payments, documents, refunds and returns."""
    with open_shop_client(shop, wait, "order") as client:
        found = client.request("order.get", {"order_id": wanted, "language": language})
    print_found(found, print_order, as_json=as_json)


@order.command(short_help="Show the states of an order so far.")
@wanted_argument
@language_option
@json_option
@shop_option
@wait_option
def history(wanted: str, language: str, as_json: bool, shop: str, wait: float) -> None:
    """Show the past and present states of the order REF-OR-ID, with time and employee."""
    with open_shop_client(shop, wait, "order") as client:
        found = client.request("order.get", {"order_id": wanted, "language": language})
    if as_json:
        print_records(found["history"])
    else:
        print_history(found)


def _orders(client: ShopClient, wanted: Data, limit: int) -> Iterator[Data]:
    cursor: str | None = None
    while limit > 0:
        page = client.request("order.list", wanted | {"limit": min(limit, PAGE), "cursor": cursor})
        yield from rows_of(page, "orders")
        limit, cursor = limit - len(page["orders"]), page["next"]
        if cursor is None:
            return


for module in (
    place,
    state,
    edit,
    refund,
    returns,
    delivery,
    documents,
    tax,
    export,
):
    for command in module.COMMANDS:
        order.add_command(command)
