"""`aftercart bench`: run benchmarks on servers of their own and print ratios."""

import tempfile
import time
from pathlib import Path
from statistics import median

import click

from deploy.bench import ingest as mails, notify as outgoing, relay as relays
from deploy.bench.documents import throughput, timings
from deploy.bench.guard import guarded_directory
from deploy.bench.lists import Lists
from deploy.bench.mailbox import FullMailbox
from deploy.bench.orders import MOVES, Bench, servers
from deploy.bench.promptness import promptness
from deploy.bench.scale_command import cells, scale
from deploy.bench.stages import Stages
from deploy.bench.waiting import Latencies, Waiting
from deploy.stack.dovecot import Dovecot
from deploy.stack.postgres import Postgres
from shared.runtime.process import log
from shared.runtime.settings import CommonSettings

PER_HOUR = 30  # mails to one recipient, as the settings limit them by default


@click.group(short_help="Measure throughput on servers of its own.")
@click.pass_context
def bench(ctx: click.Context) -> None:
    """Measure throughput on servers of its own, which end with the benchmark, also if it is killed.

    Compare only numbers of one run: those of two machines differ for other reasons.
    """
    ctx.with_resource(guarded_directory())


bench.add_command(scale)
bench.add_command(cells)


@bench.command()
@click.option(
    "--count",
    default=5000,
    show_default=True,
    help="Number of orders; each makes one transition per run.",
)
@click.option("--seconds", default=5, show_default=True, help="Duration of pgbench.")
def orders(count: int, seconds: int) -> None:
    """Measure transitions per second, end to end, beside the same statements in pgbench."""
    log.configure(CommonSettings(log_level="warning"))
    with tempfile.TemporaryDirectory(prefix="aftercart-bench-") as directory:
        _orders(Path(directory), count, seconds)


def _orders(directory: Path, count: int, seconds: int) -> None:
    with servers(directory, click.echo) as (rabbit, postgres):
        bench = Bench(rabbit, postgres.create_database("bench"), count)
        click.echo(f"placing {count:,} orders")
        bench.prepare()
        rates = {batch: bench.transitions(batch, directory) for batch in MOVES}
        plain = bench.pgbench(clients=16, seconds=seconds)
    click.echo(f"{'':34}{'per second':>12}{'of pgbench':>12}")
    click.echo(f"{'pgbench, 16 clients, no broker':34}{plain:12,.0f}{1:12.2f}")
    for batch, rate in rates.items():
        click.echo(f"{f'one worker, batches of {batch}':34}{rate:12,.0f}{rate / plain:12.2f}")


@bench.command()
@click.option("--rows", default=40_000, show_default=True, help="Rows of the outbox per round.")
@click.option("--rounds", default=2, show_default=True, help="Rounds per number of processes.")
@click.option(
    "--processes",
    type=click.Choice(["1", "2", "4", "8", "16"]),
    multiple=True,
    default=("1", "2"),
    show_default=True,
    help="Number of processes; repeat it to measure several.",
)
def relay(rows: int, rounds: int, processes: tuple[str, ...]) -> None:
    """Measure how many rows of the outbox per second one and several worker processes publish."""
    log.configure(CommonSettings(log_level="warning"))
    with tempfile.TemporaryDirectory(prefix="aftercart-bench-") as name:
        directory = Path(name)
        with servers(directory, click.echo) as (rabbit, postgres):
            bench = Bench(rabbit, postgres.create_database("bench"), count=0)
            bench.prepare()
            rates: dict[str, list[float]] = {count: [] for count in processes}
            for _ in range(rounds):
                for count, found in rates.items():
                    found.append(relays.rate(bench, int(count), rows, directory))
    least = median(rates[processes[0]])
    click.echo(f"{'rows of the outbox':34}{'per second':>12}{f'of {processes[0]}':>12}")
    for count, found in rates.items():
        rate = median(found)
        click.echo(f"{f'{count} process(es)':34}{rate:12,.0f}{rate / least:12.2f}")


