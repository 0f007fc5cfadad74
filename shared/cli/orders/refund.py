"""`aftercart order refund|refunded`: give money back."""

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
    split_options,
)
from shared.cli.orders.edit import pieces_of
from shared.cli.shop_client import Data
from shared.runtime.errors import AftercartError

STANDARD = ("refund.create", "standard")
"""The action that refunds whole pieces, with its kind."""
lines_argument = click.argument(
    "items", nargs=-1, type=ItemType(), metavar="[LINE-OR-SKU[:PIECES][=AMOUNT]]…"
)


@click.command(short_help="Refund lines, shipping or an overpayment.")
@reference_argument
@lines_argument
@click.option(
    "--all", "everything", is_flag=True, help="Refund everything not yet refunded, with shipping."
)
@click.option(
    "--kind",
    type=click.Choice(["standard", "partial", "return"]),
    help="The kind of refund; by default the one possible now.",
)
@click.option("--shipping", is_flag=True, help="Refund the rest of the shipping, too.")
@click.option("--shipping-amount", metavar="AMOUNT", help="Refund this part of the shipping.")
@click.option("--overpaid", is_flag=True, help="Refund the payments beyond the order's total.")
@click.option("--restock/--no-restock", default=None, help="Whether the pieces return to stock.")
@click.option(
    "--credit-slip/--no-credit-slip",
    default=None,
    help=(
        "Whether to issue a credit slip; by default if there is an invoice. Without one, the"
        " refund is a compensation, not a price reduction."
    ),
)
@click.option("--store-credit", is_flag=True, help="Refund as store credit instead of money.")
@click.option("--reason", default="", metavar="TEXT", help="The reason on the credit slip.")
@action_options
def refund(items: tuple[Item, ...], everything: bool, kind: str | None, **given: Any) -> None:
    """Refund lines of the order REF-OR-ID, each named by its number or its SKU: PIECES at their
    price, or AMOUNT.

    Prints the refund first; if the customer would get an e-mail, asks before it is made.

    \b
    Examples:
      aftercart order refund XKBKNABJK MUG-BLUE:1
      aftercart order refund XKBKNABJK 1=5.00 --reason "A scratch"
      aftercart order refund XKBKNABJK --all
    """  # noqa: D301 - click reads \b
    options, action = split_options(given)
    with order_action(**action) as acting:
        terms = _terms(acting, items, everything, kind, options)
        preview = acting.query("refund.preview", terms)["refund"]
        acting.confirm(*preview_lines(acting, preview), mail=_mails(acting, terms, preview))
        acting.send("refund.create", {**terms, "refund_id": str(uuid4())})


@click.command(short_help="Mark a refund as paid out.")
@reference_argument
@click.argument("refund_id", required=False, type=click.UUID, metavar="[REFUND-ID]")
@click.option(
    "--transaction-id", default="", metavar="ID", help="The payment system's transaction number."
)
@click.option("--store-credit", is_flag=True, help="Turn the money into store credit instead.")
@action_options
def refunded(refund_id: Any, transaction_id: str, store_credit: bool, **action: Any) -> None:
    """Mark a refund of the order REF-OR-ID as paid out: REFUND-ID, or the only one that is due."""
    with order_action(**action) as acting:
        data: Data = {"refund_id": _due_refund(acting, refund_id)}
        if store_credit:
            acting.confirm(mail="a mail about the store credit")
            acting.send("refund.to_store_credit", data)
        else:
            acting.send("payment.mark_refunded", data | {"transaction_id": transaction_id})


COMMANDS = (refund, refunded)


