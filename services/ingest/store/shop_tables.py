"""Tables of the settings of shops."""

from sqlalchemy import BigInteger, Column, String, Table, text

from services.ingest.store.table_metadata import metadata
from shared.runtime.storage.database import Json

shops = Table(
    "shops",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("language", String(35), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("sequence", BigInteger, nullable=False, server_default=text("0")),
)
contacts = Table(
    "contacts",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("key", String(40), primary_key=True),
    Column("definition", Json, nullable=False),
)
desks = Table(
    "desks",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("options", Json, nullable=False),
)
canned_messages = Table(
    "canned_messages",
    metadata,
    Column("shop", String(40), primary_key=True),
    Column("key", String(40), primary_key=True),
    Column("definition", Json, nullable=False),
)
