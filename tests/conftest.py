"""Real servers, private, one of each kind per session; stopped at the end, whatever happened."""

import gc
import os
import shutil
import signal
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings

from deploy.stack import data_directory
from deploy.stack.dovecot import Dovecot
from deploy.stack.postgres import Postgres
from deploy.stack.rabbitmq import RabbitNode
from deploy.stack.rabbitmq_settings import Tuning
from deploy.stack.server import Server
from deploy.stack.smtp import SmtpServer
from tests.conditions import FAR

# A slow machine fails no property.
settings.register_profile(
    "any_machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any_machine")
AnyServer = TypeVar("AnyServer", bound=Server)
MEMORY = Path("/dev/shm")  # noqa: S108
ENOUGH_MEMORY = 4 << 30  # bytes; a run of the whole suite writes 2 GB there


@dataclass(frozen=True)
class Mailserver:
    """Dovecot, and an SMTP server that delivers into its mailboxes."""

    dovecot: Dovecot
    smtp: SmtpServer


def pytest_configure() -> None:
    """Settings come from the tests alone, not from a stack that was started here before. SIGTERM
    (of `timeout`, of a cancelled CI run) ends the session in good order, with its servers.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # a shell starts programs in the background so, and the programs of the tests inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in [name for name in os.environ if name.startswith("AFTERCART_")]:
        del os.environ[name]
    os.environ["AFTERCART_ENV_FILE"] = os.devnull
    os.environ["AFTERCART_WAIT"] = str(FAR)
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("ended by SIGTERM", returncode=143))
    write_to_memory()


def write_to_memory() -> None:
    """Put the temporary directory of the tests in memory, where it has room: the servers and SQLite
    sync each commit to disk, and no test turns the machine off.
    """
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_MEMORY:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
        data_directory.SHORT_PATH = str(MEMORY)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None]:
    """Collect without the garbage collector, which otherwise visits thousands of tests and modules
    again and again, here and while the tests run: a fourth of their time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put modules marked `slow` first: started last, they would run alone while the other processes
    have nothing left (`--no-loadscope-reorder` makes pytest-xdist keep this order).
    """
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(autouse=True, scope="module")
def own_forkserver() -> Iterator[None]:
    """Fork the children of a module from a process that imported what this module preloads: there
    is one such process, and what another module preloaded does not help.
    """
    yield
    server: Any = forkserver._forkserver
    if server._forkserver_pid:
        os.kill(server._forkserver_pid, signal.SIGKILL)  # idle children would keep it waiting
    server._stop()


@contextmanager
def started(server: AnyServer) -> Iterator[AnyServer]:
    """A server, running; also what is left of one that could not start is stopped."""
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitNode]:
    directory = tmp_path_factory.mktemp("rabbitmq")
    # some tests wait for counts of the management API
    with started(RabbitNode(directory, tuning=Tuning(statistics_ms=1000))) as node:
        yield node
        node.kill()  # stopping takes seconds, and nothing of it is wanted any more


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    # a worker of autovacuum visits each of a hundred databases once a minute
    settings = {"autovacuum": "off", "fsync": "off"}
    with started(Postgres(tmp_path_factory.mktemp("postgres"), settings=settings)) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def mailserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailserver]:
    dovecot = Dovecot(tmp_path_factory.mktemp("dovecot"))
    smtp = SmtpServer(tmp_path_factory.mktemp("smtp"), dovecot.lmtp_port)
    with started(dovecot), started(smtp):
        yield Mailserver(dovecot, smtp)
