"""`aftercart worker`: run the worker processes of a service."""

import os
import sys

import click

from shared.cli.completion import ServiceName
from shared.cli.services import Installation, pass_installation
from shared.runtime.process.supervise import Supervision
from shared.runtime.process.supervisor import worker_command
from shared.runtime.settings import ServiceSettings


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
    if child:
        # Loaded here, since the supervisor needs neither the service nor its libraries.
        from shared.cli.operations.worker_child import run_child  # noqa: PLC0415

        ctx.exit(run_child(installation, service, threads))
    installation.require([service])
    # Those that all services have; the first worker process reads the service's own.
    settings = ServiceSettings.load(service)
    supervision = Supervision(
        service=service,
        processes=processes,
        metrics=settings.metrics,
        log_format=settings.log_format,
        log_level=settings.log_level,
        command=tuple(worker_command(service, threads)),
    )
    os.execv(sys.executable, supervision.arguments())  # noqa: S606 - this program itself
