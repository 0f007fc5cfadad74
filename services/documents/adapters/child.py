"""A child process that renders: what a page does there, it does to nobody else."""

import gc
import resource
import signal
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection

from services.documents.adapters.engine import Engine
from services.documents.adapters.pictures import NoPicture
from services.documents.adapters.templates import template_line
from services.documents.domain.sample import sample

MEBIBYTE = 2**20
LONGEST_REASON = 500  # characters


@dataclass(frozen=True)
class Limits:
    """Of one document: `seconds` of the clock and as many of the processor, `memory` in MiB. A child that has rendered
    `documents` makes room for a fresh one.
    """

    seconds: int = 60
    memory: int = 1024
    documents: int = 200


@dataclass(frozen=True)
class Failure:
    """Why nothing was rendered, in one sentence."""

    reason: str


@cache
def engine() -> Engine:
    """The engine of this process. The server that children are forked from has it warm: they inherit it."""
    opened = Engine()
    for language in ("en", "fa"):
        opened.render(sample("invoice", language))
    gc.collect()
    gc.freeze()
    return opened


def serve(connection: Connection, limits: Limits) -> None:
    """Renders what comes until nothing will come any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops gracefully, and then closes the connection
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory * MEBIBYTE, limits.memory * MEBIBYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            method, arguments = connection.recv()
        except (EOFError, ConnectionError):
            return
        _allow(limits.seconds)
        try:
            outcome = getattr(engine(), method)(*arguments)
        except MemoryError:
            outcome = Failure(f"it needed more than {limits.memory} MiB of memory")
        except Exception as error:
            outcome = Failure(_sentence(error))
        connection.send(outcome)


def _allow(seconds: int) -> None:
    """The kernel ends the process when the next document has used the processor for so long."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, most))


def _sentence(error: Exception) -> str:
    if isinstance(error, NoPicture):
        return str(error)
    line = template_line(error)
    place = f"line {line} of the template: " if line else ""
    return f"{place}{error}"[:LONGEST_REASON]
