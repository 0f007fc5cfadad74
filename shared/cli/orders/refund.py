"""`aftercart order refund|refunded|return`: money that goes back, and goods that come back."""

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
from shared.cli.orders.edit import pieces_of
from shared.cli.shop_client import Data
from shared.cli.terminal import clean, print_line
from shared.runtime.errors import AftercartError

RETURN_STEPS = {
    "confirm": ("waiting_for_confirmation",),
    "deny": ("waiting_for_confirmation", "waiting_for_package", "package_received"),
    "receive": ("waiting_for_package",),
    "complete": ("package_received",),
}
lines_argument = click.argument(
    "items", nargs=-1, type=ItemType(), metavar="[LINE[:PIECES][=AMOUNT]]…"
)


@click.command(short_help="Give money back.")
@reference_argument
@lines_argument
@click.option("--all", "everything", is_flag=True, help="All that is left of lines and shipping.")
@click.option(
    "--kind",
    type=click.Choice(["standard", "partial", "return"]),
    help="Else what is possible now.",
)
@click.option("--shipping", is_flag=True, help="All that is left of the shipping, too.")
@click.option("--shipping-amount", metavar="AMOUNT", help="So much of the shipping.")
@click.option("--overpaid", is_flag=True, help="What was paid beyond what the order costs.")
@click.option("--restock/--no-restock", default=None, help="Whether the pieces go back to stock.")
@click.option(
    "--credit-slip/--no-credit-slip",
    default=None,
    help="Else one is issued if there is an invoice. Without: a compensation, no price reduction.",
)
@click.option("--store-credit", is_flag=True, help="As store credit instead of money.")
@click.option("--reason", default="", metavar="TEXT", help="Printed on the credit slip.")
@action_options
def refund(items: tuple[Item, ...], everything: bool, kind: str | None, **given: Any) -> None:
    """Refund lines of the order REF-OR-ID: PIECES at their price, or AMOUNT. Shows what it comes to
    and asks first.

    \b
    Examples:
      aftercart order refund XKBKNABJK 1:1
      aftercart order refund XKBKNABJK 1=5.00 --reason "A scratch"
      aftercart order refund XKBKNABJK --all
    """  # noqa: D301 - click reads \b
    options, action = _split(given)
    with order_action(**action) as acting:
        terms = _terms(acting, items, everything, kind, options)
        preview = acting.ask("refund.preview", terms)["refund"]
        goods = bool(terms["lines"] or terms["shipping"] or terms.get("shipping_amount"))
        mails = ["the credit slip by mail"] if goods and _gets_slip(acting, options) else []
        mails += (
            ["a mail about the store credit"]
            if (preview["store_credit"] or {}).get("amount")
            else []
        )
        acting.confirm(*_preview(acting, preview), mail=" and ".join(mails))
        acting.send("refund.create", {**terms, "refund_id": str(uuid4())})


@click.command(short_help="Mark a refund as paid out.")
@reference_argument
@click.argument("refund_id", required=False, type=click.UUID, metavar="[REFUND-ID]")
@click.option(
    "--transaction-id", default="", metavar="ID", help="The payment system's number for it."
)
@click.option("--store-credit", is_flag=True, help="Turn the money into store credit instead.")
@action_options
def refunded(refund_id: Any, transaction_id: str, store_credit: bool, **action: Any) -> None:
    """Say that the money of a refund of the order REF-OR-ID was paid out: the only one that is due,
    or REFUND-ID.
    """
    with order_action(**action) as acting:
        due = [each["refund_id"] for each in acting.order["refunds"] if each["due"]]
        if refund_id is None and len(due) != 1:
            raise AftercartError(
                f"{len(due)} refunds of the order are due: {_due(acting) or 'none'}. Name one."
            )
        chosen = due[0] if refund_id is None else str(refund_id)
        if store_credit:
            acting.confirm(mail="a mail about the store credit")
            acting.send("refund.to_store_credit", {"refund_id": chosen})
        else:
            acting.send(
                "payment.mark_refunded", {"refund_id": chosen, "transaction_id": transaction_id}
            )


