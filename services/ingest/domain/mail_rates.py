"""Limits on automatic answers, so that two programs cannot answer each other endlessly.

All mails are filed and shown, whatever their number.
"""

from dataclasses import dataclass
from datetime import timedelta

PERIOD = timedelta(minutes=10)
MAX_FROM_SENDER = 20
"""Mails of one sender within a period. More get no automatic answer."""
MAX_IN_THREAD = 40
DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
MAX_ACKNOWLEDGED = 100
"""Acknowledgements of one mailbox within an hour."""


@dataclass(frozen=True, slots=True)
class RecentMails:
    """Numbers of mails within a period before a mail: of its sender, and in its thread."""

    from_sender: int = 0
    in_thread: int = 0

    @property
    def is_flood(self) -> bool:
        return self.from_sender >= MAX_FROM_SENDER or self.in_thread >= MAX_IN_THREAD


NO_RECENT_MAILS = RecentMails()


@dataclass(frozen=True, slots=True)
class RecentAcknowledgements:
    """Numbers of earlier acknowledgements: to the sender within a day, by the mailbox within an
    hour.
    """

    to_sender: int = 0
    by_mailbox: int = 0

    @property
    def is_enough(self) -> bool:
        return self.to_sender > 0 or self.by_mailbox >= MAX_ACKNOWLEDGED
