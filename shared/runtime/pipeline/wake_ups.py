"""Wake a relay after a commit: of its own process at once, of another one through the database."""

import os
import select
import threading
import weakref
from collections.abc import Collection

from shared.runtime.storage.leases import Leases


class WakeUps:
    """The wake-ups of one relay. They can be awaited together with those of other processes, which
    come through the connection of its leases.
    """

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        weakref.finalize(self, _close, self._reading, self._writing)
        self._lock = threading.Lock()
        self._set, self._written = False, set[int]()

    def wake(self, partitions: Collection[int] = ()) -> None:
        """Wake the relay; messages were written to these partitions. Call it in any thread."""
        with self._lock:
            self._written.update(partitions)
            if not self._set:
                self._set = True
                os.write(self._writing, b".")

    def is_set(self) -> bool:
        """Return whether the relay was woken since the last `take`."""
        return self._set

    def take(self) -> set[int]:
        """Return the partitions that this process wrote to since the last call."""
        with self._lock:
            if self._set:
                os.read(self._reading, 1)
            self._set = False
            written, self._written = self._written, set()
        return written

    def wait(self, seconds: float, own: Leases) -> None:
        """Wait until this process or another one wakes the relay, or a connection is lost."""
        if own.woken or seconds <= 0:
            return
        poll = select.poll()
        poll.register(self._reading, select.POLLIN)
        file = own.fileno()
        if file is not None:
            poll.register(file, select.POLLIN)
        poll.poll(1000 * seconds)


def _close(*files: int) -> None:
    for file in files:
        os.close(file)
