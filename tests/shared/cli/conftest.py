import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import structlog
from click.testing import CliRunner, Result
from pydantic import SecretStr

from deploy.stack.rabbitmq import RabbitNode
from shared.cli.main import main
from shared.cli.services import Installation
from shared.runtime.process import log
from shared.runtime.settings import ServiceSettings
from tests.shared.runtime.rabbit_fixture import CLIENT, TOY, RabbitFixture, management_url, working
from tests.toy.service import toy
from tests.words import sqlite_url


@dataclass
class Terminal:
    """Run `aftercart` with these settings and installed services."""

    environment: dict[str, str | None]
    installation: Installation = field(default_factory=lambda: Installation({"toy": lambda: toy}))

    def run(self, *arguments: str, stdin: str | bytes | None = None) -> Result:
        """Run `aftercart` in this process."""
        return CliRunner().invoke(
            main,
            arguments,
            input=stdin,
            env=self.environment,
            obj=self.installation,
            catch_exceptions=False,
        )

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Run `aftercart` as a process of its own, with the services that are really installed."""
        return self._process("-m", "shared.cli.main", *arguments, **more)

    def script(self, program: str) -> subprocess.Popen[str]:
        """Run a program of Python as a process of its own."""
        return self._process("-c", program)

    def _process(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            env=os.environ | self.environment | more,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def without(self, *names: str) -> "Terminal":
        """Return a terminal without these variables in the environment."""
        return Terminal(self.environment | dict.fromkeys(names), self.installation)

    def having(self, **more: str) -> "Terminal":
        """Return a terminal with other values in the environment."""
        return Terminal(self.environment | more, self.installation)


def terminal_at(rabbitmq: RabbitFixture, rabbit: Any, database: str) -> Terminal:
    """Return a terminal with all settings for a virtual host."""
    delays = ",".join(map(str, rabbitmq.delays))
    return Terminal(
        {
            "AFTERCART_ENV_FILE": os.devnull,
            "AFTERCART_BROKER_URL": rabbitmq.url(CLIENT),
            "AFTERCART_ADMIN_BROKER_URL": rabbitmq.url(),
            "AFTERCART_MANAGEMENT_URL": management_url(rabbit),
            "AFTERCART_RETRY_DELAYS": delays,
            "AFTERCART_TOY_BROKER_URL": rabbitmq.url(TOY),
            "AFTERCART_TOY_DATABASE_URL": database,
            "AFTERCART_TOY_RETRY_DELAYS": delays,
        }
    )


@pytest.fixture(scope="package", autouse=True)
def quiet() -> Iterator[None]:
    """Log errors only, without caching loggers, which would affect later tests."""
    log.configure(
        ServiceSettings(broker_url=SecretStr("-"), database_url=SecretStr("-"), log_level="error")
    )
    structlog.configure(cache_logger_on_first_use=False)
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def place(rabbit: RabbitNode) -> Iterator[RabbitFixture]:
    """A virtual host with the toy's topology, for the tests of one module."""
    found = RabbitFixture(rabbit)
    yield found
    found.close()


@pytest.fixture
def rabbitmq(place: RabbitFixture) -> Iterator[Any]:
    """The virtual host with empty queues."""
    yield place
    with place.hand() as channel:
        for queue in ("toy", "toy.dead", "aftercart.unrouted"):
            channel.queue_purge(queue)


@pytest.fixture
def damaged(rabbitmq: Any) -> Iterator[Any]:
    """The virtual host, for tests that damage its topology."""
    yield rabbitmq
    rabbitmq.mend()


@pytest.fixture
def database(tmp_path: Path) -> Any:
    return sqlite_url(tmp_path)


@pytest.fixture
def terminal(rabbitmq: Any, rabbit: RabbitNode, database: Any) -> Any:
    return terminal_at(rabbitmq, rabbit, database)


@pytest.fixture
def worker(rabbitmq: Any, database: Any) -> Iterator[Any]:
    """A running worker of the toy."""
    with working(rabbitmq, database) as process:
        yield process


@pytest.fixture(scope="module")
def served(rabbit: RabbitNode, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A terminal while the toy runs, for all tests of one module."""
    rabbitmq, database = RabbitFixture(rabbit), sqlite_url(tmp_path_factory.mktemp("served"))
    with working(rabbitmq, database):
        yield terminal_at(rabbitmq, rabbit, database)
    rabbitmq.close()


@pytest.fixture
def bare(rabbitmq: Any, terminal: Any) -> Iterator[Any]:
    """A terminal with settings for an empty virtual host."""
    name = f"bare-{uuid4().hex[:8]}"
    rabbitmq.api("PUT", f"/api/vhosts/{name}")
    for user in ("admin", CLIENT.user):
        rights = {"configure": ".*", "write": ".*", "read": ".*"}
        rabbitmq.api("PUT", f"/api/permissions/{name}/{user}", json=rights)
    urls = {
        variable: urlsplit(url)._replace(path=f"/{name}").geturl()
        for variable, url in terminal.environment.items()
        if variable.endswith("BROKER_URL")
    }
    yield terminal.having(**urls)
    rabbitmq.api("DELETE", f"/api/vhosts/{name}")
