"""Act on one order: print the effects, ask before an e-mail to the customer, send, print it."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import click
from rich.text import Text

from shared.cli.options import (
    by_option,
    confirm,
    confirm_mail,
    shop_option,
    wait_option,
    yes_option,
)
from shared.cli.orders.display import due_sentence
from shared.cli.orders.preview import changes_price, mails, sentences
from shared.cli.shop_client import Data, ShopClient, open_shop_client
from shared.cli.terminal import clean, money, prefixed, print_line, print_note
from shared.clients.phrases import listed
from shared.runtime.errors import AftercartError
from shared.writing.currencies import exponent, written

F = TypeVar("F", bound=Callable[..., Any])
ITEM = re.compile(r"(?P<key>.+?)(?::(?P<pieces>[0-9]{1,7}))?(?:=(?P<money>[0-9]+(?:\.[0-9]+)?))?")
ACTION = ("wanted", "shop", "wait", "by", "yes")  # the parameters of `order_action`

reference_argument = click.argument("wanted", metavar="REF-OR-ID")


def action_options(command: F) -> F:
    """Add the options that, with `reference_argument`, are the parameters of `order_action`."""
    for option in (wait_option, shop_option, yes_option, by_option):
        command = option(command)
    return command


def split_options(given: Data) -> tuple[Data, Data]:
    """Return a command's own options, and the parameters of `order_action`."""
    own = dict(given)
    return own, {name: own.pop(name) for name in ACTION}


@dataclass(frozen=True)
class Item:
    """The number or the SKU of a line, with an optional number of pieces and amount:
    `KEY[:PIECES][=MONEY]`.

    The amount is text, as its currency is not known yet.
    """

    key: str
    pieces: int | None
    money: str | None


class ItemType(click.ParamType[Item]):
    """Parse an `Item` on the command line."""

    name = "item"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Item:
        found = ITEM.fullmatch(value)
        if found is None:
            self.fail(f"'{value}' is not valid: write, for example, 1:2 or 1:2=9.90.", param, ctx)
        pieces = found["pieces"]
        if pieces is not None:
            pieces = int(pieces)
        return Item(found["key"], pieces, found["money"])


@dataclass(frozen=True)
class OrderAction:
    """One employee's action on one order; `order` holds the answer to `order.get`."""

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

    def price(self, text: str) -> Data:
        """Convert an amount such as `9.90` to money in the order's currency."""
        return price_of(text, self.currency)

    def money(self, amount: int) -> str:
        """Format an amount in the order's currency."""
        return written(amount, self.currency)

    def line(self, item: Item) -> int:
        """Return the number of the order's line with this number or SKU. Raises `AftercartError`
        if none has it, or several.
        """
        return line_number(item.key, self.order["lines"])

    def confirm(self, *sentences: str, mail: str = "") -> None:
        """Print the effects. If the customer gets an e-mail, which `mail` names, ask first."""
        for sentence in sentences:
            print_note(clean(sentence))
        if mail:
            customer = self.order["order"]["customer"]["email"]
            confirm_mail(f"The customer ({customer}) gets {mail}.", yes=self.yes)

    def change(self, name: str, data: Data, *shown: str, mail: str = "") -> Data:
        """Print the effects of a command, ask if the price changes or a mail is sent, and send it.

        `shown` are sentences to print first, `mail` names a mail that the preview does not.
        """
        wanted = {"command": name, "data": {"by": self.by, **data}}
        found = self.query("order.preview", wanted)
        letters = mails(found)
        if mail:
            letters.append(mail)
        self.confirm(*shown, *sentences(found), mail=" and ".join(letters))
        if changes_price(found) and not letters:
            confirm("", yes=self.yes, reason="This changes what the customer pays")
        return self.send(name, data)

    def query(self, name: str, data: Data) -> Data:
        """Send a query about the order and return its answer."""
        return self.client.request(name, {"order_id": self.order_id, **data})

    def send(self, name: str, data: Data) -> Data:
        """Send a command about the order, and print its events and the order's new state."""
        reply = self.client.request(name, {"order_id": self.order_id, "by": self.by, **data})
        if reply.get("repeated"):
            done = "done before: nothing changed now"
        else:
            done = f"done: {', '.join(reply.get('events') or [])}"
        print_line(done, style="green")
        print_standing(
            self.client.request("order.get", {"order_id": self.order_id, "language": "en"})
        )
        return reply


def price_of(text: str, currency: str) -> Data:
    """Convert an amount such as `9.90` to money of a currency. Raises `click.UsageError`."""
    return {"amount": minor_units(text, currency), "currency": currency}


def minor_units(text: str, currency: str) -> int:
    """Convert an amount such as `9.90` to minor units of a currency. Raises `click.UsageError`."""
    whole, _, part = text.partition(".")
    places = exponent(currency)
    if not (whole + part).isdecimal() or not text.isascii() or len(part) > places:
        example = written(990 * 10 ** max(places - 2, 0), currency).split()[0]
        raise click.UsageError(
            f"'{text}' is not an amount in {currency}: write, for example, {example}."
        )
    return int(whole + part.ljust(places, "0"))


def line_number(key: str, lines: Iterable[Data]) -> int:
    """Return the number of the line with this number or SKU. Raises `AftercartError` if none has
    it, or several.
    """
    found: set[int] = set()
    known: list[str] = []
    for line in lines:
        known.append(f"{line['line']} ({line['sku']})")
        if key in (str(line["line"]), line["sku"]):
            found.add(int(line["line"]))
    if len(found) == 1:
        return found.pop()
    if found:
        numbers = listed([str(number) for number in sorted(found)])
        raise AftercartError(f"'{key}' stands for the lines {numbers}: give the number of one.")
    raise AftercartError(f"The order has no line '{key}'; it has {listed(known) or 'none'}.")


@contextmanager
def order_action(wanted: str, shop: str, wait: float, by: str, yes: bool) -> Iterator[OrderAction]:
    """Get the order with this reference or id and open an action on it."""
    with open_shop_client(shop, wait, "order") as client:
        order = client.request("order.get", {"order_id": wanted, "language": "en"})
        yield OrderAction(client, order, by, yes)


def print_standing(found: Data) -> None:
    """Print an order in one line: reference, state, total, paid amount and due amount."""
    order, due = found["order"], due_sentence(found)
    print_line(
        Text.assemble(
            (f"{order['reference']}  ", "bold cyan"),
            clean(found["state_label"]),
            f"  total {money(order['total'])}, paid {money(order['paid'])}",
            (prefixed(", ", due), "yellow"),
        )
    )
