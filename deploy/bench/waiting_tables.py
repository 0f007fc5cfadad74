"""Measure how long messages wait behind others, and return the figures as tables."""

import time
from collections.abc import Iterator

import click

from deploy.bench.measurements import temporary_directory
from deploy.bench.orders import servers
from deploy.bench.report import PER_SECOND, Column, Table
from deploy.bench.waiting import Latencies, Waiting

LATENCIES = (
    Column("median"),
    Column("95 %"),
    Column("99 %"),
    Column("of idle", ".1f"),
    Column("count"),
)


def waiting(orders: int, renders: int, batch: int) -> Iterator[Table]:
    """Measure how long messages wait behind others."""
    with temporary_directory() as directory, servers(directory, click.echo) as (rabbit, postgres):
        measured = Waiting(rabbit, postgres, orders, batch)
        click.echo(f"placing {orders:,} orders, storing {batch:,} documents")
        measured.prepare()
        with measured.workers(directory):
            yield _questions(measured, renders)
            yield _invoices(measured)
            yield from _flood(measured)


def _questions(measured: Waiting, renders: int) -> Table:
    table = Table("questions, milliseconds", LATENCIES)
    idle = measured.questions(lambda asked: asked < 300)
    measured.load(measured.count, renders)
    with measured.waiting("orders", "orders.overflow") as waits:
        loaded = measured.questions(waits)
    measured.empty("documents", "documents.overflow")
    for name, found in idle.items():
        _add_latencies(table, f"{name}, idle", found, found, 99)
        _add_latencies(table, f"{name}, behind commands and renders", loaded[name], found, 99)
    return table


def _invoices(measured: Waiting) -> Table:
    table = Table("invoices, milliseconds", LATENCIES)
    alone = measured.invoices(lambda issued: issued < 30)
    measured.print_batches(8)
    with measured.waiting("documents.bulk") as waits:
        beside = measured.invoices(lambda issued: issued < 5 or waits(issued))
    _add_latencies(table, "an invoice, idle", alone, alone, 95)
    _add_latencies(table, f"an invoice, while {measured.batch} are printed", beside, alone, 95)
    return table


def _flood(measured: Waiting) -> Iterator[Table]:
    table = Table("order.place of a second shop, milliseconds", LATENCIES)
    quiet = measured.second_shop(0.2, lambda sent: sent < 50)
    flood = measured.flood(2 * measured.count)
    began = time.perf_counter()
    with measured.waiting("orders", "orders.overflow") as waits:
        busy = measured.second_shop(1.0, lambda sent: flood.is_alive() or waits(sent))
    rate = 2 * measured.count / (time.perf_counter() - began)
    _add_latencies(table, "idle", quiet, quiet, 95)
    _add_latencies(table, f"during {2 * measured.count:,} commands of the first", busy, quiet, 95)
    yield table
    flooding = Table("commands in the flood", (PER_SECOND,))
    flooding.add("first shop", rate)
    yield flooding


def _add_latencies(
    table: Table, what: str, found: Latencies, idle: Latencies, percent: int
) -> None:
    high = [found.percentile(each) for each in (50, 95, 99)]
    ratio = found.percentile(percent) / idle.percentile(percent)
    table.add(what, *high, ratio, len(found.seconds))
