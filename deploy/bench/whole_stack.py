"""Run RabbitMQ, PostgreSQL, Dovecot, an SMTP server and a worker of every service."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from deploy.bench.mail_server import Sink, sink
from deploy.bench.mailbox import PASSWORD
from deploy.bench.notify import settings
from deploy.bench.orders import DELAYS, servers
from deploy.bench.publishing import logins_of
from deploy.stack.dovecot import Dovecot
from deploy.stack.ports import free_port
from deploy.stack.postgres import Postgres
from deploy.stack.processes import Process
from deploy.stack.rabbitmq import RabbitNode
from services.documents.worker import service as documents
from services.ingest.worker import service as ingest
from services.notify.worker import service as notify
from services.orders.worker import service as orders
from shared.clients.connection import connect, queue_counts
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.topology_changes import apply
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for

SERVICES = (orders, documents, notify, ingest)
START_SECONDS = 60.0


@dataclass
class WholeStack:
    """The parts of a running stack: `workers` are the supervisors of each service, `started` the
    seconds until each consumed its queue.
    """

    rabbit: RabbitNode
    postgres: Postgres
    dovecot: Dovecot
    sink: Sink
    workers: dict[str, Process]
    started: dict[str, float]

    @property
    def client_url(self) -> str:
        """Return the RabbitMQ URL of a client."""
        return self.rabbit.amqp_url("client", "client")


@contextmanager
def whole_stack(
    directory: Path, mailboxes: int, *, poll_seconds: int = 60, processes: int = 1
) -> Iterator[WholeStack]:
    """Run everything with a number of mailboxes and of processes of each service, from when each
    worker consumes its queue.
    """
    dovecot = Dovecot(directory / "dovecot")
    try:
        dovecot.start()
        for number in range(mailboxes):
            dovecot.add_user(address(number), PASSWORD)
        with servers(directory, click.echo) as (rabbit, postgres), sink() as (found, port):
            logins = logins_of((*[service.name for service in SERVICES], "client"))
            with Management(rabbit.admin_management_url) as management:
                apply(definitions(SERVICES, DELAYS, logins), management)
            accounts = [_account(dovecot, number, poll_seconds) for number in range(mailboxes)]
            stack = WholeStack(rabbit, postgres, dovecot, found, {}, {})
            try:
                for service in SERVICES:
                    url = postgres.create_database(f"whole_{service.name}")
                    migrations.upgrade(service, engine_for(url))
                    environment = settings(rabbit, service.name, url, port)
                    environment |= _more_settings(service.name, accounts)
                    _start(stack, service.name, environment, directory, processes)
                yield stack
            finally:
                for worker in stack.workers.values():
                    worker.stop(timeout=30)
    finally:
        dovecot.stop()


def address(number: int) -> str:
    """Return the address of a mailbox."""
    return f"service{number}@shop.test"


def _start(
    stack: WholeStack, name: str, environment: dict[str, str], directory: Path, processes: int
) -> None:
    """Start the worker of a service, and note the time until it consumes its queue."""
    worker = stack.workers[name] = Process(directory, f"whole-{name}")
    began = time.perf_counter()
    program = [sys.executable, "-m", "shared.cli.main", "worker", name]
    worker.start([*program, "--processes", str(processes)], env=environment)
    with connect(stack.rabbit.admin_amqp_url, "bench") as connection:

        def consumes() -> bool:
            counted = queue_counts(connection, name)
            return counted is not None and counted.consumers > 0

        worker.await_until(consumes, START_SECONDS, f"The worker of {name}")
    stack.started[name] = time.perf_counter() - began


def _more_settings(name: str, accounts: list[dict[str, object]]) -> dict[str, str]:
    more = {f"AFTERCART_{name.upper()}_METRICS": f"127.0.0.1:{free_port()}"}
    if name == "ingest":
        more["AFTERCART_INGEST_MAILBOXES"] = json.dumps(accounts)
        more["AFTERCART_INGEST_SIGNING_KEYS"] = f"1:{'6b' * 32}"
    return more


def _account(dovecot: Dovecot, number: int, poll_seconds: int) -> dict[str, object]:
    return {
        "name": f"mailbox{number}",
        "host": "127.0.0.1",
        "port": dovecot.imap_port,
        "user": address(number),
        "password": PASSWORD,
        "poll_seconds": poll_seconds,
        "options": ["notls"],
    }
