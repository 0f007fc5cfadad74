"""Run the local stack under `var/`: RabbitMQ, Dovecot, an SMTP server and workers on SQLite."""

import json
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from signal import SIG_IGN, SIGHUP, SIGINT, SIGTERM, signal
from typing import Any

from deploy.stack import console
from deploy.stack.dovecot import Dovecot
from deploy.stack.ports import LOOPBACK, free_port
from deploy.stack.processes import Process
from deploy.stack.rabbitmq import RabbitNode
from deploy.stack.rabbitmq_cluster import RabbitCluster
from deploy.stack.smtp import SmtpServer
from deploy.stack.trouble import StackError
from shared.cli.operations.database import database_errors
from shared.clients.client import Request, open_client
from shared.contracts.common import GetHealth
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.topology_changes import apply
from shared.runtime.rabbitmq.users import Login
from shared.runtime.service import Service, installed_services
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for

SHOP_MAILBOX = "service@shop.test"
CUSTOMER_MAILBOX = "ada@customer.test"
RETRY_DELAYS = "0.5,2,10,60,600"
START_SECONDS = 300
STOP_SECONDS = 75  # a worker may take 60 to finish what it began
Progress = Callable[[str], None]


class LocalStack:
    """The stack in one directory. `processes` and `threads` are per service."""

    def __init__(
        self,
        directory: Path,
        processes: int = 1,
        threads: int = 1,
        rabbit: RabbitNode | RabbitCluster | None = None,
    ) -> None:
        self.directory = directory.resolve()
        self.processes, self.threads = processes, threads
        self.rabbit = rabbit or RabbitNode(self.directory / "rabbitmq")
        self.dovecot = Dovecot(self.directory / "dovecot")
        self.env_file = self.directory / "aftercart.env"
        self.worker_module = "shared.cli.main"

    @cached_property
    def services(self) -> dict[str, Service]:
        """The installed services by name."""
        return installed_services()

    # --- up and down ------------------------------------------------------------------------------

    def up(self, progress: Progress) -> None:
        """Start all parts that do not run, and wait until each answers."""
        self.directory.mkdir(parents=True, exist_ok=True)
        progress("starting RabbitMQ")
        self.rabbit.start()
        progress("starting Dovecot (IMAP, POP3)")
        self.dovecot.start()
        for address in (SHOP_MAILBOX, CUSTOMER_MAILBOX):
            self.dovecot.add_user(address, self.secret(address))
        progress("starting the SMTP server")
        self.smtp.start()
        self._write_env()
        progress("applying the topology")
        self.apply_topology()
        for service in self.services.values():
            progress(f"starting the worker of {service.name}")
            with database_errors(service.name):
                migrations.upgrade(service, engine_for(self.database_url(service.name)))
            self.start_worker(service.name)
        progress("waiting until every service answers")
        self._await_answers()

    @contextmanager
    def running_meanwhile(self, progress: Progress) -> Iterator[None]:
        """Run the stack for the time of the `with` block, and stop it also on Ctrl-C, a closed
        terminal or SIGTERM. A stack that ran before is left running.
        """
        if self.running():
            progress("this stack runs already and will go on running: `make down` stops it")
            yield
            return
        with self.down_if_it_fails(progress):
            self.up(progress)
            yield
        self._stop_undisturbed(progress)

    @contextmanager
    def down_if_it_fails(self, progress: Progress) -> Iterator[None]:
        """Stop everything if the `with` block fails or is interrupted."""
        before = {number: signal(number, _interrupt) for number in (SIGTERM, SIGHUP)}
        try:
            with _database_errors():
                yield
        except BaseException:
            self._stop_undisturbed(progress)
            raise
        finally:
            for number, handler in before.items():
                signal(number, handler)

    def _stop_undisturbed(self, progress: Progress) -> None:
        before = {number: signal(number, SIG_IGN) for number in (SIGINT, SIGTERM, SIGHUP)}
        try:
            progress("stopping the stack")
            self.down()
        finally:
            for number, handler in before.items():
                signal(number, handler)

    def down(self) -> None:
        """Stop everything, workers first, so that they finish their messages."""
        records = sorted((self.directory / "workers").glob("*.json"))
        workers = [self.worker(record.stem) for record in records]
        for worker in workers:
            worker.send(SIGTERM)  # all at once; each may take its time
        for worker in workers:
            worker.stop(timeout=STOP_SECONDS)
        self.smtp.stop()
        self.dovecot.stop()
        self.rabbit.stop()

    def running(self) -> bool:
        """Return whether RabbitMQ of this stack runs."""
        return self.rabbit.running()

    def apply_topology(self) -> None:
        """Create the topology in RabbitMQ."""
        names = (*self.services, "client", "console")
        logins = {name: Login(name, self.secret(name)) for name in names}
        delays = [float(delay) for delay in RETRY_DELAYS.split(",")]
        with Management(self.rabbit.admin_management_url) as management:
            apply(definitions(self.services.values(), delays, logins), management)

    def _await_answers(self) -> None:
        answered: set[str] = set()
        with open_client(self.amqp_url("client"), "up") as client:

            def answers(name: str) -> bool:
                if name not in answered:
                    question = Request(GetHealth.name, {}, version=GetHealth.version)
                    client.send(question)
                    for answer in client.replies(question, 0.3):
                        answered.add(answer.data["service"])
                return name in answered

            for name in self.services:
                self.worker(name).await_until(
                    partial(answers, name), START_SECONDS, f"The worker of {name}"
                )

    # --- parts ------------------------------------------------------------------------------------

    @property
    def smtp(self) -> SmtpServer:
        return SmtpServer(
            self.directory / "smtp", self.dovecot.lmtp_port, catch_all=CUSTOMER_MAILBOX
        )

    def start_worker(self, name: str) -> None:
        """Start the supervisor of a service's worker processes, unless it runs."""
        self.start_supervisor(name, self.worker(name))

    def start_supervisor(self, name: str, worker: Process, **settings: str) -> None:
        """Start a supervisor of a service in `worker`, unless it runs, with more environment
        variables.
        """
        if not worker.running():
            worker.start(
                [
                    sys.executable,
                    "-m",
                    self.worker_module,
                    "worker",
                    name,
                    "--processes",
                    str(self.processes),
                    "--threads",
                    str(self.threads),
                ],
                env={
                    "AFTERCART_ENV_FILE": str(self.env_file),
                    "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
                    **_trace_settings(),
                    **settings,
                },
            )

    def worker(self, name: str) -> Process:
        return Process(self.directory / "workers", name)

    def database_url(self, name: str) -> str:
        return f"sqlite:///{self.directory}/{name}.db"

    def metrics_address(self, name: str) -> str:
        """Return the address at which a service's supervisor answers Prometheus; chosen once."""
        file = self.directory / f"{name}.metrics"
        if not file.exists():
            file.write_text(f"{LOOPBACK}:{free_port()}")
        return file.read_text()

    def secret(self, name: str) -> str:
        """Return a password or key of this stack; it is created once."""
        file = self.directory / "secrets.json"
        try:
            known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        except ValueError:
            raise StackError(
                f"{file} is damaged: remove the stack's data with `make clean`."
            ) from None
        if name not in known:
            known[name] = secrets.token_hex(32)
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
                json.dump(known, out, indent=1)
        return known[name]

    def amqp_url(self, user: str) -> str:
        """Return the RabbitMQ URL of a service, or of `client`."""
        return self.rabbit.amqp_url(user, self.secret(user))

    # --- settings ---------------------------------------------------------------------------------

    def _write_env(self) -> None:
        lines = [f"{name}='{value}'" for name, value in self._settings().items()]
        with os.fdopen(
            os.open(self.env_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w"
        ) as out:
            out.write(
                "# Written by `aftercart up`: how everything of the local stack is reached.\n"
            )
            out.write("\n".join(lines) + "\n")

    def _settings(self) -> dict[str, str]:
        keys = f"1:{self.secret('signing key')}"
        found = {
            "AFTERCART_BROKER_URL": self.amqp_url("client"),
            "AFTERCART_ADMIN_BROKER_URL": self.rabbit.admin_amqp_url,
            "AFTERCART_MANAGEMENT_URL": self.rabbit.admin_management_url,
            "AFTERCART_RETRY_DELAYS": RETRY_DELAYS,
            "AFTERCART_NOTIFY_SMTP_HOST": "127.0.0.1",
            "AFTERCART_NOTIFY_SMTP_PORT": str(self.smtp.port),
            "AFTERCART_NOTIFY_SMTP_SECURITY": "none",
            "AFTERCART_NOTIFY_CLAIM_LEASE": "5",
            "AFTERCART_NOTIFY_RECIPIENT_PER_HOUR": (
                "0"
            ),  # all mails go to a handful of sample customers
            "AFTERCART_NOTIFY_SIGNING_KEYS": keys,
            "AFTERCART_INGEST_SIGNING_KEYS": keys,
            "AFTERCART_INGEST_MAILBOXES": json.dumps([self._mailbox()]),
        }
        for name in self.services:
            prefix = f"AFTERCART_{name.upper()}"
            found[f"{prefix}_BROKER_URL"] = self.amqp_url(name)
            found[f"{prefix}_DATABASE_URL"] = self.database_url(name)
            found[f"{prefix}_METRICS"] = self.metrics_address(name)
        return found | console.settings(self)

    def _mailbox(self) -> dict[str, Any]:
        return {
            "name": "service",
            "shop": "default",
            "host": "127.0.0.1",
            "port": self.dovecot.imap_port,
            "user": SHOP_MAILBOX,
            "password": self.secret(SHOP_MAILBOX),
            "security": "starttls",
            "verify_certificate": False,
            "folder": "INBOX",
            "poll_seconds": 1,
            "start": "beginning",
        }


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def _database_errors() -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise StackError(
            f"{error.filename} belongs to another user: run this as that user, or remove the data"
            " with `make clean`."
        ) from error


def _trace_settings() -> dict[str, str]:
    """Return the settings of OpenTelemetry in our environment, which workers read."""
    return {name: value for name, value in os.environ.items() if name.startswith("OTEL_")}
