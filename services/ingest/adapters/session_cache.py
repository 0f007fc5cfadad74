"""Sessions that stay open between two looks, each used by one thread at a time."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from services.ingest.domain.mailbox import Mailbox

SLACK = 30.0  # seconds that a look may be late
S = TypeVar("S")


class Sessions(Generic[S]):
    """By mailbox. One that the next look does not come back for is shut: then another process reads
    the mailbox.
    """

    def __init__(self, shut: Callable[[S], None]) -> None:
        self._shut, self._lock = shut, Lock()
        self._kept: dict[str, tuple[S, float]] = {}

    def take(self, mailbox: Mailbox) -> S | None:
        """The session of the last look, if there is one; it belongs to the caller now."""
        self._shut_old()
        with self._lock:
            found = self._kept.pop(mailbox.name, None)
        return found[0] if found else None

    def keep(self, mailbox: Mailbox, session: S) -> None:
        """For the next look."""
        until = time.monotonic() + 2 * mailbox.poll_seconds + SLACK
        with self._lock:
            former = self._kept.pop(mailbox.name, None)
            self._kept[mailbox.name] = session, until
        if former:
            self._shut(former[0])

    def _shut_old(self) -> None:
        now = time.monotonic()
        with self._lock:
            old = [name for name, (_, until) in self._kept.items() if until < now]
            sessions = [self._kept.pop(name)[0] for name in old]
        for session in sessions:
            self._shut(session)
