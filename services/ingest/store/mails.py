"""Mails fetched from mailboxes, and their source."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from services.ingest.domain.inbound import Inbound
from services.ingest.domain.mail import Mail, Unreadable, read_all
from services.ingest.domain.mailbox_state import Checkpoint
from services.ingest.store.tables import inbound_mails, raw_mails
from shared.runtime.storage.database import fields_of, insert
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.rows_by_key import locked_by
from shared.runtime.storage.stores import Store

MAX_FINISHED = 500  # mails flagged, moved or deleted by one poll
READ_AT_ONCE = 2 * 2**20  # bytes of mails parsed together, or one mail

Reading = Callable[[Sequence[bytes]], Sequence[Mail | Unreadable]]
"""Parses mails. Never raises for their content."""


class RawMails:
    """The source of mails by SHA-256; stored once, even if fetched repeatedly."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._pending: dict[str, bytes] = {}
        self._kept: dict[str, bytes] = {}

    def add(self, content: bytes) -> str:
        """Record the bytes, and return their SHA-256."""
        digest = sha256(content).hexdigest()
        self._pending[digest] = content
        return digest

    def get(self, digest: str) -> bytes:
        """Return the bytes of a mail. Raises `LookupError`."""
        return self.several([digest])[digest]

    def several(self, digests: Iterable[str]) -> dict[str, bytes]:
        """Return the bytes of several mails by digest. Raises `LookupError`."""
        wanted = set(digests)
        if not wanted:
            return {}
        query = select(raw_mails).where(raw_mails.c.sha256.in_(sorted(wanted)))
        found = {row.sha256: bytes(row.content) for row in self.connection.execute(query)}
        missing = sorted(wanted - found.keys())
        if missing:
            raise LookupError(f"raw mails are not stored: {', '.join(missing)}")
        return found

    def keep(self) -> None:
        self._kept |= self._pending
        self._pending = {}

    def discard(self) -> None:
        self._pending = {}

    def write(self) -> None:
        if self._kept:
            adding = insert(self.connection, raw_mails).on_conflict_do_nothing()
            rows = [{"sha256": key, "content": self._kept[key]} for key in sorted(self._kept)]
            self.connection.execute(adding, rows)


class Inbounds(Store[UUID, Inbound]):
    """Fetched mails by id."""

    def __init__(
        self, connection: Connection, raw_mails: RawMails, reading: Reading = read_all
    ) -> None:
        super().__init__(connection)
        self.raw_mails, self.reading = raw_mails, reading
        self._read: dict[UUID, Mail | Unreadable] = {}

    def load(self, keys: Sequence[UUID]) -> Mapping[UUID, Inbound]:
        key = inbound_mails.c.inbound_id
        rows = locked_by(self.connection, key, keys, key)
        return {row.inbound_id: read_inbound(row) for row in rows}

    def put(self, new: Mapping[UUID, Inbound], changed: Mapping[UUID, Inbound]) -> None:
        write_rows(
            self.connection,
            inbound_mails,
            list(map(_inbound_row, new.values())),
            list(map(_inbound_row, changed.values())),
        )

    def stored(self, mailbox: str, digests: Iterable[str]) -> set[str]:
        """Return which of the digests were fetched from the mailbox before."""
        query = select(inbound_mails.c.sha256).where(
            inbound_mails.c.mailbox == mailbox, inbound_mails.c.sha256.in_(sorted(digests))
        )
        return set(self.connection.execute(query).scalars())

    def unfinished(self, mailbox: str, at: Checkpoint) -> list[int]:
        """Return the UIDs of mails still to be flagged, moved or deleted on the server, lowest
        first, up to a limit.
        """
        query = select(inbound_mails.c.uid).where(
            inbound_mails.c.unfinished,
            inbound_mails.c.mailbox == mailbox,
            inbound_mails.c.folder == at.folder,
            inbound_mails.c.uidvalidity == at.uidvalidity,
        )
        query = query.order_by(inbound_mails.c.uid).limit(MAX_FINISHED)
        return list(self.connection.execute(query).scalars())

    def read(self, inbound: Inbound) -> Mail | Unreadable:
        """Return the parsed mail. It is parsed once in a batch; its source is not held in
        memory.
        """
        self._parse([inbound])
        return self._read[inbound.inbound_id]

    def read_all(self, inbounds: Sequence[Inbound]) -> list[tuple[Inbound, Mail]]:
        """Parse several mails together, and return those that can be parsed."""
        self._parse(inbounds)
        found = []
        for inbound in inbounds:
            mail = self._read[inbound.inbound_id]
            if isinstance(mail, Mail):
                found.append((inbound, mail))
        return found

    def _parse(self, inbounds: Iterable[Inbound]) -> None:
        unread = [inbound for inbound in inbounds if inbound.inbound_id not in self._read]
        for group in _groups(unread):
            digests = [inbound.sha256 or "" for inbound in group]
            contents = self.raw_mails.several(filter(None, digests))
            raws = [contents.get(digest, b"") for digest in digests]
            for inbound, raw, mail in zip(group, raws, self.reading(raws), strict=True):
                self._read[inbound.inbound_id] = _marked(mail, inbound, raw)


def _groups(inbounds: Iterable[Inbound]) -> Iterator[list[Inbound]]:
    """Yield groups of mails small enough to be held in memory together."""
    group: list[Inbound] = []
    room = READ_AT_ONCE
    for inbound in inbounds:
        room -= inbound.size
        if group and room < 0:
            yield group
            group, room = [], READ_AT_ONCE - inbound.size
        group.append(inbound)
    if group:
        yield group


_FIELDS = tuple(Inbound.__dataclass_fields__)


def _marked(mail: Mail | Unreadable, inbound: Inbound, content: bytes) -> Mail | Unreadable:
    """Mark a mail of which only the beginning was stored. Servers do not state sizes exactly."""
    if isinstance(mail, Unreadable) or len(content) >= inbound.size // 2:
        return mail
    return replace(mail, marks=(*mail.marks, "cut_off"))


def read_inbound(row: Any) -> Inbound:
    """Return the mail in a row."""
    fields = fields_of(row, _FIELDS)
    fields["evidence"] = tuple(row.evidence)
    return Inbound(**fields)


def _inbound_row(inbound: Inbound) -> dict[str, Any]:
    row = fields_of(inbound, _FIELDS)
    row["evidence"] = [*inbound.evidence]
    return row
