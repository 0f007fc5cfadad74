"""`aftercart order add|edit|cancel|discount`: change the lines and discounts of an order."""

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
    "items", nargs=-1, required=True, type=ItemType(), metavar="LINE-OR-SKU[:PIECES][=PRICE]…"
)


@click.command(short_help="Add products to an order.")
@reference_argument
@click.argument("items", nargs=-1, required=True, type=ItemType(), metavar="SKU[:PIECES][=PRICE]…")
@action_options
def add(items: tuple[Item, ...], **action: Any) -> None:
    """Add products to the order REF-OR-ID: one piece of each SKU or PIECES, at the catalogue's
    price or at PRICE. If one cannot be added, none is.

    \b
    Examples:
      aftercart order add XKBKNABJK MUG-BLUE:2
      aftercart order add XKBKNABJK TEA-GREEN=7.50
    """  # noqa: D301 - click reads \b
    with order_action(**action) as acting:
        lines: list[Data] = []
        for item in items:
            line: Data = {"sku": item.key, "quantity": 1, **_price(acting, item)}
            if item.pieces is not None:
                line["quantity"] = item.pieces
            lines.append(line)
        acting.change("order.add_lines", {"lines": lines})


@click.command(short_help="Change quantities and prices of lines.")
@reference_argument
@items_argument
@click.option("--tax-rate", metavar="PERCENT", help="The new tax rate of these lines.")
@click.option(
    "--reason", default="", metavar="TEXT", help="The reason on the credit slip, if one is issued."
)
@action_options
def edit(items: tuple[Item, ...], tax_rate: str | None, reason: str, **action: Any) -> None:
    """Change lines of the order REF-OR-ID, each named by its number or its SKU: PIECES is the new
    quantity (0 removes the line), PRICE the new price of one piece. Lines and values that are not
    given do not change.

    \b
    Examples:
      aftercart order edit XKBKNABJK MUG-BLUE:3
      aftercart order edit XKBKNABJK 1:0 2=9.90
    """  # noqa: D301 - click reads \b
    with order_action(**action) as acting:
        lines = [_edited(acting, item, tax_rate) for item in items]
        acting.change("order.edit_lines", {"lines": lines, "reason": reason})


@click.command(short_help="Cancel lines of an unpaid order.")
@reference_argument
@items_argument
@click.option(
    "--reason", default="", metavar="TEXT", help="The reason on the credit slip, if one is issued."
)
@action_options
def cancel(items: tuple[Item, ...], reason: str, **action: Any) -> None:
    """Cancel lines of the order REF-OR-ID, each named by its number or its SKU: all pieces of it,
    or PIECES of them.
    """
    with order_action(**action) as acting:
        lines = [{"line": acting.line(item), "quantity": pieces_of(acting, item)} for item in items]
        acting.change("order.cancel_lines", {"lines": lines, "reason": reason})


@click.command(short_help="Add or remove a discount.")
@reference_argument
@click.option("--percent", metavar="PERCENT", help="A percentage off the products.")
@click.option("--amount", metavar="AMOUNT", help="An amount off the products.")
@click.option("--free-shipping", is_flag=True, help="Free shipping.")
@click.option(
    "--name",
    default="Discount",
    show_default=True,
    metavar="TEXT",
    help="The discount's name on documents.",
)
@click.option(
    "--invoice", "number", metavar="NUMBER", help="Discount only the products of this invoice."
)
@click.option(
    "--remove", metavar="NAME-OR-ID", help="Remove this discount, by its name, code or id."
)
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
    """Add a discount to the order REF-OR-ID, or remove one.

    \b
    Examples:
      aftercart order discount XKBKNABJK --percent 10 --name "For the delay"
      aftercart order discount XKBKNABJK --remove "For the delay"
    """  # noqa: D301 - click reads \b
    if sum((percent is not None, amount is not None, free_shipping, remove is not None)) != 1:
        raise click.UsageError("Give one of --percent, --amount, --free-shipping and --remove.")
    with order_action(**action) as acting:
        if remove is not None:
            removed = _discount_id(acting, remove)
            acting.change("order.remove_discount", {"discount_id": removed})
            return
        data: Data = {
            "discount_id": str(uuid4()),
            "discount_name": name,
            "percent": percent,
            "free_shipping": free_shipping,
            "amount": None,
            "invoice_id": None,
        }
        if amount is not None:
            data["amount"] = acting.price(amount)
        if number is not None:
            data["invoice_id"] = invoice_id(acting, number)
        acting.change("order.add_discount", data)


COMMANDS = (add, edit, cancel, discount)


def pieces_of(acting: OrderAction, item: Item) -> int:
    """Return the pieces that an item names, or all pieces of its line."""
    if item.pieces is not None:
        return item.pieces
    pieces = {line["line"]: line["quantity"] - line["refunded"] for line in acting.order["lines"]}
    return int(pieces[acting.line(item)])


def invoice_id(acting: OrderAction, number: str) -> str:
    """Return the id of the order's invoice with this number. Raises `AftercartError`."""
    issued: dict[str, str] = {}
    for each in acting.order["documents"]:
        if each["kind"] == "invoice":
            issued[each["number"]] = each["document_id"]
    if number not in issued:
        raise AftercartError(
            f"The order has no invoice '{number}'; it has: {', '.join(issued) or 'none'}."
        )
    return str(issued[number])


def _price(acting: OrderAction, item: Item) -> Data:
    if item.money is None:
        return {}
    return {"unit_price": acting.price(item.money)}


def _edited(acting: OrderAction, item: Item, tax_rate: str | None) -> Data:
    if item.pieces is None and item.money is None and tax_rate is None:
        key = item.key
        raise click.UsageError(
            f"Give the change of line {key}: {key}:3 for three pieces, {key}=9.90 for a price."
        )
    line: Data = {"line": acting.line(item), **_price(acting, item)}
    if item.pieces is not None:
        line["quantity"] = item.pieces
    if tax_rate is not None:
        line["tax_rate"] = tax_rate
    return line


def _discount_id(acting: OrderAction, wanted: str) -> str:
    given = acting.order["order"]["discounts"]
    found = []
    for each in given:
        if wanted in (each["discount_id"], each["name"], each["code"]):
            found.append(each["discount_id"])
    if len(found) != 1:
        names = ", ".join(f"'{each['name']}' ({each['discount_id']})" for each in given) or "none"
        raise AftercartError(
            f"'{wanted}' matches {len(found)} discounts of the order; it has: {names}."
        )
    return str(found[0])
