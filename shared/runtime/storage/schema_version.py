"""Judge whether this version's code works with a database: the same revision, or a newer one that
declares itself compatible.

The code of an older version cannot read newer revisions, so the database itself says from which
revision on code works with it (table `schema_version`, written by `alembic/env.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, column, inspect, select, table

from shared.runtime.errors import SchemaError
from shared.runtime.settings import PREFIX

alembic_table = table("alembic_version", column("version_num"))
version_table = table(
    "schema_version", column("service"), column("revision"), column("compatible_from")
)


@dataclass(frozen=True, slots=True)
class SchemaVersion:
    """What a database says about itself: its service, its revision, and the oldest revision whose
    code works with it. All are empty before the first migration.
    """

    service: str = ""
    revision: str = ""
    compatible_from: str = ""


def read_version(connection: Connection) -> SchemaVersion:
    """Return what the database says about itself."""
    inspector = inspect(connection)
    if not inspector.has_table(alembic_table.name):
        return SchemaVersion()
    # Another program's database may have several, joined to a name that this one does not know.
    revision = ", ".join(connection.execute(select(alembic_table)).scalars())
    if not revision or not inspector.has_table(version_table.name):
        return SchemaVersion("", revision, revision)
    row = connection.execute(select(version_table)).one()
    return SchemaVersion(row.service, revision, row.compatible_from)


def is_newer(found: SchemaVersion, known: Sequence[str]) -> bool:
    """Return whether a newer version of the code migrated the database. `known` are the revisions
    of this version, the oldest first; revisions are numbers of four digits.
    """
    return found.revision.isdecimal() and found.revision > known[-1]


def require_own(service: str, found: SchemaVersion, known: Sequence[str]) -> None:
    """Raise `SchemaError` if the database is not this service's, or at a revision that code of this
    version can neither use nor upgrade.
    """
    variable = f"{PREFIX}{service.upper()}_DATABASE_URL"
    if found.service and found.service != service:
        raise SchemaError(
            f"The database that {variable} names is that of {found.service}: correct the URL."
        )
    if is_newer(found, known):
        if found.compatible_from > known[-1]:
            raise SchemaError(
                f"The database of {service} is at revision '{found.revision}', which needs"
                f" Aftercart with revision '{found.compatible_from}' or later, and this version"
                f" knows '{known[-1]}': deploy the newer version."
            )
    elif found.revision and found.revision not in known:
        raise SchemaError(
            f"The database of {service} is at revision '{found.revision}', which does not exist:"
            f" perhaps {variable} names another program's database."
        )


def require_usable(service: str, found: SchemaVersion, known: Sequence[str]) -> None:
    """Raise `SchemaError` if code of this version does not work with the database."""
    require_own(service, found, known)
    problem = outdated(service, found.revision, known[-1])
    if problem:
        raise SchemaError(problem)


def outdated(service: str, revision: str, needed: str) -> str:
    """Return why a database must be migrated before this version's code works with it, or an empty
    text.
    """
    if revision >= needed:
        return ""
    return (
        f"The database of {service} is at revision '{revision or 'none'}' and this version needs"
        f" '{needed}': run `aftercart migrate {service}`."
    )
