"""`aftercart worker`: the processes of a service."""

import os

import click

from shared.cli.operations.database import told_plainly
from shared.cli.services import Installation, pass_installation
from shared.runtime.process import log, metrics, worker_process
from shared.runtime.process.supervisor import Supervisor, worker_command


@click.command(short_help="Run the workers of a service.")
@click.argument("service")
@click.option(
    "--processes", type=click.IntRange(1), default=1, show_default=True, help="Worker processes."
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Threads in each process.",
)
@click.option("--child", is_flag=True, hidden=True, help="Be one of the processes.")
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
    """Runs the workers of SERVICE until Ctrl-C or SIGTERM.

    A process that ends is started again. At the end, what was begun is finished and the rest is
    given back to RabbitMQ. The database must be at this version's revision: see `aftercart
    migrate`.
    """
    found = installation.service(service)
    settings = found.settings.load(
        found.name
    )  # a fault is told here once, and not by every process
    if child:
        with told_plainly(found.name):
            ctx.exit(worker_process.run(found, threads))
    log.configure(settings, service=found.name, part="supervisor", pid=os.getpid())
    metrics.serve(found, settings)
    ctx.exit(Supervisor(worker_command(found.name, threads), processes).run())
