"""Send requests about one shop, with refusals and missing replies as exit codes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import click

from shared.cli.requests import NO_REPLY, REFUSED, print_refusal
from shared.cli.terminal import print_note
from shared.clients.client import Client, NoReply, Reply, open_client
from shared.runtime.settings import ClientSettings

Data = dict[str, Any]


@dataclass(frozen=True)
class ShopClient:
    """A client for one shop that waits `timeout` seconds for each reply."""

    client: Client
    shop: str
    timeout: float

    def request(self, name: str, data: Data) -> Data:
        """Send a command or a query and return the fields of the reply.

        A refusal is printed and ends the program with exit code 2, a missing reply with 3.
        """
        reply = self._reply(name, data)
        if reply.refusal:
            print_refusal(reply.refusal, details=False)
            raise click.exceptions.Exit(REFUSED)
        return reply.data

    def request_if_possible(self, name: str, data: Data) -> Data | None:
        """Send a request and return the fields of the reply, or None if it is refused."""
        reply = self._reply(name, data)
        return None if reply.refusal else reply.data

    def pages(self, name: str, query: Data, field: str) -> Iterator[Data]:
        """Yield the entries of a list query, page by page; `field` holds them in the answer."""
        cursor: str | None = None
        while True:
            page = self.request(name, query if cursor is None else query | {"cursor": cursor})
            yield from page[field]
            cursor = page.get("next")
            if cursor is None:
                return

    def order_id(self, wanted: str) -> str:
        """Return the id of the order with this id or reference."""
        try:
            return str(UUID(wanted))
        except ValueError:
            return str(self.request("order.get", {"order_id": wanted})["order"]["order_id"])

    def zone(self) -> str:
        """Return the time zone of the shop."""
        return str(self.request("shop.get", {})["profile"]["timezone"])

    def _reply(self, name: str, data: Data) -> Reply:
        try:
            return self.client.request(name, data, shop=self.shop, timeout=self.timeout)
        except NoReply as error:
            print_note(str(error), style="yellow")
            raise click.exceptions.Exit(NO_REPLY) from None


@contextmanager
def open_shop_client(shop: str, timeout: float, purpose: str) -> Iterator[ShopClient]:
    """Open a client on a connection of its own; `purpose` is the connection's name in RabbitMQ."""
    with open_client(ClientSettings.load().broker_url.get_secret_value(), purpose) as client:
        yield ShopClient(client, shop, timeout)


def rows_of(page: Data, name: str) -> list[Data]:
    """Return the rows of a page, each with the time zone of the page."""
    return [row | {"timezone": page["timezone"]} for row in page[name]]
