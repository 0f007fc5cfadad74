"""Store the storefronts that a service knows, in one row, so that a change needs no restart."""

from functools import lru_cache

from pydantic import TypeAdapter
from sqlalchemy import Connection, select, update

from shared.contracts.storefronts import SetStorefronts, Storefront
from shared.runtime.storage.database import insert
from shared.runtime.storage.message_tables import access

STOREFRONTS = "storefronts"  # the name of the row
ENTRIES = TypeAdapter(list[Storefront])
_VALUE = select(access.c.value).where(access.c.name == STOREFRONTS)


def storefronts(connection: Connection) -> dict[str, Storefront]:
    """Return the storefronts by user. Empty: there is only one client, which may do everything."""
    found = connection.execute(_VALUE).scalar_one_or_none()
    if found is None:
        return {}
    return dict(_by_user(bytes(found)))


@lru_cache(4)  # read before each batch, changed rarely
def _by_user(value: bytes) -> dict[str, Storefront]:
    return {entry.user: entry for entry in ENTRIES.validate_json(value)}


def replace(connection: Connection, new: SetStorefronts) -> None:
    """Replace the storefronts, unless those of a later revision are stored."""
    values = {"revision": new.revision, "value": ENTRIES.dump_json(new.storefronts)}
    here = (access.c.name == STOREFRONTS, access.c.revision <= new.revision)
    if connection.execute(update(access).where(*here).values(values)).rowcount:
        return
    row = {"name": STOREFRONTS, **values}
    connection.execute(insert(connection, access).on_conflict_do_nothing(), row)
