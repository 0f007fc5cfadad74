"""`aftercart events publish-again`: to everybody, or into the stream only."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from shared.clients.connection import connect
from shared.clients.subscriptions import Subscription, subscribe
from shared.contracts.envelope import Envelope
from shared.runtime.storage import journal
from shared.runtime.storage.database import engine_for, reading
from tests.conditions import FAR, until
from tests.shared.runtime.rabbit_fixture import CLIENT, totals
from tests.toy.service import toy


def read(stream: Subscription, count: int) -> list[Envelope]:
    found = []
    for _ in range(count):
        event = stream.poll(FAR)
        assert event is not None
        found.append(event)
    return found


def test_events_are_published_again_to_all_or_into_the_stream_only(
    rabbitmq: Any, worker: Any, terminal: Any, database: Any
) -> None:
    with connect(rabbitmq.url(CLIENT), "test") as connection:
        stream = subscribe(connection, "toy.added")
        rabbitmq.add("a")
        rabbitmq.add("b", tidy=True)
        ids = {event.id for event in read(stream, 2)}
        engine = engine_for(database)
        until(lambda: journaled(engine) == 3)

        result = terminal.run("events", "publish-again", "--since", "first")
        assert result.stdout.startswith("toy publishes 3 messages again; its journal begins at 2")
        again = read(stream, 2)
        assert {event.id for event in again} == ids
        assert all(event.publishedagain for event in again)
        until(lambda: rabbitmq.depth("toy") == 0)
        assert totals(engine) == {"a": 1, "b": 0}

        listener = rabbitmq.listen("toy.#")
        result = terminal.run("events", "publish-again", "toy", "--since", "1h", "--stream-only")
        assert (result.exit_code, result.stderr) == (0, "")
        assert {event.id for event in read(stream, 2)} == ids
        assert rabbitmq.depth(listener.name) == 0
        engine.dispose()


def journaled(engine: Engine) -> int:
    with reading(engine) as connection:
        return journal.count(connection, datetime.min.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--since", "last"], "'last' is not a time: use first, 2h, 3d or 2026-11-21T12:00.\n"),
        (["--since", "soon"], "'soon' is not a valid start: use first, last,"),
        (["tony", "--since", "1h"], "There is no service 'tony'; did you mean 'toy'?\n"),
        (["--since", "1h"], "The database of toy is at revision 'none' and this version needs"),
    ],
)
def test_what_cannot_be_published_again(terminal: Any, arguments: Any, sentence: str) -> None:
    result = terminal.run("events", "publish-again", *arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith(sentence)


def test_the_stream_needs_the_administrator(terminal: Any) -> None:
    poor = terminal.without("AFTERCART_ADMIN_BROKER_URL")
    result = poor.run("events", "publish-again", "--since", "1h", "--stream-only")
    assert result.stderr.startswith("AFTERCART_ADMIN_BROKER_URL is not set")
    assert result.exit_code == 1


def test_an_empty_journal_is_named(terminal: Any) -> None:
    assert terminal.run("migrate").exit_code == 0
    result = terminal.run("events", "publish-again", toy.name, "--since", "1h")
    assert result.stdout == "toy publishes 0 messages again; its journal is empty\n"
