"""What every server of the local stack can do."""

from typing import Protocol


class Server(Protocol):
    """A server that lives in a directory; made again from that directory, it is the same server."""

    def start(self) -> None:
        """Returns when the server answers its clients; nothing happens when it runs already.

        Raises StackError when it cannot start.
        """
        ...

    def running(self) -> bool:
        """Whether its process is alive."""
        ...

    @property
    def pid(self) -> int | None:
        """The number of its process, while that is alive."""
        ...

    def stop(self) -> None:
        """Ends it in good order and leave no process; its data stay."""
        ...

    def kill(self) -> None:
        """Ends it as a crash would; `start` then finds the data as the crash left them."""
        ...
