"""Write messages of the journal to the outbox once more, with their ids, for the relay to publish.

Whoever handled a message recognises it by its id. A message of the journal is younger than what
`inbox` remembers, so the services handle only what they have not.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine

from shared.contracts.envelope import Envelope, decode
from shared.contracts.message import Command
from shared.runtime.service import Service
from shared.runtime.storage import journal, outbox
from shared.runtime.storage.database import reading


def publish_again(
    service: Service, engine: Engine, since: datetime, now: datetime
) -> Iterator[int]:
    """Write what was published since a time to the outbox, in the same order, and yield the number
    of messages of each transaction. If it is interrupted, repeat all of it.
    """
    requested: set[str] = set()
    with reading(engine) as journaled:
        for rows in journal.pages(journaled, since):
            again: list[outbox.OutboxRow] = []
            for row in rows:
                again += _rows(service, row, now, requested)
            with engine.begin() as connection:
                outbox.add(connection, again)
            yield len(rows)


def marked(body: bytes, now: datetime) -> Envelope:
    """Return a message that is published again, with the time of it."""
    return decode(body).model_copy(update={"publishedagain": now})


def _rows(service: Service, row: Any, now: datetime, requested: set[str]) -> list[outbox.OutboxRow]:
    envelope = marked(bytes(row.body), now)
    route: outbox.Route = "again" if row.route == "event" else "self_again"
    rows = [
        outbox.OutboxRow(route, row.routing_key, row.subject, row.message_id, envelope.encode())
    ]
    for command in service.republish(envelope):
        key = command.model_dump_json()
        if key not in requested:  # one event of each document is enough
            requested.add(key)
            rows.append(_own(service, command, envelope, now))
    return rows


def _own(service: Service, command: Command, cause: Envelope, now: datetime) -> outbox.OutboxRow:
    envelope = Envelope(
        id=str(uuid4()),
        source=cause.source,
        type=command.wire_type(),
        time=now,
        correlationid=cause.correlationid,
        causationid=cause.id,
        shop=cause.shop,
        data=command.model_dump(mode="json"),
    )
    return outbox.OutboxRow("self_again", service.name, None, envelope.id, envelope.encode())
