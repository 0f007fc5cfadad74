"""Measure loops as one would write them by hand for the same promise, on PostgreSQL: a mail is sent
at most once, and a fetched mail is stored before the next.
"""

import smtplib
import time
from collections.abc import Sequence
from email import message_from_bytes
from email.policy import compat32

import psycopg

from deploy.bench.mailbox import FullMailbox, Rate, own_peak
from deploy.bench.notify import Sink, sink

TABLES = """
CREATE TABLE outgoing (id bigserial PRIMARY KEY, content bytea NOT NULL, state text NOT NULL);
CREATE INDEX outgoing_new ON outgoing (id) WHERE state = 'new';
CREATE TABLE raw_mails (id bigserial PRIMARY KEY, content bytea NOT NULL);
CREATE TABLE mails (
    id bigserial PRIMARY KEY, raw_id bigint NOT NULL REFERENCES raw_mails, uid bigint UNIQUE,
    message_id text, sender text, subject text, fetched_at timestamptz DEFAULT now());
"""
CLAIM = """
UPDATE outgoing SET state = 'claimed' WHERE id = (
    SELECT id FROM outgoing WHERE state = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, content
"""
SENT = "UPDATE outgoing SET state = 'sent' WHERE id = %s"
RAW = "INSERT INTO raw_mails (content) VALUES (%s) RETURNING id"
MAIL = "INSERT INTO mails (raw_id, uid, message_id, sender, subject) VALUES (%s, %s, %s, %s, %s)"


def send(database_url: str, contents: Sequence[bytes]) -> Sink:
    """Send mails over one connection: claim a row, commit, send, mark it as sent, commit."""
    with _opened(database_url) as connection, sink() as (found, port):
        with connection.cursor() as cursor:
            for content in contents:
                cursor.execute(
                    "INSERT INTO outgoing (content, state) VALUES (%s, 'new')", [content]
                )
        connection.commit()
        with smtplib.SMTP("127.0.0.1", port) as client:
            found.began = time.time()
            while row := connection.execute(CLAIM).fetchone():
                connection.commit()
                client.sendmail("service@shop.test", ["ada@example.test"], row[1])
                connection.execute(SENT, [row[0]])
                connection.commit()
        found.wait(len(contents))
    return found


def store(database_url: str, mailbox: FullMailbox) -> Rate:
    """Fetch a mailbox, parse each mail, and store its source and a row in one transaction."""
    with _opened(database_url) as connection:
        began = time.perf_counter()
        for uid, raw in mailbox.fetched():
            mail = message_from_bytes(raw, policy=compat32)
            raw_id = connection.execute(RAW, [raw]).fetchone()
            facts = [str(mail[name]) for name in ("Message-ID", "From", "Subject")]
            connection.execute(MAIL, [*(raw_id or ()), uid, *facts])
            connection.commit()
        return Rate(mailbox.count / (time.perf_counter() - began), own_peak())


def _opened(database_url: str) -> psycopg.Connection:
    connection = psycopg.connect(database_url.replace("postgresql+psycopg", "postgresql"))
    connection.execute(TABLES)
    connection.commit()
    return connection
