"""Measure loops as one would write them by hand for the promise of `ingest`, on PostgreSQL: a
fetched mail is stored before the next, once.

The first parses each mail with `email` and stores its source and a row. The second does what
`ingest` does with a mail: it finds or opens its thread, sanitises its HTML, makes its words
searchable, and publishes an event with a confirm.
"""

import json
import time
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import compat32, default
from typing import Any
from uuid import uuid4

import nh3
import pika
import psycopg

from deploy.bench.mailbox import FullMailbox, Rate, own_peak
from deploy.bench.mails_by_hand import opened
from deploy.stack.rabbitmq import RabbitNode
from shared.runtime.rabbitmq.names import EVENTS

TABLES = """
CREATE TABLE raw_mails (id bigserial PRIMARY KEY, content bytea NOT NULL);
CREATE TABLE mails (
    id bigserial PRIMARY KEY, raw_id bigint NOT NULL REFERENCES raw_mails, uid bigint UNIQUE,
    message_id text, sender text, subject text, fetched_at timestamptz DEFAULT now());
CREATE TABLE threads (
    id bigserial PRIMARY KEY, customer text NOT NULL, subject text NOT NULL,
    opened_at timestamptz DEFAULT now(), UNIQUE (customer, subject));
CREATE TABLE messages (
    id bigserial PRIMARY KEY, thread_id bigint NOT NULL REFERENCES threads,
    mail_id bigint UNIQUE REFERENCES mails, message_id text, text text NOT NULL,
    html text NOT NULL, words tsvector NOT NULL);
CREATE INDEX messages_by_message_id ON messages (message_id);
CREATE INDEX messages_by_words ON messages USING gin (words);
"""
RAW = "INSERT INTO raw_mails (content) VALUES (%s) RETURNING id"
MAIL = """
INSERT INTO mails (raw_id, uid, message_id, sender, subject) VALUES (%s, %s, %s, %s, %s)
RETURNING id
"""
ANSWERED = "SELECT thread_id FROM messages WHERE message_id = ANY(%s) LIMIT 1"
THREAD = """
INSERT INTO threads (customer, subject) VALUES (%s, %s)
ON CONFLICT (customer, subject) DO UPDATE SET subject = excluded.subject RETURNING id
"""
MESSAGE = """
INSERT INTO messages (thread_id, mail_id, message_id, text, html, words)
VALUES (%s, %s, %s, %s, %s, to_tsvector('simple', %s))
"""


def store(database_url: str, mailbox: FullMailbox) -> Rate:
    """Fetch a mailbox, parse each mail, and store its source and a row in one transaction."""
    with opened(database_url, TABLES) as connection:
        began = time.perf_counter()
        for uid, raw in mailbox.fetched():
            mail = message_from_bytes(raw, policy=compat32)
            facts = [str(mail[name]) for name in ("Message-ID", "From", "Subject")]
            _id(connection, MAIL, _id(connection, RAW, raw), uid, *facts)
            connection.commit()
        return Rate(mailbox.count / (time.perf_counter() - began), own_peak())


def file(database_url: str, mailbox: FullMailbox, rabbit: RabbitNode) -> Rate:
    """Fetch a mailbox, and file each mail in a thread in one transaction; then publish its
    event.
    """
    with (
        opened(database_url, TABLES) as connection,
        pika.BlockingConnection(pika.URLParameters(rabbit.admin_amqp_url)) as broker,
    ):
        channel = broker.channel()
        channel.confirm_delivery()
        began = time.perf_counter()
        for uid, raw in mailbox.fetched():
            thread_id = _file(connection, uid, raw)
            connection.commit()
            body = json.dumps({"id": str(uuid4()), "data": {"thread_id": thread_id}}).encode()
            channel.basic_publish(
                EVENTS, "mail.received", body, pika.BasicProperties(delivery_mode=2)
            )
        return Rate(mailbox.count / (time.perf_counter() - began), own_peak())


def _file(connection: psycopg.Connection, uid: int, raw: bytes) -> int:
    mail = message_from_bytes(raw, policy=default)
    message_id, sender, subject = (str(mail[name]) for name in ("Message-ID", "From", "Subject"))
    mail_id = _id(connection, MAIL, _id(connection, RAW, raw), uid, message_id, sender, subject)
    named = f"{mail['In-Reply-To'] or ''} {mail['References'] or ''}".split()
    found = connection.execute(ANSWERED, [named]).fetchone()
    thread_id = int(found[0]) if found else _id(connection, THREAD, sender, subject)
    text, html = _part(mail, "plain"), nh3.clean(_part(mail, "html"))
    words = f"{subject} {sender} {text}"
    connection.execute(MESSAGE, [thread_id, mail_id, message_id, text, html, words])
    return thread_id


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body([kind])
    if part is None:
        return ""
    return str(part.get_content())


def _id(connection: psycopg.Connection, statement: str, *values: Any) -> int:
    row = connection.execute(statement, values).fetchone()
    return int(row[0]) if row else 0
