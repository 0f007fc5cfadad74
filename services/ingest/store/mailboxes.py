"""How far mailboxes were read, who reads them, and what POP3 servers call their mails."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, select

from services.ingest.domain.mailbox_state import Checkpoint, Fault, State
from services.ingest.store.tables import mailboxes, server_names
from shared.runtime.storage.database import insert, locking, write_rows
from shared.runtime.storage.unit_of_work import Store


class Mailboxes(Store[str, State]):
    """How far mailboxes were read, and who reads them."""

    def load(self, keys: Sequence[str]) -> Mapping[str, State]:
        """A mailbox seen for the first time gets its row at once, so that there is always something
        to lock.
        """
        adding = insert(self.connection, mailboxes).on_conflict_do_nothing()
        self.connection.execute(adding, [_state_row(State(key, Checkpoint(""))) for key in keys])
        query = select(mailboxes).where(mailboxes.c.name.in_(keys)).order_by(mailboxes.c.name)
        return {
            row.name: _state(row)
            for row in self.connection.execute(locking(self.connection, query))
        }

    def state(self, name: str) -> State:
        """What is kept of a mailbox; of a new one, a beginning."""
        return self.get(name) or State(name, Checkpoint(""))

    def put(self, new: Mapping[str, State], changed: Mapping[str, State]) -> None:
        write_rows(
            self.connection, mailboxes, [], [_state_row(state) for state in changed.values()]
        )


class ServerNames:
    """Numbers by name, of one mailbox at a time; changed only by whoever holds its lease."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._pending: dict[str, tuple[Mapping[str, int], Mapping[str, int]]] = {}
        self._kept: dict[str, tuple[Mapping[str, int], Mapping[str, int]]] = {}

    def of(self, mailbox: str) -> dict[str, int]:
        """All names that the server listed at the last look."""
        query = select(server_names.c.name, server_names.c.uid).where(
            server_names.c.mailbox == mailbox
        )
        return {row.name: row.uid for row in self.connection.execute(query)}

    def become(self, mailbox: str, before: Mapping[str, int], after: Mapping[str, int]) -> None:
        """Records what the server lists now."""
        self._pending[mailbox] = before, after

    def keep(self) -> None:
        self._kept |= self._pending
        self._pending = {}

    def discard(self) -> None:
        self._pending = {}

    def write(self) -> None:
        """Only what is new and what is gone: a mailbox may hold many."""
        for mailbox, (before, after) in self._kept.items():
            gone = sorted(before.keys() - after.keys())
            new = [
                {"mailbox": mailbox, "name": name, "uid": after[name]}
                for name in sorted(after.keys() - before)
            ]
            for start in range(0, len(gone), 500):
                names = gone[start : start + 500]
                where = and_(server_names.c.mailbox == mailbox, server_names.c.name.in_(names))
                self.connection.execute(delete(server_names).where(where))
            if new:
                self.connection.execute(
                    insert(self.connection, server_names).on_conflict_do_nothing(), new
                )


def _state(row: Any) -> State:
    checkpoint = Checkpoint(row.folder, row.uidvalidity, row.last_uid, row.history_until)
    fault = Fault(row.fault_code, row.fault) if row.fault_code else None
    return State(
        row.name,
        checkpoint,
        row.since,
        row.fence,
        row.holder,
        row.leased_until,
        row.wanted,
        row.faults,
        fault,
        row.looked_at,
    )


def _state_row(state: State) -> dict[str, Any]:
    at = state.checkpoint
    return {
        "name": state.name,
        "folder": at.folder,
        "uidvalidity": at.uidvalidity,
        "last_uid": at.last_uid,
        "history_until": at.history_until,
        "since": state.since,
        "fence": state.fence,
        "holder": state.holder,
        "leased_until": state.leased_until,
        "wanted": state.wanted,
        "faults": state.faults,
        "fault_code": state.fault.code if state.fault else "",
        "fault": state.fault.reason if state.fault else "",
        "looked_at": state.looked_at,
    }
