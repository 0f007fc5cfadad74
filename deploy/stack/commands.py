"""`aftercart up` and `aftercart down`: the local stack."""

from pathlib import Path

import click

from deploy.stack.local import LocalStack

where = click.option(
    "--directory", type=click.Path(path_type=Path), default=Path("var"), show_default=True
)


@click.command()
@where
@click.option(
    "--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="Per service."
)
@click.option(
    "--threads", type=click.IntRange(1, 64), default=1, show_default=True, help="Per process."
)
def up(directory: Path, processes: int, threads: int) -> None:
    """Starts the local stack and leaves it running: RabbitMQ, Dovecot, SMTP, the four workers on
    SQLite.
    """
    stack = LocalStack(directory, processes, threads)
    with stack.down_if_it_fails(click.echo):
        stack.up(click.echo)
    click.echo(f"Everything runs; settings are in {stack.env_file}. Stop it with `make down`.")


@click.command()
@where
def down(directory: Path) -> None:
    """Stops the local stack; its data stays."""
    LocalStack(directory).down()
    click.echo("Nothing of the local stack runs any more.")
