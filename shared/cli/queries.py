"""Questions of commands that know what they ask: asked as an outsider, with a fault in one
sentence.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import click

from shared.cli.requests import REFUSED, UNANSWERED, is_refusal, tell_refusal
from shared.cli.terminal import note
from shared.clients.client import Client, Request, new_id, outsider
from shared.contracts.envelope import Envelope
from shared.contracts.message import wire_type
from shared.runtime.settings import ClientSettings

Data = dict[str, Any]
wait_option = click.option(
    "--wait",
    type=click.FloatRange(0, min_open=True),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for an answer.",
)


@dataclass(frozen=True)
class Asker:
    """Somebody who asks about one shop, and waits so long for each answer."""

    client: Client
    shop: str
    seconds: float

    def ask(self, name: str, data: Data) -> Data:
        """The answer. A refusal is told and ends the command with 2, silence with 3."""
        reply = self._reply(name, data)
        if is_refusal(reply):
            tell_refusal(reply, details=False)
            raise click.exceptions.Exit(REFUSED)
        return reply.data

    def ask_if_possible(self, name: str, data: Data) -> Data | None:
        """Return the answer, or None where it is refused."""
        reply = self._reply(name, data)
        return None if is_refusal(reply) else reply.data

    def _reply(self, name: str, data: Data) -> Envelope:
        request = Request(name, wire_type(name), data, new_id(), self.shop)
        self.client.send(request)
        reply = next(self.client.replies(request, self.seconds), None)
        if reply is None:
            note(
                f"Nobody answered within {self.seconds:g} seconds: see `aftercart health`.",
                style="yellow",
            )
            raise click.exceptions.Exit(UNANSWERED)
        return reply

    def order_id(self, wanted: str) -> str:
        """Return the id of the order with this id or reference."""
        try:
            return str(UUID(wanted))
        except ValueError:
            return str(self.ask("order.get", {"order_id": wanted})["order"]["order_id"])

    def zone(self) -> str:
        """Return the time zone of the shop, as `orders` knows it."""
        return str(self.ask("shop.get", {})["profile"]["timezone"])


@contextmanager
def asking(shop: str, seconds: float, purpose: str) -> Iterator[Asker]:
    """An asker on a connection of its own."""
    with outsider(ClientSettings.load().broker_url.get_secret_value(), purpose) as client:
        yield Asker(client, shop, seconds)
