"""`aftercart demo`: the command of `make run`."""

import sys
from pathlib import Path

import click
from rich.console import Console

from deploy.demo import summary
from deploy.demo.event_listener import listen
from deploy.demo.walk import Walk
from deploy.stack.local import LocalStack
from shared.clients.client import open_client
from shared.contracts.envelope import Envelope


@click.command(short_help="Process one order on a local stack.")
@click.option(
    "--directory",
    type=click.Path(path_type=Path),
    default=Path("var"),
    show_default=True,
    help="The directory of the local stack.",
)
def demo(directory: Path) -> None:
    """Start the local stack, process one order with all services, and stop the stack.

    The last line on standard output is one JSON object, for programs; everything before it is for
    people.
    """
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    stack = LocalStack(directory)
    with stack.running_meanwhile(lambda part: console.print(f"[dim]{part}[/dim]")):
        walk = _walk(stack, console)
    summary.page(walk, console)
    print(summary.line(walk), flush=True)


def _walk(stack: LocalStack, console: Console) -> Walk:
    def show(event: Envelope) -> None:
        console.print(f"[cyan]event[/cyan]       {event.name} [dim]{event.subject or ''}[/dim]")

    url = stack.amqp_url("client")
    with listen(url, show) as listener, open_client(url, "demo") as client:
        walk = Walk(stack, client, listener, lambda step: console.print(f"[bold]{step}[/bold]"))
        walk.run()
    return walk
