"""How much came before a mail: counted once for all mails of a batch that were fetched together; the batch is added."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Connection, func, select

from services.ingest.domain.inbound import Inbound
from services.ingest.domain.traffic import DAY, HOUR, SPELL, Acknowledged, Traffic
from services.ingest.store.mails import Inbounds
from services.ingest.store.tables import inbound_mails

Fetch = tuple[str, datetime]
"""A mailbox, and when it was looked at."""
_FOUND = inbound_mails.c


@dataclass(frozen=True, slots=True)
class _Tally:
    """What is stored: mails filed within a spell, by sender and by thread; and mails that were acknowledged."""

    filed: Mapping[str, int]
    in_thread: Mapping[UUID, int]
    acknowledged: Mapping[str, int]
    by_mailbox: int


class TrafficCounts:
    """Counts for the mails that are expected."""

    def __init__(self, connection: Connection, inbounds: Inbounds) -> None:
        self.connection, self.inbounds = connection, inbounds
        self._senders: dict[Fetch, set[str]] = defaultdict(set)
        self._threads: set[UUID] = set()
        self._tallies: dict[Fetch, _Tally] = {}

    def expect(self, mails: Iterable[tuple[Inbound, str]], threads: Iterable[UUID]) -> None:
        """Will be asked for these mails and their senders, and for these threads."""
        for inbound, sender in mails:
            self._senders[_fetch(inbound)].add(sender)
        self._threads.update(threads)
        self._tallies.clear()

    def of(self, inbound: Inbound, sender: str, thread_id: UUID | None) -> Traffic:
        """What came within a spell before a mail, in this batch included."""
        tally, since = self._tally(inbound, sender, thread_id), inbound.fetched_at - SPELL
        batch = [other for other in self.inbounds.known() if other.state == "filed" and other.fetched_at > since]
        return Traffic(
            tally.filed.get(sender, 0)
            + sum((other.mailbox, other.sender) == (inbound.mailbox, sender) for other in batch),
            tally.in_thread.get(thread_id, 0) + sum(other.thread_id == thread_id for other in batch)
            if thread_id else 0,
        )

    def acknowledged(self, inbound: Inbound, sender: str) -> Acknowledged:
        """What was acknowledged before a mail, in this batch included."""
        tally = self._tally(inbound, sender, None)
        batch = [other for other in self.inbounds.known() if other.acknowledged and other.mailbox == inbound.mailbox]
        return Acknowledged(
            tally.acknowledged.get(sender, 0) + sum(other.sender == sender for other in batch),
            tally.by_mailbox + len(batch),
        )

    def _tally(self, inbound: Inbound, sender: str, thread_id: UUID | None) -> _Tally:
        fetch = _fetch(inbound)
        if sender not in self._senders[fetch] or (thread_id and thread_id not in self._threads):
            self.expect([(inbound, sender)], [thread_id] if thread_id else [])
        if fetch not in self._tallies:
            self._tallies[fetch] = self._counted(*fetch)
        return self._tallies[fetch]

    def _counted(self, mailbox: str, at: datetime) -> _Tally:
        senders = (_FOUND.mailbox == mailbox) & _FOUND.sender.in_(sorted(self._senders[mailbox, at]))
        filed = (_FOUND.fetched_at > at - SPELL) & (_FOUND.state == "filed")
        answered = _FOUND.acknowledged & (_FOUND.mailbox == mailbox)
        return _Tally(
            self._count(_FOUND.sender, senders & filed),
            self._count(_FOUND.thread_id, _FOUND.thread_id.in_(sorted(self._threads)) & filed),
            self._count(_FOUND.sender, senders & answered & (_FOUND.fetched_at > at - DAY)),
            sum(self._count(_FOUND.mailbox, answered & (_FOUND.fetched_at > at - HOUR)).values()),
        )

    def _count(self, column: Column[Any], where: ColumnElement[bool]) -> dict[Any, int]:
        rows = self.connection.execute(select(column, func.count()).where(where).group_by(column))
        return {row[0]: row[1] for row in rows}


def _fetch(inbound: Inbound) -> Fetch:
    return inbound.mailbox, inbound.fetched_at