@click.command("return", short_help="Goods that come back: ask, confirm, receive, complete.")
@reference_argument
@lines_argument
@click.option(
    "--confirm", "step", flag_value="confirm", help="The goods may come: the package is awaited."
)
@click.option("--deny", "step", flag_value="deny", help="They are not taken back; needs --answer.")
@click.option("--receive", "step", flag_value="receive", help="The package arrived.")
@click.option(
    "--complete",
    "step",
    flag_value="complete",
    help="Refund what came back; =AMOUNT gives a line its own.",
)
@click.option(
    "--answer", default="", metavar="TEXT", help="To the customer, with --confirm and --deny."
)
@click.option("--shipping", is_flag=True, help="With --complete: refund the shipping, too.")
@click.option(
    "--restock/--no-restock",
    default=None,
    help="With --complete: whether the pieces go back to stock.",
)
@click.option(
    "--store-credit", is_flag=True, help="With --complete: as store credit instead of money."
)
@click.option("--reason", default="", metavar="TEXT", help="Why it comes back.")
@action_options
def return_goods(items: tuple[Item, ...], step: str | None, answer: str, **given: Any) -> None:
    """Ask for a return of lines of the order REF-OR-ID, or take its return one step further. Alone,
    list its returns.

    \b
    Examples:
      aftercart order return XKBKNABJK 1:2 --reason "Too large"
      aftercart order return XKBKNABJK --confirm
    """  # noqa: D301 - click reads \b
    options, action = _split(given)
    with order_action(**action) as acting:
        if step is not None:
            _take_step(acting, step, items, answer, options)
        elif items:
            lines = [{"line": item.line, "quantity": pieces_of(acting, item)} for item in items]
            acting.confirm(mail="a mail about the return")
            acting.send(
                "return.request",
                {
                    "return_id": str(uuid4()),
                    "lines": lines,
                    "reason": options["reason"],
                },
            )
        else:
            _say_returns(acting)


COMMANDS = (refund, refunded, return_goods)
ACTION = ("wanted", "shop", "wait", "by", "yes")


def _split(given: Data) -> tuple[Data, Data]:
    """Separate the options of a verb from those of every action."""
    return {name: value for name, value in given.items() if name not in ACTION}, {
        name: given[name] for name in ACTION
    }


def _terms(
    acting: OrderAction, items: tuple[Item, ...], everything: bool, kind: str | None, options: Data
) -> Data:
    lines = [_line(acting, item) for item in items]
    if everything:
        lines = [
            {"line": each["line"], "quantity": each["quantity"]}
            for each in acting.order["refund_left"]["lines"]
            if each["quantity"]
        ]
    amount = options["shipping_amount"]
    whole = options["shipping"] or (
        everything and acting.order["refund_left"]["shipping"]["amount"] > 0
    )
    stated = {
        name: options[name] for name in ("restock", "credit_slip") if options[name] is not None
    }
    return {
        "kind": kind or _kind(acting, items),
        "lines": lines,
        "shipping": whole and amount is None,
        "overpaid": options["overpaid"],
        "store_credit": options["store_credit"],
        "reason": options["reason"],
        **({} if amount is None else {"shipping_amount": acting.minor(amount)}),
        **stated,
    }


def _line(acting: OrderAction, item: Item) -> Data:
    if item.money is None:
        return {"line": item.line, "quantity": pieces_of(acting, item)}
    return {"line": item.line, "quantity": item.pieces or 0, "amount": acting.minor(item.money)}


STANDARD = ("refund.create", "standard")
"""The action that refunds whole pieces, with its kind."""


def _kind(acting: OrderAction, items: tuple[Item, ...]) -> str:
    """Return the kind of refund that fits: of whole pieces while nothing is shipped, else of an
    amount.
    """
    actions = acting.ask("order.actions", {})["actions"]
    possible = any(
        each["possible"] and (each["name"], each["kind"]) == STANDARD for each in actions
    )
    return "standard" if possible and not any(item.money for item in items) else "partial"


