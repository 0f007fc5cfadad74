"""`aftercart customer`: list, show and put customers, their addresses and carts."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import click

from shared.cli.addresses import address_line, address_options
from shared.cli.amounts import quantities
from shared.cli.files import file_argument
from shared.cli.options import json_option, shop_option, wait_option, without_empty
from shared.cli.requests import read_data
from shared.cli.shop import personal_data
from shared.cli.shop_client import Data, ShopClient, open_shop_client
from shared.cli.table import Cell, print_table
from shared.cli.terminal import clean, minute, print_line, print_note, print_record, print_records
from shared.runtime.errors import AftercartError

customer_argument = click.argument("customer_id", metavar="CUSTOMER-ID")


@click.group(short_help="List, show, put, export and erase customers.")
def customer() -> None:
    """List, show and put customers, their addresses and carts; export and erase personal data.

    CUSTOMER-ID is the customer's id in the storefront, which `customer list` prints. For vouchers
    and store credit of a customer see `voucher list --customer-id` and `credit show`.
    """


@customer.command("list", short_help="List customers.")
@click.argument("text", required=False)
@click.option(
    "--limit",
    type=click.IntRange(1, 50),
    metavar="NUMBER",
    default=20,
    show_default=True,
    help="With TEXT: the maximum number of customers.",
)
@json_option
@shop_option
@wait_option
def list_customers(text: str | None, limit: int, as_json: bool, shop: str, wait: float) -> None:
    """List all customers, or those with TEXT as first letters of a word in name, e-mail or address,
    or as phone number.
    """
    with open_shop_client(shop, wait, "customer") as client:
        found, more = _found(client, text, limit)
    if as_json:
        print_records(found)
        return
    print_table(
        ("Customer", "E-mail", "Name"),
        [(each["customer_id"], each["email"], each["full_name"]) for each in found],
        empty="No customer matches.",
    )
    if more:
        print_note("There are more customers; --limit shows more.", style="dim")


@customer.command(short_help="Show a customer with their addresses.")
@customer_argument
@json_option
@shop_option
@wait_option
def show(customer_id: str, as_json: bool, shop: str, wait: float) -> None:
    """Show a customer with their addresses. --json prints the form that `customer put` reads."""
    with open_shop_client(shop, wait, "customer") as client:
        found, zone = client.request("customer.get", {"customer_id": customer_id}), client.zone()
    if as_json:
        print_record(found)
        return
    print_line(clean(f"{found['full_name']} <{found['email']}>, language {found['language']}"))
    if found["registered_at"]:
        print_line(f"known since {minute(found['registered_at'], zone)}")
    if found["groups"]:
        print_line(clean(f"groups {', '.join(found['groups'])}"))
    print_table(
        ("Address", ""),
        [(address["address_id"], address_line(address)) for address in found["addresses"]],
    )


@customer.command(short_help="Add or change a customer.")
@file_argument
@shop_option
@wait_option
def put(file: str, shop: str, wait: float) -> None:
    """Add the customer in FILE (JSON; `-` reads standard input), or change the one with its id.

    Fields that are not in FILE do not change.
    """
    data = read_data(file)
    with open_shop_client(shop, wait, "customer") as client:
        client.request("customer.put", data)
    print_line(f"customer '{clean(str(data.get('customer_id')))}' is stored", style="green")


@customer.command(short_help="Add, change or remove an address.")
@customer_argument
@click.argument("address_id", type=click.UUID, required=False, metavar="[ADDRESS-ID]")
@click.option("--remove", is_flag=True, help="Remove the address. Orders with it do not change.")
@address_options()
@shop_option
@wait_option
def address(
    customer_id: str, address_id: UUID | None, remove: bool, shop: str, wait: float, **given: Any
) -> None:
    """Change parts of the address ADDRESS-ID of a customer, or add an address if no id is given.

    \b
    Examples:
      aftercart customer address c-1001 --line1 "1 Harbour Street" --postcode 10115 --city Berlin --country DE
      aftercart customer address c-1001 5a0d…41 --phone "+49 30 1234567"
    """  # noqa: D301, E501 - click reads \b
    changed = without_empty(given)
    if remove == bool(changed) or (remove and address_id is None):
        raise click.UsageError(
            "Give parts of the address, such as --line1, or ADDRESS-ID --remove."
        )
    with open_shop_client(shop, wait, "customer") as client:
        if remove:
            data = {"customer_id": customer_id, "address_id": str(address_id)}
            client.request("customer.remove_address", data)
        else:
            wanted = _address(client, customer_id, address_id) | changed
            client.request("customer.put_address", {"customer_id": customer_id, "address": wanted})
    print_line(f"the addresses of '{clean(customer_id)}' are changed", style="green")


@customer.command(short_help="List the carts of a customer.")
@customer_argument
@json_option
@shop_option
@wait_option
def carts(customer_id: str, as_json: bool, shop: str, wait: float) -> None:
    """List a customer's latest carts, last changed first. An order can be placed from a cart."""
    with open_shop_client(shop, wait, "customer") as client:
        found = client.request("cart.list", {"customer_id": customer_id})["carts"]
        zone = client.zone()
    if as_json:
        print_records(found)
        return
    rows: list[Sequence[Cell]] = []
    for cart in found:
        lines = quantities(cart["lines"]) or "empty"
        rows.append((cart["cart_id"], minute(cart["changed_at"], zone), lines))
    print_table(("Cart", "Changed", "Contents"), rows, empty="The customer has no carts.")


for command in personal_data.COMMANDS:
    customer.add_command(command)


def _found(client: ShopClient, text: str | None, limit: int) -> tuple[list[Data], bool]:
    if text is None:
        return list(client.pages("customer.list", {"limit": 200}, "customers")), False
    answer = client.request("customer.search", {"text": text, "limit": limit})
    return answer["customers"], answer["more"]


def _address(client: ShopClient, customer_id: str, address_id: UUID | None) -> Data:
    """Return the known address to change, or a new one with the customer's name."""
    known = client.request("customer.get", {"customer_id": customer_id})
    if address_id is None:
        return {"name": known["full_name"]}
    for address in known["addresses"]:
        if address["address_id"] == str(address_id):
            return dict(address)
    raise AftercartError(
        f"The customer has no address {address_id}: see `aftercart customer show`."
    )
