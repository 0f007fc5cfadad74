"""Metrics and problems of the mail queue, for operators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args

from shared.contracts.figures import Figure
from shared.contracts.notify import MailState

MAX_QUEUE_AGE = timedelta(minutes=15)
STATES = tuple(state for state in get_args(MailState) if state != "sent")


@dataclass(frozen=True)
class Unsent:
    """The number of mails in a state; the oldest is in it since `since`."""

    state: str
    count: int
    since: datetime


def figures(unsent: Sequence[Unsent], at: datetime) -> list[Figure]:
    """Return the number of mails and the age of the oldest for each state but `sent`."""
    counts = dict.fromkeys(STATES, 0.0)
    ages = dict.fromkeys(STATES, 0.0)
    for found in unsent:
        counts[found.state] = float(found.count)
        ages[found.state] = max(0.0, (at - found.since).total_seconds())
    return [
        Figure("mails", "Mails by state, those that were sent left out", counts, "state"),
        Figure(
            "mails_oldest_seconds",
            "How long the oldest mail has been in this state",
            ages,
            "state",
        ),
    ]


def problems(unsent: Sequence[Unsent], at: datetime) -> list[str]:
    """Return a sentence for a queue that is not being emptied."""
    sentences = []
    for found in unsent:
        if found.state == "queued" and found.since < at - MAX_QUEUE_AGE:
            sentences.append(
                f"Mails have been waiting to be sent since {found.since:%Y-%m-%d %H:%M} UTC (in all"
                f" {found.count}): check whether the mail server is slow, and start more workers."
            )
    return sentences
