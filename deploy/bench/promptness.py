"""Measure the time from `order.transition` to the accepted mail with its invoice, without other
load.

Beside it are the times that no change can save: WeasyPrint alone with the same document, and
smtplib alone with the same mail.
"""

import smtplib
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import select

from deploy.bench.documents import Bare
from deploy.bench.mail_server import Sink, sink
from deploy.bench.notify import DELAYS, settings
from deploy.bench.publishing import logins_of
from deploy.stack.postgres import Postgres
from deploy.stack.processes import Process
from deploy.stack.rabbitmq import RabbitNode
from services.documents.domain.branding import Branding
from services.documents.store.tables import documents
from services.documents.worker import service as papers
from services.notify.worker import service as notify
from services.orders.worker import service as orders
from shared.clients.client import Client, new_id, open_client
from shared.contracts import samples
from shared.contracts.snapshot import DocumentSnapshot
from shared.runtime.errors import AftercartError
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.topology_changes import apply
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for, reading

SERVICES = (orders, papers, notify)
WELCOME = 2  # mails of a new order: its confirmation, and how to pay
ANSWER = 30.0  # seconds


@dataclass(frozen=True)
class Promptness:
    """Seconds of each order: from the command to its mail, of WeasyPrint alone, and of smtplib
    alone.
    """

    walks: Sequence[float]
    renderings: Sequence[float]
    conversations: Sequence[float]

    @property
    def bare(self) -> float:
        return median(self.renderings) + median(self.conversations)


def promptness(rabbit: RabbitNode, postgres: Postgres, count: int, directory: Path) -> Promptness:
    """Move `count` orders, each after the mail of the one before has arrived."""
    urls = {}
    for service in SERVICES:
        urls[service.name] = postgres.create_database(f"prompt_{service.name}")
    with sink() as (found, port), _workers(rabbit, urls, port, directory):
        with open_client(rabbit.amqp_url("client", "client"), "bench") as client:
            _stock(client, count)
            walks = [_walk(client, found) for _ in range(count)]
        walks = walks[1:]  # the first finds everything cold
        contents = found.contents[WELCOME :: WELCOME + 1][1:]
        return Promptness(walks, _renderings(urls["documents"]), _conversations(port, contents))


@contextmanager
def _workers(
    rabbit: RabbitNode, urls: dict[str, str], port: int, directory: Path
) -> Iterator[None]:
    """Run a worker of each service."""
    logins = logins_of((*urls, "client"))
    with Management(rabbit.admin_management_url) as management:
        apply(definitions(SERVICES, DELAYS, logins), management)
    workers = []
    try:
        for name, url in urls.items():
            migrations.upgrade(
                next(service for service in SERVICES if service.name == name), engine_for(url)
            )
            workers.append(Process(directory, f"prompt-{name}"))
            command = [sys.executable, "-m", "shared.cli.main", "worker", name]
            workers[-1].start(command, env=settings(rabbit, name, url, port))
        yield
    finally:
        for worker in workers:
            worker.stop(timeout=30)


def _stock(client: Client, count: int) -> None:
    _done(client, "shop.put", samples.PUT_SHOP)
    _done(client, "product.put", samples.PUT_PRODUCT)
    _done(client, "stock.set", {"sku": "MUG-BLUE", "quantity": 2 * count})


def _walk(client: Client, found: Sink) -> float:
    order_id, before = new_id(), found.count
    _done(
        client,
        "order.place",
        samples.PLACE_ORDER | {"order_id": order_id, "reference": order_id[:8].upper()},
    )
    found.wait(before + WELCOME)
    began = time.time()
    _done(
        client, "order.transition", {"order_id": order_id, "to": "payment_accepted", "by": "bench"}
    )
    found.wait(before + WELCOME + 1)
    return found.times[-1] - began


def _done(client: Client, name: str, data: dict[str, Any]) -> None:
    reply = client.request(name, data, timeout=ANSWER)
    if reply.refusal:
        raise AftercartError(f"{name} was refused: {reply.refusal.reason}")


def _renderings(url: str) -> list[float]:
    with reading(engine_for(url)) as connection:
        rows = connection.execute(select(documents.c.snapshot)).all()
    bare, branding = Bare(), Branding()
    pages = []
    for row in rows:
        snapshot = DocumentSnapshot.model_validate(row.snapshot)
        pages.append(bare.templates.fill(bare.templates.write(snapshot), branding))
    return [_seconds(lambda page=page: bare.write(page, branding)) for page in pages][1:]


def _conversations(port: int, contents: Sequence[bytes]) -> list[float]:
    return [_seconds(lambda content=content: _converse(port, content)) for content in contents]


def _converse(port: int, content: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client, suppress(smtplib.SMTPServerDisconnected):
        client.sendmail("service@shop.test", ["ada@example.test"], content)


def _seconds(act: Any) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
