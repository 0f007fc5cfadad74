"""Receive all events from now on, as any other system could."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import uuid4

from shared.clients.connection import connect
from shared.clients.urls import login
from shared.contracts.envelope import Envelope, decode
from shared.runtime.errors import AftercartError
from shared.runtime.rabbitmq.names import EVENTS

T = TypeVar("T")

PATIENCE = 60.0  # seconds until waiting for an event fails
POLL = 0.05  # seconds between polls


class EventListener:
    """Consume all events. `received` holds them in order; `on_event` is called with each."""

    def __init__(self, connection: Any, user: str, on_event: Callable[[Envelope], None]) -> None:
        self.received: list[Envelope] = []
        self._connection, self._on_event = connection, on_event
        channel = connection.channel()
        queue = f"{user}.listener.{uuid4()}"
        channel.queue_declare(queue, exclusive=True)
        channel.queue_bind(queue, EVENTS, "#")
        channel.basic_consume(queue, self._receive, auto_ack=True)

    def _receive(self, _channel: Any, _method: Any, _properties: Any, body: bytes) -> None:
        event = decode(body)
        self.received.append(event)
        self._on_event(event)

    def listen(self, seconds: float = POLL) -> None:
        """Process the events that have arrived."""
        self._connection.process_data_events(time_limit=seconds)

    def await_that(self, what: str, find: Callable[[], T | None]) -> T:
        """Return what `find` returns, as soon as that is not None. Raises `AftercartError` after
        `PATIENCE` seconds.
        """
        deadline = time.monotonic() + PATIENCE
        while (found := find()) is None:
            if time.monotonic() > deadline:
                raise AftercartError(
                    f"{what} did not come within {PATIENCE:.0f} seconds: look into"
                    " var/workers/*.log, or start the stack with `make up` and try `aftercart"
                    " health`."
                )
            self.listen()
        return found

    def await_event(self, name: str, wanted: Callable[[dict[str, Any]], bool]) -> Envelope:
        """Return the first event of that name with such data, received already or later."""
        return self.await_that(
            f"The event {name}",
            lambda: next((e for e in self.received if e.name == name and wanted(e.data)), None),
        )


@contextmanager
def listen(url: str, on_event: Callable[[Envelope], None]) -> Iterator[EventListener]:
    """Open a connection and receive events on it until the block ends."""
    with connect(url, "demo") as connection:
        yield EventListener(connection, login(url)[0], on_event)
