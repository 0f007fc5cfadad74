"""Send commands and queries from asyncio, on one RabbitMQ connection in a thread."""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol

import structlog

from shared.clients.client import Client, NoReply, Reply, Request, open_client
from shared.console.messages import is_query
from shared.runtime.errors import AftercartError

logger = structlog.get_logger()

RECONNECT_SECONDS = 0.5
IDLE_SECONDS = 1.0  # pika's own work, such as heartbeats, is done at least that often


class BrokerAway(AftercartError):
    """RabbitMQ cannot be reached. `sent` tells whether the message may have arrived."""

    def __init__(self, reason: str, *, sent: bool = False) -> None:
        super().__init__(reason)
        self.sent = sent


class Bus(Protocol):
    """What the screens need of RabbitMQ."""

    @property
    def connected(self) -> bool:
        """Whether RabbitMQ is connected now."""
        ...

    async def request(self, request: Request, timeout: float) -> Reply:
        """Send a request and return its first reply. Raises `NoReply` and `BrokerAway`."""
        ...


@dataclass(frozen=True, eq=False)
class Waiting:
    """A request that has no reply yet, and the future that gets it."""

    request: Request
    future: asyncio.Future[Reply]
    loop: asyncio.AbstractEventLoop

    def reply(self, reply: Reply) -> None:
        """Give the reply to the coroutine that waits. May be called in any thread."""
        self._in_loop(self.future.set_result, reply)

    def fail(self, error: Exception) -> None:
        """Raise an error in the coroutine that waits. May be called in any thread."""
        self._in_loop(self.future.set_exception, error)

    def _in_loop(self, settle: Callable[[Any], None], outcome: Any) -> None:
        def settle_once() -> None:
            if not self.future.done():
                settle(outcome)

        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self.loop.call_soon_threadsafe(settle_once)


class RabbitBus:
    """A connection in a thread of its own, which is opened again whenever it is lost."""

    def __init__(self, urls: str) -> None:
        self._urls = urls
        self._lock = threading.Lock()  # for the three below
        self._client: Client | None = None
        self._unsent: deque[Waiting] = deque()
        self._sent: dict[str, list[Waiting]] = {}  # by message id: a double click sends one twice
        self._error = "The console is not connected to RabbitMQ yet."
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="console-bus")

    def start(self) -> None:
        """Start to connect."""
        self._thread.start()

    def stop(self) -> None:
        """Close the connection and end the thread."""
        self._stopping.set()
        self._wake()
        self._thread.join(5)

    @property
    def connected(self) -> bool:
        """Whether RabbitMQ is connected now."""
        return self._client is not None

    async def request(self, request: Request, timeout: float) -> Reply:
        """Send a request and return its first reply.

        Raises `BrokerAway` at once if RabbitMQ is not connected, `NoReply` after `timeout` seconds.
        """
        loop = asyncio.get_running_loop()
        waiting = Waiting(request, loop.create_future(), loop)
        with self._lock:
            if self._client is None:
                raise BrokerAway(self._error)
            self._unsent.append(waiting)
        self._wake()
        try:
            return await asyncio.wait_for(waiting.future, timeout)
        except TimeoutError:
            raise NoReply(f"No service replied within {timeout:g} seconds.") from None
        finally:
            self._forget(waiting)

    # --- the thread -------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with open_client(self._urls, "console", program="console") as client:
                    self._serve(client)
            except AftercartError as error:
                self._lose(str(error))
            except Exception as error:  # pika raises errors of many kinds
                self._lose(f"The connection to RabbitMQ was lost: {type(error).__name__}.")
            self._stopping.wait(RECONNECT_SECONDS)

    def _serve(self, client: Client) -> None:
        client.consume_replies()
        with self._lock:
            self._client = client
        logger.info("console", outcome="connected")
        while not self._stopping.is_set():
            self._send_all(client)
            for reply in client.receive(IDLE_SECONDS):
                for waiting in self._take(str(reply.envelope.causationid)):
                    waiting.reply(reply)

    def _send_all(self, client: Client) -> None:
        while self._unsent:
            waiting = self._unsent.popleft()
            if not waiting.future.done():
                with self._lock:
                    self._sent.setdefault(waiting.request.id, []).append(waiting)
                client.send(waiting.request, confirm=not is_query(waiting.request.name))

    def _take(self, message_id: str) -> list[Waiting]:
        with self._lock:
            return self._sent.pop(message_id, [])

    def _forget(self, waiting: Waiting) -> None:
        with self._lock:
            others = self._sent.get(waiting.request.id, [])
            if waiting in others:
                others.remove(waiting)
            if not others:
                self._sent.pop(waiting.request.id, None)

    def _lose(self, reason: str) -> None:
        with self._lock:
            self._client, self._error = None, reason
            unsent, self._unsent = list(self._unsent), deque()
            sent, self._sent = list(chain.from_iterable(self._sent.values())), {}
        logger.warning("console", outcome="disconnected", reason=reason)
        for waiting in unsent:
            waiting.fail(BrokerAway(reason))
        for waiting in sent:
            waiting.fail(BrokerAway(reason, sent=True))

    def _wake(self) -> None:
        client = self._client
        if client is not None:
            with contextlib.suppress(Exception):  # the connection is being lost: the thread sees it
                client.wake()
