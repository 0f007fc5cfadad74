"""How much came before a mail: looked up once for all mails of a batch, to which the batch is
added.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Connection, func, or_, select

from services.ingest.domain.inbound import Inbound
from services.ingest.domain.mail_rates import DAY, HOUR, SPELL, Acknowledged, Traffic
from services.ingest.store.mails import Inbounds
from services.ingest.store.tables import inbound_mails

Fetch = tuple[str, datetime]
"""A mailbox, and when it was looked at."""
_FOUND = inbound_mails.c


class _Arrival(NamedTuple):
    """A mail that was filed, and when it arrived at its mail server."""

    mailbox: str
    sender: str
    thread_id: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class _Tally:
    """What is stored of mails that were acknowledged, by sender, and of a mailbox."""

    acknowledged: Mapping[str, int]
    by_mailbox: int


class TrafficCounts:
    """Counts for the mails that are expected."""

    def __init__(self, connection: Connection, inbounds: Inbounds) -> None:
        self.connection, self.inbounds = connection, inbounds
        self._senders: dict[Fetch, set[str]] = defaultdict(set)
        self._threads: set[UUID] = set()
        self._times: set[datetime] = set()
        self._arrivals: dict[UUID, _Arrival] | None = None
        self._tallies: dict[Fetch, _Tally] = {}

    def expect(self, mails: Iterable[tuple[Inbound, str]], threads: Iterable[UUID]) -> None:
        """Prepare for questions about these mails and their senders, and about these threads."""
        for inbound, sender in mails:
            self._senders[_fetch(inbound)].add(sender)
            self._times.add(inbound.arrived_at)
        self._threads.update(threads)
        self._tallies.clear()
        self._arrivals = None

    def of(self, inbound: Inbound, sender: str, thread_id: UUID | None) -> Traffic:
        """Return what arrived within a spell before a mail, in this batch included, whenever it was
        fetched.
        """
        self._ensure(inbound, sender, thread_id)
        since = inbound.arrived_at - SPELL
        before = [
            each
            for inbound_id, each in self._all_arrivals().items()
            if inbound_id != inbound.inbound_id and since < each.at <= inbound.arrived_at
        ]
        return Traffic(
            sum((each.mailbox, each.sender) == (inbound.mailbox, sender) for each in before),
            sum(each.thread_id == thread_id for each in before) if thread_id else 0,
        )

    def acknowledged(self, inbound: Inbound, sender: str) -> Acknowledged:
        """Return what was acknowledged before a mail, in this batch included."""
        self._ensure(inbound, sender, None)
        tally = self._tally(*_fetch(inbound))
        batch = [
            other
            for other in self.inbounds.known()
            if other.acknowledged and other.mailbox == inbound.mailbox
        ]
        return Acknowledged(
            tally.acknowledged.get(sender, 0) + sum(other.sender == sender for other in batch),
            tally.by_mailbox + len(batch),
        )

    def _ensure(self, inbound: Inbound, sender: str, thread_id: UUID | None) -> None:
        known = sender in self._senders[_fetch(inbound)] and inbound.arrived_at in self._times
        if not known or (thread_id and thread_id not in self._threads):
            self.expect([(inbound, sender)], [thread_id] if thread_id else [])

    def _all_arrivals(self) -> dict[UUID, _Arrival]:
        if self._arrivals is None:
            self._arrivals = self._stored()
        batch = {
            each.inbound_id: _Arrival(each.mailbox, each.sender, each.thread_id, each.arrived_at)
            for each in self.inbounds.known()
            if each.state == "filed"
        }
        return self._arrivals | batch

    def _stored(self) -> dict[UUID, _Arrival]:
        senders: dict[str, set[str]] = defaultdict(set)
        for (mailbox, _), some in self._senders.items():
            senders[mailbox] |= some
        found = self._filed(_FOUND.thread_id.in_(sorted(self._threads))) if self._threads else {}
        for mailbox, some in senders.items():
            found |= self._filed((_FOUND.mailbox == mailbox) & _FOUND.sender.in_(sorted(some)))
        return found

    def _filed(self, where: ColumnElement[bool]) -> dict[UUID, _Arrival]:
        within = or_(
            *(
                (_FOUND.arrived_at > begin) & (_FOUND.arrived_at <= end)
                for begin, end in _spells(self._times)
            )
        )
        columns = (
            _FOUND.inbound_id,
            _FOUND.mailbox,
            _FOUND.sender,
            _FOUND.thread_id,
            _FOUND.arrived_at,
        )
        rows = self.connection.execute(
            select(*columns).where(where, _FOUND.state == "filed", within)
        )
        return {row[0]: _Arrival(*row[1:]) for row in rows}

    def _tally(self, mailbox: str, at: datetime) -> _Tally:
        if (mailbox, at) not in self._tallies:
            answered = _FOUND.acknowledged & (_FOUND.mailbox == mailbox)
            senders = answered & _FOUND.sender.in_(sorted(self._senders[mailbox, at]))
            self._tallies[mailbox, at] = _Tally(
                self._count(_FOUND.sender, senders & (_FOUND.fetched_at > at - DAY)),
                sum(
                    self._count(_FOUND.mailbox, answered & (_FOUND.fetched_at > at - HOUR)).values()
                ),
            )
        return self._tallies[mailbox, at]

    def _count(self, column: Column[Any], where: ColumnElement[bool]) -> dict[Any, int]:
        rows = self.connection.execute(select(column, func.count()).where(where).group_by(column))
        return {row[0]: row[1] for row in rows}


def _fetch(inbound: Inbound) -> Fetch:
    return inbound.mailbox, inbound.fetched_at


def _spells(times: Iterable[datetime]) -> list[tuple[datetime, datetime]]:
    """Return the spells before some times, those that touch put together: mails of one batch may
    lie years apart.
    """
    spells: list[tuple[datetime, datetime]] = []
    for time in sorted(times):
        if spells and time - SPELL <= spells[-1][1]:
            spells[-1] = (spells[-1][0], time)
        else:
            spells.append((time - SPELL, time))
    return spells
