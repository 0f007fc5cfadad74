"""Threads that put load on a system while it is disturbed."""

import threading
from abc import ABC, abstractmethod


class Actor(threading.Thread, ABC):
    """A thread that acts until it is stopped, or fails."""

    def __init__(self, name: str) -> None:
        super().__init__(daemon=True, name=name)
        self.stopping = threading.Event()
        self._error: BaseException | None = None

    @abstractmethod
    def act(self) -> None:
        """Act until `stopping` is set."""

    def run(self) -> None:
        try:
            self.act()
        except BaseException as error:
            self._error = error

    def stop(self) -> None:
        """Stop after what is under way. Raises the error that ended the thread."""
        self.stopping.set()
        self.join()
        if self._error:
            raise self._error
