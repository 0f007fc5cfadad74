"""`aftercart credit`: list, show and issue store credit."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import click
from rich.text import Text

from shared.cli.amounts import Total
from shared.cli.options import (
    by_option,
    confirm_mail,
    json_option,
    shop_option,
    wait_option,
    without_empty,
    yes_option,
)
from shared.cli.shop_client import Data, open_shop_client
from shared.cli.table import Cell, Right, print_table
from shared.cli.terminal import (
    minute,
    money,
    print_line,
    print_note,
    print_record,
    print_records,
)
from shared.cli.times import Time, with_end

customer_argument = click.argument("customer_id", metavar="CUSTOMER-ID")


@click.group(short_help="List, show and issue store credit.")
def credit() -> None:
    """List, show and issue store credit: money that the shop owes to a customer.

    CUSTOMER-ID is the customer's id in the storefront.
    """


@credit.command("list", short_help="List customers with store credit.")
@click.argument("currency")
@json_option
@shop_option
@wait_option
def list_accounts(currency: str, as_json: bool, shop: str, wait: float) -> None:
    """List the customers with store credit in CURRENCY, and their balances."""
    query = {"currency": currency.upper(), "limit": 200}
    with open_shop_client(shop, wait, "credit") as client:
        found = list(client.pages("store_credit.list", query, "accounts"))
    if as_json:
        print_records(found)
        return
    print_table(
        ("Customer", Right("Balance")),
        [(account["customer_id"], money(account["balance"])) for account in found],
        empty=f"No customer has store credit in {currency.upper()}.",
    )


@credit.command(short_help="Show the balance and entries of a customer.")
@customer_argument
@json_option
@shop_option
@wait_option
def show(customer_id: str, as_json: bool, shop: str, wait: float) -> None:
    """Show the balance of a customer's store credit, and its entries, newest first."""
    with open_shop_client(shop, wait, "credit") as client:
        found = client.request("store_credit.get", {"customer_id": customer_id})
        zone = client.zone()
    if as_json:
        print_record(found)
    else:
        _print_account(found, zone)


@credit.command(short_help="Issue store credit to a customer.")
@customer_argument
@click.argument("amount", type=Total())
@click.argument("reason")
@click.option(
    "--expires-at",
    type=Time(),
    metavar="TIME",
    help="When it expires; a date means the end of that day. By default as set for the shop.",
)
@yes_option
@by_option
@shop_option
@wait_option
def issue(customer_id: str, yes: bool, shop: str, wait: float, **given: Any) -> None:
    """Issue AMOUNT as store credit to a customer, for REASON.

    \b
    Example:
      aftercart credit issue c-1001 10.00EUR "The parcel was late"
    """  # noqa: D301 - click reads \b
    confirm_mail("The customer gets a mail about it, if the shop knows the address.", yes=yes)
    with open_shop_client(shop, wait, "credit") as client:
        stated = with_end(without_empty(given), "expires_at", client.zone)
        client.request(
            "store_credit.issue", {"credit_id": str(uuid4()), "customer_id": customer_id, **stated}
        )
        _print_account(
            client.request("store_credit.get", {"customer_id": customer_id}), client.zone()
        )


def _print_account(found: Data, zone: str) -> None:
    for account in found["accounts"]:
        print_line(Text.assemble((money(account["balance"]), "bold"), " available"))
        print_table(
            (Right("Left"), "Expires", "Code"), [_lot(lot, zone) for lot in account["lots"]]
        )
        print_line()
    print_table(
        (
            "Time",
            "Kind",
            Right("Amount"),
            Right("Balance"),
            "By",
            "Order",
            "Reason",
        ),
        [_entry(entry, zone) for entry in found["entries"]],
    )
    if not found["accounts"]:
        print_note("The customer has never had store credit.", style="dim")


def _lot(lot: Data, zone: str) -> Sequence[Cell]:
    expires = "never"
    if lot["expires_at"]:
        expires = minute(lot["expires_at"], zone)
    return money(lot["unused"]), expires, lot["code"]


def _entry(entry: Data, zone: str) -> Sequence[Cell]:
    return (
        minute(entry["at"], zone),
        entry["kind"],
        money(entry["amount"]),
        money(entry["balance"]),
        entry["by"],
        entry["order_id"] or "",
        entry["reason"],
    )