def _gets_slip(acting: OrderAction, options: Data) -> bool:
    invoiced = any(each["kind"] == "invoice" for each in acting.order["documents"])
    return invoiced and options["credit_slip"] is not False


def _preview(acting: OrderAction, refund: Data) -> list[str]:
    lines = [
        f"  line {line['line']}: {line['quantity']} x {line['sku']},"
        f" {acting.money(line['gross']['amount'])}"
        for line in refund["lines"]
    ]
    if refund["shipping"]["amount"]:
        lines.append(f"  shipping: {acting.money(refund['shipping']['amount'])}")
    how = "by hand" if refund["by_hand"] else "by its system"
    given = []
    if refund["store_credit"] and refund["store_credit"]["amount"]:
        given.append(f"{acting.money(refund['store_credit']['amount'])} as store credit")
    if refund["money"] and refund["money"]["amount"]:
        given.append(f"{acting.money(refund['money']['amount'])} by {refund['method']}, {how}")
    return [
        *lines,
        (
            f"Refund of {acting.money(refund['gross']['amount'])}:"
            f" {'; '.join(given) or 'no money goes back'}."
        ),
    ]


def _due(acting: OrderAction) -> str:
    return ", ".join(
        f"{each['refund_id']} ({acting.money(each['money']['amount'])})"
        for each in acting.order["refunds"]
        if each["due"]
    )


def _take_step(
    acting: OrderAction, step: str, items: tuple[Item, ...], answer: str, options: Data
) -> None:
    found = [each for each in acting.order["returns"] if each["state"] in RETURN_STEPS[step]]
    if len(found) != 1:
        needed = " or ".join(RETURN_STEPS[step]).replace("_", " ")
        standing = (
            ", ".join(each["state"].replace("_", " ") for each in acting.order["returns"]) or "none"
        )
        raise AftercartError(
            f"The order has {len(found)} returns to {step}: it needs the state {needed}. Its"
            f" returns: {standing}."
        )
    data: Data = {"return_id": found[0]["return_id"]}
    if step in ("confirm", "deny"):
        data["answer"] = answer
    if step == "complete":
        data |= {"shipping": options["shipping"], "store_credit": options["store_credit"]}
        data |= {"restock": options["restock"]} if options["restock"] is not None else {}
        amounts = [
            {"line": item.line, "amount": acting.minor(item.money)} for item in items if item.money
        ]
        data |= {"amounts": amounts} if amounts else {}
    acting.confirm(
        *(_preview_return(acting, found[0], data) if step == "complete" else ()),
        mail="a mail about the return" + (", and of the credit slip" if step == "complete" else ""),
    )
    acting.send(f"return.{step}", data)


def _preview_return(acting: OrderAction, returned: Data, data: Data) -> list[str]:
    """Return what completing a return gives back; nothing where that cannot be foreseen."""
    left = {each["line"]: each["quantity"] for each in acting.order["refund_left"]["lines"]}
    amounts = {each["line"]: {"amount": each["amount"]} for each in data.get("amounts", ())}
    lines = [
        {"line": line, "quantity": min(quantity, left.get(line, 0)), **amounts.get(line, {})}
        for line, quantity in ((each["line"], each["quantity"]) for each in returned["lines"])
    ]
    terms: Data = {
        name: data[name] for name in ("shipping", "store_credit", "restock") if name in data
    }
    found = acting.client.request_if_possible(
        "refund.preview",
        {
            "order_id": acting.order_id,
            "kind": "return",
            "lines": [each for each in lines if each["quantity"]],
            **terms,
        },
    )
    return _preview(acting, found["refund"]) if found else []


def _say_returns(acting: OrderAction) -> None:
    for each in acting.order["returns"]:
        lines = ", ".join(f"{line['quantity']} x {line['sku']}" for line in each["lines"])
        print_line(clean(f"{each['return_id']}  {each['state']}  {lines}  {each['reason']}"))
    if not acting.order["returns"]:
        print_line("The order has no returns.", style="dim")
