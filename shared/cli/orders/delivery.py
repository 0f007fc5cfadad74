"""`aftercart order address|shipping`: change addresses, carrier and tracking number."""

from typing import Any

import click

from shared.cli.addresses import PARTS, address_line, address_options
from shared.cli.options import without_empty
from shared.cli.orders.action import action_options, order_action, reference_argument
from shared.cli.shop_client import Data


@click.command(short_help="Change the delivery or invoice address.")
@reference_argument
@click.option("--delivery", is_flag=True, help="Change the delivery address.")
@click.option("--invoice", is_flag=True, help="Change the invoice address.")
@address_options()
@click.option(
    "--taxes-checked",
    is_flag=True,
    help="For another country: confirm that the tax rates were checked.",
)
@action_options
def address(delivery: bool, invoice: bool, taxes_checked: bool, **given: Any) -> None:
    """Change parts of an address of the order REF-OR-ID. An empty text removes a part; parts that
    are not given do not change.

    \b
    Example:
      aftercart order address XKBKNABJK --delivery --line1 "14 St James's Square" --postcode "SW1Y 4LB"
    """  # noqa: D301, E501 - click reads \b
    parts = {part: given.pop(part) for part in PARTS}
    changed = without_empty(parts)
    kinds: list[str] = []
    if delivery:
        kinds.append("delivery_address")
    if invoice:
        kinds.append("invoice_address")
    if not kinds or not changed:
        raise click.UsageError(
            "Give the address (--delivery, --invoice or both) and a change, such as --line1."
        )
    with order_action(**given) as acting:
        addresses = {kind: acting.order[kind] | changed for kind in kinds}
        shown = [
            f"{kind.split('_')[0]} to: {address_line(value)}" for kind, value in addresses.items()
        ]
        acting.change("order.change_address", {**addresses, "taxes_checked": taxes_checked}, *shown)


@click.command(short_help="Change carrier, price or tracking number.")
@reference_argument
@click.option("--carrier", metavar="NAME", help="The new carrier; until the order is shipped.")
@click.option("--price", metavar="AMOUNT", help="The new price; until the order is shipped.")
@click.option("--tax-rate", metavar="PERCENT", help="The new tax rate; until the order is shipped.")
@click.option(
    "--tracking",
    metavar="NUMBER",
    help="The tracking number; mailed to the customer once the order is shipped.",
)
@action_options
def shipping(
    carrier: str | None,
    price: str | None,
    tax_rate: str | None,
    tracking: str | None,
    **action: Any,
) -> None:
    """Change the shipping of the order REF-OR-ID. Values that are not given do not change.

    \b
    Example:
      aftercart order shipping XKBKNABJK --tracking SP-4711
    """  # noqa: D301 - click reads \b
    with order_action(**action) as acting:
        wanted: Data = {
            "carrier": carrier,
            "shipping_tax_rate": tax_rate,
            "tracking_number": tracking,
        }
        if price is not None:
            wanted["shipping_price"] = acting.price(price)
        changed = without_empty(wanted)
        if not changed:
            raise click.UsageError("Give a change: --carrier, --price, --tax-rate or --tracking.")
        followed = ""
        if tracking and acting.order["shipped"]:
            followed = "the tracking number"
        acting.change("order.change_shipping", changed, mail=followed)


COMMANDS = (address, shipping)
