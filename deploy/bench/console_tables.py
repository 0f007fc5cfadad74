"""Measure the pages of the console, and return the figures as tables."""

from collections.abc import Iterator
from statistics import median

import click

from deploy.bench.console import Pages, PostgresStack
from deploy.bench.measurements import temporary_directory
from deploy.bench.report import Column, Table
from deploy.bench.waiting import Latencies
from deploy.stack.postgres import Postgres

AIM = 150.0  # milliseconds that 95 % of the pages may take
COLUMNS = (Column("median"), Column("95 %"), Column("slowest"), Column("of 150 ms", ".2f"))


def console(orders: int, threads: int, commands: int, rounds: int) -> Iterator[Table]:
    """Measure each page idle, and while commands wait."""
    with temporary_directory() as directory:
        postgres = Postgres(directory / "postgres")
        stack = PostgresStack(directory / "stack", postgres)
        try:
            postgres.start()
            pages = Pages(stack, orders, threads)
            pages.prepare(click.echo)
            pages.timings(5)  # templates and plans are prepared at their first use
            yield _table(f"pages with {orders:,} orders, milliseconds", pages.timings(rounds))
            with pages.load(commands) as waiting:
                found = pages.timings(rounds)
            yield _table(f"pages, {median(waiting):,.0f} commands wait, milliseconds", found)
        finally:
            stack.down()
            postgres.stop()


def _table(title: str, found: dict[str, Latencies]) -> Table:
    table = Table(title, COLUMNS, "of 150 ms")
    for name, times in found.items():
        most = times.percentile(95)
        table.add(name, times.percentile(50), most, 1000 * max(times.seconds), most / AIM)
    return table
