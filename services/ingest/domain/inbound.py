"""A fetched mail and its processing state."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

InboundState = Literal["new", "filed", "own", "duplicate", "unreadable", "unmatched"]
"""`own`: a copy of a mail that we sent. `duplicate`: the same bytes were fetched from this mailbox
before, or a copy of the mail was filed that came by another route, such as a list or another
mailbox. `unmatched`: it belongs to no thread, and the mailbox opens none.
"""


@dataclass(frozen=True, slots=True)
class Inbound:
    """A fetched mail. `sha256` identifies the source, None if the server never delivered it; `size`
    in bytes as stated by the server.

    `evidence`: the conversations it names, strongest evidence first. `acknowledged`: an automatic
    confirmation may answer it. `unfinished`: it must still be flagged, moved or deleted on the
    server, which happens after it was stored. `content`: a digest of its decoded content, to
    recognise copies.
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
    state: InboundState = "new"
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
        """Return the mail with the conversations it names, strongest evidence first."""
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
