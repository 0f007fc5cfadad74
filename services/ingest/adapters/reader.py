"""Mails read in child processes, with limits of time and memory: what a mail does there, it does to nobody else."""

import contextlib
import multiprocessing
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from threading import Lock
from typing import Any

from services.ingest.domain.mail import Mail, Unreadable, read, read_fields
from shared.runtime.errors import NotYet
from shared.runtime.log import logger

MEBIBYTE = 2**20
PRELOADED = "services.ingest.domain.mail"
log = logger()

Found = Mail | Unreadable


@dataclass(frozen=True)
class Limits:
    """Of one mail: `busy` seconds of the processor, `seconds` of the clock, `memory` in MiB."""

    busy: int = 5
    seconds: int = 30
    memory: int = 1024


USUAL = Limits()


class Reader:
    """Reads mails, in as many children as threads ask at the same time. A child that failed is never asked again."""

    def __init__(self, limits: Limits = USUAL) -> None:
        self._limits, self._idle, self._lock = limits, list[_Child](), Lock()
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([PRELOADED])

    def __call__(self, raw: bytes) -> Found:
        """The mail; its header fields alone where the whole is too much. Never raises for what is in it; raises
        `NotYet` where no child can be had.
        """
        for reading in (read, read_fields):
            found = self._ask(reading, raw)
            if found:
                return found
            log.warning("mail.read", outcome="too_much", size=len(raw), reading=reading.__name__)
        return Unreadable("It takes more time or memory to read than a mail may take.")

    def close(self) -> None:
        """Ends the children."""
        with self._lock:
            children, self._idle = self._idle, []
        for child in children:
            child.end()

    def _ask(self, reading: Callable[[bytes], Found], raw: bytes) -> Found | None:
        child = self._take()
        found = None
        try:
            found = child.ask(reading, raw)
        finally:
            if found:
                with self._lock:
                    self._idle.append(child)
            else:
                child.end()
        return found

    def _take(self) -> "_Child":
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.process.is_alive():
                    return child
                child.end()
        return _Child(self._context, self._limits)


class _Child:
    """One process and the way to it."""

    def __init__(self, context: Any, limits: Limits) -> None:
        self._limits = limits
        self._connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, limits), daemon=True)
        self.process.start()
        theirs.close()
        self._await()

    def _await(self) -> None:
        """A child that does not even begin is no fault of the mail."""
        try:
            ready = self._connection.poll(self._limits.seconds) and self._connection.recv()
        except (EOFError, ConnectionError):
            ready = False
        if not ready:
            self.end()
            raise NotYet("no child process begins that could read mails")

    def ask(self, reading: Callable[[bytes], Found], raw: bytes) -> Found | None:
        """What the child found; None if it died, or took too long."""
        try:
            self._connection.send((reading, raw))
            found: Found | None = self._connection.recv() if self._connection.poll(self._limits.seconds) else None
        except (EOFError, ConnectionError):
            return None
        return found

    def end(self) -> None:
        """At once, whatever it does."""
        with contextlib.suppress(ValueError):
            self.process.kill()
            self.process.join()
            self.process.close()
        self._connection.close()


def _serve(connection: Connection, limits: Limits) -> None:
    """Reads what comes until nothing will come any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops gracefully, and then closes the connection
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory * MEBIBYTE, limits.memory * MEBIBYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    connection.send(True)
    while True:
        try:
            reading, raw = connection.recv()
        except (EOFError, ConnectionError):
            return
        _allow(limits.busy)
        connection.send(reading(raw))


def _allow(seconds: int) -> None:
    """The kernel ends the process when it has used the processor for so long."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, most))
