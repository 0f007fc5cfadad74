"""Run one worker process of a service, for `aftercart worker`."""

import click

from shared.cli.operations.database import database_errors
from shared.cli.services import Installation
from shared.runtime.errors import AftercartError, SchemaError
from shared.runtime.process import worker_process
from shared.runtime.process.supervisor import MISCONFIGURED, OUTDATED
from shared.runtime.rabbitmq.middleware import import_middleware


def run_child(installation: Installation, name: str, threads: int) -> int:
    """Run a worker process. Two faults have exit codes of their own, for the supervisor: the
    service cannot be loaded with these settings, and the database is at another revision.
    """
    try:
        service = installation.service(name)
        settings = service.settings.load(name)
        import_middleware(settings.middleware)
    except AftercartError as error:
        return _failed(error, MISCONFIGURED)
    try:
        with database_errors(name):
            return worker_process.run(service, settings, threads)
    except SchemaError as error:
        return _failed(error, OUTDATED)


def _failed(error: AftercartError, code: int) -> int:
    click.echo(str(error), err=True)
    return code
