"""The state of the model of the delivery protocol, and its parts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

Event = tuple[str, int, str]
"""The aggregate, the number of the event there, and the command that caused it."""
Next = Iterator[tuple[str, "State"]]


@dataclass(frozen=True)
class Protocol:
    """The parts that make it safe; a negative control leaves one out."""

    inbox: bool = True
    locks: bool = True
    outbox_in_transaction: bool = True
    delete_after_confirm: bool = True
    confirms: bool = True
    leases: bool = True
    own_acks_only: bool = True
    notes: bool = True


@dataclass(frozen=True)
class History:
    """What happens: the commands as (id, aggregate), the processes, and how many kills and losses
    (of connections, confirms, leases) there may be.
    """

    commands: tuple[tuple[str, str], ...]
    workers: int = 1
    relays: int = 1
    senders: int = 0
    kills: int = 1
    losses: int = 1


class Worker(NamedTuple):
    at: str = "idle"
    command: tuple[str, str] = ("", "")
    loaded: int = 0
    stale: bool = False  # its connection was lost: the message is in the queue again


class Relay(NamedTuple):
    at: str = "idle"
    row: Event = ("", 0, "")


class Sender(NamedTuple):
    at: str = "idle"
    event: Event = ("", 0, "")


class Note(NamedTuple):
    event: Event
    holder: int  # -1: a killed process
    started: bool


class State(NamedTuple):
    unsent: tuple[tuple[str, str], ...]
    workers: tuple[Worker, ...]
    relays: tuple[Relay, ...]
    senders: tuple[Sender, ...]
    kills: int
    losses: int
    unknown: frozenset[str] = frozenset()  # commands without a confirm
    queue: tuple[tuple[str, str], ...] = ()
    inbox: frozenset[str] = frozenset()
    effects: tuple[Event, ...] = ()
    outbox: tuple[Event, ...] = ()
    leases: frozenset[tuple[str, int]] = frozenset()  # partition, which is the aggregate; relay
    stream: tuple[Event, ...] = ()
    to_mail: tuple[Event, ...] = ()
    notes: frozenset[Note] = frozenset()
    stored: frozenset[Event] = frozenset()  # the inbox of the senders
    mails: tuple[Event, ...] = ()
    doubts: tuple[Event, ...] = ()  # killed while only SMTP knew the outcome


def first_state(history: History) -> State:
    return State(
        history.commands,
        (Worker(),) * history.workers,
        (Relay(),) * history.relays,
        (Sender(),) * history.senders,
        history.kills,
        history.losses,
    )


class Part:
    """Some of the steps of a protocol."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
