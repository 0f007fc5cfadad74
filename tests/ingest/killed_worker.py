"""A worker of `ingest` that is killed (SIGKILL) at a given step, and one that continues.

The outbox stands for RabbitMQ as well: a message of the service to itself is removed after it was
handled, since an unacknowledged one would be delivered again.
"""

from multiprocessing import get_context
from signal import SIGKILL
from typing import Any

from sqlalchemy import delete, select

from services.ingest.adapters.mail_fetcher import MailFetcher
from services.ingest.adapters.oauth import AccessTokens
from services.ingest.domain.mailbox import Mailbox
from services.ingest.work.adapters import Adapters
from services.ingest.worker import service
from shared.runtime.rabbitmq.delivery import DONE, receive
from shared.runtime.storage import message_tables, schedule
from shared.runtime.storage.database import engine_for
from tests.conditions import FAR
from tests.failpoints import Step, die_at
from tests.ingest.builders import KEYS, NOON
from tests.words import ServiceHarness

processes = get_context("forkserver")


def killed_at(step: Step, url: str, mailbox: Mailbox) -> bool:
    """Run a worker until the step, and return whether it was killed there."""
    return _live(url, mailbox, step) == -SIGKILL


def finishes(url: str, mailbox: Mailbox) -> bool:
    """Run another worker to the end, and return whether it succeeded."""
    return _live(url, mailbox, None) == 0


def _live(url: str, mailbox: Mailbox, step: Step | None) -> int | None:
    processes.set_forkserver_preload([__name__])
    process = processes.Process(target=work, args=(url, mailbox, step))
    process.start()
    process.join(FAR)
    return process.exitcode


def work(url: str, mailbox: Mailbox, step: Step | None) -> None:
    """Handle everything that is due at noon."""
    desk = ServiceHarness(
        service,
        engine_for(url),
        Adapters({mailbox.name: mailbox}, KEYS, MailFetcher(AccessTokens())),
    )
    desk.pipeline.transactions.clock = lambda: NOON
    if step:
        die_at(step)
    while rows := _waiting(desk):
        assert desk.deliver(*(receive(row.body) for row in rows)) == [DONE] * len(rows)
        with desk.engine.begin() as connection:
            connection.execute(
                delete(message_tables.outbox).where(
                    message_tables.outbox.c.number.in_([row.number for row in rows])
                )
            )


def _waiting(desk: ServiceHarness) -> list[Any]:
    with desk.engine.begin() as connection:
        schedule.move_due(connection, NOON)
        query = (
            select(message_tables.outbox)
            .where(message_tables.outbox.c.route == "self")
            .order_by(message_tables.outbox.c.number)
        )
        return list(connection.execute(query))
