"""A table that only one test sees."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Table

from shared.runtime.storage.database import engine_for


@contextmanager
def temporary(table: Table, url: str) -> Iterator[Connection]:
    """Provide a connection with the table, created in a transaction that is rolled back."""
    engine = engine_for(url)
    with engine.connect() as connection, connection.begin() as transaction:
        table.metadata.create_all(connection)
        yield connection
        transaction.rollback()
    engine.dispose()
