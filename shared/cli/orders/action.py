"""Acting on one order: find it, show what will happen, ask before the customer is written to, send,
show the result.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import click
from rich.text import Text

from shared.cli.options import by_option, confirm_mail, shop_option, wait_option, yes_option
from shared.cli.orders.display import due_sentence
from shared.cli.shop_client import Data, ShopClient, open_shop_client
from shared.cli.terminal import clean, print_line, print_note
from shared.writing.currencies import exponent, written

F = TypeVar("F", bound=Callable[..., Any])
ITEM = re.compile(r"(?P<key>.+?)(?::(?P<pieces>[0-9]{1,7}))?(?:=(?P<money>[0-9]+(?:\.[0-9]+)?))?")

reference_argument = click.argument("wanted", metavar="REF-OR-ID")


def action_options(command: F) -> F:
    """Add the options of every action; with `reference_argument` they are the keywords of
    `order_action`.
    """
    for option in (wait_option, shop_option, yes_option, by_option):
        command = option(command)
    return command


@dataclass(frozen=True)
class Item:
    """`KEY[:PIECES][=MONEY]`: a line's number or a SKU, how many pieces, and an amount as it was
    written.
    """

    key: str
    pieces: int | None
    money: str | None

    @property
    def line(self) -> int:
        """Return the number of the line. Raise `click.UsageError` where the key is no number."""
        if not self.key.isdecimal() or not self.key.isascii():
            raise click.UsageError(
                f"'{self.key}' is no line number: write LINE[:PIECES][=MONEY], such as 1:2=9.90."
            )
        return int(self.key)


class ItemType(click.ParamType[Item]):
    """An `Item` on the command line."""

    name = "item"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Item:
        found = ITEM.fullmatch(value)
        if found is None:
            self.fail(f"'{value}' is not understood: write 1:2 or 1:2=9.90.", param, ctx)
        pieces = found["pieces"]
        return Item(found["key"], None if pieces is None else int(pieces), found["money"])


@dataclass(frozen=True)
class OrderAction:
    """An employee's action on one order. `order` is the answer of `order.get`."""

    client: ShopClient
    order: Data
    by: str
    yes: bool

    @property
    def order_id(self) -> str:
        return str(self.order["order"]["order_id"])

    @property
    def currency(self) -> str:
        return str(self.order["order"]["total"]["currency"])

    def minor(self, text: str) -> int:
        """Return an amount written by a person (`9.90`) in minor units of the order's currency."""
        return minor_units(text, self.currency)

    def money(self, amount: int) -> str:
        """Return an amount in the order's currency as people write it."""
        return written(amount, self.currency)

    def confirm(self, *sentences: str, mail: str = "") -> None:
        """Show what will happen. Where that writes to the customer (`mail` says what), ask
        first.
        """
        for sentence in sentences:
            print_note(clean(sentence))
        if mail:
            customer = self.order["order"]["customer"]["email"]
            confirm_mail(f"The customer ({customer}) gets {mail}.", yes=self.yes)

    def confirm_change(self) -> None:
        """Ask before a change of what the order costs, where that is put on a document that the
        customer gets.
        """
        replaced = {key for each in self.order["documents"] for key in each["replaces"]}
        standing = [
            each["number"]
            for each in self.order["documents"]
            if each["kind"] == "invoice" and each["document_id"] not in replaced
        ]
        if standing:
            self.confirm(
                f"The order was invoiced ({', '.join(standing)}): the difference is invoiced or"
                " credited.",
                mail="that document by mail",
            )

    def ask(self, name: str, data: Data) -> Data:
        """Ask a question about the order."""
        return self.client.request(name, {"order_id": self.order_id, **data})

    def send(self, name: str, data: Data) -> Data:
        """Send a command about the order, and show what happened and how the order stands now."""
        reply = self.client.request(name, {"order_id": self.order_id, "by": self.by, **data})
        events = ", ".join(reply.get("events") or [])
        print_line(
            "done before: nothing changed now" if reply.get("repeated") else f"done: {events}",
            style="green",
        )
        print_standing(
            self.client.request("order.get", {"order_id": self.order_id, "language": "en"})
        )
        return reply


def minor_units(text: str, currency: str) -> int:
    """Return an amount written by a person (`9.90`) in minor units of a currency. Raise
    `click.UsageError`.
    """
    whole, _, part = text.partition(".")
    places = exponent(currency)
    if not (whole + part).isdecimal() or not text.isascii() or len(part) > places:
        example = written(990 * 10 ** max(places - 2, 0), currency).split()[0]
        raise click.UsageError(f"'{text}' is no amount in {currency}: write it like {example}.")
    return int(whole + part.ljust(places, "0"))


@contextmanager
def order_action(wanted: str, shop: str, wait: float, by: str, yes: bool) -> Iterator[OrderAction]:
    """Open an action on the order with the reference or id `wanted`."""
    with open_shop_client(shop, wait, "order") as client:
        order = client.request("order.get", {"order_id": wanted, "language": "en"})
        yield OrderAction(client, order, by, yes)


def print_standing(found: Data) -> None:
    """Print one line on how an order stands: reference, state, total, what was paid, what is
    due.
    """
    order, due = found["order"], due_sentence(found)
    print_line(
        Text.assemble(
            (f"{order['reference']}  ", "bold cyan"),
            clean(found["state_label"]),
            f"  total {_money(order['total'])}, paid {_money(order['paid'])}",
            (f", {due}" if due else "", "yellow"),
        )
    )


def _money(money: Data) -> str:
    return written(money["amount"], money["currency"])
