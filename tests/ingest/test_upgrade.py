"""Threads of the first revision are listed, found and counted after an upgrade."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic import command
from sqlalchemy import Connection, Uuid, column, table

from services.ingest.worker import service
from shared.runtime.storage import migrations
from shared.runtime.storage.database import Json, UtcDateTime, engine_for
from tests.ingest.words import NOON, IngestDesk
from tests.words import sqlite_url

THREAD = {
    "shop": "default",
    "order_id": None,
    "order_reference": "OLD-1",
    "customer_email": "Ada@Example.test",
    "customer_name": "Ada Byron",
    "language": "en",
    "owner": None,
    "last_mail": "",
    "chain": [],
}
MESSAGE = {"author": "ada@example.test", "verified": True, "mail_message_id": ""}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    return str(request.getfixturevalue("postgres").create_database(f"upgrade_{uuid4().hex[:8]}"))


KINDS: dict[type, Any] = {UUID: Uuid(), datetime: UtcDateTime(), list: Json}


def add(connection: Connection, name: str, row: dict[str, Any]) -> None:
    columns = [column(key, KINDS.get(type(value))) for key, value in row.items()]
    connection.execute(table(name, *columns).insert(), row)


def threads_of_the_first_revision(url: str) -> None:
    """One that was answered and closed, one that was asked again, one that nobody has answered."""
    engine, config = engine_for(url), migrations._config(service)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        add_all(connection)
    engine.dispose()


def add_all(connection: Connection) -> None:
    said = {
        "Closed": ("closed", ["customer", "employee"]),
        "Asked again": ("open", ["customer", "employee", "customer"]),
        "Never answered": ("open", ["customer"]),
    }
    for subject, (status, directions) in said.items():
        key = uuid4()
        add(
            connection,
            "threads",
            THREAD
            | {
                "thread_id": key,
                "conversation": f"thread/{key}",
                "subject": subject,
                "status": status,
                "opened_at": NOON,
            },
        )
        for number, direction in enumerate(directions):
            at = NOON + timedelta(hours=number)
            add(
                connection,
                "thread_messages",
                MESSAGE
                | {
                    "message_id": uuid4(),
                    "thread_id": key,
                    "direction": direction,
                    "at": at,
                    "text": f"{direction} wrote سلام",
                },
            )


def test_threads_that_were_kept_before_are_found_and_counted(url: str) -> None:
    threads_of_the_first_revision(url)
    desk = IngestDesk.at(url)
    subjects = (
        {"waiting": True},
        {"search": "سلام employee"},
        {"search": "ada old-1"},
        {"email": "ada@example.TEST"},
    )
    everything = {"Closed", "Asked again", "Never answered"}
    found = [{thread["subject"] for thread in desk.threads(**wanted)} for wanted in subjects]
    assert found == [
        {"Asked again", "Never answered"},
        {"Closed", "Asked again"},
        everything,
        everything,
    ]
    counted = desk.ask("desk.statistics", {}).data
    assert (
        counted["customer_messages"],
        counted["employee_messages"],
        counted["unread_messages"],
    ) == (4, 2, 0)
    oldest = desk.ask("thread.next_unanswered", {}).data["thread"]
    assert (oldest["subject"], oldest["waits_since"]) == ("Never answered", "2026-11-21T12:00:00Z")
    desk.engine.dispose()
