"""`aftercart worker`: run the worker processes of a service."""

import os

import click

from shared.cli.operations.database import database_errors
from shared.cli.services import Installation, pass_installation
from shared.runtime.process import log, metrics, worker_process
from shared.runtime.process.supervisor import Supervisor, worker_command
from shared.runtime.rabbitmq.middleware import import_middleware


@click.command(short_help="Run the workers of a service.")
@click.argument("service")
@click.option(
    "--processes",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Number of worker processes.",
)
@click.option(
    "--threads",
    type=click.IntRange(1),
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
        with database_errors(found.name):
            ctx.exit(worker_process.run(found, threads))
    import_middleware(settings.middleware)
    log.configure(settings, service=found.name, part="supervisor", pid=os.getpid())
    supervisor = Supervisor(worker_command(found.name, threads), processes)
    metrics.serve(found, settings, supervisor.probes())
    ctx.exit(supervisor.run())
