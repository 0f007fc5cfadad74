"""`aftercart migrate`: upgrade databases to this version's revision."""

import click

from shared.cli.operations.database import DatabaseSettings, database_errors
from shared.cli.services import Installation, pass_installation
from shared.cli.terminal import print_line
from shared.runtime.service import Service
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for


@click.command(short_help="Upgrade databases to this version.")
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@pass_installation
def migrate(installation: Installation, services: tuple[str, ...]) -> None:
    """Upgrade the databases of the named services, or of all, to this version's revision.

    Each is migrated in one transaction; a database at this revision is not changed. Needs only
    AFTERCART_<SERVICE>_DATABASE_URL.
    """
    installation.require(services)
    for service in installation.services(services):
        print_line(f"{service.name} {_upgrade(service)}")


def _upgrade(service: Service) -> str:
    url = DatabaseSettings.load(service.name).database_url.get_secret_value()
    engine = engine_for(url)
    try:
        with database_errors(service.name):
            before, after = migrations.current(engine), migrations.upgrade(service, engine)
    finally:
        engine.dispose()
    if before == after:
        return f"is at {after} already"
    return f"upgraded from {before or 'an empty database'} to {after}"
