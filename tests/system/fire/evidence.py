"""What was done to the system, and what it shows afterwards, as plain data for the checker."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

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
    """A mail of a customer; `answers` is the Message-ID of the mail that it answers, or empty."""

    message_id: str
    answers: str = ""


@dataclass
class OrderRows:
    """An order in the database of `orders`: its states in order, ids and amounts of its payments,
    ids of its refunds, and the sums that are stored with it.
    """

    states: list[str] = field(default_factory=list)
    payments: list[tuple[str, int]] = field(default_factory=list)
    refunds: list[str] = field(default_factory=list)
    paid: int = 0
    refunded: int = 0


@dataclass(frozen=True)
class MailRow:
    """A mail in the database of `notify`; `claims` counts the attempts to send it."""

    mail_id: str
    shop: str
    cause: str
    template: str
    recipient: str
    state: str
    message_id: str
    claims: int


Document = tuple[str, str, str]
"""Shop, kind and number."""


@dataclass
class Evidence:
    """Everything after the faults were healed and the queues had drained."""

    sent: list[Sent] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    poison: Counter[str] = field(default_factory=Counter)
    """Digests of malformed messages that were injected and confirmed."""
    doubtful: int = 0
    """Faults that hit a process while it may have been sending a mail."""
    events: list[Envelope] = field(default_factory=list)
    """The streams of events and documents from their beginning, copies included."""
    orders: dict[str, OrderRows] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)
    rendered: list[Document] = field(default_factory=list)
    stock: dict[tuple[str, str], int] = field(default_factory=dict)
    movements: dict[tuple[str, str], int] = field(default_factory=dict)
    known_orders: set[str] = field(default_factory=set)
    """The orders that `ingest` knows from events."""
    mails: list[MailRow] = field(default_factory=list)
    delivered: Counter[str] = field(default_factory=Counter)
    """Message-IDs in the customer's mailbox."""
    filed: list[tuple[str, str]] = field(default_factory=list)
    """Message-ID and thread of the customers' mails."""
    queues: dict[str, int] = field(default_factory=dict)
    """Messages left in queues and outboxes."""
    unacked: dict[str, int] = field(default_factory=dict)
    dead: Counter[str] = field(default_factory=Counter)
    """Digests of the dead letters."""
