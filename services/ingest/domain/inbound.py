"""A mail that was fetched, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

State = Literal["new", "filed", "own", "duplicate", "unreadable", "unmatched"]
"""`own`: we sent it ourselves. `duplicate`: the same bytes were fetched from this mailbox before,
or the same mail was filed that came another way, as through a list or another mailbox. `unmatched`:
it belongs to no thread, and the mailbox opens none.
"""


@dataclass(frozen=True, slots=True)
class Inbound:
    """`sha256` names the raw bytes, None if the server never handed them over; `size` in bytes is
    the server's word.

    `evidence`: what could have led it into a thread, strongest first. `acknowledged`: an automatic
    confirmation may answer it. `unfinished`: on the server it is still to be flagged, moved or
    deleted, which is done when this is safely stored. `content`: a digest of what a filed mail
    says, by which its copies are known.
    """

    inbound_id: UUID
    shop: str
    mailbox: str
    folder: str
    uidvalidity: int
    uid: int
    sha256: str | None
    size: int
    arrived_at: datetime
    fetched_at: datetime
    state: State = "new"
    message_id: str = ""
    found_by: str = ""
    thread_id: UUID | None = None
    reason: str = ""
    unfinished: bool = False
    sender: str = ""
    kind: str = ""
    evidence: tuple[str, ...] = ()
    acknowledged: bool = False
    content: str = ""

    def filed(
        self,
        thread_id: UUID,
        found_by: str,
        *,
        message_id: str,
        sender: str,
        kind: str,
        content: str,
    ) -> "Inbound":
        """Return the mail filed in a thread."""
        return replace(
            self,
            state="filed",
            thread_id=thread_id,
            message_id=message_id,
            found_by=found_by,
            sender=sender,
            kind=kind,
            content=content,
        )

    def with_evidence(self, evidence: Iterable[object]) -> "Inbound":
        """With all that could have led it somewhere, strongest first."""
        return replace(self, evidence=tuple(map(str, evidence)))

    def copy_of(self, original: "Inbound") -> "Inbound":
        """Return the mail as a copy of one that was filed."""
        return replace(
            self, state="duplicate", thread_id=original.thread_id, message_id=original.message_id
        )

    def own(self, message_id: str) -> "Inbound":
        return replace(self, state="own", message_id=message_id)

    def unmatched(self, message_id: str) -> "Inbound":
        return replace(self, state="unmatched", message_id=message_id)

    def unreadable(self, reason: str) -> "Inbound":
        return replace(self, state="unreadable", reason=reason)