@bench.command()
@click.option(
    "--count",
    "counts",
    type=click.IntRange(100),
    metavar="NUMBER",
    multiple=True,
    default=(10_000, 1_000_000),
    show_default=True,
    help="Number of orders; repeat it to measure several databases.",
)
def lists(counts: tuple[int, ...]) -> None:
    """Measure how long lists, searches and exports of many orders take on PostgreSQL."""
    log.configure(CommonSettings(log_level="warning"))
    with tempfile.TemporaryDirectory(prefix="aftercart-bench-") as directory:
        postgres = Postgres(Path(directory) / "postgres")
        try:
            postgres.start()
            for count in counts:
                _lists(postgres.create_database(f"lists_{count}"), count)
        finally:
            postgres.stop()


@bench.command()
@click.option("--count", default=40, show_default=True, help="Documents per measurement.")
@click.option("--children", default=2, show_default=True, help="Number of rendering processes.")
def documents(count: int, children: int) -> None:
    """Measure the processor time of a one-page invoice, beside WeasyPrint alone, and invoices
    per second.
    """
    click.echo(f"{'milliseconds of processor':34}{'median':>10}{'minimum':>10}{'of alone':>10}")
    alone = 0.0
    for timing in timings(count):
        alone = alone or timing.median
        ratio = timing.median / alone
        click.echo(f"{timing.what:34}{timing.median:10.1f}{timing.least:10.1f}{ratio:10.2f}")
    click.echo(f"{f'per second, {children} processes':34}{throughput(children, count):10.1f}")


@bench.command()
@click.option("--orders", default=10_000, show_default=True, help="Number of orders.")
@click.option("--renders", default=1000, show_default=True, help="Invoices to render.")
@click.option("--batch", default=500, show_default=True, help="Documents of a printed batch.")
def waiting(orders: int, renders: int, batch: int) -> None:
    """Measure how long messages wait behind others: lists behind a command of every order and
    behind renders, an invoice behind printed batches, a shop behind two commands of another for
    every order.
    """
    log.configure(CommonSettings(log_level="warning"))
    with tempfile.TemporaryDirectory(prefix="aftercart-bench-") as name:
        directory = Path(name)
        with servers(directory, click.echo) as (rabbit, postgres):
            measured = Waiting(rabbit, postgres, orders, batch)
            click.echo(f"placing {orders:,} orders, storing {batch:,} documents")
            measured.prepare()
            with measured.workers(directory):
                _waiting(measured, renders)


def _waiting(measured: Waiting, renders: int) -> None:
    click.echo(f"{'milliseconds':44}{'median':>9}{'95 %':>9}{'99 %':>9}{'of idle':>9}{'count':>7}")
    idle = measured.questions(lambda asked: asked < 300)
    measured.load(measured.count, renders)
    with measured.waiting("orders", "orders.overflow") as waits:
        loaded = measured.questions(waits)
    measured.empty("documents", "documents.overflow")
    for name, found in idle.items():
        _print_latencies(f"{name}, idle", found, found, 99)
        behind = f"{name}, behind commands and renders"
        _print_latencies(behind, loaded[name], found, 99)
    alone = measured.invoices(lambda issued: issued < 30)
    measured.print_batches(8)
    with measured.waiting("documents.bulk") as waits:
        beside = measured.invoices(lambda issued: issued < 5 or waits(issued))
    _print_latencies("an invoice, idle", alone, alone, 95)
    _print_latencies(f"an invoice, while {measured.batch} are printed", beside, alone, 95)
    quiet = measured.second_shop(0.2, lambda sent: sent < 50)
    flood = measured.flood(2 * measured.count)
    began = time.perf_counter()
    with measured.waiting("orders", "orders.overflow") as waits:
        busy = measured.second_shop(1.0, lambda sent: flood.is_alive() or waits(sent))
    rate = 2 * measured.count / (time.perf_counter() - began)
    _print_latencies("order.place of a second shop, idle", quiet, quiet, 95)
    _print_latencies(f"during {2 * measured.count:,} commands of the first", busy, quiet, 95)
    click.echo(f"{'commands of the first shop per second':44}{rate:9,.0f}")


def _print_latencies(what: str, found: Latencies, idle: Latencies, percent: int) -> None:
    median, high, highest = (found.percentile(each) for each in (50, 95, 99))
    ratio = found.percentile(percent) / idle.percentile(percent)
    line = f"{what:44}{median:9,.0f}{high:9,.0f}{highest:9,.0f}{ratio:9.1f}"
    click.echo(f"{line}{len(found.seconds):7}")


