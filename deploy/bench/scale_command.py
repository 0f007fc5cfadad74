"""`aftercart bench scale` and `aftercart bench cells`: how much two do beside one."""

import tempfile
from pathlib import Path
from statistics import median

import click

from deploy.bench.cells import rates
from deploy.bench.orders import servers
from deploy.bench.rounds import OneRound, compare
from deploy.bench.scale import Scale, weasyprint
from deploy.stack.dovecot import Dovecot
from shared.runtime.process import log
from shared.runtime.settings import CommonSettings

SERVICES = ("documents", "orders", "notify", "ingest")


@click.command(short_help="Measure two processes of each service beside one.")
@click.option(
    "--service",
    "services",
    type=click.Choice(SERVICES),
    multiple=True,
    default=SERVICES,
    help="A service to measure; repeat it for several. Default: all.",
)
@click.option(
    "--rounds",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    help="Rounds of one process and of two, in turn; the median counts.",
)
@click.option(
    "--documents",
    "pages",
    type=click.IntRange(10),
    default=80,
    show_default=True,
    help="Documents per round.",
)
@click.option(
    "--messages",
    type=click.IntRange(100),
    default=3000,
    show_default=True,
    help="Orders or mails per round; `notify` sends a sixth of it.",
)
def scale(services: tuple[str, ...], rounds: int, pages: int, messages: int) -> None:
    """Measure the throughput of one worker process and of two, and print the ratio, and the
    milliseconds of processor time for each document, order or mail.

    Beside `documents` is WeasyPrint alone, in one process and in two: the most that this machine
    allows.
    """
    log.configure(CommonSettings(log_level="warning"))
    with tempfile.TemporaryDirectory(prefix="aftercart-bench-") as name:
        directory = Path(name)
        dovecot = Dovecot(directory / "dovecot")
        try:
            with servers(directory, click.echo) as (rabbit, postgres):
                measured = Scale(rabbit, postgres, directory)
                click.echo(
                    f"{'per second':36}{'one':>9}{'two':>9}{'ratio':>7}"
                    f"{'ms: worker':>12}{'PostgreSQL':>12}{'RabbitMQ':>10}"
                )
                if "documents" in services:
                    _measure("WeasyPrint alone", lambda n: weasyprint(n, pages), rounds)
                    _measure("documents", measured.documents(pages), rounds)
                if "orders" in services:
                    moved = measured.orders(messages, 2 * rounds, postgres)
                    _measure("orders: transitions", moved, rounds)
                    placed = measured.placing(messages)
                    _measure("orders: new orders of one product", placed, rounds)
                if "notify" in services:
                    _measure("notify: mails sent", measured.notify(messages // 6), rounds)
                if "ingest" in services:
                    dovecot.start()
                    filed = measured.ingest(messages, dovecot)
                    _measure("ingest: mails of one mailbox filed", filed, rounds)
        finally:
            dovecot.stop()


def _measure(what: str, one_round: OneRound, rounds: int) -> None:
    found = compare(one_round, rounds)
    taken = [found.median("two", server) for server in ("worker", "postgres", "rabbit")]
    click.echo(
        f"{what:36}{found.median('one'):9,.1f}{found.median('two'):9,.1f}{found.ratio:7.2f}"
        f"{taken[0]:12.1f}{taken[1]:12.1f}{taken[2]:10.1f}"
    )


@click.command(short_help="Measure two cells beside one.")
@click.option(
    "--count",
    type=click.IntRange(100),
    default=4000,
    show_default=True,
    help="Orders of each cell; each makes one transition.",
)
@click.option(
    "--rounds", type=click.IntRange(1), default=1, show_default=True, help="Rounds; medians count."
)
def cells(count: int, rounds: int) -> None:
    """Measure the transitions per second of one cell and of two.

    A cell is RabbitMQ, PostgreSQL and a worker of `orders`, all on one core, so that two cells have
    two cores and share only disk and memory.
    """
    one, two = [], []
    with tempfile.TemporaryDirectory(prefix="aftercart-bench-") as name:
        for number in range(rounds):
            directory = Path(name) / str(number)
            directory.mkdir()
            one.append(sum(rates(1, count, directory)))
            two.append(sum(rates(2, count, directory)))
    least = median(one)
    click.echo(f"{'transitions':34}{'per second':>12}{'of one':>12}")
    click.echo(f"{'one cell, one core':34}{least:12,.0f}{1:12.2f}")
    click.echo(f"{'two cells, two cores':34}{median(two):12,.0f}{median(two) / least:12.2f}")
