"""Faults of messages: malformed ones, and events that come again, late and out of order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pika
from pika.exceptions import AMQPError

from shared.clients.connection import connect
from shared.contracts.envelope import CONTENT_TYPE, decode
from shared.runtime.errors import AftercartError
from shared.runtime.rabbitmq.names import EVENTS, STREAM

if TYPE_CHECKING:
    from tests.system.fire.nemesis import Nemesis

KEYS = ("order.place", "thread.reply", "document.render", "mail.resend")
"""One command of each service."""
REPEATED = 40  # events


def inject_poison(nemesis: Nemesis) -> Iterator[str]:
    """Publish messages that no service can read, one for each."""
    for number, key in enumerate(KEYS):
        mark = f"{nemesis.chance.getrandbits(64):016x}"
        bodies = (
            b"{" + mark.encode(),
            json.dumps({"specversion": "1.0", "id": mark}).encode(),
            b"\xff\xfe" + mark.encode(),
            json.dumps([mark]).encode(),
        )
        body = bodies[number]
        nemesis.poison.append(body)
        while nemesis.publishing.publish(key, body, mark) != "confirmed":
            nemesis.publishing.idle(0.5)
            nemesis.poison.append(body)
    yield f"{len(KEYS)} messages"


def repeat_events(nemesis: Nemesis) -> Iterator[str]:
    """Publish early events once more, in another order."""
    try:
        repeated = _repeat(nemesis)
    except (AftercartError, AMQPError):
        repeated = 0  # RabbitMQ is not up again yet
    yield f"{repeated} events"


def _repeat(nemesis: Nemesis) -> int:
    stack = nemesis.stack
    with connect(stack.rabbit.admin_amqp_url, "repeat") as connection:
        channel = connection.channel()
        channel.basic_qos(prefetch_count=REPEATED)
        bodies = []
        for method, _, body in channel.consume(
            STREAM, arguments={"x-stream-offset": "first"}, inactivity_timeout=1
        ):
            if method is None or len(bodies) == REPEATED:
                break
            bodies.append(body)
            channel.basic_ack(method.delivery_tag)
        channel.cancel()
        channel.confirm_delivery()
        nemesis.chance.shuffle(bodies)
        for body in bodies:
            properties = pika.BasicProperties(delivery_mode=2, content_type=CONTENT_TYPE)
            channel.basic_publish(EVENTS, decode(body).name, body, properties)
    return len(bodies)
