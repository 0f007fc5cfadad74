"""Measure filed mails per second of one worker process, from mailbox to confirmed event.

All servers run on this machine: Dovecot, a RabbitMQ node with quorum queues, PostgreSQL with fsync.
"""

import json
import sys
import time
from itertools import islice
from pathlib import Path

from deploy.bench.mailbox import PASSWORD, USER, FullMailbox, Rate, peak_of
from deploy.bench.publishing import logins_of
from deploy.stack.processes import Process
from deploy.stack.rabbitmq import RabbitNode
from services.ingest.worker import service
from shared.clients.connection import connect
from shared.clients.subscriptions import subscribe
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.topology_changes import apply
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for

DELAYS = (1.0, 10.0)


class Bench:
    """A worker, and a full mailbox for it."""

    def __init__(self, rabbit: RabbitNode, mailbox: FullMailbox, database_url: str) -> None:
        self.rabbit, self.mailbox, self.database_url = rabbit, mailbox, database_url

    def prepare(self) -> None:
        """Create topology and schema."""
        logins = logins_of(("ingest", "client"))
        with Management(self.rabbit.admin_management_url) as management:
            apply(definitions([service], DELAYS, logins), management)
        migrations.upgrade(service, engine_for(self.database_url))

    def worker(self, directory: Path, threads: int) -> Rate:
        """Run a worker until every mail is filed and its event confirmed."""
        worker = Process(directory, "worker")
        program = [
            sys.executable,
            "-m",
            "shared.cli.main",
            "worker",
            "ingest",
            "--threads",
            str(threads),
            "--child",
        ]
        with connect(self.rabbit.amqp_url("client", "client"), "bench") as connection:
            events = subscribe(connection, "mail.received")
            worker.start(program, env=self.settings())
            try:
                times = [time.perf_counter() for _ in islice(events, self.mailbox.count)]
                memory = peak_of(worker.pid or 0)
            finally:
                worker.stop(timeout=30)
        return Rate((len(times) - 1) / (times[-1] - times[0]), memory)

    def settings(self) -> dict[str, str]:
        """Return the environment of a worker."""
        return {
            "AFTERCART_INGEST_BROKER_URL": self.rabbit.amqp_url("ingest", "ingest"),
            "AFTERCART_INGEST_DATABASE_URL": self.database_url,
            "AFTERCART_INGEST_RETRY_DELAYS": ",".join(map(str, DELAYS)),
            "AFTERCART_INGEST_SIGNING_KEYS": "1:" + "ab" * 32,
            "AFTERCART_INGEST_MAILBOXES": json.dumps([account(self.mailbox)]),
            "AFTERCART_INGEST_LOG_LEVEL": "warning",
            "AFTERCART_ENV_FILE": "/dev/null",
        }


def account(mailbox: FullMailbox) -> dict[str, object]:
    """Return the mailbox in the form of the settings."""
    return {
        "name": "service",
        "host": "127.0.0.1",
        "port": mailbox.dovecot.imap_port,
        "user": USER,
        "password": PASSWORD,
        "options": ["notls"],
    }
