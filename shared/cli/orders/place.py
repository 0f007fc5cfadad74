"""`aftercart order place`: place an order for a customer on the phone, after showing its price."""

from typing import Any

import click

from shared.cli.addresses import address_options
from shared.cli.options import by_option, confirm_mail, shop_option, wait_option, yes_option
from shared.cli.orders.action import Item, ItemType, print_standing
from shared.cli.orders.new_order import ADDRESS, INVOICE, cart, new_order
from shared.cli.shop_client import Data, open_shop_client
from shared.cli.terminal import clean, money, print_line, print_note
from shared.runtime.errors import AftercartError


def _invoice_options(command: Any) -> Any:
    for part in reversed(INVOICE):
        flag, name = f"--invoice-{part.replace('_', '-')}", f"invoice_{part}"
        text = "Of a separate invoice address."
        command = click.option(flag, name, metavar="TEXT", help=text)(command)
    return command


@click.command(short_help="Place an order by hand.")
@click.argument("items", nargs=-1, required=True, type=ItemType(), metavar="SKU[:PIECES][=PRICE]…")
@click.option(
    "--email",
    metavar="ADDRESS",
    required=True,
    help="The customer's e-mail. For a known customer, name and address may be left out.",
)
@click.option("--name", metavar="TEXT", help="The name of a new customer.")
@address_options(ADDRESS)
@_invoice_options
@click.option("--carrier", metavar="NAME", required=True, help="The carrier's name.")
@click.option("--shipping", metavar="AMOUNT", help="The shipping; by default the carrier's price.")
@click.option("--payment-method", metavar="NAME", required=True, help="The payment method's name.")
@click.option(
    "--state", metavar="STATE", help="The first state; by default that of the payment method."
)
@click.option(
    "--voucher", "voucher_codes", multiple=True, metavar="CODE", help="A voucher; may be repeated."
)
@click.option("--percent", metavar="PERCENT", help="A discount on the products, as a new voucher.")
@click.option("--amount", metavar="AMOUNT", help="A discount on the products, as a new voucher.")
@click.option("--free-shipping", is_flag=True, help="Free shipping, as a new voucher.")
@click.option(
    "--voucher-name",
    default="Discount",
    show_default=True,
    metavar="TEXT",
    help="The new voucher's name on documents.",
)
@click.option(
    "--store-credit", is_flag=True, help="Pay with the customer's store credit, as far as possible."
)
@click.option("--without-tax", is_flag=True, help="All prices are without tax.")
@click.option("--currency", metavar="CODE", help="By default that of the first product.")
@click.option(
    "--language",
    metavar="CODE",
    help="The language of mails and documents; by default the customer's, or the shop's.",
)
@click.option("--reference", metavar="REF", help="The order's reference; random by default.")
@yes_option
@by_option
@shop_option
@wait_option
def place(
    items: tuple[Item, ...], by: str, yes: bool, shop: str, wait: float, **given: Any
) -> None:
    """Place an order for a customer on the phone.

    Each SKU is ordered once, or PIECES times, at the catalogue's price or at PRICE. Prints the
    order's price and asks before it is placed.

    \b
    Examples:
      aftercart order place MUG-BLUE:2 --email ada@example.test \\
        --carrier "Swift Post" --payment-method "Bank wire"
      aftercart order place MUG-BLUE:3=10.00 --email grace@example.test --name "Grace Hopper" \\
        --line1 "1 Harbour Street" --postcode 10115 --city Berlin --country DE \\
        --carrier "Swift Post" --payment-method Cheque --percent 10 --voucher-name "For the delay"
    """  # noqa: D301 - click reads \b
    with open_shop_client(shop, wait, "order") as client:
        order = new_order(client, items, given) | {"placed_by": by}
        priced = client.request("cart.price", cart(order))
        _print_price(priced)
        if priced["rejected"]:
            reasons = " ".join(each["reason"] for each in priced["rejected"])
            raise AftercartError(f"Nothing was placed: {reasons}")
        mail = (
            f"The customer ({order['customer']['email']}) gets the confirmation and the mail of the"
            " first state."
        )
        confirm_mail(mail, yes=yes)
        reply = client.request("order.place", order | {"total": priced["total"]})
        print_line(f"done: {', '.join(reply.get('events') or [])}", style="green")
        print_standing(
            client.request("order.get", {"order_id": order["order_id"], "language": "en"})
        )


COMMANDS = (place,)


def _print_price(priced: Data) -> None:
    for line in priced["lines"]:
        text = f"  {line['quantity']} x {line['sku']} {line['name']}, {money(line['total'])}"
        if line["gift"]:
            text += ", a gift"
        if line["available"] < line["quantity"]:
            text += f", {line['available']} left"
        print_note(clean(text))
    print_note(f"  shipping {money(priced['shipping'])}")
    for discount in priced["discounts"]:
        print_note(clean(f"  {discount['name']}: {money(discount['off'])} off"))
    total = f"Total {money(priced['total'])}, of which tax {money(priced['tax'])}"
    if priced["store_credit"]["amount"]:
        total += f", {money(priced['store_credit'])} paid by store credit"
    print_note(f"{total}.")
