"""Read the event stream in a thread, and pass each event to the pages that show its shop."""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from shared.clients.connection import connect
from shared.clients.subscriptions import Start, matches, subscribe
from shared.contracts.envelope import Envelope
from shared.runtime.errors import AftercartError

logger = structlog.get_logger()

REMEMBERED = 200  # events of each shop, for pages that are opened later
PAST = timedelta(minutes=15)  # read when the console starts
WAITING = 500  # events that a slow page may be behind; older ones are skipped
POLL_SECONDS = 1.0
RECONNECT_SECONDS = 2.0


@dataclass(eq=False)
class Reader:
    """A page that shows events. Its queue is used in the event loop only."""

    shop: str
    pattern: list[str]
    loop: asyncio.AbstractEventLoop
    events: asyncio.Queue[Envelope] = field(default_factory=lambda: asyncio.Queue(WAITING))

    def wants(self, event: Envelope) -> bool:
        """Return whether the page shows an event."""
        return event.shop == self.shop and matches(self.pattern, event.name.split("."))

    def offer(self, event: Envelope) -> None:
        """Add an event; may be called in any thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self.loop.call_soon_threadsafe(self._put, event)

    def _put(self, event: Envelope) -> None:
        if self.events.full():
            self.events.get_nowait()
        self.events.put_nowait(event)


class EventFeed:
    """The latest events of each shop. One consumer of the stream serves all open pages."""

    def __init__(self, urls: str) -> None:
        self._urls = urls
        self._lock = threading.Lock()  # for the three below
        self._recent: dict[str, deque[Envelope]] = {}
        self._readers: set[Reader] = set()
        self._error = "The console is not connected to the event stream yet."
        self._position: int | None = None  # of the last event in the stream
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="console-events")

    def start(self) -> None:
        """Start to read."""
        self._thread.start()

    def stop(self) -> None:
        """Close the connection and end the thread."""
        self._stopping.set()
        self._thread.join(5)

    @property
    def error(self) -> str:
        """Why no events arrive; empty if they do."""
        return self._error

    def recent(self, shop: str, pattern: str = "#") -> list[Envelope]:
        """Return the latest events of a shop with names that match, newest first."""
        words = pattern.split(".")
        with self._lock:
            known = list(self._recent.get(shop, ()))
        return [event for event in reversed(known) if matches(words, event.name.split("."))]

    async def follow(
        self, shop: str, pattern: str = "#", *, pause: float = 15
    ) -> AsyncIterator[Envelope | None]:
        """Yield each new event of a shop; None when there was none for `pause` seconds."""
        reader = Reader(shop, pattern.split("."), asyncio.get_running_loop())
        with self._lock:
            self._readers.add(reader)
        try:
            while not self._stopping.is_set():
                try:
                    yield await asyncio.wait_for(reader.events.get(), pause)
                except TimeoutError:
                    yield None
        finally:
            with self._lock:
                self._readers.discard(reader)

    def add(self, event: Envelope) -> None:
        """Pass an event to the pages that show it. One that is known is ignored."""
        with self._lock:
            known = self._recent.setdefault(event.shop, deque(maxlen=REMEMBERED))
            if any(event.id == other.id for other in known):
                return
            known.append(event)
        self._show(event)

    def _show(self, event: Envelope) -> None:
        with self._lock:
            readers = [reader for reader in self._readers if reader.wants(event)]
        for reader in readers:
            reader.offer(event)

    # --- the thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        start: Start = datetime.now(UTC) - PAST
        while not self._stopping.is_set():
            try:
                self._read(start)
            except AftercartError as error:
                self._error = str(error)
            except Exception as error:  # pika raises errors of many kinds
                self._error = f"The event stream was lost: {type(error).__name__}."
            if not self._stopping.is_set():
                logger.warning("console_events", outcome="disconnected", reason=self._error)
            if self._position is not None:
                start = self._position + 1
            self._stopping.wait(RECONNECT_SECONDS)

    def _read(self, start: Start) -> None:
        with connect(self._urls, "console events") as connection:
            events = subscribe(connection, "#", start)
            self._error = ""
            while not self._stopping.is_set():
                event = events.poll(POLL_SECONDS)
                if events.position is not None:
                    self._position = events.position
                if event is not None:
                    self.add(event)
