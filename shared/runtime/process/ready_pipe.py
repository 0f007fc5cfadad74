"""Report over a pipe whether a worker process is ready: connected to its database and to
RabbitMQ.
"""

import contextlib
import os

DESCRIPTOR = "AFTERCART_READY_FD"
"""The environment variable that gives a worker process the descriptor of its end of the pipe."""


class ReadyPipe:
    """The supervisor's end."""

    def __init__(self) -> None:
        self._read, self.write = os.pipe()
        os.set_blocking(self._read, False)
        self.ready = False
        self.settings_read = False

    def environment(self) -> dict[str, str]:
        """Return the environment of a worker process that inherits `write`."""
        return {DESCRIPTOR: str(self.write)}

    def started(self) -> None:
        """Close the worker process's end in this process."""
        os.close(self.write)

    def update(self) -> None:
        """Read what the worker process has reported since."""
        with contextlib.suppress(BlockingIOError):
            while reports := os.read(self._read, 64):
                self.settings_read = True
                self.ready = reports.endswith(b"1")

    def close(self) -> None:
        """Close the pipe of a process that ended."""
        os.close(self._read)
        self.ready = False


class ReadyReport:
    """The worker process's end; without a supervisor it does nothing."""

    def __init__(self) -> None:
        self._write = int(os.environ.pop(DESCRIPTOR, "-1"))
        self._reported = False
        if self._write >= 0:
            os.set_inheritable(self._write, False)  # not for children of this process

    def settings_are_read(self) -> None:
        """Report that the settings are valid; the process is not connected yet."""
        self._send(False)

    def report(self, ready: bool) -> None:
        """Report the state, if it changed."""
        if ready != self._reported:
            self._send(ready)

    def _send(self, ready: bool) -> None:
        if self._write < 0:
            return
        with contextlib.suppress(OSError):  # the supervisor is gone; the caller notices that
            os.write(self._write, b"1" if ready else b"0")
            self._reported = ready
