"""A look into a mailbox: how far it was read, who may read it now, and what a look brought.

One worker at a time reads a mailbox: it holds a lease, numbered so that one who comes too late is
recognised.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum

from services.ingest.domain.mailbox import Mailbox
from shared.contracts.ingest import MailboxFault

LEASE = timedelta(
    minutes=10
)  # longer than a worker may be busy; a repeated message takes over at once
LONGEST_PAUSE = timedelta(minutes=15)
LOCKED_OUT = timedelta(
    minutes=1
)  # the first pause after a refused login: servers lock out who tries too often
GIVE_UP_AFTER = 6
"""Faults in a row without any progress, after which a mail that cannot be fetched is passed by."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything up to `last_uid` was looked at; `uidvalidity` is None before the first look, and 0
    with POP3.

    `history_until`: the mails up to this UID were there before, when the server began to count; of
    those only what arrived since the mailbox is read is wanted.
    """

    folder: str
    uidvalidity: int | None = None
    last_uid: int = 0
    history_until: int = 0


@dataclass(frozen=True, slots=True)
class Errand:
    """Permission to read a mailbox. `since`: mails that arrived earlier are not wanted.

    `finished`: UIDs of mails that are safely kept and shall be flagged, moved or deleted now.
    `names`: with POP3, which has no UIDs, those that we gave to the names (UIDL) that the server
    has for its mails.
    """

    mailbox: Mailbox
    checkpoint: Checkpoint
    since: datetime | None
    faults: int
    fence: int
    finished: tuple[int, ...] = ()
    names: Mapping[str, int] = field(default_factory=dict)


class Idle(Enum):
    """Why there is no errand."""

    UNKNOWN = "unknown"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail from the server. `raw` is None if it could not be had, and shorter than `size` if it
    was too large.
    """

    uid: int
    raw: bytes | None
    size: int
    arrived_at: datetime | None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong: a code for programs, one sentence for people."""

    code: MailboxFault
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """What an errand brought, as far as it came. `more`: there is more to fetch.

    `finished`: UIDs of mails that were flagged, moved or deleted. `names`: as in the errand, as
    they are now; None where nothing is known of them.
    """

    errand: Errand
    checkpoint: Checkpoint
    mails: tuple[Fetched, ...] = ()
    more: bool = False
    fault: Fault | None = None
    finished: tuple[int, ...] = ()
    names: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What is kept about a mailbox. `holder` names the message that holds the lease; `wanted`:
    asked for meanwhile.
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

    def lease(self, mailbox: Mailbox, holder: str, at: datetime) -> tuple["State", Errand | Idle]:
        """Takes the lease, unless another message holds it: then the mailbox is looked at again
        after that.

        The same message, delivered once more, takes over from itself.
        """
        if self.leased_until and at < self.leased_until and self.holder != holder:
            return replace(self, wanted=True), Idle.BUSY
        same_folder = self.checkpoint.folder == mailbox.folder
        checkpoint = self.checkpoint if same_folder else Checkpoint(mailbox.folder)
        first = checkpoint.uidvalidity is None and self.since is None
        since = _since(mailbox, at) if first else self.since
        taken = replace(
            self,
            checkpoint=checkpoint,
            since=since,
            fence=self.fence + 1,
            holder=holder,
            leased_until=at + LEASE,
        )
        return taken, Errand(mailbox, checkpoint, since, self.faults, taken.fence)

    def settle(
        self, found: Found, at: datetime, *, unfinished: bool = False
    ) -> tuple["State", datetime]:
        """Moves the checkpoint and gives the lease back; returns when to look again. `unfinished`:
        there are mails to be flagged, moved or deleted.
        """
        faults = 0 if not found.fault else 1 if found.mails else self.faults + 1
        settled = replace(
            self,
            checkpoint=found.checkpoint,
            holder=None,
            leased_until=None,
            wanted=False,
            faults=faults,
            fault=found.fault,
            looked_at=self.looked_at if found.fault else at,
        )
        at_once = self.wanted or (not found.fault and (found.more or unfinished))
        return settled, at if at_once else at + _pause(found, faults)


def _since(mailbox: Mailbox, at: datetime) -> datetime | None:
    if isinstance(mailbox.start, date):
        return datetime.combine(mailbox.start, time.min, UTC)
    return at if mailbox.start == "now" else None


def _pause(found: Found, faults: int) -> timedelta:
    poll = timedelta(seconds=found.errand.mailbox.poll_seconds)
    if not found.fault:
        return poll
    doubled: int = 2 ** min(faults, 20)
    shortest = LOCKED_OUT if found.fault.code == "login_refused" else poll
    return max(shortest, min(poll * doubled, max(poll, LONGEST_PAUSE)))
