"""Run revisions where nothing of this project can be imported: `python upgrade_alone.py ENVIRONMENT
SERVICE=DIRECTORY=URL …` upgrades each database with the revisions in its directory.
"""

import importlib.abc
import sys

import alembic.command
import alembic.config
import sqlalchemy
from alembic import autogenerate, op  # noqa: F401  # loaded before imports are refused
from sqlalchemy.dialects import postgresql, sqlite  # noqa: F401

ALLOWED = {"alembic", "sqlalchemy", *sys.stdlib_module_names}


class OnlyAllowed(importlib.abc.MetaPathFinder):
    """Refuse to import anything else for the first time."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.partition(".")[0] not in ALLOWED:
            raise ImportError(f"A revision must not import '{name}'.")


def upgrade(environment: str, service: str, directory: str, url: str) -> None:
    engine = sqlalchemy.create_engine(url)
    config = alembic.config.Config()
    config.set_main_option("script_location", environment)
    config.set_main_option("version_locations", directory)
    config.set_main_option("path_separator", "newline")
    config.attributes["service"] = service
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "head")
    engine.dispose()


def main(environment: str, databases: list[str]) -> None:
    for database in databases:  # loads the drivers, too
        sqlalchemy.create_engine(database.split("=", 2)[2]).dispose()
    sys.meta_path.insert(0, OnlyAllowed())
    for database in databases:
        service, directory, url = database.split("=", 2)
        upgrade(environment, service, directory, url)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
