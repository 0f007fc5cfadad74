"""`aftercart credit`: store credit of customers, which pays like money."""

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
    yes_option,
)
from shared.cli.shop_client import Data, open_shop_client
from shared.cli.terminal import clean, minute, money, print_json, print_line, print_note
from shared.cli.times import Time, with_end

customer_argument = click.argument("customer_id", metavar="CUSTOMER-ID")


@click.group(short_help="Store credit: list, show, issue.")
def credit() -> None:
    """Store credit: money that the shop holds for a customer. CUSTOMER-ID is the storefront's key
    of the customer.
    """


@credit.command("list", short_help="What the shop owes, customer by customer.")
@click.argument("currency")
@json_option
@shop_option
@wait_option
def list_accounts(currency: str, as_json: bool, shop: str, wait: float) -> None:
    """List the customers who have store credit in CURRENCY."""
    found: list[Data] = []
    cursor: str | None = None
    with open_shop_client(shop, wait, "credit") as client:
        while True:
            page = client.request(
                "store_credit.list", {"currency": currency.upper(), "cursor": cursor, "limit": 200}
            )
            found, cursor = [*found, *page["accounts"]], page["next"]
            if cursor is None:
                break
    if as_json:
        print_json(found)
        return
    for account in found:
        print_line(clean(f"{account['customer_id']:24}  {money(account['balance']):>14}"))
    if not found:
        print_note(f"Nobody has store credit in {currency.upper()}.", style="dim")


@credit.command(short_help="A customer's balance and ledger.")
@customer_argument
@json_option
@shop_option
@wait_option
def show(customer_id: str, as_json: bool, shop: str, wait: float) -> None:
    """Show what store credit a customer has, and what became of it, newest first."""
    with open_shop_client(shop, wait, "credit") as client:
        found, zone = (
            client.request("store_credit.get", {"customer_id": customer_id}),
            client.zone(),
        )
    if as_json:
        print_json(found)
    else:
        _say_account(found, zone)


@credit.command(short_help="Give a customer store credit.")
@customer_argument
@click.argument("amount", type=Total())
@click.argument("reason")
@click.option(
    "--expires-at",
    type=Time(),
    metavar="TIME",
    help="Then, or with that day of the shop; else as its settings say.",
)
@yes_option
@by_option
@shop_option
@wait_option
def issue(customer_id: str, yes: bool, shop: str, wait: float, **given: Any) -> None:
    """Give a customer store credit by hand and say why.

    \b
    Example:
      aftercart credit issue c-1001 10.00EUR "The parcel was late"
    """  # noqa: D301 - click reads \b
    confirm_mail("The customer gets a mail about it, where the shop knows the address.", yes=yes)
    stated = {name: value for name, value in given.items() if value is not None}
    with open_shop_client(shop, wait, "credit") as client:
        stated = with_end(stated, "expires_at", client.zone)
        client.request(
            "store_credit.issue", {"credit_id": str(uuid4()), "customer_id": customer_id, **stated}
        )
        _say_account(
            client.request("store_credit.get", {"customer_id": customer_id}), client.zone()
        )


def _say_account(found: Data, zone: str) -> None:
    for account in found["accounts"]:
        print_line(Text.assemble((money(account["balance"]), "bold"), " available"))
        for lot in account["lots"]:
            until = (
                f"until {minute(lot['expires_at'], zone)}" if lot["expires_at"] else "without end"
            )
            print_line(clean(f"  {money(lot['left']):>14}  {until}  {lot['code']}"))
    for entry in found["entries"]:
        order = f"  order {entry['order_id']}" if entry["order_id"] else ""
        print_line(
            clean(
                f"{minute(entry['at'], zone)}  {entry['kind']:10}  {money(entry['amount']):>14}"
                f"  balance {money(entry['balance'])}  by {entry['by']}{order}  {entry['reason']}"
            )
        )
    if not found["accounts"]:
        print_note("The customer never had store credit.", style="dim")
