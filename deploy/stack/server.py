"""Define the interface of every server of the local stack."""

from abc import ABC, abstractmethod
from pathlib import Path

from deploy.stack.processes import Process


class Server(ABC):
    """A server that lives in a directory; another object for the directory controls the same
    server.
    """

    _process: Process

    @abstractmethod
    def start(self) -> None:
        """Start the server unless it runs, and wait until it answers.

        Raises `StackError` if it cannot start.
        """

    def running(self) -> bool:
        """Return whether its process is alive."""
        return self._process.running()

    @property
    def pid(self) -> int | None:
        """The number of its process, while it is alive."""
        return self._process.pid

    @property
    def log(self) -> Path:
        """The path of its log file."""
        return self._process.log

    def stop(self) -> None:
        """Stop the server and all its processes in order. Its data remains."""
        self._process.stop()

    def kill(self) -> None:
        """Kill the server like a crash; `start` then finds the data as the crash left it."""
        self._process.kill()
