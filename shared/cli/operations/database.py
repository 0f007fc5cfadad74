"""A service's database, as the command line needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic.util import CommandError
from pydantic import SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from shared.runtime.errors import AftercartError, SchemaError, SettingsError
from shared.runtime.service import Service
from shared.runtime.settings import PREFIX, CommonSettings
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for


class DatabaseSettings(CommonSettings):
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
            f"The database of {service} cannot be migrated ({error}): perhaps {variable} names"
            " another service's database, or it was made by a newer version."
        ) from error


def hindrance(service: Service) -> str:
    """Why a worker of the service ends as soon as it is started: its database is not at this
    version's revision. Empty where it is, or where that cannot be seen from here. Nothing is
    written.
    """
    try:
        url = make_url(DatabaseSettings.load(service.name).database_url.get_secret_value())
        if (
            url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()
        ):  # a look would make it
            return (
                f"The database of {service.name} is not made yet: run `aftercart migrate"
                f" {service.name}`."
            )
        engine = engine_for(url.render_as_string(hide_password=False))
    except (AftercartError, SQLAlchemyError):
        return ""
    try:
        migrations.require(service, engine)
    except SchemaError as error:
        return str(error)
    except SQLAlchemyError:
        return ""
    finally:
        engine.dispose()
    return ""
