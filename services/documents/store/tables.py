"""The tables of `documents`."""

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from shared.runtime.storage import message_tables, order_references, template_versions
from shared.runtime.storage.database import NAMING, Json, UtcDateTime

tables = MetaData(naming_convention=NAMING)
documents = Table(
    "documents",
    tables,
    Column("document_id", Uuid, primary_key=True),
    Column("shop", String(40), nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("number", String(60), nullable=False),
    Column("filename", String(100), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("snapshot", Json, nullable=False),
    Column("engine", String(100), nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("rendered_at", UtcDateTime, nullable=False),
    Column("place", String(500), nullable=False, server_default=text("''")),
    UniqueConstraint("shop", "kind", "number"),
    Index(None, "shop", "order_id"),
    Index(None, "shop", "issued_at", "document_id"),
)
templates = Table(
    "templates",
    tables,
    Column("shop", String(40), primary_key=True),
    Column("template", String(40), primary_key=True),
    Column("language", String(35), primary_key=True),
    Column("html", Text, nullable=False),
    Column("css", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("0")),
)
versions = template_versions.into(tables)
assets = Table(
    "assets",
    tables,
    Column("shop", String(40), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("media_type", String(40), nullable=False),
    Column("description", String(200), nullable=False),
)
order_names = order_references.into(tables)
message_tables.add_to(tables)
