"""How much mail is too much to be answered automatically: two programs that answer each other fall
silent, whatever they say they are. All mails are shown, and wait for people.
"""

from dataclasses import dataclass
from datetime import timedelta

SPELL = timedelta(minutes=10)
MOST_FROM_SENDER = 20
"""Mails of one sender that arrive in a spell. More get no automatic answer."""
MOST_IN_THREAD = 40
DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
MOST_ACKNOWLEDGED = 100
"""Acknowledgements of one mailbox in an hour."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What arrived within a spell before a mail: mails of its sender, and into its thread."""

    from_sender: int = 0
    in_thread: int = 0

    @property
    def is_flood(self) -> bool:
        return self.from_sender >= MOST_FROM_SENDER or self.in_thread >= MOST_IN_THREAD


QUIET = Traffic()


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What was acknowledged before: to the sender within a day, by the mailbox within an hour."""

    to_sender: int = 0
    by_mailbox: int = 0

    @property
    def is_enough(self) -> bool:
        return self.to_sender > 0 or self.by_mailbox >= MOST_ACKNOWLEDGED
