"""`aftercart worker`: run the worker processes of a service."""

import os
import sys

import click

from shared.cli.completion import ServiceName
from shared.cli.operations.database import database_errors
from shared.cli.services import Installation, pass_installation
from shared.runtime.errors import SchemaError
from shared.runtime.process import worker_process
from shared.runtime.process.supervise import Supervision
from shared.runtime.process.supervisor import OUTDATED, worker_command
from shared.runtime.rabbitmq.middleware import import_middleware
from shared.runtime.service import Service


@click.command(short_help="Run the workers of a service.")
@click.argument("service", type=ServiceName())
@click.option(
    "--processes",
    type=click.IntRange(1),
    metavar="NUMBER",
    default=1,
    show_default=True,
    help="Number of worker processes.",
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    metavar="NUMBER",
    default=1,
    show_default=True,
    help="Number of threads in each process.",
)
@click.option("--child", is_flag=True, hidden=True, help="Run as one of the worker processes.")
@pass_installation
@click.pass_context
def worker(
    ctx: click.Context,
    installation: Installation,
    service: str,
    processes: int,
    threads: int,
    child: bool,
) -> None:
    """Run the workers of SERVICE until Ctrl-C or SIGTERM.

    A process that stops is started again. At the end, messages in progress are finished and all
    others return to RabbitMQ. The database must be at this version's revision, or at a newer one
    that works with this version: see `aftercart migrate`.
    """
    found = installation.service(service)
    # Loaded here so that a wrong setting is reported once, not by every process.
    settings = found.settings.load(found.name)
    if child:
        ctx.exit(_run(found, threads))
    import_middleware(settings.middleware)
    supervision = Supervision(
        service=found.name,
        processes=processes,
        metrics=settings.metrics,
        log_format=settings.log_format,
        log_level=settings.log_level,
        command=tuple(worker_command(found.name, threads)),
    )
    # This process has loaded the service; the supervisor does not need it.
    os.execv(sys.executable, supervision.arguments())  # noqa: S606 - this program itself


def _run(service: Service, threads: int) -> int:
    """Run a worker process. A wrong revision has an exit code of its own, for the supervisor."""
    try:
        with database_errors(service.name):
            return worker_process.run(service, threads)
    except SchemaError as error:
        click.echo(str(error), err=True)
        return OUTDATED
