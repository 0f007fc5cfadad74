"""Migrate databases with Alembic: one history per service, in its package `migrations/`.

Revisions import nothing of this project: their effect must not change with the code. Alembic is
imported when a database is migrated: it takes 10 MB, and a worker only compares revisions.
"""

import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from shared.runtime.errors import SchemaError
from shared.runtime.settings import PREFIX
from shared.runtime.storage import schema_version
from shared.runtime.storage.database import SQLITE_TIMEOUT, reading
from shared.runtime.storage.schema_version import SchemaVersion, read_version
from shared.runtime.storage.unavailable import is_lock_timeout

if TYPE_CHECKING:
    from alembic.config import Config

ENVIRONMENT = Path(__file__).parent / "alembic"
LOCK_TIMEOUT = (
    5.0  # seconds; all messages of a service wait as long as a migration waits for a lock
)
LOCK = zlib.crc32(b"aftercart migrate")  # so that two migrations run one after another


class Migrated(Protocol):
    """A service as migrations see it: its name and the directory of its revisions."""

    @property
    def name(self) -> str: ...

    @property
    def migrations(self) -> Path: ...


def upgrade(
    service: Migrated, engine: Engine, to: str = "head", lock_timeout: float = LOCK_TIMEOUT
) -> str:
    """Upgrade the database to this version's revision, or to `to`, and return the revision.

    Each revision is one transaction. A database that a newer version migrated is not changed, if
    this version's code works with it. Raises `SchemaError` if not, and if a lock is not free within
    `lock_timeout` seconds.
    """
    with _lock_errors(service, lock_timeout), _migrating(engine, lock_timeout) as connection:
        found, known = read_version(connection), revisions(service.migrations)
        connection.commit()
        schema_version.require_own(service.name, found, known)
        if not schema_version.is_newer(found, known):
            config = _config(service)
            config.attributes["connection"] = connection
            _upgrade(service, config, to)
    return current(engine)


def sql(
    service: Migrated, since: str = "base", to: str = "head", lock_timeout: float = LOCK_TIMEOUT
) -> str:
    """Return the SQL for PostgreSQL that upgrades a database of the revision `since`."""
    output = io.StringIO()
    config = _config(service, output)
    config.attributes["before"] = f"SET lock_timeout = '{round(lock_timeout * 1000)}ms'"
    _upgrade(service, config, f"{since}:{to}", as_sql=True)
    return output.getvalue()


def current(engine: Engine) -> str:
    """Return the database's revision; empty before the first."""
    return version(engine).revision


def version(engine: Engine) -> SchemaVersion:
    """Return what the database says about itself."""
    with reading(engine) as connection:
        return read_version(connection)


@cache  # an installation may replace the files of a program that runs
def revisions(directory: Path) -> tuple[str, ...]:
    """Return the revisions of this version of the code, the oldest first. Each is the number with
    which the name of its file begins.
    """
    return tuple(sorted(path.name.partition("_")[0] for path in directory.glob("[0-9]*_*.py")))


def require(service: Migrated, engine: Engine) -> str:
    """Return the database's revision if this version's code works with it. Raises `SchemaError`."""
    found = version(engine)
    schema_version.require_usable(service.name, found, revisions(service.migrations))
    return found.revision


@contextmanager
def _migrating(engine: Engine, lock_timeout: float) -> Iterator[Connection]:
    """Provide a connection for a migration. Its settings do not outlast it."""
    milliseconds = round(lock_timeout * 1000)
    with engine.connect() as connection:
        try:
            if engine.dialect.name == "postgresql":
                setting = {"value": str(milliseconds), "lock": LOCK}
                connection.execute(
                    text("SELECT set_config('lock_timeout', :value, false)"), setting
                )
                connection.execute(text("SELECT pg_advisory_lock(:lock)"), setting)
                connection.commit()
            else:
                connection.connection.cursor().execute(f"PRAGMA busy_timeout = {milliseconds}")
            yield connection
        finally:
            if engine.dialect.name == "postgresql":
                connection.invalidate()
            else:  # a database in memory ends with its connection
                connection.connection.cursor().execute(
                    f"PRAGMA busy_timeout = {SQLITE_TIMEOUT * 1000}"
                )


@contextmanager
def _lock_errors(service: Migrated, lock_timeout: float) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if not is_lock_timeout(error):
            raise
        raise SchemaError(
            f"The migration of {service.name} was undone: it waited {lock_timeout:g} seconds for a"
            " lock that another transaction holds. Run it again; if that does not help, end the"
            " long transaction, or raise AFTERCART_MIGRATION_LOCK_TIMEOUT; messages wait meanwhile."
        ) from error


def _config(service: Migrated, output: io.StringIO | None = None) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - see the top of this module

    config = Config(output_buffer=output)
    config.set_main_option("script_location", str(ENVIRONMENT))
    config.set_main_option("version_locations", str(service.migrations))
    config.set_main_option("path_separator", "newline")
    config.attributes["service"] = service.name
    return config


def _upgrade(service: Migrated, config: "Config", to: str, *, as_sql: bool = False) -> None:
    """Run revisions, or print their SQL. Raises `SchemaError` for an error of Alembic."""
    from alembic import command  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    try:
        command.upgrade(config, to, sql=as_sql)
    except CommandError as error:
        variable = f"{PREFIX}{service.name.upper()}_DATABASE_URL"
        raise SchemaError(
            f"The database of {service.name} cannot be migrated ({error}): perhaps {variable} names"
            " another program's database."
        ) from error