def _lists(database_url: str, count: int) -> None:
    bench = Lists(database_url, count)
    click.echo(f"creating {count:,} orders")
    bench.prepare()
    click.echo(
        f"{'milliseconds':26}{'median':>10}{'slowest':>10}{'found':>8}  tables scanned completely"
    )
    for timing in bench.timings():
        scanned = ", ".join(timing.scanned) or "-"
        click.echo(
            f"{timing.question:26}{timing.median:10.1f}{timing.slowest:10.1f}{timing.found:8} "
            f" {scanned}"
        )


@bench.command()
@click.option(
    "--count",
    default=5000,
    show_default=True,
    type=click.IntRange(100),
    metavar="NUMBER",
    help="Number of mails in the mailbox.",
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    metavar="NUMBER",
    default=1,
    show_default=True,
    help="Threads of the worker.",
)
def ingest(count: int, threads: int) -> None:
    """Measure filed mails per second, end to end and by stages, beside a loop that only fetches
    and parses the same mailbox.
    """
    log.configure(CommonSettings(log_level="warning"))
    with tempfile.TemporaryDirectory(prefix="aftercart-bench-") as directory:
        _ingest(Path(directory), count, threads)


def _ingest(directory: Path, count: int, threads: int) -> None:
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
            rates = {
                "a loop that fetches and parses": mailbox.bare(),
                "stage: fetched and stored": stages.fetch(),
                "stage: read in a child": stages.read(),
                "stage: read and filed": stages.filed(),
                f"one worker, {threads} thread(s), all of it": bench.worker(directory, threads),
            }
    finally:
        dovecot.stop()
    bare = next(iter(rates.values()))
    click.echo(f"{'':34}{'per second':>12}{'of the loop':>12}{'MB peak':>12}")
    for name, rate in rates.items():
        click.echo(
            f"{name:34}{rate.mails:12,.0f}{rate.mails / bare.mails:12.2f}{rate.megabytes:12,.0f}"
        )


@bench.command()
@click.option(
    "--count",
    type=click.IntRange(10),
    metavar="NUMBER",
    default=500,
    show_default=True,
    help="Number of mails.",
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    metavar="NUMBER",
    default=1,
    show_default=True,
    help="Threads of the worker.",
)
@click.option(
    "--orders",
    type=click.IntRange(2),
    metavar="NUMBER",
    default=20,
    show_default=True,
    help="Number of orders that move one after another.",
)
def notify(count: int, threads: int, orders: int) -> None:
    """Measure mails per second, beside smtplib alone over one connection, and the time from
    `order.transition` to the mail with its invoice, beside WeasyPrint and smtplib alone.
    """
    log.configure(CommonSettings(log_level="warning"))
    with tempfile.TemporaryDirectory(prefix="aftercart-bench-") as name:
        directory = Path(name)
        with servers(directory, click.echo) as (rabbit, postgres):
            sinks = {
                limit: outgoing.through_the_service(
                    rabbit,
                    postgres.create_database(f"notify_{limit}"),
                    count,
                    threads,
                    directory,
                    recipient_per_hour=limit,
                )
                for limit in (0, PER_HOUR)
            }
            prompt = promptness(rabbit, postgres, orders, directory)
    most = outgoing.bare(sinks[0].contents).rate()
    click.echo(f"{'':34}{'per second':>12}{'of smtplib':>12}")
    click.echo(f"{'smtplib, the same bytes':34}{most:12,.0f}{1:12.2f}")
    for limit, found in sinks.items():
        name = f"one worker, {threads} thread(s), {'limited' if limit else 'no limit'}"
        click.echo(f"{name:34}{found.rate():12,.0f}{found.rate() / most:12.2f}")
    click.echo(f"{'milliseconds, without other load':34}{'median':>12}{'of bare':>12}")
    click.echo(f"{'WeasyPrint and smtplib, the same':34}{1000 * prompt.bare:12,.0f}{1:12.2f}")
    waited = median(prompt.walks)
    ratio = waited / prompt.bare
    click.echo(f"{'order.transition to invoice mailed':34}{1000 * waited:12,.0f}{ratio:12.2f}")
