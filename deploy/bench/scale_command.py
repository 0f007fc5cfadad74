"""`aftercart bench scale`: how much two worker processes of a service do beside one."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

import click

from deploy.bench.orders import servers
from deploy.bench.scale import Scale, ratio, rounds_of, weasyprint_rate
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
    """Measure the throughput of one worker process and of two, and print the ratio.

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
                click.echo(f"{'per second':38}{'one':>10}{'two':>10}{'ratio':>8}")
                if "documents" in services:
                    _measure("WeasyPrint alone", lambda n: weasyprint_rate(n, pages), rounds)
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


def _measure(what: str, one_round: Callable[[int], float], rounds: int) -> None:
    rates = rounds_of(one_round, rounds)
    one, two = median(rates[1]), median(rates[2])
    click.echo(f"{what:38}{one:10,.1f}{two:10,.1f}{ratio(rates):8.2f}")
