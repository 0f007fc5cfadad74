"""`aftercart up` and `aftercart down`: start and stop the local stack."""

from pathlib import Path

import click

from deploy.stack import console
from deploy.stack.local import LocalStack

where = click.option(
    "--directory",
    type=click.Path(path_type=Path),
    default=Path("var"),
    show_default=True,
    help="The directory of the local stack.",
)


@click.command(short_help="Start the local stack.")
@where
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    metavar="NUMBER",
    default=1,
    show_default=True,
    help="Worker processes of each service.",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 64),
    metavar="NUMBER",
    default=1,
    show_default=True,
    help="Threads of each process.",
)
def up(directory: Path, processes: int, threads: int) -> None:
    """Start the local stack and leave it running: RabbitMQ, Dovecot, an SMTP server, a worker of
    each service on SQLite, and the console.
    """
    stack = LocalStack(directory, processes, threads)
    with stack.down_if_it_fails(click.echo):
        stack.up(click.echo)
        login = console.start(stack, click.echo)
    click.echo(login)
    click.echo(
        f"The stack is running; its settings are in {stack.env_file}. Stop it with `make down`."
    )


@click.command(short_help="Stop the local stack.")
@where
def down(directory: Path) -> None:
    """Stop the local stack. Its data remains."""
    LocalStack(directory).down()
    click.echo("The local stack is stopped.")
