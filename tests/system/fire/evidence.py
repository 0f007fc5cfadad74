"""What was done to the system, and what it shows afterwards, as plain data for the checker."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from shared.contracts.envelope import Envelope

Answer = Literal["confirmed", "unknown"]
"""RabbitMQ's answer to a publish; unknown: it is lost, or RabbitMQ refused the message."""


@dataclass
class Sent:
    """A command that a storefront published, all copies together."""

    id: str
    source: str
    name: str
    shop: str
    subject: str
    at: float
    answer: Answer = "unknown"
    copies: int = 1


@dataclass(frozen=True)
class Written:
    """A mail of a customer; `answers` is the Message-ID of the mail that it answers, or empty;
    `accepted`, whether the mail server confirmed it.
    """

    message_id: str
    answers: str = ""
    accepted: bool = True


@dataclass
class OrderRows:
    """An order in the database of `orders`: its states in order, ids and amounts of its payments,
    ids of its refunds, and the sums and the state that are stored with it.
    """

    states: list[str] = field(default_factory=list)
    payments: list[tuple[str, int]] = field(default_factory=list)
    refunds: list[str] = field(default_factory=list)
    paid: int = 0
    refunded: int = 0
    state: str = ""


@dataclass(frozen=True)
class MailRow:
    """A mail in the database of `notify`. `cause` is its order, or the thread if it is a reply;
    `claims` counts the attempts to send it.
    """

    mail_id: str
    shop: str
    cause: str
    template: str
    recipient: str
    state: str
    message_id: str
    claims: int
    conversation: str


Tables = dict[str, list[dict[str, Any]]]
"""Rows by `service.table`, with ids and times as texts, without contents."""


@dataclass
class Evidence:
    """Everything after the faults were healed and the queues had drained."""

    sent: list[Sent] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    poison: Counter[str] = field(default_factory=Counter)
    """Digests of the malformed messages, as often as each was published."""
    doubtful: int = 0
    """Faults that hit a process while it may have been sending a mail."""
    disruptions: int = 0
    """Faults that may have taken an acknowledgement or a confirm from a process."""
    events: list[Envelope] = field(default_factory=list)
    """The streams of events and documents from their beginning, copies included."""
    tables: Tables = field(default_factory=dict)
    orders: dict[str, OrderRows] = field(default_factory=dict)
    mails: list[MailRow] = field(default_factory=list)
    delivered: Counter[str] = field(default_factory=Counter)
    """Message-IDs in the customer's mailbox."""
    filed: list[tuple[str, str]] = field(default_factory=list)
    """Message-ID and conversation of the customers' mails."""
    queues: dict[str, int] = field(default_factory=dict)
    """Messages left in queues and outboxes."""
    unacked: dict[str, int] = field(default_factory=dict)
    dead: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Service and digest of the dead letters."""
    lost: list[str] = field(default_factory=list)
    """Evidence that was not written, so that nothing can be judged by it."""


def firsts(events: list[Envelope]) -> list[Envelope]:
    """Return the events without their later copies."""
    found: dict[tuple[str, str], Envelope] = {}
    for event in events:
        found.setdefault((event.source, event.id), event)
    return list(found.values())
