"""A mailbox: where it is, how far it was read, and who may read it now.

One worker at a time reads a mailbox: it holds a lease, numbered so that one who comes too late is recognised.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from shared.contracts.message import Value
from shared.contracts.values import Language

LEASE = timedelta(minutes=10)  # longer than a worker may be busy; a repeated message takes over at once
LONGEST_PAUSE = timedelta(minutes=15)
GIVE_UP_AFTER = 6
"""Faults in a row without any progress, after which a mail that cannot be fetched is passed by."""

Name = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_-]{0,39}$")]


class Mailbox(Value):
    """A mailbox of the settings. `security`: `tls` from the start, `starttls` demanded, or `none`.

    `start`: whether the first look takes what is there (`beginning`) or only what comes from then on (`now`).
    `language` is assumed of customers who are not known.
    """

    name: Name
    shop: Name = "default"
    host: str = Field(min_length=1)
    port: int = Field(gt=0, lt=65536)
    user: str = Field(min_length=1)
    password: SecretStr | None = None
    security: Literal["tls", "starttls", "none"] = "tls"
    verify_certificate: bool = True
    folder: str = Field(default="INBOX", min_length=1, max_length=200)
    poll_seconds: float = Field(default=60, ge=0.1, le=86_400)
    start: Literal["beginning", "now"] = "beginning"
    language: Language = "en"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything up to `last_uid` was looked at; `uidvalidity` is None before the first look."""

    folder: str
    uidvalidity: int | None = None
    last_uid: int = 0


@dataclass(frozen=True, slots=True)
class Errand:
    """Permission to read a mailbox. `since`: mails that arrived earlier are not wanted."""

    mailbox: Mailbox
    checkpoint: Checkpoint
    since: datetime | None
    faults: int
    fence: int


class Idle(Enum):
    """Why there is no errand."""

    UNKNOWN = "unknown"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail from the server. `raw` is None if it could not be had, and shorter than `size` if it was too large."""

    uid: int
    raw: bytes | None
    size: int
    arrived_at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """What an errand brought, as far as it came. `more`: there is more to fetch; `fault`: one sentence, or empty."""

    errand: Errand
    checkpoint: Checkpoint
    mails: tuple[Fetched, ...] = ()
    more: bool = False
    fault: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """What is kept about a mailbox. `holder` names the message that holds the lease; `wanted`: asked for meanwhile."""

    name: str
    checkpoint: Checkpoint
    since: datetime | None = None
    fence: int = 0
    holder: str | None = None
    leased_until: datetime | None = None
    wanted: bool = False
    faults: int = 0
    fault: str = ""
    looked_at: datetime | None = None

    def lease(self, mailbox: Mailbox, holder: str, at: datetime) -> tuple["State", Errand | Idle]:
        """Takes the lease, unless another message holds it: then the mailbox is looked at again after that.

        The same message, delivered once more, takes over from itself.
        """
        if self.leased_until and at < self.leased_until and self.holder != holder:
            return replace(self, wanted=True), Idle.BUSY
        same_folder = self.checkpoint.folder == mailbox.folder
        checkpoint = self.checkpoint if same_folder else Checkpoint(mailbox.folder)
        first = checkpoint.uidvalidity is None and self.since is None
        since = at if first and mailbox.start == "now" else self.since
        taken = replace(
            self, checkpoint=checkpoint, since=since, fence=self.fence + 1, holder=holder, leased_until=at + LEASE
        )
        return taken, Errand(mailbox, checkpoint, since, self.faults, taken.fence)

    def settle(self, found: Found, at: datetime) -> tuple["State", datetime]:
        """Moves the checkpoint and gives the lease back; returns when to look again."""
        faults = 0 if not found.fault else 1 if found.mails else self.faults + 1
        settled = replace(
            self, checkpoint=found.checkpoint, holder=None, leased_until=None, wanted=False, faults=faults,
            fault=found.fault, looked_at=self.looked_at if found.fault else at,
        )
        return settled, at if self.wanted else at + _pause(found, faults)


def _pause(found: Found, faults: int) -> timedelta:
    poll = timedelta(seconds=found.errand.mailbox.poll_seconds)
    if faults:
        doubled: int = 2 ** min(faults, 20)
        return min(poll * doubled, max(poll, LONGEST_PAUSE))
    return timedelta(0) if found.more else poll
