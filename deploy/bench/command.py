"""`aftercart bench`: run benchmarks on servers of their own and print ratios."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from deploy.bench import (
    console_tables,
    everything,
    growth_tables,
    mail_tables,
    measurements as measure,
    waiting_tables,
)
from deploy.bench.guard import guarded_directory
from deploy.bench.report import Table, write
from shared.runtime.clock import utc_now
from shared.runtime.process import log
from shared.runtime.settings import CommonSettings

F = TypeVar("F", bound=Callable[..., Any])


@click.group(short_help="Measure throughput on servers of its own.")
@click.pass_context
def bench(ctx: click.Context) -> None:
    """Measure throughput on servers of its own, which end with the benchmark, also if it is killed.

    Compare only numbers of one run: those of two machines differ for other reasons.
    """
    ctx.with_resource(guarded_directory())
    log.configure(CommonSettings(log_level="warning"))


def show(tables: Iterable[Table]) -> None:
    """Print each table as soon as it is measured."""
    for table in tables:
        click.echo(table.text())


def _several(name: str, default: tuple[int, ...], what: str, least: int = 1) -> Callable[[F], F]:
    """Return an option with a number that may be given several times."""
    return click.option(
        name,
        type=click.IntRange(least),
        metavar="NUMBER",
        multiple=True,
        default=default,
        show_default=True,
        help=f"{what}; repeat it to compare several.",
    )


@bench.command()
@click.option(
    "--count",
    default=5000,
    show_default=True,
    help="Number of orders; each makes one transition per run, and as many are placed.",
)
@click.option("--seconds", default=5, show_default=True, help="Duration of pgbench.")
def orders(count: int, seconds: int) -> None:
    """Measure transitions and new orders per second, end to end, beside the same statements in
    pgbench.
    """
    show(measure.orders(count, seconds))


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
    show(measure.relay(rows, rounds, processes))


@bench.command()
@_several("--count", (10_000, 1_000_000), "Number of orders", least=100)
def lists(count: tuple[int, ...]) -> None:
    """Measure how long lists, searches and exports of many orders take on PostgreSQL."""
    show(measure.lists(count))


@bench.command()
@click.option("--count", default=40, show_default=True, help="Documents per measurement.")
@click.option("--children", default=2, show_default=True, help="Number of rendering processes.")
def documents(count: int, children: int) -> None:
    """Measure the processor time of a one-page invoice, beside WeasyPrint alone, and invoices
    per second.
    """
    show(measure.documents(count, children))


@bench.command("hot-spots")
@click.option("--count", default=20, show_default=True, help="Renderings of each invoice.")
def hot_spots(count: int) -> None:
    """Show the processor time of invoices with 1, 10 and 60 lines in English, Persian and German,
    by the stages of rendering, and the functions that take most of it.
    """
    show(measure.hot_spots(count))


@bench.command()
@click.option("--orders", default=10_000, show_default=True, help="Number of orders.")
@click.option("--renders", default=1000, show_default=True, help="Invoices to render.")
@click.option("--batch", default=500, show_default=True, help="Documents of a printed batch.")
def waiting(orders: int, renders: int, batch: int) -> None:
    """Measure how long messages wait behind others: lists behind a command of every order and
    behind renders, an invoice behind printed batches, a shop behind two commands of another for
    every order.
    """
    show(waiting_tables.waiting(orders, renders, batch))


@bench.command(short_help="Measure the pages of the console while commands wait.")
@click.option("--orders", default=100_000, show_default=True, help="Number of orders.")
@click.option("--threads", default=5000, show_default=True, help="Number of threads.")
@click.option("--commands", default=3000, show_default=True, help="Commands that wait.")
@click.option("--rounds", default=100, show_default=True, help="Requests of each page.")
def console(orders: int, threads: int, commands: int, rounds: int) -> None:
    """Measure how long pages of the console take over HTTP, idle and while commands wait in the
    queue of `orders`, beside the aim: 95 % of the pages within 150 milliseconds.
    """
    show(console_tables.console(orders, threads, commands, rounds))


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
    """Measure mails per second, end to end and by stages, beside loops by hand that read the same
    mailbox: stored, and filed in threads with an event.
    """
    show(mail_tables.ingest(count, threads))


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
    """Measure mails per second beside loops by hand and smtplib alone, and the time from
    `order.transition` to the mail with its invoice, beside WeasyPrint and smtplib alone.

    The loops claim a mail, send it over one connection, and mark it as sent, with a commit each:
    (1) finished mails, (2) mails that they write, (3) mails for events of RabbitMQ, each followed
    by an event.
    """
    show(mail_tables.notify(count, threads, orders))


@bench.command(short_help="Measure the cost of a stack that does nothing.")
@click.option("--seconds", default=60, show_default=True, help="Seconds to measure.")
@_several("--processes", (1, 2), "Number of processes of each service")
def idle(seconds: int, processes: tuple[int, ...]) -> None:
    """Measure the processor time, memory and start of a stack of all services with ten mailboxes
    that does nothing.
    """
    show(measure.idle(seconds, processes))


@bench.command(short_help="Measure how long single messages take.")
@click.option("--count", default=100, show_default=True, help="Messages of each kind.")
def latency(count: int) -> None:
    """Measure the time from a command to its event, from a command to the mail with its invoice,
    and from a mail to its thread: idle, and at half of the rate that the stack reaches for each.
    """
    show(measure.latency(count))


@bench.command(short_help="Measure two processes of each service beside one.")
@click.option(
    "--service",
    "services",
    type=click.Choice(measure.SERVICES),
    multiple=True,
    default=measure.SERVICES,
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
    show(measure.scale(services, rounds, pages, messages))


@bench.command(short_help="Measure two cells beside one.")
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
    show(measure.cells(count, rounds))


@bench.command()
@_several("--orders", (10_000, 1_000_000), "Number of orders", least=100)
@click.option("--rounds", default=5, show_default=True, help="Rounds; medians count.")
@click.option("--messages", default=1000, show_default=True, help="New orders of a round.")
@click.option("--inbox", default=50_000_000, show_default=True, help="Claims in the inbox.")
@_several("--mails", (5000, 100_000), "Number of mails in the mailbox", least=1000)
def growth(
    orders: tuple[int, ...], rounds: int, messages: int, inbox: int, mails: tuple[int, ...]
) -> None:
    """Measure new orders, transitions and exports with few orders and with many, then with a long
    inbox, and how fast small and large mailboxes are read.

    The defaults take half an hour and 30 GB.
    """
    show(growth_tables.growth(orders, rounds, messages, inbox, mails))


@bench.command("all")
@click.option(
    "--report",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/bench"),
    show_default=True,
    help="Directory of report.txt, report.json and report.svg.",
)
@click.option("--quick", is_flag=True, help="A tenth of the messages: to try it, not to compare.")
def run_all(report: Path, quick: bool) -> None:
    """Run all benchmarks one after another and write one report, with the date and the machine.

    It takes about twenty minutes on two cores. Nothing else should run meanwhile.
    """
    at, tables = utc_now(), []
    for table in everything.tables(10 if quick else 1):
        click.echo(table.text())
        tables.append(table)
        write(report, tables, at, "aftercart bench all" + (" --quick" if quick else ""))
    click.echo(f"The report is in {report}.")
