"""Metrics of mailboxes, for operators."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.contracts.figures import Figure


@dataclass(frozen=True)
class LastPoll:
    """When a mailbox was last polled without an error (None: never), and the faults since."""

    mailbox: str
    at: datetime | None
    faults: int


def figures(mailboxes: Iterable[str], polls: Iterable[LastPoll]) -> list[Figure]:
    """Return the last poll of each of these mailboxes, and how often it failed since."""
    times = dict.fromkeys(sorted(mailboxes), 0.0)
    faults = dict(times)
    for poll in polls:
        if poll.mailbox in times:  # others are no longer in the settings
            faults[poll.mailbox] = float(poll.faults)
            if poll.at is not None:
                times[poll.mailbox] = poll.at.timestamp()
    return [
        Figure(
            "mailbox_last_poll_timestamp_seconds",
            "When a mailbox was last polled without an error; 0: never",
            times,
            "mailbox",
        ),
        Figure("mailbox_faults", "Polls of a mailbox in a row that failed", faults, "mailbox"),
    ]
