"""Measure mails per second, from event to accepted mail, beside smtplib with the same finished
bytes.

All servers run on this machine: a RabbitMQ node with quorum queues, PostgreSQL with fsync, one
worker process, and an SMTP server that accepts every mail. Time runs from the first event that the
worker takes to the last mail.
"""

import smtplib
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from sqlalchemy import func, select

from deploy.bench.mail_server import Sink, sink
from deploy.bench.publishing import logins_of, publish_confirmed
from deploy.stack.processes import Process
from deploy.stack.rabbitmq import RabbitNode
from services.notify.worker import NotifySettings, service
from shared.contracts import samples
from shared.contracts.envelope import Envelope
from shared.contracts.message import wire_type
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.names import EVENTS
from shared.runtime.rabbitmq.outgoing import Outgoing
from shared.runtime.rabbitmq.publisher import Publisher
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.topology_changes import apply
from shared.runtime.storage import message_tables, migrations
from shared.runtime.storage.database import engine_for, reading

DELAYS = (1.0, 10.0)
CONNECTIONS = int(NotifySettings.model_fields["smtp_connections"].default)


def through_the_service(
    rabbit: RabbitNode,
    database_url: str,
    count: int,
    threads: int,
    directory: Path,
    *,
    recipient_per_hour: int = 0,
    seconds: float = 0.0,
    connections: int = CONNECTIONS,
) -> Sink:
    """Return the mails of one worker process. Its queue holds `count` events of paid orders,
    each of another customer; the mail server takes `seconds` to accept a mail, and
    gets so many at the same time.
    """
    prepare(rabbit, database_url)
    publish(rabbit, count)
    with sink(seconds) as (found, port):
        worker = Process(directory, "worker-notify")
        command = [
            sys.executable,
            "-m",
            "shared.cli.main",
            "worker",
            "notify",
            "--threads",
            str(threads),
        ]
        limit = {
            "AFTERCART_NOTIFY_RECIPIENT_PER_HOUR": str(recipient_per_hour),
            "AFTERCART_NOTIFY_SMTP_CONNECTIONS": str(connections),
        }
        worker.start(command, env=settings(rabbit, "notify", database_url, port) | limit)
        try:
            found.wait(count)
        finally:
            worker.stop(timeout=30)
        found.began = _first_event(database_url)
    return found


def bare(contents: Sequence[bytes], seconds: float) -> Sink:
    """Send the same bytes with smtplib over one connection."""
    with sink(seconds) as (found, port), smtplib.SMTP("127.0.0.1", port) as client:
        found.began = time.time()
        for content in contents:
            client.sendmail("service@shop.test", ["ada@example.test"], content)
        found.wait(len(contents))
    return found


def prepare(rabbit: RabbitNode, database_url: str) -> None:
    """Create topology and schema."""
    logins = logins_of(("notify", "client"))
    with Management(rabbit.admin_management_url) as management:
        apply(definitions([service], DELAYS, logins), management)
    migrations.upgrade(service, engine_for(database_url))


def _first_event(database_url: str) -> float:
    """Return the time when the worker took the first event from its queue."""
    with reading(engine_for(database_url)) as connection:
        first = connection.scalar(
            select(func.min(message_tables.inbox.c.at)).where(
                message_tables.inbox.c.source == "/bench"
            )
        )
    return float(first.timestamp()) if first else 0.0


def publish(rabbit: RabbitNode, count: int) -> None:
    """Publish events of paid orders, each of another customer."""
    publisher = Publisher(rabbit.admin_amqp_url, "bench")
    publish_confirmed(publisher, [event(number) for number in range(count)])
    publisher.close()


def event(number: int) -> Outgoing:
    """Return the event of a paid order of one of many customers."""
    order_id = str(uuid4())
    customer = samples.ORDER_SUMMARY["customer"] | {
        "customer_id": f"c-{number}",
        "email": f"customer{number}@example.test",
    }
    order = samples.ORDER_SUMMARY | {
        "order_id": order_id,
        "reference": f"BENCH-{number}",
        "customer": customer,
    }
    data = samples.ORDER_TRANSITIONED | {"order_id": order_id, "order": order, "attach": []}
    envelope = Envelope(
        id=str(uuid4()), source="/bench", type=wire_type("order.transitioned"), data=data
    )
    return Outgoing(EVENTS, "order.transitioned", envelope.encode(), envelope.id)


def settings(rabbit: RabbitNode, name: str, database_url: str, port: int) -> dict[str, str]:
    """Return the environment of a service's worker; `port` is that of the mail server."""
    prefix = f"AFTERCART_{name.upper()}"
    return {
        f"{prefix}_BROKER_URL": rabbit.amqp_url(name, name),
        f"{prefix}_DATABASE_URL": database_url,
        f"{prefix}_RETRY_DELAYS": ",".join(map(str, DELAYS)),
        f"{prefix}_LOG_LEVEL": "warning",
        "AFTERCART_NOTIFY_SMTP_HOST": "127.0.0.1",
        "AFTERCART_NOTIFY_SMTP_PORT": str(port),
        "AFTERCART_NOTIFY_SMTP_SECURITY": "none",
        "AFTERCART_NOTIFY_RECIPIENT_PER_HOUR": "0",
        "AFTERCART_NOTIFY_SIGNING_KEYS": f"1:{'6b' * 32}",
        "AFTERCART_ENV_FILE": "/dev/null",
    }
