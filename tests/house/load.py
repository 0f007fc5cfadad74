"""A small load: orders are placed, paid and moved; each message is published until it is confirmed,
some twice. For each order a customer writes a mail to the shop.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import make_msgid
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from sqlalchemy import Table, func, select

from deploy.demo.customer import send
from deploy.stack.local import CUSTOMER_MAILBOX, SHOP_MAILBOX, LocalStack
from deploy.stack.ports import LOOPBACK
from services.orders.store.catalogue_tables import products, stock
from services.orders.store.tables import order_history, orders, payments
from shared.contracts import samples
from shared.contracts.envelope import Envelope
from shared.contracts.message import wire_type
from shared.runtime.rabbitmq.names import COMMANDS
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing
from shared.runtime.rabbitmq.publisher import Publisher
from shared.runtime.storage.database import engine_for, reading
from tests.conditions import until
from tests.words import an_order, changed

MOVES = ("payment_accepted", "processing")
STOCK = 100_000


@dataclass
class Load:
    """Orders of two mugs each, in waves. `twice`: the share of messages that are published a second
    time.
    """

    stack: LocalStack
    twice: float = 0.3
    orders: list[dict[str, Any]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    """Message-IDs of the customers' mails."""

    def __post_init__(self) -> None:
        self.chance = random.Random(7)
        self.publisher: Publisher | None = None
        self.engine = engine_for(self.stack.database_url("orders"))

    def shop(self) -> None:
        """A shop with stock."""
        self._send([("shop.put", samples.PUT_SHOP), ("product.put", samples.PUT_PRODUCT)])
        until(lambda: self._rows(products) == 1)
        self._send([("stock.set", {"sku": "MUG-BLUE", "quantity": STOCK})])
        until(lambda: self._rows(stock) == 1)

    def wave(self, size: int) -> None:
        """New orders, placed, paid and moved; each step after the effects of the one before are in
        the database.
        """
        new = [an_order(customer__email="ada@customer.test") for _ in range(size)]
        self.orders += new
        self._write(size)
        count, moved = len(self.orders), (len(self.orders) - size) * (1 + len(MOVES))
        self._send([("order.place", order) for order in new])
        until(lambda: self._rows(orders) == count)
        self._send([("payment.record", self._payment(order)) for order in new])
        until(lambda: self._rows(payments) == count)
        for step, state in enumerate(MOVES, start=2):
            self._send(
                [
                    ("order.transition", {"order_id": order["order_id"], "to": state})
                    for order in new
                ]
            )
            until(partial(self._reached, moved + size * step))

    def _write(self, number: int) -> None:
        for _ in range(number):
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = (
                CUSTOMER_MAILBOX,
                SHOP_MAILBOX,
                "Do you ship to Norway?",
            )
            mail["Message-ID"] = make_msgid(domain="customer.test")
            mail.set_content("I could not find it on your pages.")
            send(mail, LOOPBACK, self.stack.smtp.port)
            self.written.append(mail["Message-ID"])

    def _payment(self, order: dict[str, Any]) -> dict[str, Any]:
        payment_id = str(uuid5(NAMESPACE_URL, order["order_id"]))
        return changed(
            samples.RECORD_PAYMENT, order_id=order["order_id"], payment__payment_id=payment_id
        )

    def close(self) -> None:
        """Close the connections; the next message opens others."""
        if self.publisher:
            self.publisher.close()
        self.publisher = None
        self.engine.dispose()

    def _send(self, messages: Sequence[tuple[str, dict[str, Any]]]) -> None:
        self.publisher = self.publisher or Publisher(
            self.stack.amqp_url("client"), "load", reconnect_when_refused=True
        )
        waiting = [self._outgoing(name, data) for name, data in messages]
        waiting += [message for message in waiting if self.chance.random() < self.twice]
        while waiting:
            outcomes = self.publisher.publish(waiting, timeout=5)
            pairs = zip(waiting, outcomes, strict=True)
            waiting = [message for message, outcome in pairs if outcome is not Outcome.CONFIRMED]

    def _outgoing(self, name: str, data: dict[str, Any]) -> Outgoing:
        envelope = Envelope(id=str(uuid4()), source="/load", type=wire_type(name), data=data)
        return Outgoing(COMMANDS, name, envelope.encode(), envelope.id)

    def _rows(self, table: Table) -> int:
        with reading(self.engine) as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()

    def _reached(self, changes: int) -> bool:
        return self._rows(order_history) == changes
