"""Migrate databases with Alembic: one history per service, in its package `migrations/`.

Revisions import nothing of this project: their effect must not change with the code.
"""

from pathlib import Path
from typing import Protocol

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from shared.runtime.errors import SchemaError
from shared.runtime.storage.database import reading

ENVIRONMENT = Path(__file__).parent / "alembic"


class Migrated(Protocol):
    """A service as migrations see it: its name and the directory of its revisions."""

    @property
    def name(self) -> str: ...

    @property
    def migrations(self) -> Path: ...


def upgrade(service: Migrated, engine: Engine, to: str = "head") -> str:
    """Upgrade the database to this version's revision, or to `to`, and return the revision."""
    with engine.begin() as connection:  # one transaction: all of it or nothing
        config = _config(service)
        config.attributes["connection"] = connection
        command.upgrade(config, to)
    return current(engine)


def current(engine: Engine) -> str:
    """Return the database's revision; empty before the first."""
    with reading(engine) as connection:
        return revision(connection)


def revision(connection: Connection) -> str:
    """Return the database's revision, on an open connection; empty before the first."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def require(service: Migrated, engine: Engine) -> str:
    """Return the revision if it is the one this version needs. Raises `SchemaError`."""
    wanted, found = (
        ScriptDirectory.from_config(_config(service)).get_current_head(),
        current(engine),
    )
    if found != wanted:
        raise SchemaError(
            f"The database of {service.name} is at revision '{found or 'none'}' and this version"
            f" needs '{wanted}': run `aftercart migrate {service.name}`."
        )
    return found


def _config(service: Migrated) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ENVIRONMENT))
    config.set_main_option("version_locations", str(service.migrations))
    config.set_main_option("path_separator", "newline")
    return config
