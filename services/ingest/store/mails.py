"""The mails that were fetched from mailboxes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, ScalarSelect, bindparam, func, select

from services.ingest.domain.inbound import Inbound
from services.ingest.domain.look import Checkpoint
from services.ingest.domain.mail import Mail, Unreadable, read
from services.ingest.domain.traffic import DAY, HOUR, SPELL, Acknowledged, Traffic
from services.ingest.store.tables import inbound_mails, raw_mails
from shared.runtime.database import insert, locking, write_rows
from shared.runtime.store import Store

MOST_FINISHED = 500  # mails that are flagged, moved or deleted by one look


Reading = Callable[[bytes], Mail | Unreadable]
"""Understands a mail. Never raises for what is in it."""


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
        query = select(raw_mails.c.content).where(raw_mails.c.sha256 == digest)
        found = self.connection.execute(query).scalar_one_or_none()
        if found is None:
            raise LookupError(f"the raw mail {digest} is not stored")
        return bytes(found)

    def keep(self) -> None:
        self._kept |= self._pending
        self._pending = {}

    def discard(self) -> None:
        self._pending = {}

    def write(self) -> None:
        if self._kept:
            adding = insert(self.connection, raw_mails).on_conflict_do_nothing()
            rows = [{"sha256": digest, "content": content} for digest, content in sorted(self._kept.items())]
            self.connection.execute(adding, rows)


class Inbounds(Store[UUID, Inbound]):
    """Fetched mails, by id."""

    def __init__(self, connection: Connection, raw_mails: RawMails, reading: Reading = read) -> None:
        super().__init__(connection)
        self.raw_mails, self.reading = raw_mails, reading
        self._read: dict[UUID, Mail | Unreadable] = {}

    def load(self, keys: Sequence[UUID]) -> Mapping[UUID, Inbound]:
        query = select(inbound_mails).where(inbound_mails.c.inbound_id.in_(keys)).order_by(inbound_mails.c.inbound_id)
        return {row.inbound_id: _inbound(row) for row in self.connection.execute(locking(self.connection, query))}

    def put(self, new: Mapping[UUID, Inbound], changed: Mapping[UUID, Inbound]) -> None:
        write_rows(self.connection, inbound_mails, _inbound_rows(new.values()), _inbound_rows(changed.values()))

    def stored(self, mailbox: str, digests: Iterable[str]) -> set[str]:
        """Which of the bytes were fetched from the mailbox before."""
        query = select(inbound_mails.c.sha256).where(
            inbound_mails.c.mailbox == mailbox, inbound_mails.c.sha256.in_(sorted(digests))
        )
        return set(self.connection.execute(query).scalars())

    def unfinished(self, mailbox: str, at: Checkpoint) -> list[int]:
        """UIDs of mails that are still to be flagged, moved or deleted on the server, lowest first; only so many at
        once.
        """
        query = select(inbound_mails.c.uid).where(
            inbound_mails.c.unfinished, inbound_mails.c.mailbox == mailbox, inbound_mails.c.folder == at.folder,
            inbound_mails.c.uidvalidity == at.uidvalidity,
        )
        return list(self.connection.execute(query.order_by(inbound_mails.c.uid).limit(MOST_FINISHED)).scalars())

    def read(self, inbound: Inbound) -> Mail | Unreadable:
        """What a mail says. Read once in a batch; its raw bytes are not held."""
        if inbound.inbound_id not in self._read:
            content = self.raw_mails.get(inbound.sha256) if inbound.sha256 else b""
            self._read[inbound.inbound_id] = _marked(self.reading(content), inbound, content)
        return self._read[inbound.inbound_id]


    def traffic(self, inbound: Inbound, sender: str, thread_id: UUID | None) -> Traffic:
        """What came within a spell before a mail, in this batch included."""
        since = inbound.fetched_at - SPELL
        asked = {"since": since, "of_mailbox": inbound.mailbox, "of_sender": sender, "of_thread": thread_id}
        row = self.connection.execute(_TRAFFIC, asked).one()
        batch = [other for other in self.known() if other.state == "filed" and other.fetched_at > since]
        return Traffic(
            row[0] + sum((other.mailbox, other.sender) == (inbound.mailbox, sender) for other in batch),
            row[1] + sum(other.thread_id == thread_id for other in batch) if thread_id else 0,
        )

    def acknowledged(self, inbound: Inbound, sender: str) -> Acknowledged:
        """What was acknowledged before a mail, in this batch included."""
        found, day, hour = inbound_mails.c, inbound.fetched_at - DAY, inbound.fetched_at - HOUR
        yes = found.acknowledged & (found.mailbox == inbound.mailbox)
        to_sender = _count(yes & (found.sender == sender) & (found.fetched_at > day))
        row = self.connection.execute(select(to_sender, _count(yes & (found.fetched_at > hour)))).one()
        batch = [other for other in self.known() if other.acknowledged and other.mailbox == inbound.mailbox]
        return Acknowledged(row[0] + sum(other.sender == sender for other in batch), row[1] + len(batch))


def _count(*where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(inbound_mails).where(*where).scalar_subquery()


def _same(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    return column == bindparam(name, type_=column.type)


_FOUND = inbound_mails.c
_RECENT = (_FOUND.fetched_at > bindparam("since", type_=_FOUND.fetched_at.type)) & (_FOUND.state == "filed")
_TRAFFIC = select(  # put together once: every mail asks
    _count(_RECENT, _same(_FOUND.mailbox, "of_mailbox"), _same(_FOUND.sender, "of_sender")),
    _count(_RECENT, _same(_FOUND.thread_id, "of_thread")),
)


_FIELDS = tuple(Inbound.__dataclass_fields__)


def _marked(mail: Mail | Unreadable, inbound: Inbound, content: bytes) -> Mail | Unreadable:
    """Of a mail that is far too large the beginning is kept; servers are not exact about sizes."""
    if isinstance(mail, Unreadable) or len(content) >= inbound.size // 2:
        return mail
    return replace(mail, marks=(*mail.marks, "cut_off"))


def _inbound(row: Any) -> Inbound:
    return Inbound(**{name: getattr(row, name) for name in _FIELDS} | {"evidence": tuple(row.evidence)})


def _inbound_rows(values: Iterable[Inbound]) -> list[dict[str, Any]]:
    return [
        {name: getattr(inbound, name) for name in _FIELDS} | {"evidence": [*inbound.evidence]} for inbound in values
    ]
