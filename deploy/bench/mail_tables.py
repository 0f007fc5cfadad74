"""Measure `ingest` and `notify` beside loops as one would write them by hand, and return tables."""

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median

import click

from deploy.bench import by_hand, ingest as mails, mails_by_hand, notify as outgoing
from deploy.bench.mailbox import FullMailbox, Rate
from deploy.bench.measurements import compared, temporary_directory
from deploy.bench.notify import CONNECTIONS
from deploy.bench.orders import servers
from deploy.bench.promptness import promptness
from deploy.bench.report import RATIO, Column, Table
from deploy.bench.stages import Stages
from deploy.stack.dovecot import Dovecot
from deploy.stack.postgres import Postgres
from deploy.stack.rabbitmq import RabbitNode

HAND = "by hand, a transaction for each"
FINISHED = "(1) by hand: claim, send, mark"
WRITTEN = "(2) by hand: claim, write, send, mark"
FOR_EVENTS = "(3) by hand: the same for events, with events"
ANSWERS = (0.0, 0.01)  # seconds that mail servers take to accept a mail
MANY = 10  # connections
PER_HOUR = 30  # mails to one recipient, as the settings limit them by default


def ingest(count: int, threads: int) -> Iterator[Table]:
    """Measure mails per second beside loops by hand that read the same mailbox: stored, and filed
    in threads with an event.
    """
    with temporary_directory() as directory:
        dovecot = Dovecot(directory / "dovecot")
        try:
            dovecot.start()
            with servers(directory, click.echo) as (rabbit, postgres):
                mailbox = FullMailbox(dovecot, count)
                click.echo(f"storing {count:,} mails in the mailbox")
                mailbox.fill()
                stages = Stages(mailbox, postgres.create_database("stages"))
                bench = mails.Bench(rabbit, mailbox, postgres.create_database("bench"))
                bench.prepare()
                stored = {
                    "a loop that fetches and parses": mailbox.bare(),
                    HAND: by_hand.store(postgres.create_database("store_by_hand"), mailbox),
                    "stage: fetched and stored": stages.fetch(),
                }
                filed = {
                    HAND: by_hand.file(postgres.create_database("by_hand"), mailbox, rabbit),
                    "stage: read in a child": stages.read(),
                    "stage: read and filed": stages.filed(),
                    f"one worker, {threads} thread(s), all of it": bench.worker(directory, threads),
                }
                stages.close()
        finally:
            dovecot.stop()
    yield _mails_of_mailbox("mails fetched and stored", stored)
    yield _mails_of_mailbox("mails stored, filed, and their event", filed)


def _mails_of_mailbox(title: str, rates: Mapping[str, Rate]) -> Table:
    table = compared(title, "of by hand", Column("MB peak"))
    for name, rate in rates.items():
        table.add(name, rate.mails, rate.mails / rates[HAND].mails, rate.megabytes)
    return table


def notify(count: int, threads: int, orders: int) -> Iterator[Table]:
    """Measure mails per second beside loops by hand, on mail servers that answer at once and after
    some time, and the time from a transition to the mail with its invoice, beside WeasyPrint and
    smtplib alone.
    """
    with temporary_directory() as directory, servers(directory, click.echo) as (rabbit, postgres):
        numbers = itertools.count()
        for seconds in ANSWERS:
            yield _mails_sent(rabbit, postgres, numbers, (count, threads), seconds, directory)
        prompt = promptness(rabbit, postgres, orders, directory)
    late = Table(
        "milliseconds, without other load", (Column("median"), Column("of bare", RATIO)), "of bare"
    )
    late.add("WeasyPrint and smtplib, the same", 1000 * prompt.bare, 1)
    waited = median(prompt.walks)
    late.add("order.transition to invoice mailed", 1000 * waited, waited / prompt.bare)
    yield late


def _mails_sent(
    rabbit: RabbitNode,
    postgres: Postgres,
    numbers: Iterator[int],
    size: tuple[int, int],
    seconds: float,
    directory: Path,
) -> Table:
    """Measure mails to a server that takes these seconds to accept one; `size` is the number of
    mails and of threads.
    """
    count, threads = size

    def database() -> str:
        return postgres.create_database(f"notify_{next(numbers)}")

    rates = {}
    for limit, connections in ((0, CONNECTIONS), (PER_HOUR, CONNECTIONS), (0, MANY)):
        sent = outgoing.through_the_service(
            rabbit,
            database(),
            count,
            threads,
            directory,
            recipient_per_hour=limit,
            seconds=seconds,
            connections=connections,
        )
        limited = ", limited" if limit else ""
        name = f"one worker, {threads} thread(s), {connections} connections{limited}"
        rates[name] = sent.rate()
    loops = {
        FINISHED: mails_by_hand.send_finished(database(), sent.contents, seconds).rate(),
        WRITTEN: mails_by_hand.send_written(database(), count, seconds).rate(),
        FOR_EVENTS: mails_by_hand.send_for_events(rabbit, database(), count, seconds).rate(),
    }
    rates = {
        "smtplib, the same bytes": outgoing.bare(sent.contents, seconds).rate(),
        **loops,
        **rates,
    }
    table = compared(
        f"mails sent, accepted after {1000 * seconds:g} ms",
        "of (3)",
        Column("of (2)", RATIO),
        Column("of (1)", RATIO),
    )
    for name, rate in rates.items():
        ratios = [rate / loops[loop] for loop in (FOR_EVENTS, WRITTEN, FINISHED)]
        table.add(name, rate, *ratios)
    return table
