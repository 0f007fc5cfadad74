"""`aftercart order add|edit|cancel|discount`: what an order holds, and what is taken off it."""

from typing import Any
from uuid import uuid4

import click

from shared.cli.orders.action import (
    Item,
    ItemType,
    OrderAction,
    action_options,
    order_action,
    reference_argument,
)
from shared.cli.shop_client import Data
from shared.runtime.errors import AftercartError

items_argument = click.argument(
    "items", nargs=-1, required=True, type=ItemType(), metavar="LINE[:PIECES][=PRICE]…"
)


@click.command(short_help="Add products to an order.")
@reference_argument
@click.argument("items", nargs=-1, required=True, type=ItemType(), metavar="SKU[:PIECES][=PRICE]…")
@action_options
def add(items: tuple[Item, ...], **action: Any) -> None:
    """Add products to the order REF-OR-ID: one piece of each SKU unless PIECES says more, at the
    catalogue's price unless PRICE is given. All of them are added, or none.

    \b
    Examples:
      aftercart order add XKBKNABJK MUG-BLUE:2
      aftercart order add XKBKNABJK TEA-GREEN=7.50
    """  # noqa: D301 - click reads \b
    with order_action(**action) as acting:
        acting.confirm_change()
        acting.send(
            "order.add_lines",
            {
                "lines": [
                    {"sku": item.key, "quantity": 1 if item.pieces is None else item.pieces}
                    | _price(acting, item)
                    for item in items
                ]
            },
        )


@click.command(short_help="Change pieces and prices of lines.")
@reference_argument
@items_argument
@click.option("--tax-rate", metavar="PERCENT", help="The tax rate of these lines from now on.")
@click.option(
    "--reason", default="", metavar="TEXT", help="Printed on a credit slip that this brings."
)
@action_options
def edit(items: tuple[Item, ...], tax_rate: str | None, reason: str, **action: Any) -> None:
    """Change lines of the order REF-OR-ID: PIECES is how many there are afterwards (0 removes the
    line), PRICE what one costs. What is not named stays.

    \b
    Examples:
      aftercart order edit XKBKNABJK 1:3
      aftercart order edit XKBKNABJK 1:0 2=9.90
    """  # noqa: D301 - click reads \b
    with order_action(**action) as acting:
        lines = [_edited(acting, item, tax_rate) for item in items]
        acting.confirm_change()
        acting.send("order.edit_lines", {"lines": lines, "reason": reason})


@click.command(short_help="Take products out of an unpaid order.")
@reference_argument
@items_argument
@click.option(
    "--reason", default="", metavar="TEXT", help="Printed on a credit slip that this brings."
)
@action_options
def cancel(items: tuple[Item, ...], reason: str, **action: Any) -> None:
    """Take pieces out of the order REF-OR-ID, all pieces of a line unless PIECES says how many."""
    with order_action(**action) as acting:
        lines = [{"line": item.line, "quantity": pieces_of(acting, item)} for item in items]
        acting.confirm_change()
        acting.send("order.cancel_lines", {"lines": lines, "reason": reason})


@click.command(short_help="Give a discount, or take one back.")
@reference_argument
@click.option("--percent", metavar="PERCENT", help="Off the products.")
@click.option("--amount", metavar="AMOUNT", help="Off the products.")
@click.option("--free-shipping", is_flag=True, help="The shipping costs nothing.")
@click.option(
    "--name", default="Discount", show_default=True, metavar="TEXT", help="Printed on documents."
)
@click.option(
    "--invoice", "number", metavar="NUMBER", help="Only for the products of this invoice."
)
@click.option("--remove", metavar="NAME-OR-ID", help="Take back this discount.")
@action_options
def discount(
    percent: str | None,
    amount: str | None,
    free_shipping: bool,
    name: str,
    number: str | None,
    remove: str | None,
    **action: Any,
) -> None:
    """Take something off the order REF-OR-ID: one of --percent, --amount and --free-shipping.

    \b
    Examples:
      aftercart order discount XKBKNABJK --percent 10 --name "For the delay"
      aftercart order discount XKBKNABJK --remove "For the delay"
    """  # noqa: D301 - click reads \b
    if sum((percent is not None, amount is not None, free_shipping, remove is not None)) != 1:
        raise click.UsageError("Give one of --percent, --amount, --free-shipping and --remove.")
    with order_action(**action) as acting:
        data: Data = (
            {"discount_id": _discount_id(acting, remove)}
            if remove is not None
            else {
                "discount_id": str(uuid4()),
                "discount_name": name,
                "percent": percent,
                "free_shipping": free_shipping,
                "amount": None if amount is None else acting.minor(amount),
                "invoice": None if number is None else invoice_id(acting, number),
            }
        )
        acting.confirm_change()
        acting.send("order.add_discount" if remove is None else "order.remove_discount", data)


COMMANDS = (add, edit, cancel, discount)


def pieces_of(acting: OrderAction, item: Item) -> int:
    """Return the pieces that an item names, or else all that its line has."""
    if item.pieces is not None:
        return item.pieces
    pieces = {line["line"]: line["quantity"] - line["refunded"] for line in acting.order["lines"]}
    if item.line not in pieces:
        raise AftercartError(f"The order has no line {item.line}: see `aftercart order show`.")
    return int(pieces[item.line])


def invoice_id(acting: OrderAction, number: str) -> str:
    """Return the id of the order's invoice with this number. Raise `AftercartError` where it has
    none.
    """
    issued = {
        each["number"]: each["document_id"]
        for each in acting.order["documents"]
        if each["kind"] == "invoice"
    }
    if number not in issued:
        raise AftercartError(
            f"The order has no invoice '{number}'; it has: {', '.join(issued) or 'none'}."
        )
    return str(issued[number])


def _price(acting: OrderAction, item: Item) -> Data:
    return {} if item.money is None else {"unit_price": acting.minor(item.money)}


def _edited(acting: OrderAction, item: Item, tax_rate: str | None) -> Data:
    if item.pieces is None and item.money is None and tax_rate is None:
        key = item.key
        raise click.UsageError(
            f"Say what line {key} becomes: {key}:3 for pieces, {key}=9.90 for a price."
        )
    pieces = {} if item.pieces is None else {"quantity": item.pieces}
    rate = {} if tax_rate is None else {"tax_rate": tax_rate}
    return {"line": item.line, **pieces, **rate, **_price(acting, item)}


def _discount_id(acting: OrderAction, wanted: str) -> str:
    given = acting.order["order"]["discounts"]
    found = [
        each["discount_id"]
        for each in given
        if wanted in (each["discount_id"], each["name"], each["code"])
    ]
    if len(found) != 1:
        names = ", ".join(f"'{each['name']}' ({each['discount_id']})" for each in given) or "none"
        raise AftercartError(
            f"'{wanted}' names {len(found)} discounts of the order; it has: {names}."
        )
    return str(found[0])
