"""The database enforces the constraints that the code assumes."""

from uuid import uuid4

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from services.ingest.store.tables import inbound_mails, metadata, raw_mails, thread_messages
from services.ingest.worker import service
from shared.runtime.storage import migrations
from tests.ingest.builders import FakeMailServer, IngestHarness, raw_mail


def test_migrating_again_changes_nothing(desk: IngestHarness, server: FakeMailServer) -> None:
    server.receive(raw_mail())
    desk.poll()
    before, revision = (
        [desk.rows(table) for table in metadata.sorted_tables],
        migrations.current(desk.engine),
    )
    assert migrations.upgrade(service, desk.engine) == revision
    assert [desk.rows(table) for table in metadata.sorted_tables] == before


def test_a_mail_cannot_be_stored_twice(desk: IngestHarness, server: FakeMailServer) -> None:
    server.receive(raw_mail())
    desk.poll()
    (row,) = desk.rows(inbound_mails)
    with pytest.raises(IntegrityError), desk.engine.begin() as connection:
        connection.execute(insert(inbound_mails), {**row._mapping, "inbound_id": uuid4()})


def test_a_message_belongs_to_a_thread_and_a_mail_to_its_bytes(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    server.receive(raw_mail())
    desk.poll()
    message, mail = desk.rows(thread_messages)[0]._mapping, desk.rows(inbound_mails)[0]._mapping
    for table, row in (
        (thread_messages, {**message, "message_id": uuid4(), "thread_id": uuid4()}),
        (inbound_mails, {**mail, "inbound_id": uuid4(), "uid": 99, "sha256": "f" * 64}),
    ):
        with pytest.raises(IntegrityError), desk.engine.begin() as connection:
            connection.execute(insert(table), row)


def test_the_source_is_returned_unchanged(desk: IngestHarness, server: FakeMailServer) -> None:
    raw = raw_mail("\x00\xff سلام \r\n.\r\n") + bytes(range(256))
    server.receive(raw)
    desk.poll()
    assert [bytes(row.content) for row in desk.rows(raw_mails)] == [raw]
