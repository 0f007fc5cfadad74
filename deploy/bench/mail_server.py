"""Run an SMTP server that accepts every mail, in a process of its own: in the process of a loop to
be measured, it would take processor time from it under Python's lock.

Like the servers of providers, and Postfix and Exim, it offers PIPELINING.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from shared.runtime.errors import AftercartError

PATIENCE = 300  # seconds for all mails to arrive
POLL = 0.02  # seconds
STOP_SECONDS = 10.0


@dataclass
class Sink:
    """The mails that the server accepted. `times` are the times of arrival and `began` the start of
    the first mail, both by the wall clock.
    """

    server: Connection
    counter: Any
    began: float = 0.0
    _mails: list[tuple[float, bytes]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """The number of accepted mails."""
        return int(self.counter.value)

    @property
    def contents(self) -> list[bytes]:
        """The accepted mails."""
        return [content for _, content in self._read()]

    @property
    def times(self) -> list[float]:
        """The times at which they were accepted."""
        return [at for at, _ in self._read()]

    def mails_since(self, number: int) -> list[tuple[float, bytes]]:
        """Return the times and contents of the accepted mails from a number on."""
        return self._read()[number:]

    def _read(self) -> list[tuple[float, bytes]]:
        if self.count > len(self._mails):
            self.server.send(len(self._mails))
            self._mails += self.server.recv()
        return self._mails

    def rate(self) -> float:
        """Return the mails per second."""
        return self.count / (self.times[-1] - self.began)

    def wait(self, count: int) -> None:
        """Wait until this number of mails has arrived."""
        deadline = time.monotonic() + PATIENCE
        while self.count < count:
            if time.monotonic() > deadline:
                raise AftercartError(
                    f"Only {self.count} of {count} mails arrived within {PATIENCE} seconds."
                )
            time.sleep(POLL)


@contextmanager
def sink(seconds: float = 0.0) -> Iterator[tuple[Sink, int]]:
    """Run a server, and provide its mails and its port. It takes these seconds to accept a mail,
    of which it handles any number at the same time.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    counter = context.Value("l", 0)
    server = context.Process(target=_serve, args=(theirs, counter, seconds), daemon=True)
    server.start()
    theirs.close()
    found = Sink(ours, counter)
    try:
        yield found, int(ours.recv())
        found._read()
    finally:
        ours.close()  # the server ends
        server.join(STOP_SECONDS)
        server.kill()


class _Accepting:
    """The mails of the server's process."""

    def __init__(self, counter: Any, seconds: float) -> None:
        self.mails: list[tuple[float, bytes]] = []
        self._counter, self._seconds = counter, seconds

    async def handle_EHLO(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        responses.insert(1, "250-PIPELINING")
        return responses

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self._seconds:
            await asyncio.sleep(self._seconds)
        content = envelope.content
        self.mails.append((time.time(), content if isinstance(content, bytes) else b""))
        self._counter.value = len(self.mails)
        return "250 taken"


def _serve(client: Connection, counter: Any, seconds: float) -> None:
    """Accept mails, and send them to the client of the pipe as it asks for them, until it ends."""
    loop, accepting = asyncio.new_event_loop(), _Accepting(counter, seconds)
    serving = loop.create_server(
        lambda: SMTP(accepting, hostname="sink.test", loop=loop), "127.0.0.1", 0
    )
    server = loop.run_until_complete(serving)

    def answer() -> None:
        try:
            client.send(accepting.mails[client.recv() :])
        except (EOFError, OSError):
            loop.stop()

    loop.add_reader(client.fileno(), answer)
    client.send(int(server.sockets[0].getsockname()[1]))
    loop.run_forever()
