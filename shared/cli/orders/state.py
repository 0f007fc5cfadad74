"""`aftercart order state|payment`: move an order to another state, and record payments."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import click

from shared.cli.options import json_option, language_option
from shared.cli.orders.action import OrderAction, action_options, order_action, reference_argument
from shared.cli.shop_client import Data
from shared.cli.table import Cell, print_table
from shared.cli.terminal import print_records
from shared.cli.verbs import with_verbs


@click.command(short_help="Move an order to another state.")
@reference_argument
@click.argument("to", metavar="[STATE]", required=False)
@click.option(
    "--force", is_flag=True, help="Move to a state that is not allowed next; needs --reason."
)
@click.option("--reason", default="", metavar="TEXT", help="The reason, for the order's history.")
@language_option
@json_option
@action_options
def state(
    to: str | None, force: bool, reason: str, language: str, as_json: bool, **action: Any
) -> None:
    """Move the order REF-OR-ID to STATE, with the documents and mails of that state. Without STATE,
    list the moves, and why some are not possible; --json is for this list.

    \b
    Examples:
      aftercart order state XKBKNABJK
      aftercart order state XKBKNABJK shipped
    """  # noqa: D301 - click reads \b
    with order_action(**action) as acting:
        if to is None:
            moves = acting.query("order.actions", {"language": language})["moves"]
            if as_json:
                print_records(moves)
            else:
                _print_moves(moves)
            return
        known = _states(acting)
        data = {"to": to, "force": force, "reason": reason}
        acting.change("order.transition", data, *_move(acting, known.get(to, {})))


@click.command(short_help="Record a payment, or reverse one.")
@reference_argument
@click.argument("amount", required=False)
@click.option("--method", metavar="NAME", help="The payment method; by default the order's.")
@click.option(
    "--transaction-id", default="", metavar="ID", help="The payment system's transaction number."
)
@click.option(
    "--store-credit",
    is_flag=True,
    help="Pay AMOUNT with the customer's store credit, or as much as there is.",
)
@click.option(
    "--reverse",
    type=click.UUID,
    metavar="PAYMENT-ID",
    help="Reverse a payment that was recorded by mistake.",
)
@click.option("--reason", default="", metavar="TEXT", help="The reason for the reversal.")
@action_options
def payment(
    amount: str | None, store_credit: bool, reverse: Any, reason: str, **given: Any
) -> None:
    """Record that AMOUNT was received for the order REF-OR-ID.

    \b
    Examples:
      aftercart order payment XKBKNABJK 28.70 --transaction-id TX-9
      aftercart order payment XKBKNABJK --reverse 3c9b5a1e-7d2f-4c38-9a04-5b6f7c8d9e10 --reason "Another order's"
    """  # noqa: D301, E501 - click reads \b
    if sum((amount is not None and not store_credit, store_credit, reverse is not None)) != 1:
        raise click.UsageError(
            "Give the AMOUNT that was received, or --store-credit, or --reverse with the id of a"
            " payment."
        )
    stated, action = {name: given.pop(name) for name in ("method", "transaction_id")}, given
    with order_action(**action) as acting:
        if reverse is not None:
            if _is_store_credit(acting, str(reverse)):
                acting.confirm(mail="a mail about the store credit")
            acting.send("payment.reverse", {"payment_id": str(reverse), "reason": reason})
        elif store_credit:
            part = {}
            if amount is not None:
                part["amount"] = acting.price(amount)
            _confirm_paid(acting, part["amount"]["amount"] if part else None)
            acting.send("store_credit.use", {"payment_id": str(uuid4()), **part})
        else:
            paid = _payment(acting, str(amount), **stated)
            _confirm_paid(acting, paid["amount"]["amount"])
            acting.send("payment.record", {"payment": paid})


COMMANDS = (state, payment)


def _is_store_credit(acting: OrderAction, payment_id: str) -> bool:
    for each in acting.order["payments"]:
        if each["payment_id"] == payment_id and each["kind"] == "store_credit":
            return True
    return False


def _payment(acting: OrderAction, amount: str, method: str | None, transaction_id: str) -> Data:
    return {
        "payment_id": str(uuid4()),
        "method": method or acting.order["order"]["payment_method"],
        "amount": acting.price(amount),
        "transaction_id": transaction_id,
    }


def _states(acting: OrderAction) -> dict[str, Data]:
    return {each["key"]: each for each in acting.client.request("state.list", {})["states"]}


def _confirm_paid(acting: OrderAction, amount: int | None) -> None:
    """Ask first if a payment moves the order to a state that sends an e-mail. None as amount means
    as much as there is.
    """
    known, due = _states(acting), acting.order["due"]["amount"]
    onward = known.get(known[acting.order["state"]].get("when_paid") or "", {})
    if onward and (amount is None or amount >= due):
        acting.confirm(*_effects(acting, onward), mail=_mail(onward))


def _move(acting: OrderAction, wanted: Data) -> list[str]:
    if not wanted:
        return []
    language, labels = acting.order["order"]["language"], wanted["labels"]
    label = labels.get("en") or labels.get(language) or wanted["key"]
    return [f"{acting.order['state_label']} → {label}."]


def _effects(acting: OrderAction, wanted: Data) -> list[str]:
    shown = _move(acting, wanted)
    documents: list[str] = []
    for flag in ("invoice", "delivery_slip"):
        if flag in wanted["flags"]:
            documents.append(flag.replace("_", " "))
    if documents:
        shown.append(f"Documents of this state, unless issued before: {', '.join(documents)}.")
    return shown


def _mail(wanted: Data) -> str:
    if not wanted.get("mail_template"):
        return ""
    return f"the mail '{wanted['mail_template']}'"


def _print_moves(moves: list[Data]) -> None:
    rows: list[Sequence[Cell]] = []
    for move in moves:
        style = "bold" if move["possible"] else "dim"
        reason = with_verbs(move["reason"])
        rows.append(((move["state"], style), move["state_label"], (reason, "dim")))
    print_table(("State", "Name", "Not possible because"), rows, empty="This state is a final one.")
