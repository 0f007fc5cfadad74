"""`aftercart health`: check whether everything works."""

from datetime import UTC, datetime

import click
from rich.table import Table

from shared.cli.operations.checkup import Checkup, check
from shared.cli.operations.status_record import record
from shared.cli.options import json_option
from shared.cli.requests import waiting_status
from shared.cli.services import Installation, pass_installation
from shared.cli.terminal import clean, console, print_line, print_record
from shared.clients.health import ServiceStatus
from shared.runtime.settings import ClientSettings


@click.command(short_help="Check whether everything works.")
@click.option(
    "--wait",
    type=click.FloatRange(0, min_open=True),
    default=5,
    show_default=True,
    metavar="SECONDS",
    help="How long the services have to answer.",
)
@json_option
@pass_installation
@click.pass_context
def health(ctx: click.Context, installation: Installation, wait: float, as_json: bool) -> None:
    """Check whether RabbitMQ is reached, its topology complete, and every service working.

    \b
    The columns:
      Waiting   commands and events in the service's queue and overflow queue
      Questions queries in a queue of their own
      Bulk      batches to print and summaries, in a queue of their own
      Workers   worker processes
      Outbox    rows not yet confirmed by RabbitMQ
      Due       rows to be published later
      Dead      dead letters
      Revision  the revision of its database

    Below the table are the metrics of each service, such as mails by state. --json prints the same
    object as `aftercart status --json`.

    Exit code 0 if everything works, 1 if not. Dead letters do not count as a problem. The topology
    is checked only with AFTERCART_MANAGEMENT_URL.
    """  # noqa: D301 - click reads \b
    with waiting_status(wait):
        found = check(installation, ClientSettings.load(), wait)
    if as_json:
        print_record(record(found, datetime.now(UTC)))
    else:
        _print(found)
    ctx.exit(1 if found.problems else 0)


def _print(found: Checkup) -> None:
    print_line(f"RabbitMQ  {found.broker}")
    print_line(f"Topology  {found.topology}")
    console().print(_table(found))
    for service in found.services:
        if metrics := metrics_of(service):
            print_line(clean(f"{service.name} counts {metrics}"), style="dim")
    for problem in found.problems:
        print_line(clean(problem), style="red")
    for sentence in found.notes:
        print_line(clean(sentence), style="yellow")


def _table(found: Checkup) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column("Service")
    table.add_column("State")
    for name in ("Waiting", "Questions", "Bulk", "Workers", "Outbox", "Due", "Dead"):
        table.add_column(name, justify="right")
    table.add_column("Revision")
    for service in found.services:
        answer = service.answer or {}
        table.add_row(
            service.name,
            state_of(service),
            cell(service.waiting),
            cell(service.questions),
            cell(service.bulk),
            cell(service.consumers),
            cell(answer.get("outbox_rows")),
            cell(answer.get("due_rows")),
            cell(service.dead),
            cell(answer.get("revision")),
        )
    table.add_row("unrouted", "", cell(found.unrouted), style="dim")
    return table


def state_of(service: ServiceStatus) -> str:
    """Return the state of a service in a word, in its colour."""
    if service.answer is None:
        return "[red]no answer"
    if service.answer.get("healthy"):
        return "[green]healthy"
    return "[yellow]unhealthy"


def metrics_of(service: ServiceStatus) -> str:
    """Return the metrics of a service that are not 0."""
    figures = (service.answer or {}).get("figures", {})
    parts = []
    for name, number in figures.items():
        if number:
            parts.append(f"{name} {number:g}")
    return ", ".join(parts)


def cell(value: object) -> str:
    """Return a value for a table; an unknown one is a dash."""
    if value is None:
        return "-"
    return clean(str(value))
