"""`aftercart order return`: take goods back, step by step."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import click

from shared.cli.amounts import quantities
from shared.cli.orders.action import (
    Item,
    OrderAction,
    action_options,
    order_action,
    reference_argument,
    split_options,
)
from shared.cli.orders.edit import pieces_of
from shared.cli.orders.refund import lines_argument, preview_lines
from shared.cli.shop_client import Data
from shared.cli.table import Cell, print_table
from shared.runtime.errors import AftercartError

STEPS = {
    "confirm": ("waiting_for_confirmation",),
    "deny": ("waiting_for_confirmation", "waiting_for_package", "package_received"),
    "receive": ("waiting_for_package",),
    "complete": ("package_received",),
}
"""Each step, and the states of a return in which it is possible."""


@click.command("return", short_help="Request, confirm, receive or complete a return.")
@reference_argument
@lines_argument
@click.option("--confirm", "step", flag_value="confirm", help="Accept the return request.")
@click.option("--deny", "step", flag_value="deny", help="Deny the return; needs --answer.")
@click.option("--receive", "step", flag_value="receive", help="The package has arrived.")
@click.option(
    "--complete",
    "step",
    flag_value="complete",
    help="Refund the returned lines; =AMOUNT sets another amount for a line.",
)
@click.option(
    "--answer",
    default="",
    metavar="TEXT",
    help="With --confirm and --deny: a message to the customer.",
)
@click.option("--shipping", is_flag=True, help="With --complete: refund the shipping, too.")
@click.option(
    "--restock/--no-restock",
    default=None,
    help="With --complete: whether the pieces return to stock.",
)
@click.option(
    "--store-credit", is_flag=True, help="With --complete: refund as store credit, not money."
)
@click.option("--reason", default="", metavar="TEXT", help="The reason for the return.")
@action_options
def return_goods(items: tuple[Item, ...], step: str | None, answer: str, **given: Any) -> None:
    """Request a return of lines of the order REF-OR-ID, or take its return one step further. A line
    is named by its number or its SKU.

    Without lines and options, list the order's returns.

    \b
    Examples:
      aftercart order return XKBKNABJK 1:2 --reason "Too large"
      aftercart order return XKBKNABJK --confirm
    """  # noqa: D301 - click reads \b
    options, action = split_options(given)
    with order_action(**action) as acting:
        if step is not None:
            _take_step(acting, step, items, options | {"answer": answer})
        elif items:
            _request(acting, items, options["reason"])
        else:
            _print_returns(acting)


COMMANDS = (return_goods,)


def _request(acting: OrderAction, items: tuple[Item, ...], reason: str) -> None:
    lines = [{"line": acting.line(item), "quantity": pieces_of(acting, item)} for item in items]
    acting.confirm(mail="a mail about the return")
    acting.send("return.request", {"return_id": str(uuid4()), "lines": lines, "reason": reason})


def _take_step(acting: OrderAction, step: str, items: tuple[Item, ...], options: Data) -> None:
    found = _return_for(acting, step)
    data: Data = {"return_id": found["return_id"]}
    preview: list[str] = []
    mail = "a mail about the return"
    if step in ("confirm", "deny"):
        data["answer"] = options["answer"]
    if step == "complete":
        data |= _completion(acting, items, options)
        preview = _preview(acting, found, data)
        mail += ", and of the credit slip"
    acting.confirm(*preview, mail=mail)
    acting.send(f"return.{step}", data)


def _return_for(acting: OrderAction, step: str) -> Data:
    """Return the only return of the order in which the step is possible."""
    returns = acting.order["returns"]
    found: list[Data] = []
    for each in returns:
        if each["state"] in STEPS[step]:
            found.append(each)
    if len(found) == 1:
        return found[0]
    needed = " or ".join(STEPS[step]).replace("_", " ")
    states = ", ".join(each["state"].replace("_", " ") for each in returns) or "none"
    raise AftercartError(
        f"The order has {len(found)} returns to {step}, which needs the state {needed}. The"
        f" states of its returns: {states}."
    )


def _completion(acting: OrderAction, items: tuple[Item, ...], options: Data) -> Data:
    """Return the fields of `return.complete` that the options set."""
    data: Data = {
        "refund_shipping": options["shipping"],
        "to_store_credit": options["store_credit"],
    }
    if options["restock"] is not None:
        data["restock"] = options["restock"]
    amounts = []
    for item in items:
        if item.money:
            amounts.append({"line": acting.line(item), "amount": acting.price(item.money)})
    if amounts:
        data["amounts"] = amounts
    return data


def _preview(acting: OrderAction, returned: Data, data: Data) -> list[str]:
    """Describe the refund that completing a return makes; empty if it cannot be calculated."""
    remaining = {
        line["line"]: line["quantity"] for line in acting.order["refundable_amounts"]["lines"]
    }
    amounts = {line["line"]: line["amount"] for line in data.get("amounts", ())}
    lines: list[Data] = []
    for each in returned["lines"]:
        line: Data = {
            "line": each["line"],
            "quantity": min(each["quantity"], remaining.get(each["line"], 0)),
        }
        if each["line"] in amounts:
            line["amount"] = amounts[each["line"]]
        if line["quantity"]:
            lines.append(line)
    terms: Data = {"order_id": acting.order_id, "kind": "return", "lines": lines}
    for name in ("refund_shipping", "to_store_credit", "restock"):
        if name in data:
            terms[name] = data[name]
    found = acting.client.request_if_possible("refund.preview", terms)
    return preview_lines(acting, found["refund"]) if found else []


def _print_returns(acting: OrderAction) -> None:
    rows: list[Sequence[Cell]] = []
    for each in acting.order["returns"]:
        lines = quantities(each["lines"])
        rows.append((each["return_id"], each["state"], lines, each["reason"]))
    print_table(("Return", "State", "Pieces", "Reason"), rows, empty="The order has no returns.")
