"""Measure the stages of `ingest` for a mail, in this process and without RabbitMQ."""

import time
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import select

from deploy.bench.ingest import account
from deploy.bench.mailbox import FullMailbox, Opening, Rate, mails, own_peak
from services.ingest.adapters.imap_fetch import MAX_MAILS
from services.ingest.adapters.parser_pool import MailParserPool
from services.ingest.worker import IngestSettings, adapters, service
from shared.contracts.envelope import Envelope
from shared.contracts.message import wire_type
from shared.runtime.errors import AftercartError
from shared.runtime.pipeline.pipeline import Pipeline
from shared.runtime.rabbitmq.delivery import Delivery, receive
from shared.runtime.rabbitmq.outgoing import Outcome
from shared.runtime.storage import message_tables, migrations
from shared.runtime.storage.database import engine_for, reading

STAGE_MAILS = 5000  # mails of a stage


class Stages:
    """The pipeline of `ingest` on a database of its own."""

    def __init__(self, mailbox: FullMailbox, database_url: str) -> None:
        self.count, self.engine = min(STAGE_MAILS, mailbox.count), engine_for(database_url)
        migrations.upgrade(service, self.engine)
        settings = IngestSettings.model_validate(
            {
                "broker_url": "amqp://",
                "database_url": database_url,
                "signing_keys": "1:" + "ab" * 32,
                "mailboxes": [account(mailbox)],
            }
        )
        self.pool = MailParserPool()
        self.pipeline = Pipeline(
            service,
            self.engine,
            lambda messages: [Outcome.CONFIRMED] * len(messages),
            adapters=replace(adapters(settings), read=self.pool),
        )

    def close(self) -> None:
        """Stop the child processes and close the connections to the database."""
        self.pool.close()
        self.engine.dispose()

    def fetch(self) -> Rate:
        """Fetch and store mails: raw, each with a row and a message to the next stage, one
        window per transaction.
        """
        began = time.perf_counter()
        self._poll(windows=-(-self.count // MAX_MAILS))
        return _rate(self.count, began)

    def opening(self) -> Opening:
        """Fetch and store mails, and return the time of the first window apart."""
        began = time.perf_counter()
        self._poll(windows=1)
        opened = time.perf_counter()
        self._poll(windows=-(-self.count // MAX_MAILS) - 1)
        seconds = time.perf_counter() - opened
        return Opening(opened - began, (self.count - MAX_MAILS) / seconds)

    def _poll(self, windows: int) -> None:
        for _ in range(windows):
            for verdict in self.pipeline.process([_look()]):
                if verdict.error or verdict.reason:
                    raise AftercartError(f"The mailbox was not read: {verdict}")

    def read(self) -> Rate:
        """Parse the mails in a child process."""
        some = list(mails(0, self.count))
        self.pool(some[:1])
        began = time.perf_counter()
        for start in range(0, self.count, service.batch):
            self.pool(some[start : start + service.batch])
        return _rate(self.count, began)

    def filed(self) -> Rate:
        """Parse stored mails in a child process and file them in threads, in batches."""
        waiting, began = self._to_be_filed(), time.perf_counter()
        for start in range(0, len(waiting), service.batch):
            self.pipeline.process(waiting[start : start + service.batch])
        return _rate(len(waiting), began)

    def _to_be_filed(self) -> list[Delivery]:
        query = select(message_tables.outbox.c.body).where(message_tables.outbox.c.route == "self")
        with reading(self.engine) as connection:
            rows = connection.execute(query.order_by(message_tables.outbox.c.number))
            return [receive(body) for body in rows.scalars()]


def _look() -> Delivery:
    kind, data = wire_type("mailbox.sync"), {"mailbox": "service"}
    return receive(Envelope(id=str(uuid4()), source="/bench", type=kind, data=data).encode())


def _rate(count: int, began: float) -> Rate:
    return Rate(count / (time.perf_counter() - began), own_peak())
