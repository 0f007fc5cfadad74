"""An employee under fire: asks for the threads of a shop that wait, and replies to one of them."""

import random
from contextlib import closing
from typing import Any

from deploy.stack.local import LocalStack
from shared.clients.client import Request, open_client
from shared.runtime.errors import AftercartError
from tests.actor import Actor
from tests.system.fire.sender import Sender
from tests.system.fire.stack import SHOPS

NEWEST = 20  # threads, of which one is replied to
PATIENCE = 5.0  # seconds for the list
COPIES = 0.2  # the share of replies that are published twice


class Employee(Actor):
    """Replies about every `pause` seconds. What was published is in `sender.sent`."""

    def __init__(self, stack: LocalStack, pause: float, seed: int) -> None:
        super().__init__("employee")
        self.pause = pause
        self._urls = stack.amqp_url("client")
        self._chance = random.Random(f"{seed} employee")
        self.sender = Sender(self._urls, "client", self._chance, self.stopping)

    def act(self) -> None:
        with closing(self.sender.publishing):
            while not self.stopping.wait(self.pause * self._chance.uniform(0.5, 1.5)):
                self._reply(self._chance.choice(SHOPS))

    def _reply(self, shop: str) -> None:
        threads = self._waiting(shop)
        if not threads:
            return
        thread = self._chance.choice(threads)["thread_id"]
        data = {"thread_id": thread, "text": "It leaves tomorrow.", "by": "anna@shop.test"}
        request = Request("thread.reply", data, shop)
        self.sender.send(request)
        if self._chance.random() < COPIES:
            self.sender.send(request, copy=True)

    def _waiting(self, shop: str) -> list[dict[str, Any]]:
        """Return the newest threads that wait for an answer; none if nobody answers the query."""
        query = {"waiting": True, "limit": NEWEST}
        try:
            with open_client(self._urls, "employee") as client:
                answer = client.request("thread.list", query, shop=shop, timeout=PATIENCE)
        except AftercartError:
            return []
        found: list[dict[str, Any]] = answer.data.get("threads", [])
        return found
