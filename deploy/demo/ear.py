"""Listens to all events from now on, as any other system could."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import uuid4

from shared.clients.connection import connected, login
from shared.contracts.envelope import Envelope, decode
from shared.runtime.errors import AftercartError
from shared.runtime.rabbitmq.names import EVENTS

T = TypeVar("T")

PATIENCE = 60.0  # seconds for whatever is awaited
LOOK = 0.05  # seconds between looks


class Ear:
    """`heard`: every event so far, in order; `tell` is called with each as it comes."""

    def __init__(self, connection: Any, user: str, tell: Callable[[Envelope], None]) -> None:
        self.heard: list[Envelope] = []
        self._connection, self._tell = connection, tell
        channel = connection.channel()
        queue = f"{user}.ear.{uuid4()}"
        channel.queue_declare(queue, exclusive=True)
        channel.queue_bind(queue, EVENTS, "#")
        channel.basic_consume(queue, self._hear, auto_ack=True)

    def _hear(self, _channel: Any, _method: Any, _properties: Any, body: bytes) -> None:
        event = decode(body)
        self.heard.append(event)
        self._tell(event)

    def listen(self, seconds: float = LOOK) -> None:
        """Takes what has come."""
        self._connection.process_data_events(time_limit=seconds)

    def await_that(self, what: str, look: Callable[[], T | None]) -> T:
        """What `look` finds; listens meanwhile. Raises when it takes too long."""
        deadline = time.monotonic() + PATIENCE
        while (found := look()) is None:
            if time.monotonic() > deadline:
                raise AftercartError(
                    f"{what} did not come within {PATIENCE:.0f} seconds: look into"
                    " var/workers/*.log, or start the stack with `make up` and try `aftercart"
                    " health`."
                )
            self.listen()
        return found

    def await_event(self, name: str, wanted: Callable[[dict[str, Any]], bool]) -> Envelope:
        """The first event of that name with such data, heard already or to come."""
        return self.await_that(
            f"The event {name}",
            lambda: next((e for e in self.heard if e.name == name and wanted(e.data)), None),
        )


@contextmanager
def ear(url: str, tell: Callable[[Envelope], None]) -> Iterator[Ear]:
    """An ear on a connection of its own."""
    with connected(url, "demo") as connection:
        yield Ear(connection, login(url)[0], tell)
