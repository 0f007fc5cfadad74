"""`aftercart events`: publish events again that RabbitMQ has lost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from sqlalchemy import Engine

from shared.cli.completion import ServiceName
from shared.cli.operations.database import DatabaseSettings, database_errors
from shared.cli.services import Installation, pass_installation
from shared.cli.terminal import local_time, print_line, print_note, progress_bar
from shared.clients.connection import connect
from shared.clients.phrases import counted
from shared.clients.subscriptions import parse_start
from shared.runtime.clock import utc_now
from shared.runtime.errors import AftercartError
from shared.runtime.pipeline.publish_again import marked, publish_again
from shared.runtime.rabbitmq.names import STREAM
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing, Publish
from shared.runtime.rabbitmq.publisher import Publisher
from shared.runtime.service import Service
from shared.runtime.settings import administrator_url
from shared.runtime.storage import journal, migrations
from shared.runtime.storage.database import engine_for, reading

Repeat = Callable[[Service, Engine, datetime], Iterator[int]]
"""Publishes what a service published since a time, and yields numbers of messages."""


@click.group(short_help="Publish events again that RabbitMQ has lost.")
def events() -> None:
    """Publish events again, from the journals in the services' databases."""


@events.command("publish-again", short_help="Publish events since a time again.")
@click.argument("services", nargs=-1, type=ServiceName(), metavar="[SERVICE]...")
@click.option(
    "--since",
    required=True,
    metavar="START",
    help="`first`, how long ago (`2h`, `3d`), or a time such as 2026-11-21T12:00.",
)
@click.option(
    "--stream-only",
    is_flag=True,
    help="Only into the stream that external clients read; needs AFTERCART_ADMIN_BROKER_URL.",
)
@pass_installation
def publish_events_again(
    installation: Installation, services: tuple[str, ...], since: str, stream_only: bool
) -> None:
    """Publish again what the named services, or all, published since a time.

    Events keep their ids and their order per subject; `publishedagain` has the time of this. The
    services handle what they have not handled before, and nothing twice. Without --stream-only,
    messages of a service to itself and the documents that it rendered are published again, too.

    The journal holds 7 days, or AFTERCART_<SERVICE>_JOURNAL_DAYS. Needs
    AFTERCART_<SERVICE>_DATABASE_URL. Safe to repeat.
    """
    installation.require(services)
    start = _start(since)
    with _repeater(stream_only=stream_only) as repeat:
        for service in installation.services(services):
            print_line(f"{service.name} {_publish(service, start, repeat)}")
    if not stream_only:
        print_note("Its workers do it; `aftercart health` shows how many wait in the outbox.")


def _start(since: str) -> datetime:
    start = parse_start(since)
    if start == "first":
        return datetime.min.replace(tzinfo=UTC)
    if isinstance(start, str):
        raise AftercartError(f"'{since}' is not a time: use first, 2h, 3d or 2026-11-21T12:00.")
    return start


def _publish(service: Service, since: datetime, repeat: Repeat) -> str:
    url = DatabaseSettings.load(service.name).database_url.get_secret_value()
    engine = engine_for(url)
    try:
        with database_errors(service.name):
            migrations.require(service, engine)
            with reading(engine) as connection:
                total, oldest = journal.count(connection, since), journal.beginning(connection)
            _show_progress(repeat(service, engine, since), total, service.name)
    finally:
        engine.dispose()
    return f"publishes {counted(total, 'message')} again{_gap(since, oldest)}"


def _gap(since: datetime, oldest: datetime | None) -> str:
    if oldest is None:
        return "; its journal is empty"
    if since < oldest:
        return f"; its journal begins at {local_time(oldest)}"
    return ""


def _show_progress(numbers: Iterator[int], total: int, name: str) -> None:
    with progress_bar() as bar:
        task = bar.add_task(name, total=total)
        for number in numbers:
            bar.advance(task, number)


@contextmanager
def _repeater(*, stream_only: bool) -> Iterator[Repeat]:
    """Provide the way to publish: through the outbox, or into the stream."""
    if not stream_only:
        yield lambda service, engine, since: publish_again(service, engine, since, utc_now())
        return
    url = administrator_url()
    with connect(url, "events"):  # says what is wrong with the URL
        publisher = Publisher(url, "events", awaits=STREAM, reconnect_when_refused=True)
    try:
        yield lambda service, engine, since: _into_stream(publisher.publish, engine, since)
    finally:
        publisher.close()


def _into_stream(publish: Publish, engine: Engine, since: datetime) -> Iterator[int]:
    """Publish events through the default exchange, which no other queue receives."""
    now = utc_now()
    with reading(engine) as connection:
        for rows in journal.pages(connection, since):
            outgoing = []
            for row in rows:
                if row.route == "event":
                    body = marked(bytes(row.body), now).encode()
                    outgoing.append(Outgoing("", STREAM, body, row.message_id))
            if outgoing and set(publish(outgoing)) != {Outcome.CONFIRMED}:
                raise AftercartError(
                    "RabbitMQ did not confirm all events: run it again when RabbitMQ works."
                )
            yield len(rows)
