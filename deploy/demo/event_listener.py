"""Receive all events from now on, as any other system could."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from shared.clients.connection import connect
from shared.clients.subscriptions import subscribe
from shared.contracts.envelope import Envelope
from shared.runtime.errors import AftercartError

T = TypeVar("T")

PATIENCE = 300.0  # seconds until waiting for an event fails
POLL = 0.05  # seconds between polls


class EventListener:
    """Consume all events. `received` holds them in order; `on_event` is called with each."""

    def __init__(self, connection: Any, on_event: Callable[[Envelope], None]) -> None:
        self.received: list[Envelope] = []
        self._on_event = on_event
        self._subscription = subscribe(connection)

    def listen(self, seconds: float = POLL) -> None:
        """Process the events that have arrived, or arrive within `seconds`."""
        while (event := self._subscription.poll(seconds)) is not None:
            self.received.append(event)
            self._on_event(event)

    def await_that(self, what: str, find: Callable[[], T | None]) -> T:
        """Return what `find` returns, as soon as that is not None. Raises `AftercartError` after
        `PATIENCE` seconds.
        """
        deadline = time.monotonic() + PATIENCE
        while (found := find()) is None:
            if time.monotonic() > deadline:
                raise AftercartError(
                    f"{what} did not arrive within {PATIENCE:.0f} seconds: see"
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
        yield EventListener(connection, on_event)
