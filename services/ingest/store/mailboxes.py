"""The state of mailboxes, and the numbers of mails on POP3 servers."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, select

from services.ingest.domain.mailbox_health import LastPoll
from services.ingest.domain.mailbox_state import Checkpoint, Fault, MailboxState
from services.ingest.store.tables import mailboxes, server_names
from shared.runtime.storage.database import insert
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.rows_by_key import locked_by
from shared.runtime.storage.stores import Store


class Mailboxes(Store[str, MailboxState]):
    """The state of each mailbox."""

    def load(self, keys: Sequence[str]) -> Mapping[str, MailboxState]:
        """Load mailboxes. A new mailbox gets its row at once, so that there is a row to lock."""
        adding = insert(self.connection, mailboxes).on_conflict_do_nothing()
        initial = [_state_row(MailboxState(key, Checkpoint(""))) for key in keys]
        self.connection.execute(adding, initial)
        rows = locked_by(self.connection, mailboxes.c.name, keys, mailboxes.c.name)
        return {row.name: _state(row) for row in rows}

    def state(self, name: str) -> MailboxState:
        """Return the state of a mailbox; an initial state if it is new."""
        return self.get(name) or MailboxState(name, Checkpoint(""))

    def put(self, new: Mapping[str, MailboxState], changed: Mapping[str, MailboxState]) -> None:
        write_rows(self.connection, mailboxes, [], list(map(_state_row, changed.values())))


def last_polls(connection: Connection) -> list[LastPoll]:
    """Return the last poll of each mailbox that was ever polled."""
    query = select(mailboxes.c.name, mailboxes.c.looked_at, mailboxes.c.faults)
    return [LastPoll(row.name, row.looked_at, row.faults) for row in connection.execute(query)]


def states_of(connection: Connection, names: Sequence[str]) -> dict[str, MailboxState]:
    """Return the states of mailboxes that were polled, for reading only."""
    rows = connection.execute(select(mailboxes).where(mailboxes.c.name.in_(names)))
    return {row.name: _state(row) for row in rows}


class ServerMailIds:
    """Numbers by unique name on the server, of one mailbox at a time; changed only by the holder of
    its lease.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._pending: dict[str, tuple[Mapping[str, int], Mapping[str, int]]] = {}
        self._kept: dict[str, tuple[Mapping[str, int], Mapping[str, int]]] = {}

    def of(self, mailbox: str) -> dict[str, int]:
        """Return all names that the server listed at the last poll."""
        query = select(server_names.c.name, server_names.c.uid).where(
            server_names.c.mailbox == mailbox
        )
        return {row.name: row.uid for row in self.connection.execute(query)}

    def become(self, mailbox: str, before: Mapping[str, int], after: Mapping[str, int]) -> None:
        """Record the names that the server lists now."""
        self._pending[mailbox] = before, after

    def keep(self) -> None:
        self._kept |= self._pending
        self._pending = {}

    def discard(self) -> None:
        self._pending = {}

    def write(self) -> None:
        """Write only new and removed names: a mailbox may hold many."""
        for mailbox, (before, after) in self._kept.items():
            gone = sorted(before.keys() - after.keys())
            for start in range(0, len(gone), 500):
                names = gone[start : start + 500]
                where = and_(server_names.c.mailbox == mailbox, server_names.c.name.in_(names))
                self.connection.execute(delete(server_names).where(where))
            new = []
            for name in sorted(after.keys() - before):
                new.append({"mailbox": mailbox, "name": name, "uid": after[name]})
            if new:
                adding = insert(self.connection, server_names).on_conflict_do_nothing()
                self.connection.execute(adding, new)


def _state(row: Any) -> MailboxState:
    checkpoint = Checkpoint(row.folder, row.uidvalidity, row.last_uid, row.history_until)
    fault = Fault(row.fault_code, row.fault) if row.fault_code else None
    return MailboxState(
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


def _state_row(state: MailboxState) -> dict[str, Any]:
    at, fault = state.checkpoint, state.fault
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
        "fault_code": fault.code if fault else "",
        "fault": fault.reason if fault else "",
        "looked_at": state.looked_at,
    }
