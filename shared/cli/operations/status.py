"""`aftercart status`: a live screen of services, queues and problems."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.live import Live
from rich.text import Text

from shared.cli.operations.checkup import Checkup, check
from shared.cli.operations.status_display import screen
from shared.cli.operations.status_record import record
from shared.cli.options import json_option
from shared.cli.requests import waiting_status
from shared.cli.services import Installation, pass_installation
from shared.cli.terminal import console, print_record
from shared.runtime.settings import ClientSettings


@click.command(short_help="Show queues, rates, ages and problems, live.")
@click.option("--once", is_flag=True, help="Print the status once and end; also done in a pipe.")
@click.option(
    "--every",
    type=click.FloatRange(0.5),
    default=2,
    show_default=True,
    metavar="SECONDS",
    help="The time between two looks.",
)
@click.option(
    "--wait",
    type=click.FloatRange(0, min_open=True),
    default=2,
    show_default=True,
    metavar="SECONDS",
    help="How long the services have to answer.",
)
@json_option
@pass_installation
@click.pass_context
def status(
    ctx: click.Context,
    installation: Installation,
    once: bool,
    every: float,
    wait: float,
    as_json: bool,
) -> None:
    """Show the services, their queues, and what is wrong, until Ctrl-C.

    \b
    The columns:
      Answer    how long the service took to answer
      Workers   worker processes
      Outbox    rows not yet confirmed by RabbitMQ, and the age of the oldest
      Due       rows to be published later, and how late the first one is
      Dead      dead letters
      Waiting   messages in the queue
      Held      messages that consumers are working on
      In, Out   messages a second; needs AFTERCART_MANAGEMENT_URL
      Empty in  how long the queue takes to become empty at these rates

    With --json one object is printed on a line for each look. With --once the exit code is 0 if
    everything works, 1 if not, as of `aftercart health`.
    """  # noqa: D301 - click reads \b
    settings = ClientSettings.load()

    def look() -> Checkup:
        return check(installation, settings, wait)

    terminal = console()
    if once or not (as_json or terminal.is_terminal):
        with waiting_status(wait):
            found = look()
        _print(found, terminal, as_json=as_json)
        ctx.exit(1 if found.problems else 0)
    with suppress(KeyboardInterrupt):
        if as_json:
            _print_records(look, terminal, every)
        else:
            show_live(look, terminal, every)


def show_live(
    look: Callable[[], Checkup],
    terminal: Console,
    every: float,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Draw the status again and again on the whole terminal, until Ctrl-C."""
    first = Text("Waiting for the services to answer …", style="dim")
    with Live(first, console=terminal, screen=True, auto_refresh=False) as live:
        live.refresh()
        while True:
            live.update(screen(look(), datetime.now(UTC)), refresh=True)
            sleep(every)


def _print_records(look: Callable[[], Checkup], terminal: Console, every: float) -> None:
    while True:
        _print(look(), terminal, as_json=True)
        time.sleep(every)


def _print(found: Checkup, terminal: Console, *, as_json: bool) -> None:
    now = datetime.now(UTC)
    if as_json:
        print_record(record(found, now))
    else:
        terminal.print(screen(found, now))
