"""The state of a mailbox: checkpoint, lease and faults, and the request and result of a poll.

One worker at a time reads a mailbox: it holds a lease, and the number of the lease (fence) reveals
a worker that returns too late.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum

from services.ingest.domain.mailbox import Mailbox
from shared.contracts.ingest import MailboxFault

LEASE = timedelta(minutes=10)  # longer than a poll; a repeated message takes over at once
MAX_PAUSE = timedelta(minutes=15)
LOCKED_OUT = timedelta(minutes=1)  # after a refused login: servers block frequent attempts
GIVE_UP_AFTER = 6
"""Faults in a row without progress, after which a mail that cannot be fetched is skipped."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The position in a folder: UIDs up to `last_uid` were examined. `uidvalidity` is None before
    the first poll, and 0 with POP3.

    `history_until`: the UIDs that existed at the first poll, or when the server numbered its mails
    anew; of these, only mails since the configured start are fetched.
    """

    folder: str
    uidvalidity: int | None = None
    last_uid: int = 0
    history_until: int = 0


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """Permission to read a mailbox. `since`: earlier mails are not fetched.

    `finished`: UIDs of stored mails, to be flagged, moved or deleted now. `names`: with POP3, which
    has no UIDs, our numbers by the server's unique names (UIDL).
    """

    mailbox: Mailbox
    checkpoint: Checkpoint
    since: datetime | None
    faults: int
    fence: int
    finished: tuple[int, ...] = ()
    names: Mapping[str, int] = field(default_factory=dict)


class NoFetch(Enum):
    """The reason why a mailbox is not read."""

    UNKNOWN = "unknown"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail from the server. `raw` is None if it could not be fetched, and shorter than `size` if
    the mail was too large.
    """

    uid: int
    raw: bytes | None
    size: int
    arrived_at: datetime | None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Fault:
    """An error: a code for programs, one sentence for people."""

    code: MailboxFault
    reason: str


@dataclass(frozen=True, slots=True)
class FetchResult:
    """The result of a poll, possibly partial. `more`: further mails can be fetched.

    `finished`: UIDs of mails that were flagged, moved or deleted. `names`: the numbers by name
    after the poll; None if they are unknown.
    """

    request: FetchRequest
    checkpoint: Checkpoint
    mails: tuple[Fetched, ...] = ()
    more: bool = False
    fault: Fault | None = None
    finished: tuple[int, ...] = ()
    names: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class MailboxState:
    """The stored state of a mailbox. `holder`: the message that holds the lease; `wanted`: another
    poll was requested meanwhile.
    """

    name: str
    checkpoint: Checkpoint
    since: datetime | None = None
    fence: int = 0
    holder: str | None = None
    leased_until: datetime | None = None
    wanted: bool = False
    faults: int = 0
    fault: Fault | None = None
    looked_at: datetime | None = None

    def lease(
        self, mailbox: Mailbox, holder: str, at: datetime
    ) -> tuple["MailboxState", FetchRequest | NoFetch]:
        """Take the lease, unless another message holds it: then the mailbox is polled again after
        that.

        A message that is delivered again takes over its own lease.
        """
        if self.leased_until and at < self.leased_until and self.holder != holder:
            return replace(self, wanted=True), NoFetch.BUSY
        checkpoint, since = self.checkpoint, self.since
        if checkpoint.folder != mailbox.folder:
            checkpoint = Checkpoint(mailbox.folder)
        if checkpoint.uidvalidity is None and since is None:
            since = _since(mailbox, at)
        taken = replace(
            self,
            checkpoint=checkpoint,
            since=since,
            fence=self.fence + 1,
            holder=holder,
            leased_until=at + LEASE,
        )
        return taken, FetchRequest(mailbox, checkpoint, since, self.faults, taken.fence)

    def settle(
        self, found: FetchResult, at: datetime, *, unfinished: bool = False
    ) -> tuple["MailboxState", datetime]:
        """Move the checkpoint and release the lease; return the time of the next poll.
        `unfinished`: there are mails to be flagged, moved or deleted.
        """
        settled = replace(
            self,
            checkpoint=found.checkpoint,
            holder=None,
            leased_until=None,
            wanted=False,
            faults=self._faults_after(found),
            fault=found.fault,
            looked_at=self.looked_at if found.fault else at,
        )
        if self.wanted or (not found.fault and (found.more or unfinished)):
            return settled, at
        return settled, at + _pause(found, settled.faults)

    def _faults_after(self, found: FetchResult) -> int:
        """Return the number of faults in a row without progress."""
        if not found.fault:
            return 0
        if found.mails:
            return 1
        return self.faults + 1


def _since(mailbox: Mailbox, at: datetime) -> datetime | None:
    if isinstance(mailbox.start, date):
        return datetime.combine(mailbox.start, time.min, UTC)
    if mailbox.start == "now":
        return at
    return None


def _pause(found: FetchResult, faults: int) -> timedelta:
    poll = timedelta(seconds=found.request.mailbox.poll_seconds)
    if not found.fault:
        return poll
    doubled: int = 2 ** min(faults, 20)
    pause = min(poll * doubled, max(poll, MAX_PAUSE))
    if found.fault.code == "login_refused":
        return max(LOCKED_OUT, pause)
    return max(poll, pause)
