"""Storefronts under fire: each is a RabbitMQ user with a shop of its own, which places orders,
pays, moves and refunds them, by a seed. What it publishes is recorded.
"""

import heapq
import random
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from deploy.stack.local import CUSTOMER_MAILBOX
from shared.clients.client import Request
from shared.contracts import samples
from tests.actor import Actor
from tests.system.fire.sender import Sender
from tests.system.fire.stack import mailbox_of
from tests.words import an_order, changed

STEP = 1.5  # seconds from one command for an order to the next: most follow in order
COPIES = 0.15  # the share of commands that are published twice, the copy later
SWAPPED = 0.1  # the share of commands that come too early: their order may not be there yet
LIVES = (
    ("pay", "processing", "shipped", "delivered"),
    ("pay", "processing", "shipped"),
    ("pay", "refund"),
    ("pay", "processing", "refund"),
    ("cancelled",),
    ("payment_accepted", "pay", "processing"),
)


@dataclass(order=True)
class Due:
    """A command that is published at a time."""

    at: float
    number: int
    request: Request = field(compare=False)
    copy: bool = field(compare=False, default=False)


class Storefront(Actor):
    """Places `rate` orders a second in its shop until it is stopped."""

    def __init__(self, urls: str, user: str, shop: str, rate: float, seed: int) -> None:
        super().__init__(user)
        self.shop, self.rate = shop, rate
        self._chance = random.Random(f"{seed} {user}")
        self.sender = Sender(urls, user, self._chance, self.stopping)
        self._due: list[Due] = []
        self._count = 0

    def set_up(self, stock: int) -> None:
        """Create the shop and its product with stock."""
        for name, data in (
            ("shop.put", changed(samples.PUT_SHOP, profile__email=mailbox_of(self.shop))),
            ("product.put", samples.PUT_PRODUCT),
            ("stock.set", {"sku": "MUG-BLUE", "quantity": stock}),
        ):
            self.sender.send(Request(name, data, self.shop), certain=True)
            self.sender.publishing.idle(0.3)

    def act(self) -> None:
        """Place orders and move them; at the end they remain where they are."""
        next_order = time.monotonic()
        with closing(self.sender.publishing):
            while not self.stopping.is_set():
                now = time.monotonic()
                if now >= next_order:
                    self._plan_order(now)
                    next_order = now + self._chance.uniform(0.5, 1.5) / self.rate
                while self._due and self._due[0].at <= time.monotonic():
                    due = heapq.heappop(self._due)
                    self.sender.send(due.request, copy=due.copy)
                self.sender.publishing.idle(0.05)

    def _plan_order(self, now: float) -> None:
        chance = self._chance
        order = an_order(
            order_id=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
            reference=f"{chance.getrandbits(45):09X}"[:9],
            customer__email=CUSTOMER_MAILBOX,
        )
        self._plan(now, Request("order.place", order, self.shop))
        for place, step in enumerate(chance.choice(LIVES), start=1):
            early = STEP * place if chance.random() < SWAPPED else 0.0
            at = now + STEP * place + chance.uniform(0, 1) - early
            self._plan(at, self._step(step, order["order_id"]))

    def _plan(self, at: float, request: Request) -> None:
        self._count += 1
        heapq.heappush(self._due, Due(at, self._count, request))
        if self._chance.random() < COPIES:
            self._count += 1
            later = at + self._chance.uniform(0, 5)
            heapq.heappush(self._due, Due(later, self._count, request, copy=True))

    def _step(self, step: str, order_id: str) -> Request:
        if step == "pay":
            data = changed(
                samples.RECORD_PAYMENT, order_id=order_id, payment__payment_id=self._id()
            )
            return Request("payment.record", data, self.shop)
        if step == "refund":
            return Request("refund.create", self._refund(order_id), self.shop)
        return Request("order.transition", {"order_id": order_id, "to": step}, self.shop)

    def _refund(self, order_id: str) -> dict[str, Any]:
        return {
            "order_id": order_id,
            "refund_id": self._id(),
            "kind": "standard",
            "lines": [{"line": 1, "quantity": self._chance.choice((1, 2))}],
            "refund_shipping": False,
            "by": "system",
        }

    def _id(self) -> str:
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))


def together(actions: list[Callable[[], None]]) -> None:
    """Call functions at the same time, and raise the first error."""
    errors: list[BaseException] = []

    def call(action: Callable[[], None]) -> None:
        try:
            action()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=call, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
