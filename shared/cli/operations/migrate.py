"""`aftercart migrate`: upgrade databases to this version's revision."""

import click
from pydantic import Field, PositiveFloat

from shared.cli.completion import ServiceName
from shared.cli.operations.database import DatabaseSettings, database_errors
from shared.cli.services import Installation, pass_installation
from shared.cli.terminal import print_line
from shared.clients.phrases import suggestion
from shared.runtime.errors import AftercartError
from shared.runtime.service import Service
from shared.runtime.settings import CommonSettings
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for


class MigrationSettings(CommonSettings):
    """Settings of `aftercart migrate`."""

    migration_lock_timeout: PositiveFloat = Field(
        default=migrations.LOCK_TIMEOUT,
        description=(
            "Seconds that `migrate` waits for a [lock](../howto/upgrade.md#locks) in PostgreSQL"
        ),
    )


@click.command(short_help="Upgrade databases to this version.")
@click.argument("services", nargs=-1, type=ServiceName(), metavar="[SERVICE]...")
@click.option(
    "--sql",
    "since",
    metavar="REVISION",
    help="Print the SQL for PostgreSQL instead, from this revision on; `base` for all.",
)
@pass_installation
def migrate(installation: Installation, services: tuple[str, ...], since: str | None) -> None:
    """Upgrade the databases of the named services, or of all, to this version's revision.

    Each revision is one transaction. A database at this revision is not changed, and neither is one
    that a newer version migrated. A migration that has to wait for a lock longer than
    AFTERCART_MIGRATION_LOCK_TIMEOUT (5 seconds) changes nothing: run it again. Needs only
    AFTERCART_<SERVICE>_DATABASE_URL.
    """
    installation.require(services)
    lock_timeout = MigrationSettings.load().migration_lock_timeout
    for service in installation.services(services):
        if since is None:
            print_line(f"{service.name} {_upgrade(service, lock_timeout)}")
        else:
            print_line(_sql(service, since, lock_timeout))


def _sql(service: Service, since: str, lock_timeout: float) -> str:
    known = ["base", *migrations.revisions(service.migrations)]
    if since not in known:
        raise AftercartError(
            f"There is no revision '{since}' of {service.name}{suggestion(since, known)}"
        )
    return migrations.sql(service, since, lock_timeout=lock_timeout)


def _upgrade(service: Service, lock_timeout: float) -> str:
    url = DatabaseSettings.load(service.name).database_url.get_secret_value()
    engine = engine_for(url)
    try:
        with database_errors(service.name):
            before = migrations.current(engine)
            after = migrations.upgrade(service, engine, lock_timeout=lock_timeout)
    finally:
        engine.dispose()
    latest = migrations.revisions(service.migrations)[-1]
    if after != latest:
        return f"is at {after}, of a newer version that works with this one ({latest})"
    if before == after:
        return f"is at {after} already"
    return f"upgraded from {before or 'an empty database'} to {after}"
