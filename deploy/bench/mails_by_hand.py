"""Measure loops as one would write them by hand for the promise of `notify`, on PostgreSQL: a mail
is claimed before it is sent over one connection, so that it is sent at most once.

The first has finished bytes in its table; the second writes each mail from the facts in its table,
with the templates of `notify`; the third does what `notify` does for an event: it takes it from
RabbitMQ, stores the mail, sends it, publishes `mail.sent` with a confirm, and acknowledges.
"""

import json
import smtplib
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pika
import psycopg

from deploy.bench.mail_server import Sink, sink
from deploy.bench.notify import event
from deploy.stack.rabbitmq import RabbitNode
from services.notify.adapters.branded_writer import BrandedMailWriter
from services.notify.adapters.mail_writer import JinjaMailWriter, read_languages, read_layouts
from services.notify.domain.composing.composer import Composer
from services.notify.domain.composing.orders import transitioned
from services.notify.domain.mail import Occasion
from services.notify.domain.mime import OutgoingMail, pack
from shared.contracts.conversation import SigningKeys
from shared.contracts.orders import OrderTransitioned
from shared.runtime.rabbitmq.names import EVENTS

TABLES = """
CREATE TABLE outgoing (
    id bigserial PRIMARY KEY, event_id text UNIQUE, content bytea NOT NULL, state text NOT NULL);
CREATE INDEX outgoing_new ON outgoing (id) WHERE state = 'new';
"""
ADD = "INSERT INTO outgoing (content, state) VALUES (%s, 'new')"
CLAIM = """
UPDATE outgoing SET state = 'claimed' WHERE id = (
    SELECT id FROM outgoing WHERE state = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, content
"""
CLAIM_EVENT = """
INSERT INTO outgoing (event_id, content, state) VALUES (%s, %s, 'claimed')
ON CONFLICT DO NOTHING RETURNING id
"""
SENT = "UPDATE outgoing SET state = 'sent' WHERE id = %s"
QUEUE = "by_hand"
KEYS = "1:" + "6b" * 32
Write = Callable[[bytes], OutgoingMail]


def send_finished(database_url: str, contents: Sequence[bytes], seconds: float) -> Sink:
    """Send finished mails: claim a row, commit, send, mark it as sent, commit."""
    return _send_rows(database_url, contents, _addressed, seconds)


def send_written(database_url: str, count: int, seconds: float) -> Sink:
    """Send mails that are written from the rows: claim, commit, write, send, mark, commit."""
    rows = [event(number).body for number in range(count)]
    return _send_rows(database_url, rows, mail_writer(), seconds)


def send_for_events(rabbit: RabbitNode, database_url: str, count: int, seconds: float) -> Sink:
    """Send a mail for each event in a queue."""
    write = mail_writer()
    with (
        opened(database_url, TABLES) as connection,
        sink(seconds) as (found, port),
        pika.BlockingConnection(pika.URLParameters(rabbit.admin_amqp_url)) as broker,
        smtplib.SMTP("127.0.0.1", port) as client,
    ):
        channel = broker.channel()
        _fill_queue(channel, count)
        channel.basic_qos(prefetch_count=100)
        found.began = time.time()
        for method, _, body in channel.consume(QUEUE):
            event_id, mail = json.loads(body)["id"], write(body)
            row = connection.execute(CLAIM_EVENT, [event_id, mail.content]).fetchone()
            connection.commit()
            if row:
                client.sendmail(mail.sender, [mail.recipient], mail.content)
                connection.execute(SENT, [row[0]])
                connection.commit()
            _publish(channel, "mail.sent", {"id": str(uuid4()), "data": {"event": event_id}})
            channel.basic_ack(method.delivery_tag)
            if method.delivery_tag == count:
                break
        found.wait(count)
    return found


def mail_writer() -> Write:
    """Return a function that writes the mail of an event, as `notify` does."""
    jinja = JinjaMailWriter(read_languages(), read_layouts())
    composer = Composer(BrandedMailWriter(jinja), SigningKeys.parse(KEYS))

    def write(body: bytes) -> OutgoingMail:
        envelope = json.loads(body)
        occasion = Occasion("default", envelope["id"], datetime.now(UTC))
        found = OrderTransitioned.model_validate(envelope["data"])
        [mail] = transitioned(composer, found, occasion)
        return pack(mail.content, [], attempt=1)

    return write


def opened(database_url: str, tables: str) -> psycopg.Connection:
    """Return a connection to a database with new tables."""
    connection = psycopg.connect(database_url.replace("postgresql+psycopg", "postgresql"))
    connection.execute(tables)
    connection.commit()
    return connection


def _send_rows(database_url: str, rows: Sequence[bytes], write: Write, seconds: float) -> Sink:
    with opened(database_url, TABLES) as connection, sink(seconds) as (found, port):
        with connection.cursor() as cursor:
            cursor.executemany(ADD, [[row] for row in rows])
        connection.commit()
        with smtplib.SMTP("127.0.0.1", port) as client:
            found.began = time.time()
            while row := connection.execute(CLAIM).fetchone():
                connection.commit()
                mail = write(row[1])
                client.sendmail(mail.sender, [mail.recipient], mail.content)
                connection.execute(SENT, [row[0]])
                connection.commit()
        found.wait(len(rows))
    return found


def _addressed(content: bytes) -> OutgoingMail:
    return OutgoingMail("service@shop.test", "ada@example.test", content, attempt=1)


def _fill_queue(channel: Any, count: int) -> None:
    channel.queue_declare(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
    channel.queue_purge(QUEUE)
    channel.confirm_delivery()
    for number in range(count):
        message = event(number)
        channel.basic_publish("", QUEUE, message.body, pika.BasicProperties(delivery_mode=2))


def _publish(channel: Any, name: str, message: dict[str, Any]) -> None:
    """Publish an event, and wait for its confirm."""
    properties = pika.BasicProperties(delivery_mode=2)
    channel.basic_publish(EVENTS, name, json.dumps(message).encode(), properties)
