"""Send the frames of many messages in one piece."""

from collections.abc import Iterator
from contextlib import contextmanager

from pika.adapters.select_connection import SelectConnection

MAX_PIECE = 256_000  # bytes


class PackingConnection(SelectConnection):  # type: ignore[misc]  # pika has no types
    """A connection that can collect frames. pika sends each of a message's three frames by itself:
    each call may wait for Python's lock behind other threads, and is a packet that RabbitMQ reads.
    """

    _collecting = False

    @contextmanager
    def packing(self) -> Iterator[None]:
        """Send the frames of this block together, in order. Only in the connection's thread."""
        self._collected: list[bytes] = []
        self._size, self._collecting = 0, True
        try:
            yield
        finally:
            self._collecting = False
            self._send_collected()

    def _adapter_emit_data(self, data: bytes) -> None:
        if not self._collecting:
            super()._adapter_emit_data(data)
            return
        self._collected.append(data)
        self._size += len(data)
        if self._size > MAX_PIECE:
            self._send_collected()

    def _send_collected(self) -> None:
        if self._collected:
            super()._adapter_emit_data(b"".join(self._collected))
        self._collected, self._size = [], 0
