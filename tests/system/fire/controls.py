"""Negative controls: leave one safe part out, so that the checker must find what breaks."""

import os
import threading
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

VARIABLE = "FIRE_CONTROL"
DELAY = 0.2  # seconds by which a window grows, so that a short run hits it


def install(name: str = "") -> None:
    """Leave out a part, or what the environment names, or nothing."""
    name = name or os.environ.get(VARIABLE, "")
    if name:
        CONTROLS[name]()


def inbox_off() -> None:
    """Take every message for new."""
    inbox: Any = import_module("shared.runtime.storage.inbox")
    real = inbox.claim

    def claim(connection: Any, keys: Any, at: Any) -> Any:
        wanted = list(keys)
        real(connection, wanted, at)
        return set(wanted)

    os.environ["AFTERCART_ORDERS_BATCH"] = "1"  # two copies in a batch are recognised without it
    inbox.claim = claim
    inbox.handled = lambda _connection, _keys: set()


def outbox_outside() -> None:
    """Write the outbox after the commit of the effects, in a transaction of its own."""
    outbox: Any = import_module("shared.runtime.storage.outbox")
    events: Any = import_module("sqlalchemy.event")
    real = outbox.add

    def add(connection: Any, rows: Any) -> None:
        def write() -> None:
            with connection.engine.begin() as own:
                real(own, rows)

        def later(_connection: Any) -> None:
            threading.Timer(DELAY, write).start()

        if rows:
            events.listen(connection, "commit", later, once=True)

    outbox.add = add


def delete_first() -> None:
    """Delete the rows of the outbox before they are published."""
    outbox: Any = import_module("shared.runtime.storage.outbox")
    real, remove = outbox.waiting, outbox.remove

    def waiting(connection: Any, *given: Any) -> Any:
        rows = real(connection, *given)
        if rows:
            remove(connection, [row.number for row in rows])
        return rows

    outbox.waiting, outbox.remove = waiting, lambda *_given: None


def confirms_off() -> None:
    """Take every message that was passed on to the socket for confirmed."""
    publisher: Any = import_module("shared.runtime.rabbitmq.publisher")
    real, confirmed = publisher.Publisher.publish, publisher.Outcome.CONFIRMED

    def publish(self: Any, messages: Any, timeout: float = 10) -> Any:
        sending = threading.Timer(DELAY, real, args=(self, messages, timeout))
        sending.daemon = True
        sending.start()
        return [confirmed] * len(messages)

    publisher.Publisher.publish = publish


def lock_off() -> None:
    """Load rows without locking them or their names, and write them a moment later."""
    database: Any = import_module("shared.runtime.storage.database")
    selectable: Any = import_module("sqlalchemy.sql.selectable")
    unit_of_work: Any = import_module("shared.runtime.storage.unit_of_work")
    real = unit_of_work.UnitOfWork.write

    def write(self: Any) -> None:
        time.sleep(DELAY)
        real(self)

    database.lock_names = lambda _connection, _names: None
    selectable.GenerativeSelect.with_for_update = lambda self, **_options: self
    unit_of_work.UnitOfWork.write = write


def stock_broker() -> None:
    """Acknowledge as dramatiq's own broker does: through the queue's current consumer, by a tag
    that may belong to another message since a reconnect.
    """
    broker: Any = import_module("shared.runtime.rabbitmq.broker")
    consumer = broker.SafeRabbitmqConsumer
    current: dict[str, Any] = {}
    real = consumer.__init__

    def remember(self: Any, owner: Any, queue_name: str, *given: Any) -> None:
        real(self, owner, queue_name, *given)
        current[queue_name] = self

    def ack_all(self: Any, messages: Any) -> None:
        now = current[self.queue_name]
        now._in_its_thread(partial(now._ack_now, sorted(message.tag for message in messages)))

    consumer.__init__, consumer.ack_all = remember, ack_all
    broker.HeldMessage.current = True


CONTROLS: dict[str, Callable[[], None]] = {
    "inbox-off": inbox_off,
    "outbox-outside": outbox_outside,
    "delete-first": delete_first,
    "confirms-off": confirms_off,
    "lock-off": lock_off,
    "stock-broker": stock_broker,
}
REVEALED_BY: dict[str, tuple[str, ...]] = {
    "inbox-off": ("repeat events", "kill a worker"),
    "outbox-outside": ("kill a service", "kill a worker"),
    "delete-first": ("kill a node", "kill a service"),
    "confirms-off": ("kill a service", "kill a node"),
    "lock-off": ("repeat events",),
    "stock-broker": ("close connections", "kill a worker", "kill a service"),
}
"""The faults under which a missing part shows soonest. A missing lock shows without a fault."""
