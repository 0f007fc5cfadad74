"""Errors of the database name no value: neither parameters nor the rows and values that PostgreSQL
quotes. They are logged, and dead letters keep them without end.
"""

import re
import traceback
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import shared
from shared.runtime.rabbitmq.broker import MAX_ERROR
from shared.runtime.storage.database import engine_for
from tests.shared.runtime.rabbit_fixture import RabbitFixture, envelope, working
from tests.toy.service import toy
from tests.words import harness

SECRET = "ada.byron@example.test"
ROOT = Path(shared.__file__).parents[1]
STATEMENTS = {
    "duplicate": "INSERT INTO counters (key, total) VALUES (:secret, 1), (:secret, 2)",
    "check": "INSERT INTO counters (key, total) VALUES (:secret, 2000000)",
    "absent": "INSERT INTO counters (key, total) VALUES (:secret, NULL)",
    "syntax": "SELECT CAST(:secret AS integer) FROM nowhere",
    "number": "SELECT CAST(:secret AS integer)",
    "time": "SELECT CAST(:secret AS timestamptz)",
    "json": "SELECT CAST(:secret AS jsonb)",
    "uuid": "SELECT CAST(:secret AS uuid)",
    "long": "INSERT INTO counters (key, total) VALUES (repeat(:secret, 100), 1)",
    "raised": "SELECT length(:secret) / 0",
}
ACCEPTED_BY_SQLITE = {"number", "time", "json", "uuid", "long", "raised"}


@pytest.mark.parametrize("name", STATEMENTS)
def test_an_error_names_no_value(either_database: Any, name: str) -> None:
    engine = harness(toy, either_database).engine
    if engine.dialect.name == "sqlite" and name in ACCEPTED_BY_SQLITE:
        return
    with pytest.raises(Exception, match=r".") as raised, engine.begin() as connection:
        connection.execute(text(STATEMENTS[name]), {"secret": SECRET})
    engine.dispose()
    said = "".join(traceback.format_exception(raised.value))
    assert SECRET not in said
    assert SECRET not in repr(raised.value)


def test_a_dead_letter_names_no_value(rabbitmq: RabbitFixture, postgresql: Any) -> None:
    rabbitmq.send(envelope("toy.add", {"key": SECRET, "amount": 2_000_000}))
    with working(rabbitmq, postgresql):
        (letter,) = rabbitmq.dead()
    assert "total_limit" in letter.headers["x-reason"]
    assert len(letter.headers["x-error"]) <= MAX_ERROR
    assert SECRET not in str(letter.headers)


def test_engines_are_created_in_one_place() -> None:
    """There the parameters are hidden. The local stack sets up servers, and knows no messages."""
    creating = set()
    for path in [*ROOT.glob("shared/**/*.py"), *ROOT.glob("services/**/*.py")]:
        if re.search(
            r"\bcreate_engine\(|\bpsycopg\.connect\(|\bsqlite3\.connect\(", path.read_text()
        ):
            creating.add(str(path.relative_to(ROOT)))
    assert creating == {"shared/runtime/storage/database.py"}


@pytest.mark.parametrize("kind", ["database", "postgresql"])
def test_every_engine_hides_parameters(request: pytest.FixtureRequest, kind: str) -> None:
    engine = engine_for(request.getfixturevalue(kind))
    assert engine.hide_parameters
    engine.dispose()
