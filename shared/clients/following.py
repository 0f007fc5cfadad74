"""Follow the event stream across lost connections, as programs that run for long do."""

import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from pika.adapters.blocking_connection import BlockingConnection

from shared.clients.subscriptions import Start, subscribe
from shared.contracts.envelope import Envelope
from shared.runtime.errors import TopologyError

PAUSE = 0.5  # seconds until the next try to connect
Connect = Callable[[], AbstractContextManager[BlockingConnection]]


def follow(
    connect: Connect,
    pattern: str,
    start: Start,
    *,
    documents: bool = False,
    on_connected: Callable[[], None],
    on_lost: Callable[[str], None],
) -> Generator[Envelope]:
    """Yield matching events for ever. If the connection is lost, connect again, to another node if
    there are several, and go on after the last event that was received.

    Calls `on_connected` after each time it subscribed, and `on_lost` with a reason once for each
    time the connection is lost. Raises `TopologyError` if it cannot subscribe the first time.
    """
    begin, lost, ever_connected = start, False, False
    while True:
        subscribed_at = datetime.now(UTC)
        try:
            with connect() as connection:
                events = subscribe(connection, pattern, begin, documents=documents)
                begin = _after(begin, subscribed_at)
                lost, ever_connected = False, True
                on_connected()
                try:
                    yield from events
                finally:
                    if events.position is not None:
                        begin = events.position + 1
        except TopologyError as error:
            if not ever_connected:
                raise
            if not lost:
                on_lost(str(error))
            lost = True
            time.sleep(PAUSE)


def _after(start: Start, subscribed_at: datetime) -> Start:
    """Return where to begin again if no event was received: `next` and `last` would then mean
    later ones.
    """
    if start in ("next", "last"):
        return subscribed_at
    return start
