"""`aftercart bench`: measures, on servers of its own, and prints ratios."""

import tempfile
from pathlib import Path

import click

from deploy.bench.orders import MOVES, Bench, servers
from shared.runtime import log
from shared.runtime.settings import HouseSettings


@click.group()
def bench() -> None:
    """Measures throughput on servers of its own. Numbers of one run compare; those of two machines do not."""


@bench.command()
@click.option("--count", default=5000, show_default=True, help="Orders, each moved once per run.")
@click.option("--seconds", default=5, show_default=True, help="How long pgbench runs.")
def orders(count: int, seconds: int) -> None:
    """Transitions per second, end to end, beside the same statements by pgbench."""
    log.configure(HouseSettings(log_level="warning"))
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
