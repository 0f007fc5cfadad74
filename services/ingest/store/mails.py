"""The mails that were fetched from mailboxes."""

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
from shared.runtime.storage.database import insert, locking, write_rows
from shared.runtime.storage.unit_of_work import Store

MOST_FINISHED = 500  # mails that are flagged, moved or deleted by one look
READ_AT_ONCE = 2 * 2**20  # bytes of mails that are read together, or one mail

Reading = Callable[[Sequence[bytes]], Sequence[Mail | Unreadable]]
"""Understands mails. Never raises for what is in them."""


class RawMails:
    """Raw bytes by their SHA-256; written once, whoever finds them again."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._pending: dict[str, bytes] = {}
        self._kept: dict[str, bytes] = {}

    def add(self, content: bytes) -> str:
        """Records the bytes; returns their SHA-256."""
        digest = sha256(content).hexdigest()
        self._pending[digest] = content
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes as they were stored. Raises `LookupError`."""
        return self.several([digest])[digest]

    def several(self, digests: Iterable[str]) -> dict[str, bytes]:
        """The same for each of them."""
        wanted = set(digests)
        query = select(raw_mails).where(raw_mails.c.sha256.in_(sorted(wanted)))
        found = (
            {row.sha256: bytes(row.content) for row in self.connection.execute(query)}
            if wanted
            else {}
        )
        if len(found) < len(wanted):
            raise LookupError(
                f"raw mails are not stored: {', '.join(sorted(wanted - found.keys()))}"
            )
        return found

    def keep(self) -> None:
        self._kept |= self._pending
        self._pending = {}

    def discard(self) -> None:
        self._pending = {}

    def write(self) -> None:
        if self._kept:
            adding = insert(self.connection, raw_mails).on_conflict_do_nothing()
            rows = [
                {"sha256": digest, "content": content}
                for digest, content in sorted(self._kept.items())
            ]
            self.connection.execute(adding, rows)


class Inbounds(Store[UUID, Inbound]):
    """Fetched mails, by id."""

    def __init__(
        self, connection: Connection, raw_mails: RawMails, reading: Reading = read_all
    ) -> None:
        super().__init__(connection)
        self.raw_mails, self.reading = raw_mails, reading
        self._read: dict[UUID, Mail | Unreadable] = {}

    def load(self, keys: Sequence[UUID]) -> Mapping[UUID, Inbound]:
        query = (
            select(inbound_mails)
            .where(inbound_mails.c.inbound_id.in_(keys))
            .order_by(inbound_mails.c.inbound_id)
        )
        return {
            row.inbound_id: read_inbound(row)
            for row in self.connection.execute(locking(self.connection, query))
        }

    def put(self, new: Mapping[UUID, Inbound], changed: Mapping[UUID, Inbound]) -> None:
        write_rows(
            self.connection,
            inbound_mails,
            _inbound_rows(new.values()),
            _inbound_rows(changed.values()),
        )

    def stored(self, mailbox: str, digests: Iterable[str]) -> set[str]:
        """Which of the bytes were fetched from the mailbox before."""
        query = select(inbound_mails.c.sha256).where(
            inbound_mails.c.mailbox == mailbox, inbound_mails.c.sha256.in_(sorted(digests))
        )
        return set(self.connection.execute(query).scalars())

    def unfinished(self, mailbox: str, at: Checkpoint) -> list[int]:
        """UIDs of mails that are still to be flagged, moved or deleted on the server, lowest first;
        only so many at once.
        """
        query = select(inbound_mails.c.uid).where(
            inbound_mails.c.unfinished,
            inbound_mails.c.mailbox == mailbox,
            inbound_mails.c.folder == at.folder,
            inbound_mails.c.uidvalidity == at.uidvalidity,
        )
        return list(
            self.connection.execute(
                query.order_by(inbound_mails.c.uid).limit(MOST_FINISHED)
            ).scalars()
        )

    def read(self, inbound: Inbound) -> Mail | Unreadable:
        """What a mail says. Read once in a batch; its raw bytes are not held."""
        if inbound.inbound_id not in self._read:
            self._read_together([inbound])
        return self._read[inbound.inbound_id]

    def read_all(self, inbounds: Sequence[Inbound]) -> list[tuple[Inbound, Mail]]:
        """The same for several at once; those that can be read."""
        self._read_together(
            [inbound for inbound in inbounds if inbound.inbound_id not in self._read]
        )
        pairs = [(inbound, self._read[inbound.inbound_id]) for inbound in inbounds]
        return [(inbound, mail) for inbound, mail in pairs if isinstance(mail, Mail)]

    def _read_together(self, inbounds: Iterable[Inbound]) -> None:
        for some in _groups(inbounds):
            contents = self.raw_mails.several(inbound.sha256 for inbound in some if inbound.sha256)
            raws = [contents.get(inbound.sha256 or "", b"") for inbound in some]
            for inbound, raw, mail in zip(some, raws, self.reading(raws), strict=True):
                self._read[inbound.inbound_id] = _marked(mail, inbound, raw)


def _groups(inbounds: Iterable[Inbound]) -> Iterator[list[Inbound]]:
    """So that each is small enough to be held in memory and handed on."""
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
    """Of a mail that is far too large the beginning is kept; servers are not exact about sizes."""
    if isinstance(mail, Unreadable) or len(content) >= inbound.size // 2:
        return mail
    return replace(mail, marks=(*mail.marks, "cut_off"))


def read_inbound(row: Any) -> Inbound:
    """Return the mail in a row."""
    return Inbound(
        **{name: getattr(row, name) for name in _FIELDS} | {"evidence": tuple(row.evidence)}
    )


def _inbound_rows(values: Iterable[Inbound]) -> list[dict[str, Any]]:
    return [
        {name: getattr(inbound, name) for name in _FIELDS} | {"evidence": [*inbound.evidence]}
        for inbound in values
    ]
