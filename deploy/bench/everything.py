"""All benchmarks, for one report."""

from collections.abc import Iterator

from deploy.bench import (
    console_tables,
    growth_tables,
    mail_tables,
    measurements as measure,
    waiting_tables,
)
from deploy.bench.report import Table


def tables(part: int) -> Iterator[Table]:
    """Run all benchmarks one after another, with a `part` of the messages: 10 is a tenth."""
    yield from measure.idle(60 // part, processes=(1, 2))
    yield from measure.latency(100 // part)
    yield from measure.orders(5000 // part, seconds=5)
    yield from measure.relay(40_000 // part, rounds=1, processes=("1", "2"))
    yield from mail_tables.notify(500 // part, threads=1, orders=max(2, 20 // part))
    yield from measure.documents(40 // part, children=2)
    yield from measure.hot_spots(max(2, 10 // part))
    yield from mail_tables.ingest(3000 // part, threads=1)
    yield from waiting_tables.waiting(10_000 // part, renders=1000 // part, batch=500 // part)
    yield from console_tables.console(
        100_000 // part, threads=5000 // part, commands=3000, rounds=100 // part
    )
    yield from measure.scale(measure.SERVICES, rounds=1, pages=80 // part, messages=3000 // part)
    yield from measure.cells(4000 // part, rounds=1)
    yield from measure.lists((10_000 // part, 100_000 // part))
    yield from growth_tables.growth(
        (10_000 // part, 100_000 // part),
        rounds=3,
        messages=500 // part,
        inbox=2_000_000 // part,
        mails=(5000 // part, 20_000 // part),
    )