def preview_lines(acting: OrderAction, refund: Data) -> list[str]:
    """Describe a refund: each line, the shipping, and how the money goes back."""
    lines = []
    for line in refund["lines"]:
        amount = acting.money(line["gross"]["amount"])
        lines.append(f"  line {line['line']}: {line['quantity']} x {line['sku']}, {amount}")
    if refund["shipping"]["amount"]:
        lines.append(f"  shipping: {acting.money(refund['shipping']['amount'])}")
    parts: list[str] = []
    if refund["store_credit"] and refund["store_credit"]["amount"]:
        parts.append(f"{acting.money(refund['store_credit']['amount'])} as store credit")
    if refund["money"] and refund["money"]["amount"]:
        how = "by its payment system"
        if refund["by_hand"]:
            how = "by hand"
        parts.append(f"{acting.money(refund['money']['amount'])} by {refund['method']}, {how}")
    total = acting.money(refund["gross"]["amount"])
    lines.append(f"Refund of {total}: {'; '.join(parts) or 'no money is paid back'}.")
    return lines


def _terms(
    acting: OrderAction, items: tuple[Item, ...], everything: bool, kind: str | None, options: Data
) -> Data:
    """Return the fields that `refund.preview` and `refund.create` share."""
    remaining = acting.order["refundable_amounts"]
    lines = [_line(acting, item) for item in items]
    shipping = options["shipping"]
    if everything:
        lines = _remaining_lines(remaining["lines"])
        shipping = shipping or remaining["shipping"]["amount"] > 0
    terms: Data = {
        "kind": kind or _kind(acting, items),
        "lines": lines,
        "refund_shipping": shipping,
        "refund_overpaid": options["overpaid"],
        "to_store_credit": options["store_credit"],
        "reason": options["reason"],
    }
    if options["shipping_amount"] is not None:
        terms["refund_shipping"] = False
        terms["shipping_amount"] = acting.price(options["shipping_amount"])
    if options["restock"] is not None:
        terms["restock"] = options["restock"]
    if options["credit_slip"] is not None:
        terms["issue_credit_slip"] = options["credit_slip"]
    return terms


def _remaining_lines(lines: list[Data]) -> list[Data]:
    remaining = []
    for each in lines:
        if each["quantity"]:
            remaining.append({"line": each["line"], "quantity": each["quantity"]})
    return remaining


def _line(acting: OrderAction, item: Item) -> Data:
    if item.money is None:
        return {"line": acting.line(item), "quantity": pieces_of(acting, item)}
    amount = acting.price(item.money)
    return {"line": acting.line(item), "quantity": item.pieces or 0, "amount": amount}


def _kind(acting: OrderAction, items: tuple[Item, ...]) -> str:
    """Return the kind of refund that fits: of whole pieces while nothing is shipped, else of an
    amount.
    """
    if any(item.money for item in items):
        return "partial"
    for action in acting.query("order.actions", {})["actions"]:
        if action["possible"] and (action["name"], action["refund_kind"]) == STANDARD:
            return "standard"
    return "partial"


def _mails(acting: OrderAction, terms: Data, preview: Data) -> str:
    """Name the mails that the customer gets."""
    mails: list[str] = []
    goods = terms["lines"] or terms["refund_shipping"] or terms.get("shipping_amount")
    invoiced = any(each["kind"] == "invoice" for each in acting.order["documents"])
    if goods and invoiced and terms.get("issue_credit_slip") is not False:
        mails.append("the credit slip by mail")
    if (preview["store_credit"] or {}).get("amount"):
        mails.append("a mail about the store credit")
    return " and ".join(mails)


def _due_refund(acting: OrderAction, wanted: Any) -> str:
    """Return the id of the wanted refund, or of the only one that is due."""
    if wanted is not None:
        return str(wanted)
    due = []
    for each in acting.order["refunds"]:
        if each["outstanding"]:
            due.append(each)
    if len(due) == 1:
        return str(due[0]["refund_id"])
    refunds = [f"{each['refund_id']} ({acting.money(each['money']['amount'])})" for each in due]
    raise AftercartError(
        f"{len(due)} refunds of the order are due: {', '.join(refunds) or 'none'}. Give the"
        " REFUND-ID of one."
    )
