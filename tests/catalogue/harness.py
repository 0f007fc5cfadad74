"""A service on a database in memory, with adapters that touch nothing."""

import io
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pikepdf
from sqlalchemy import delete, select

from services.documents.domain.branding import BUILT_IN, Branding
from services.documents.domain.rendered import Rendered
from services.ingest.work.adapters import Adapters
from shared.contracts.envelope import Envelope, decode
from shared.contracts.snapshot import DocumentSnapshot
from shared.runtime.rabbitmq.delivery import Delivery, receive
from shared.runtime.service import Service
from shared.runtime.storage import schedule
from shared.runtime.storage.database import engine_for, reading
from shared.runtime.storage.message_tables import metadata as runtime_tables, outbox
from tests.documents.builders import RenderPool, outside
from tests.ingest.builders import KEYS, SERVICE, FakeMailServer, raw_mail
from tests.notify.builders import FakeAdapters
from tests.words import ServiceHarness

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
REPLYTO = "catalogue.replies"
ADAPTERS: dict[str, Callable[[], Any]] = {
    "documents": lambda: outside(BlankPages()),
    "ingest": lambda: Adapters({SERVICE.name: SERVICE}, KEYS, FakeMailServer([raw_mail()])),
    "notify": FakeAdapters,
    "orders": lambda: None,
}
Rows = dict[str, list[tuple[Any, ...]]]


class BlankPages(RenderPool):
    """Renders each document as one blank page."""

    def render(self, snapshot: DocumentSnapshot, branding: Branding = BUILT_IN) -> Rendered:
        content = io.BytesIO()
        page = pikepdf.new()
        page.add_blank_page()
        page.save(content, deterministic_id=True)
        return Rendered(content.getvalue(), "press 1", "")


class Harness(ServiceHarness):
    """A service that is sent messages of a shop, one after another."""

    def __init__(self, service: Service) -> None:
        super().__init__(service, engine_for("sqlite://"), ADAPTERS[service.name]())
        self.pipeline.transactions.clock = lambda: NOON
        self.own: list[Delivery] = []

    def send(self, message: Delivery) -> list[Envelope]:
        """Deliver one message; return what is published because of it, and its answer."""
        (published,) = self.send_all([message])
        return published

    def send_all(self, messages: Sequence[Delivery]) -> list[list[Envelope]]:
        """Deliver messages as one batch; return what each of them caused, in the same order."""
        self.answers = []
        for message, verdict in zip(messages, self.deliver(*messages), strict=True):
            if verdict.error:
                raise AssertionError(f"{message.name} failed") from verdict.error
        caused: dict[str, list[Envelope]] = {}
        for found in (*self.take_outbox(), *(decode(each.body) for each in self.answers)):
            caused.setdefault(found.causationid or "", []).append(found)
        return [caused.get(_id_of(message), []) for message in messages]

    def take_outbox(self) -> list[Envelope]:
        """Empty the outbox, as the relay does; return what was in it, besides messages of the
        service to itself.
        """
        with self.engine.begin() as connection:
            rows = connection.execute(select(outbox).order_by(outbox.c.number)).all()
            connection.execute(delete(outbox))
        self.own += [receive(row.body) for row in rows if row.route == "self"]
        return [decode(row.body) for row in rows if row.route != "self"]

    def run_own_messages(self) -> list[Envelope]:
        """Deliver what the service sent to itself and is due; return what is published then."""
        published = []
        while own := self._take_own():
            for caused in self.send_all(own):
                published += caused
        return published

    def _take_own(self) -> list[Delivery]:
        with self.engine.begin() as connection:
            schedule.move_due(connection, NOON)
        self.take_outbox()
        own, self.own = self.own, []
        return own

    def copy(self) -> bytes:
        """Return a copy of the database."""
        return self._connection().serialize()

    def restore(self, database: bytes) -> None:
        """Make the database what it was when it was copied."""
        self.own = []
        self._connection().deserialize(database)

    def _connection(self) -> sqlite3.Connection:
        with self.engine.connect() as connection:
            driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        return driver

    def rows(self) -> Rows:
        """Return all rows of all tables of the service, without those of the runtime."""
        found: Rows = {}
        with reading(self.engine) as connection:
            for table in self.service.tables.sorted_tables:
                if table.name not in runtime_tables.tables:
                    rows = [tuple(row) for row in connection.execute(select(table))]
                    found[table.name] = sorted(rows, key=repr)
        return found


def _id_of(message: Delivery) -> str:
    return message.envelope.id if message.envelope else ""
