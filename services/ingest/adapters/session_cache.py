"""Keep sessions open between two polls; each is used by one thread at a time."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from services.ingest.domain.mailbox import Mailbox

GRACE = 30.0  # seconds that a poll may be late
S = TypeVar("S")


class SessionCache(Generic[S]):
    """Open sessions by mailbox. A session not used by the next poll is closed: another process then
    reads the mailbox.
    """

    def __init__(self, close: Callable[[S], None]) -> None:
        self._close, self._lock = close, Lock()
        self._cached: dict[str, tuple[S, float]] = {}

    def take(self, mailbox: Mailbox) -> S | None:
        """Remove the session of the last poll from the cache and return it, or None."""
        self._close_expired()
        with self._lock:
            session, _ = self._cached.pop(mailbox.name, (None, 0.0))
        return session

    def keep(self, mailbox: Mailbox, session: S) -> None:
        """Store a session for the next poll."""
        until = time.monotonic() + 2 * mailbox.poll_seconds + GRACE
        with self._lock:
            former = self._cached.pop(mailbox.name, None)
            self._cached[mailbox.name] = session, until
        if former:
            self._close(former[0])

    def _close_expired(self) -> None:
        now = time.monotonic()
        expired: list[S] = []
        with self._lock:
            for name, (session, until) in list(self._cached.items()):
                if until < now:
                    expired.append(session)
                    del self._cached[name]
        for session in expired:
            self._close(session)
