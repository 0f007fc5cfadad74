"""Count the mails before a mail, loaded once for a batch and extended by its own mails."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Connection, func, or_, select

from services.ingest.domain.inbound import Inbound
from services.ingest.domain.mail_rates import DAY, HOUR, PERIOD, RecentAcknowledgements, RecentMails
from services.ingest.store.mails import Inbounds
from services.ingest.store.tables import inbound_mails

Fetch = tuple[str, datetime]
"""A mailbox, and the time of a poll."""
_COLUMNS = inbound_mails.c


class _Arrival(NamedTuple):
    """A filed mail, and the time when it arrived at its mail server."""

    mailbox: str
    sender: str
    thread_id: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class _Tally:
    """Stored numbers of acknowledged mails, by sender and of a mailbox."""

    acknowledged: Mapping[str, int]
    by_mailbox: int


class MailCounts:
    """Counts of recent mails and acknowledgements."""

    def __init__(self, connection: Connection, inbounds: Inbounds) -> None:
        self.connection, self.inbounds = connection, inbounds
        self._senders: dict[Fetch, set[str]] = defaultdict(set)
        self._threads: set[UUID] = set()
        self._times: set[datetime] = set()
        self._arrivals: dict[UUID, _Arrival] | None = None
        self._tallies: dict[Fetch, _Tally] = {}

    def expect(self, mails: Iterable[tuple[Inbound, str]], threads: Iterable[UUID]) -> None:
        """Add mails with their senders, and threads, to those loaded by the next query."""
        for inbound, sender in mails:
            self._senders[_fetch(inbound)].add(sender)
            self._times.add(inbound.arrived_at)
        self._threads.update(threads)
        self._tallies.clear()
        self._arrivals = None

    def of(self, inbound: Inbound, sender: str, thread_id: UUID | None) -> RecentMails:
        """Return the numbers of mails that arrived within a period before a mail, including this
        batch.
        """
        self._ensure(inbound, sender, thread_id)
        since = inbound.arrived_at - PERIOD
        from_sender = in_thread = 0
        for inbound_id, other in self._all_arrivals().items():
            if inbound_id == inbound.inbound_id or not since < other.at <= inbound.arrived_at:
                continue
            from_sender += (other.mailbox, other.sender) == (inbound.mailbox, sender)
            in_thread += thread_id is not None and other.thread_id == thread_id
        return RecentMails(from_sender, in_thread)

    def acknowledged(self, inbound: Inbound, sender: str) -> RecentAcknowledgements:
        """Return the numbers of acknowledgements before a mail, including this batch."""
        self._ensure(inbound, sender, None)
        tally = self._tally(*_fetch(inbound))
        to_sender, by_mailbox = tally.acknowledged.get(sender, 0), tally.by_mailbox
        for other in self.inbounds.known():
            if other.acknowledged and other.mailbox == inbound.mailbox:
                to_sender += other.sender == sender
                by_mailbox += 1
        return RecentAcknowledgements(to_sender, by_mailbox)

    def _ensure(self, inbound: Inbound, sender: str, thread_id: UUID | None) -> None:
        known = sender in self._senders[_fetch(inbound)] and inbound.arrived_at in self._times
        if not known:
            self.expect([(inbound, sender)], [])
        if thread_id and thread_id not in self._threads:
            self.expect([], [thread_id])

    def _all_arrivals(self) -> dict[UUID, _Arrival]:
        if self._arrivals is None:
            self._arrivals = self._stored()
        arrivals = dict(self._arrivals)
        for other in self.inbounds.known():
            if other.state == "filed":
                arrivals[other.inbound_id] = _Arrival(
                    other.mailbox, other.sender, other.thread_id, other.arrived_at
                )
        return arrivals

    def _stored(self) -> dict[UUID, _Arrival]:
        senders: dict[str, set[str]] = defaultdict(set)
        for (mailbox, _), some in self._senders.items():
            senders[mailbox] |= some
        found: dict[UUID, _Arrival] = {}
        if self._threads:
            found |= self._filed(_COLUMNS.thread_id.in_(sorted(self._threads)))
        for mailbox, some in senders.items():
            found |= self._filed((_COLUMNS.mailbox == mailbox) & _COLUMNS.sender.in_(sorted(some)))
        return found

    def _filed(self, where: ColumnElement[bool]) -> dict[UUID, _Arrival]:
        arrived = _COLUMNS.arrived_at
        periods = [(arrived > begin) & (arrived <= end) for begin, end in _periods(self._times)]
        query = select(
            _COLUMNS.inbound_id,
            _COLUMNS.mailbox,
            _COLUMNS.sender,
            _COLUMNS.thread_id,
            _COLUMNS.arrived_at,
        )
        rows = self.connection.execute(query.where(where, _COLUMNS.state == "filed", or_(*periods)))
        return {row[0]: _Arrival(*row[1:]) for row in rows}

    def _tally(self, mailbox: str, at: datetime) -> _Tally:
        if (mailbox, at) not in self._tallies:
            acknowledged = _COLUMNS.acknowledged & (_COLUMNS.mailbox == mailbox)
            to_senders = acknowledged & _COLUMNS.sender.in_(sorted(self._senders[mailbox, at]))
            by_mailbox = acknowledged & (_COLUMNS.fetched_at > at - HOUR)
            self._tallies[mailbox, at] = _Tally(
                self._count(_COLUMNS.sender, to_senders & (_COLUMNS.fetched_at > at - DAY)),
                sum(self._count(_COLUMNS.mailbox, by_mailbox).values()),
            )
        return self._tallies[mailbox, at]

    def _count(self, column: Column[Any], where: ColumnElement[bool]) -> dict[Any, int]:
        rows = self.connection.execute(select(column, func.count()).where(where).group_by(column))
        return {row[0]: row[1] for row in rows}


def _fetch(inbound: Inbound) -> Fetch:
    return inbound.mailbox, inbound.fetched_at


def _periods(times: Iterable[datetime]) -> list[tuple[datetime, datetime]]:
    """Return the periods before some times, overlapping ones joined: mails of one batch may be
    years apart.
    """
    periods: list[tuple[datetime, datetime]] = []
    for time in sorted(times):
        if periods and time - PERIOD <= periods[-1][1]:
            periods[-1] = (periods[-1][0], time)
        else:
            periods.append((time - PERIOD, time))
    return periods
