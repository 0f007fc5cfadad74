"""Find the database of a service, and report its errors as one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import URL, Engine, make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from shared.runtime.errors import AftercartError, SchemaError, SettingsError
from shared.runtime.service import Service
from shared.runtime.settings import PREFIX, CommonSettings
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for


class DatabaseSettings(CommonSettings):
    """The URL of a service's database; a migration does not need RabbitMQ."""

    database_url: SecretStr


@contextmanager
def database_errors(service: str) -> Iterator[None]:
    """Turn an error of the connection into one sentence."""
    variable = f"{PREFIX}{service.upper()}_DATABASE_URL"
    try:
        yield
    except OperationalError as error:
        cause = str(error.orig).strip().splitlines()[0]
        raise SettingsError(
            f"The database of {service} cannot be used ({cause}): start it, or correct {variable}."
        ) from error


def start_failure(service: Service) -> str:
    """Explain why a worker of the service would stop at its start: its database is not at this
    version's revision.

    Returns an empty text if it is, or if the database cannot be reached from here. Never writes.
    """
    try:
        url = make_url(DatabaseSettings.load(service.name).database_url.get_secret_value())
        if _absent(url):
            return (
                f"The database of {service.name} does not exist yet: run `aftercart migrate"
                f" {service.name}`."
            )
        engine = engine_for(url.render_as_string(hide_password=False))
    except (AftercartError, SQLAlchemyError):
        return ""
    try:
        return _wrong_revision(service, engine)
    finally:
        engine.dispose()


def _absent(url: URL) -> bool:
    """Return whether an SQLite file is missing; connecting would create it."""
    return url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()


def _wrong_revision(service: Service, engine: Engine) -> str:
    try:
        migrations.require(service, engine)
    except SchemaError as error:
        return str(error)
    except SQLAlchemyError:
        return ""
    return ""
