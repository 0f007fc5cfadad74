"""Mails filed per second, from mailbox to confirmed event, beside a bare loop that only fetches and parses them.

Everything on this machine: Dovecot, a RabbitMQ node with quorum queues, PostgreSQL with fsync, one worker process with
one thread.
"""

import json
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, compat32
from email.utils import make_msgid
from pathlib import Path

from imapclient import IMAPClient

from deploy.stack.dovecot import Dovecot
from deploy.stack.processes import Process
from deploy.stack.rabbitmq import RabbitNode
from services.ingest.adapters.window import MOST_MAILS
from services.ingest.worker import service
from shared.cli.connection import connected
from shared.runtime import migrations
from shared.runtime.database import engine_for
from shared.runtime.management import Management
from shared.runtime.names import EVENTS
from shared.runtime.topology import Login, apply, definitions

USER, PASSWORD = "service@shop.test", "bench"
DELAYS = (1.0, 10.0)
AT_ONCE = 500  # mails in one APPEND
TEXTS = {
    "en": "Hello,\n\nwhere is my parcel? I ordered a blue mug last week and have heard nothing since.\n\nAda\n" * 8,
    "fa": "سلام\n\nبسته من کجاست؟ هفته پیش یک لیوان آبی سفارش دادم و هنوز خبری نشده است.\n\nبا احترام\n" * 8,
}


@dataclass(frozen=True)
class Rate:
    """Mails per second, and the most memory that the process held, in MB."""

    mails: float
    megabytes: float


class Bench:
    """A mailbox of `count` mails that nobody has read."""

    def __init__(self, rabbit: RabbitNode, dovecot: Dovecot, database_url: str, count: int) -> None:
        self.rabbit, self.dovecot, self.database_url, self.count = rabbit, dovecot, database_url, count

    def prepare(self) -> None:
        """Topology, schema and mails."""
        logins = {name: Login(name, name) for name in ("ingest", "client")}
        with Management(self.rabbit.admin_management_url) as management:
            apply(definitions([service], DELAYS, logins), management)
        migrations.upgrade(service, engine_for(self.database_url))
        self.dovecot.add_user(USER, PASSWORD)
        with self._opened() as client:
            for start in range(0, self.count, AT_ONCE):
                numbers = range(start, min(start + AT_ONCE, self.count))
                client.multiappend("INBOX", [_mail(number) for number in numbers])

    def bare(self) -> Rate:
        """Fetches in the same windows, and parses by `email` with its quickest policy; keeps nothing."""
        began = time.perf_counter()
        with self._opened() as client:
            client.select_folder("INBOX", readonly=True)
            for start in range(1, self.count + 1, MOST_MAILS):
                uids = range(start, min(start + MOST_MAILS, self.count + 1))
                got = client.fetch(uids, ["BODY.PEEK[]"])
                for facts in got.values():
                    message_from_bytes(facts[b"BODY[]"], policy=compat32)
        seconds = time.perf_counter() - began
        return Rate(self.count / seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)

    def worker(self, directory: Path) -> Rate:
        """One worker process, until every mail was filed and told."""
        worker = Process(directory, "worker")
        with connected(self.rabbit.amqp_url("client", "client"), "bench") as connection:
            channel = connection.channel()
            channel.queue_declare("client.bench", exclusive=True)
            channel.queue_bind("client.bench", EVENTS, "mail.received")
            worker.start([sys.executable, "-m", "shared.cli.main", "worker", "ingest", "--child"], env=self._settings())
            try:
                events = channel.consume("client.bench", auto_ack=True)
                times = [time.perf_counter() for _ in zip(range(self.count), events, strict=False)]
                memory = _peak(worker.pid or 0)
            finally:
                worker.stop(timeout=30)
        return Rate((self.count - 1) / (times[-1] - times[0]), memory)

    def _opened(self) -> IMAPClient:
        client = IMAPClient("127.0.0.1", self.dovecot.imap_port, ssl=False, timeout=120)
        client.login(USER, PASSWORD)
        return client

    def _settings(self) -> dict[str, str]:
        mailbox = {
            "name": "service", "host": "127.0.0.1", "port": self.dovecot.imap_port, "user": USER, "password": PASSWORD,
            "options": ["notls"],
        }
        return {
            "AFTERCART_INGEST_BROKER_URL": self.rabbit.amqp_url("ingest", "ingest"),
            "AFTERCART_INGEST_DATABASE_URL": self.database_url,
            "AFTERCART_INGEST_RETRY_DELAYS": ",".join(map(str, DELAYS)),
            "AFTERCART_INGEST_SIGNING_KEYS": "1:" + "ab" * 32,
            "AFTERCART_INGEST_MAILBOXES": json.dumps([mailbox]),
            "AFTERCART_INGEST_LOG_LEVEL": "warning",
            "AFTERCART_ENV_FILE": "/dev/null",
        }


def _peak(pid: int) -> float:
    return next(_megabytes(Path(f"/proc/{pid}/status")), 0.0)


def _megabytes(status: Path) -> Iterator[float]:
    for line in status.read_text().splitlines():
        if line.startswith("VmHWM:"):
            yield int(line.split()[1]) / 1024


def _mail(number: int) -> bytes:
    """A customer's mail: every third with HTML, every fifth in Persian."""
    mail = EmailMessage(policy=SMTP)
    text = TEXTS["fa" if number % 5 == 0 else "en"]
    mail["From"] = f"Ada Byron <ada{number % 1000}@example.test>"
    mail["To"], mail["Subject"] = USER, f"A question ({number})"
    mail["Date"] = "Sat, 21 Nov 2026 12:00:00 +0000"
    mail["Message-ID"] = make_msgid(str(number), "example.test")
    mail.set_content(text)
    if number % 3 == 0:
        paragraphs = "".join(f"<p>{line}</p>" for line in text.splitlines())
        mail.add_alternative(f"<html><body>{paragraphs}</body></html>", subtype="html")
    return bytes(mail)
