"""Decide when a publisher whose messages are refused opens another connection.

A refusal mostly means that a queue is full. But RabbitMQ 3.10 also refuses everything that a
channel publishes to a quorum queue if the node that led the queue was down at the channel's first
message to it: the channel remembers that node, and asks only there. It goes on until that node is
back, although the queue has another leader within a second; a new channel asks the new leader.
"""

FIRST_PAUSE = 1.0  # seconds from one reconnection to the next; each is twice the one before
MAX_PAUSE = 60.0  # seconds, for a queue that remains full


class Reconnection:
    """Allows one reconnection at the first refusal, then others after growing pauses."""

    def __init__(self) -> None:
        self._pause, self._next = FIRST_PAUSE, 0.0

    def due(self, now: float) -> bool:
        """Return whether to reconnect after a refusal at this time in seconds; if so, count it."""
        if now < self._next:
            return False
        if now > self._next + self._pause:  # nothing was refused for a while
            self._pause = FIRST_PAUSE
        self._next = now + self._pause
        self._pause = min(2 * self._pause, MAX_PAUSE)
        return True
