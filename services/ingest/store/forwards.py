"""Threads that were mailed to an employee or someone else."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from services.ingest.domain.forwards import Forward
from services.ingest.store.tables import forwards
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.rows_by_key import rows_by
from shared.runtime.storage.stores import Store


class Forwards(Store[UUID, Forward]):
    """Forwards by id; written once, under the lock of their thread."""

    def load(self, keys: Sequence[UUID]) -> Mapping[UUID, Forward]:
        rows = rows_by(self.connection, forwards.c.forward_id, keys)
        return {row.forward_id: Forward(**row._mapping) for row in rows}

    def put(self, new: Mapping[UUID, Forward], changed: Mapping[UUID, Forward]) -> None:
        write_rows(
            self.connection,
            forwards,
            list(map(asdict, new.values())),
            list(map(asdict, changed.values())),
        )
