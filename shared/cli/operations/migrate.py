"""`aftercart migrate`: brings databases to this version's revision."""

import click

from shared.cli.operations.database import DatabaseSettings, told_plainly
from shared.cli.services import Installation, pass_installation
from shared.cli.terminal import say
from shared.runtime.service import Service
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for


@click.command(short_help="Bring databases to this version.")
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@pass_installation
def migrate(installation: Installation, services: tuple[str, ...]) -> None:
    """Brings the databases of the named services, or of all, to this version's revision.

    Each is migrated in one transaction, and left alone where it is there already. Only
    AFTERCART_<SERVICE>_DATABASE_URL is needed.
    """
    installation.require(services)
    for service in installation.services(services):
        say(f"{service.name} {_upgrade(service)}")


def _upgrade(service: Service) -> str:
    url = DatabaseSettings.load(service.name).database_url.get_secret_value()
    engine = engine_for(url)
    try:
        with told_plainly(service.name):
            before, after = migrations.current(engine), migrations.upgrade(service, engine)
    finally:
        engine.dispose()
    return f"is at {after}" if before == after else f"went from {before or 'nothing'} to {after}"
