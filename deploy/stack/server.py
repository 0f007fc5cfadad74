"""What every server of the local stack can do."""

from abc import ABC, abstractmethod
from pathlib import Path

from deploy.stack.processes import Process


class Server(ABC):
    """A server that lives in a directory; made again from that directory, it is the same server."""

    _process: Process

    @abstractmethod
    def start(self) -> None:
        """Returns when the server answers its clients; nothing happens when it runs already.

        Raises StackError when it cannot start.
        """

    def running(self) -> bool:
        """Whether its process is alive."""
        return self._process.running()

    @property
    def pid(self) -> int | None:
        """The number of its process, while that is alive."""
        return self._process.pid

    @property
    def log(self) -> Path:
        """The file of its log."""
        return self._process.log

    def stop(self) -> None:
        """Ends it in good order and leaves no process; its data stay."""
        self._process.stop()

    def kill(self) -> None:
        """Ends it as a crash would; `start` then finds the data as the crash left them."""
        self._process.kill()
