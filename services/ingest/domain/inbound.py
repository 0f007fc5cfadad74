"""A mail that was fetched, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

State = Literal["new", "filed", "own", "duplicate", "unreadable", "unmatched"]
"""`own`: we sent it ourselves. `duplicate`: the same bytes were fetched from this mailbox before, or
its thread has it from another one. `unmatched`: it
belongs to no thread, and the mailbox opens none.
"""


@dataclass(frozen=True, slots=True)
class Inbound:
    """`sha256` names the raw bytes, None if the server never handed them over; `size` in bytes is the server's word.

    `evidence`: what could have led it into a thread, strongest first. `acknowledged`: an automatic confirmation may
    answer it. `unfinished`: on the server it is still to be flagged, moved or deleted, which is done when this is
    safely stored.
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

    def filed(self, thread_id: UUID, message_id: str, found_by: str, sender: str, kind: str) -> "Inbound":
        return replace(
            self, state="filed", thread_id=thread_id, message_id=message_id, found_by=found_by, sender=sender, kind=kind
        )

    def with_evidence(self, evidence: Iterable[object]) -> "Inbound":
        """With all that could have led it somewhere, strongest first."""
        return replace(self, evidence=tuple(map(str, evidence)))

    def copy_in(self, thread_id: UUID, message_id: str) -> "Inbound":
        """The thread has this mail already, from another mailbox."""
        return replace(self, state="duplicate", thread_id=thread_id, message_id=message_id)

    def own(self, message_id: str) -> "Inbound":
        return replace(self, state="own", message_id=message_id)

    def unmatched(self, message_id: str) -> "Inbound":
        return replace(self, state="unmatched", message_id=message_id)

    def unreadable(self, reason: str) -> "Inbound":
        return replace(self, state="unreadable", reason=reason)
