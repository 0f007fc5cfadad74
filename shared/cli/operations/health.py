"""`aftercart health`: whether the house can do its work."""

import click
from rich.table import Table

from shared.cli.operations.checkup import Checkup, ServiceLook, check
from shared.cli.requests import waiting
from shared.cli.services import Installation, pass_installation
from shared.cli.terminal import clean, console, say
from shared.runtime.settings import ClientSettings


@click.command(short_help="Look whether everything can do its work.")
@click.option(
    "--wait",
    type=click.FloatRange(0, min_open=True),
    default=5,
    show_default=True,
    metavar="SECONDS",
    help="How long the services have to answer.",
)
@pass_installation
@click.pass_context
def health(ctx: click.Context, installation: Installation, wait: float) -> None:
    """Looks whether RabbitMQ is there, its topology complete, and every service at work.

    \b
    The columns: messages waiting in the service's queue, workers on it, rows of its
    outbox (not yet confirmed by RabbitMQ), rows due later, dead letters, and the
    revision of its database.

    Below it, what a service counts, such as mails by their state.

    Exit code 0 if all can do their work, 1 if not. Dead letters do not change it. The topology is
    checked only with AFTERCART_MANAGEMENT_URL.
    """  # noqa: D301 - click reads \b
    with waiting(wait):
        found = check(installation, ClientSettings.load(), wait)
    say(f"RabbitMQ  {found.broker}")
    say(f"Topology  {found.topology}")
    console().print(_table(found))
    for look in found.services:
        if counted := ", ".join(_counted(look)):
            say(clean(f"{look.name} counts {counted}"), style="dim")
    for problem in found.problems:
        say(clean(problem), style="red")
    for sentence in found.notes:
        say(clean(sentence), style="yellow")
    ctx.exit(1 if found.problems else 0)


def _table(found: Checkup) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column("Service")
    table.add_column("State")
    for name in ("Waiting", "Workers", "Outbox", "Due", "Dead"):
        table.add_column(name, justify="right")
    table.add_column("Revision")
    for look in found.services:
        table.add_row(look.name, _state(look), *map(_cell, _figures(look)))
    table.add_row("unrouted", "", _cell(found.unrouted), style="dim")
    return table


def _state(look: ServiceLook) -> str:
    if look.answer is None:
        return "[red]no answer"
    return "[green]well" if look.answer.get("healthy") else "[yellow]unwell"


def _figures(look: ServiceLook) -> list[object]:
    answer = look.answer or {}
    return [
        look.waiting,
        look.consumers,
        answer.get("outbox_rows"),
        answer.get("due_rows"),
        look.dead,
        answer.get("revision"),
    ]


def _counted(look: ServiceLook) -> list[str]:
    figures = (look.answer or {}).get("figures", {})
    return [f"{name} {number:g}" for name, number in figures.items() if number]


def _cell(value: object) -> str:
    return "-" if value is None else clean(str(value))
