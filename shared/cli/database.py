"""A service's database, as the command line needs it."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.util import CommandError
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from shared.runtime.errors import SchemaError, SettingsError
from shared.runtime.settings import PREFIX, HouseSettings


class DatabaseSettings(HouseSettings):
    """Where a service's database is; to migrate, RabbitMQ is not needed."""

    database_url: SecretStr


@contextmanager
def told_plainly(service: str) -> Iterator[None]:
    """Turns the database's own errors into one sentence."""
    variable = f"{PREFIX}{service.upper()}_DATABASE_URL"
    try:
        yield
    except OperationalError as error:
        cause = str(error.orig).strip().splitlines()[0]
        raise SettingsError(
            f"The database of {service} cannot be used ({cause}): start it, or correct {variable}."
        ) from error
    except CommandError as error:
        raise SchemaError(
            f"The database of {service} cannot be migrated ({error}): perhaps {variable} names another service's "
            "database, or it was made by a newer version."
        ) from error
