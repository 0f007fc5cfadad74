"""A small load: orders are placed, paid and moved; each message is published until it is confirmed, some twice."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from sqlalchemy import Table, func, select

from deploy.stack.local import LocalStack
from services.orders.store.tables import order_history, orders, payments, stock
from shared.contracts import samples
from shared.contracts.envelope import Envelope
from shared.contracts.message import wire_type
from shared.runtime.database import engine_for, reading
from shared.runtime.names import COMMANDS
from shared.runtime.publisher import Outcome, Outgoing, Publisher
from tests.conditions import until
from tests.words import an_order, changed

MOVES = ("payment_accepted", "processing")
STOCK = 1000


@dataclass
class Load:
    """`count` orders of two mugs each. `twice`: the share of messages that are published a second time."""

    stack: LocalStack
    count: int
    twice: float = 0.3
    orders: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(7)
        self.publisher = Publisher(self.stack.amqp_url("client"), "load")
        self.engine = engine_for(self.stack.database_url("orders"))

    def run(self, patience: float) -> None:
        """Everything, each round after the effects of the one before are seen in the database."""
        self._send([("shop.put", samples.PUT_SHOP), ("product.put", samples.PUT_PRODUCT)])
        self._send([("stock.set", {"sku": "MUG-BLUE", "quantity": STOCK})])
        until(lambda: self._rows(orders) >= 0 and self._stocked(), patience)
        self.orders = [an_order(customer__email="ada@customer.test") for _ in range(self.count)]
        self._send([("order.place", order) for order in self.orders])
        until(lambda: self._rows(orders) == self.count, patience)
        self._send([("payment.record", self._payment(order)) for order in self.orders])
        until(lambda: self._rows(payments) == self.count, patience)
        for step, state in enumerate(MOVES, start=2):
            self._send([("order.transition", {"order_id": order["order_id"], "to": state}) for order in self.orders])
            until(lambda step=step: self._rows(order_history) == self.count * step, patience)  # type: ignore[misc]
        self.publisher.close()

    def _payment(self, order: dict[str, Any]) -> dict[str, Any]:
        payment_id = str(uuid5(NAMESPACE_URL, order["order_id"]))
        return changed(samples.RECORD_PAYMENT, order_id=order["order_id"], payment__payment_id=payment_id)

    def _send(self, messages: Sequence[tuple[str, dict[str, Any]]]) -> None:
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

    def _stocked(self) -> bool:
        with reading(self.engine) as connection:
            return connection.execute(select(stock.c.available)).scalar() == STOCK
