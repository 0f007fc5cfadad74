"""Wait until everything is done after the faults were healed, and write down the evidence."""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, select

from deploy.stack.local import LocalStack
from shared.clients.connection import connect
from shared.contracts.envelope import Envelope, decode
from shared.runtime.errors import AftercartError
from shared.runtime.rabbitmq.management import Management
from shared.runtime.rabbitmq.names import DOCUMENT_STREAM, STREAM
from tests.conditions import least
from tests.house.facts import (
    FILED,
    PASSING,
    STREAMS,
    database,
    messages_in,
    outboxes,
    queue_depths,
    rows,
)
from tests.system.fire.customer import customer_mailbox

LONG = {"css", "facts", "html", "letter", "snapshot", "text"}
"""Columns with contents that are long, and that the checker does not compare."""
SHOWN_BODY = 2000  # bytes of a dead letter
UNDECIDED = "SELECT count(*) FROM mails WHERE state NOT IN ('sent', 'failed', 'suppressed')"
PAUSE = 0.5
PAGE = 500  # mails that are fetched at once
SILENCE = 60.0  # seconds without an event, after which a stream has ended


def drain(stack: LocalStack, written: int, seconds: float) -> bool:
    """Wait until nothing is on its way any more. Return False if that takes longer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if _all_done(stack, written) and not any(least_left(stack).values()):
                return True
        except AftercartError:  # RabbitMQ is not up again yet
            pass
        time.sleep(PAUSE)
    return False


def least_left(stack: LocalStack) -> dict[str, int]:
    """Return the least number of messages in each queue and outbox within some seconds: polls of
    the mailbox come at any time, and do not stay.
    """

    def count() -> dict[str, int]:
        return waiting(stack) | {f"outbox of {name}": n for name, n in outboxes(stack).items()}

    return least(count, PASSING)


def _all_done(stack: LocalStack, written: int) -> bool:
    if rows(stack, "notify", UNDECIDED)[0][0]:
        return False
    issued = rows(stack, "orders", "SELECT count(*) FROM documents")[0][0]
    rendered = rows(stack, "documents", "SELECT count(*) FROM documents")[0][0]
    return rendered >= issued and len(rows(stack, "ingest", FILED)) >= written


def waiting(stack: LocalStack) -> dict[str, int]:
    """Return how many messages wait in each queue, without dead letters. Those of the mailbox's
    polls, which come each second, are too short to be seen twice.
    """
    depths = queue_depths(stack)
    return {name: depth for name, depth in depths.items() if not name.endswith(".dead")}


def gather(stack: LocalStack, directory: Path) -> None:
    """Write what the databases, streams, queues and mailboxes show to files of a directory."""
    directory.mkdir(parents=True, exist_ok=True)
    for service in stack.services.values():
        file = directory / f"{service.name}.jsonl"
        with file.open("w") as out, database(stack, service.name) as connection:
            for table in service.tables.sorted_tables:
                for row in connection.execute(select(*_small_columns(table))).mappings():
                    out.write(json.dumps([table.name, dict(row)], default=str) + "\n")
    with (directory / "events.jsonl").open("w") as out:
        for event in chain(stream(stack, STREAM), stream(stack, DOCUMENT_STREAM)):
            out.write(event.encode().decode() + "\n")
    outside: dict[str, Callable[[], Any]] = {
        "queues": lambda: least_left(stack),
        "unacked": lambda: least(lambda: _unacknowledged(stack), PASSING),
        "dead": lambda: dead_letters(stack),
        "delivered": lambda: delivered(stack),
    }
    for name, find in outside.items():
        (directory / f"{name}.json").write_text(json.dumps(find(), indent=1))


def _small_columns(table: Table) -> list[Column[Any]]:
    """Return the columns that are not contents."""
    found = []
    for column in table.columns:
        if not isinstance(column.type, LargeBinary) and column.name not in LONG:
            found.append(column)
    return found


def stream(stack: LocalStack, name: str) -> Iterator[Envelope]:
    """Yield every event of a stream, those of documents without their data. A busy RabbitMQ may
    pause before the last one.
    """
    expected = messages_in(stack, name)
    with connect(stack.amqp_url("client"), "gather") as connection:
        channel = connection.channel()
        channel.basic_qos(prefetch_count=500)
        found, deadline = 0, time.monotonic() + SILENCE
        for method, _, body in channel.consume(
            name, arguments={"x-stream-offset": "first"}, inactivity_timeout=1
        ):
            if method is None:
                if found >= expected or time.monotonic() > deadline:
                    break
                continue
            found, deadline = found + 1, time.monotonic() + SILENCE
            channel.basic_ack(method.delivery_tag)
            event = decode(body)
            if name == DOCUMENT_STREAM:
                event = event.model_copy(update={"data": {}})  # the bytes of a PDF
            yield event


def delivered(stack: LocalStack) -> Counter[str]:
    """Return the Message-IDs in the customer's mailbox."""
    found: Counter[str] = Counter()
    with customer_mailbox(stack) as client:
        numbers = client.search()
        fields = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"
        for first in range(0, len(numbers), PAGE):  # a command has a limited length
            page = numbers[first : first + PAGE]
            for headers in client.fetch(page, [fields]).values():
                raw = next(value for key, value in headers.items() if key.startswith(b"BODY["))
                found[raw.decode().partition(":")[2].strip()] += 1
    return found


def _unacknowledged(stack: LocalStack) -> dict[str, int]:
    with Management(stack.rabbit.admin_management_url) as management:
        return {
            queue["name"]: queue.get("messages_unacknowledged", 0)
            for queue in management.queues()
            if queue["name"] not in STREAMS
        }


def dead_letters(stack: LocalStack) -> list[dict[str, str]]:
    """Return the dead letters of all services, which stay where they are."""
    found = []
    with connect(stack.rabbit.admin_amqp_url, "gather") as connection:
        for service in stack.services:
            channel = connection.channel()
            while True:
                method, properties, body = channel.basic_get(f"{service}.dead")
                if method is None:
                    break
                found.append(
                    {
                        "service": service,
                        "digest": digest(body),
                        "headers": str(properties.headers),
                        "body": repr(body[:SHOWN_BODY]),
                    }
                )
            channel.close()
    return found


def digest(body: bytes) -> str:
    """Return what identifies a malformed message."""
    return hashlib.sha256(body).hexdigest()[:16]
