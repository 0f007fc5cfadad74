"""Run each benchmark on servers of its own, and return its figures as tables."""

import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import repeat
from pathlib import Path
from statistics import median

import click

from deploy.bench import latency as latencies, relay as relays
from deploy.bench.cells import rates as cell_rates
from deploy.bench.documents import throughput, timings
from deploy.bench.hot_spots import REST, STAGES, profile, together
from deploy.bench.idle import Standing, standing
from deploy.bench.lists import Lists
from deploy.bench.orders import MOVES, Bench, servers
from deploy.bench.placing import Placing
from deploy.bench.report import PER_SECOND, RATIO, Column, Table
from deploy.bench.rounds import OneRound, compare
from deploy.bench.scale import Scale, weasyprint
from deploy.stack.dovecot import Dovecot
from deploy.stack.postgres import Postgres

SERVICES = ("documents", "orders", "notify", "ingest")
CLIENTS = 16  # of pgbench
FUNCTIONS = 30  # listed of all that a document calls


def compared(title: str, ratio: str, *more: Column) -> Table:
    """Return a table of rates and ratios."""
    return Table(title, (PER_SECOND, Column(ratio, RATIO), *more), ratio)


@contextmanager
def temporary_directory() -> Iterator[Path]:
    """Provide a directory that is removed afterwards."""
    # Killed children may still remove files of their own in it.
    with tempfile.TemporaryDirectory(prefix="aftercart-bench-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def orders(count: int, seconds: int) -> Iterator[Table]:
    """Measure transitions and new orders per second beside the same statements in pgbench."""
    with temporary_directory() as directory, servers(directory, click.echo) as (rabbit, postgres):
        bench = Bench(rabbit, postgres.create_database("bench"), count)
        click.echo(f"placing {count:,} orders")
        bench.prepare()
        rates = {batch: bench.transitions(batch, directory) for batch in MOVES}
        yield _beside_pgbench("transitions", rates, bench.pgbench(CLIENTS, seconds))
        placing = Placing(bench)
        placing.fill()
        rates = {batch: placing.rate(batch, directory) for batch in MOVES}
        yield _beside_pgbench("new orders", rates, placing.pgbench(CLIENTS, seconds))


def _beside_pgbench(title: str, rates: Mapping[int, float], plain: float) -> Table:
    table = compared(title, "of pgbench")
    table.add(f"pgbench, {CLIENTS} clients, no broker", plain, 1)
    for batch, rate in rates.items():
        table.add(f"one worker, batches of {batch}", rate, rate / plain)
    return table


def relay(rows: int, rounds: int, processes: Sequence[str]) -> Iterator[Table]:
    """Measure how many rows of the outbox one and several processes publish."""
    with temporary_directory() as directory, servers(directory, click.echo) as (rabbit, postgres):
        bench = Bench(rabbit, postgres.create_database("bench"), count=0)
        bench.prepare()
        rates: dict[str, list[float]] = {count: [] for count in processes}
        for _ in range(rounds):
            for count, found in rates.items():
                found.append(relays.rate(bench, int(count), rows, directory))
    least = median(rates[processes[0]])
    table = compared("rows of the outbox", f"of {processes[0]}")
    for count, found in rates.items():
        table.add(f"{count} process(es)", median(found), median(found) / least)
    yield table


def lists(counts: Sequence[int]) -> Iterator[Table]:
    """Measure how long lists, searches and exports of many orders take on PostgreSQL."""
    with temporary_directory() as directory:
        postgres = Postgres(directory / "postgres")
        try:
            postgres.start()
            for count in counts:
                yield _lists(postgres.create_database(f"lists_{count}"), count)
        finally:
            postgres.stop()


def _lists(database_url: str, count: int) -> Table:
    bench = Lists(database_url, count)
    click.echo(f"creating {count:,} orders")
    bench.prepare()
    columns = (Column("median", ".1f"), Column("slowest", ".1f"), Column("found"))
    table = Table(
        f"{count:,} orders, milliseconds", (*columns, Column("tables scanned completely"))
    )
    for timing in bench.timings():
        scanned = ", ".join(timing.scanned) or "-"
        table.add(timing.question, timing.median, timing.slowest, timing.found, scanned)
    return table


def documents(count: int, children: int) -> Iterator[Table]:
    """Measure the processor time of an invoice beside WeasyPrint alone, and invoices per second."""
    columns = (Column("median", ".1f"), Column("minimum", ".1f"), Column("of alone", RATIO))
    table = Table("milliseconds of processor per document", columns, "of alone")
    for timing in timings(count):
        table.add(timing.what, timing.median, timing.least, timing.of_alone)
    yield table
    rate = Table("documents", (Column("per second", ".1f"),))
    rate.add(f"{children} processes", throughput(children, count))
    yield rate


def hot_spots(count: int) -> Iterator[Table]:
    """Measure where the time of invoices of 1, 10 and 60 lines goes."""
    taken = profile(count)
    columns = list(map(Column, taken, repeat(".1f")))
    table = Table("milliseconds of processor by stage", tuple(columns))
    for stage in dict.fromkeys((*STAGES.values(), REST)):
        table.add(stage, *(found.stage(stage) for found in taken.values()))
    table.add("all", *(found.milliseconds for found in taken.values()))
    yield table
    functions = Table("functions, % of all", (Column("own", ".1f"), Column("with calls", ".1f")))
    for spot in together(taken.values()).hot_spots(FUNCTIONS):
        functions.add(spot.function, 100 * spot.own, 100 * spot.total)
    yield functions


def cells(count: int, rounds: int) -> Iterator[Table]:
    """Measure the transitions per second of one cell and of two."""
    one, two = [], []
    with temporary_directory() as root:
        for number in range(rounds):
            directory = root / str(number)
            directory.mkdir()
            one.append(sum(cell_rates(1, count, directory)))
            two.append(sum(cell_rates(2, count, directory)))
    table = compared("transitions of cells", "of one")
    table.add("one cell, one core", median(one), 1)
    table.add("two cells, two cores", median(two), median(two) / median(one))
    yield table


def idle(seconds: float, processes: Sequence[int]) -> Iterator[Table]:
    """Measure what a whole stack costs that does nothing, with some processes of each service."""
    for count in processes:
        with temporary_directory() as directory:
            yield _standing(f"{count} process(es) of each", standing(directory, seconds, count))


def _standing(title: str, parts: Iterable[Standing]) -> Table:
    columns = (
        Column("% of a core", ".2f"),
        Column("MB, largest process", ".0f"),
        Column("MB, all", ".0f"),
        Column("seconds to start", ".1f"),
    )
    table = Table(f"idle: four services, {title}, ten mailboxes", columns)
    percent = megabytes = 0.0
    for part in parts:
        table.add(part.name, part.percent, part.largest, part.megabytes, part.start or "-")
        percent, megabytes = percent + part.percent, megabytes + part.megabytes
    table.add("all", percent, "-", megabytes, "-")
    return table


def latency(count: int) -> Iterator[Table]:
    """Measure how long single messages take, idle and at half load."""
    columns = (Column("per second", ",.1f"), Column("median", ".1f"), Column("99 %", ".1f"))
    table = Table("milliseconds", columns)
    with temporary_directory() as directory, latencies.kinds(directory) as kinds:
        for kind in kinds:
            found = latencies.idle(kind, count)
            table.add(f"{kind.name}, idle", "-", found.percentile(50), found.percentile(99))
            rate = latencies.capacity(kind, 2 * count) / 2
            found = latencies.loaded(kind, 2 * count, rate)
            table.add(f"{kind.name}, half load", rate, found.percentile(50), found.percentile(99))
    yield table


def scale(services: Collection[str], rounds: int, pages: int, messages: int) -> Iterator[Table]:
    """Measure one worker process and two of each service, in turn, and the milliseconds of
    processor time for each effect.
    """
    milliseconds = [Column(name, ".1f") for name in ("ms: worker", "PostgreSQL", "RabbitMQ")]
    columns = (Column("one", ",.1f"), Column("two", ",.1f"), Column("ratio", RATIO))
    table = Table("two processes beside one, per second", (*columns, *milliseconds), "ratio")
    with temporary_directory() as directory:
        dovecot = Dovecot(directory / "dovecot")
        try:
            with servers(directory, click.echo) as (rabbit, postgres):
                measured = Scale(rabbit, postgres, directory)
                if "documents" in services:
                    _add_scale(table, "WeasyPrint alone", lambda n: weasyprint(n, pages), rounds)
                    changed = partial(weasyprint, count=pages, changed=True)
                    _add_scale(table, "WeasyPrint with our changes", changed, rounds)
                    _add_scale(table, "documents", measured.documents(pages), rounds)
                if "orders" in services:
                    moved = measured.orders(messages, 2 * rounds, postgres)
                    _add_scale(table, "orders: transitions", moved, rounds)
                    placed = measured.placing(messages)
                    _add_scale(table, "orders: new orders of one product", placed, rounds)
                if "notify" in services:
                    sent = measured.notify(messages // 6)
                    _add_scale(table, "notify: mails sent", sent, rounds)
                if "ingest" in services:
                    dovecot.start()
                    filed = measured.ingest(messages, dovecot)
                    _add_scale(table, "ingest: mails of one mailbox filed", filed, rounds)
        finally:
            dovecot.stop()
    yield table


def _add_scale(table: Table, what: str, one_round: OneRound, rounds: int) -> None:
    found = compare(one_round, rounds)
    taken = [found.median("two", server) for server in ("worker", "postgres", "rabbit")]
    table.add(what, found.median("one"), found.median("two"), found.ratio, *taken)
