"""States of a service's database in which the examples of its commands are carried out, and its
queries answered.

They are found by trying: the examples of the contract fit together, so that each command is carried
out after some others. A state is a copy of the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from shared.contracts import samples
from shared.contracts.envelope import Envelope
from shared.contracts.ingest import MailBounced, SubmitContact
from shared.contracts.message import Event, catalogue
from shared.contracts.orders import IssueStoreCredit, UseStoreCredit
from tests.catalogue.harness import REPLYTO, Harness
from tests.catalogue.messages import SERVICES, commands, example_for, queries
from tests.words import delivery

Json = dict[str, Any]
Known = dict[str, list[str]]
"""Ids that the service gave, by the names of their fields (`thread_id`), the latest last."""
Step = tuple[str, Json]
EVENTS = [kind.name for kind in catalogue.values() if issubclass(kind, Event)]


def without(data: Json, *names: str) -> Json:
    return {name: value for name, value in data.items() if name not in names}


MORE_STEPS: dict[str, list[Step]] = {
    "orders": [
        ("shop.put", samples.PUT_SHOP | {"accepts_returns": True}),
        ("product.put", samples.PUT_PRODUCT | {"sku": samples.CART_RULE["gift_sku"]}),
        ("product.put", samples.PUT_PRODUCT),
        ("stock.set", {"sku": "MUG-BLUE", "quantity": 100}),
        ("store_credit.issue", IssueStoreCredit.example),
        ("order.place", samples.PLACE_ORDER),
        ("store_credit.use", without(UseStoreCredit.example, "credit_slips")),
        ("order.transition", {"order_id": samples.ORDER_ID, "to": "processing"}),
        ("order.transition", {"order_id": samples.ORDER_ID, "to": "shipped"}),
        ("order.transition", {"order_id": samples.ORDER_ID, "to": "delivered"}),
    ],
    "ingest": [
        (
            "contact.submit",
            without(SubmitContact.example, "order_reference", "customer_id")
            | {"submission_id": samples.ORDER_ID, "email": "bob@example.test"},
        )
    ],
    "notify": [("mail.bounced", MailBounced.example)],
}
"""What brings an aggregate where some commands are possible, besides the examples."""


@dataclass(frozen=True)
class State:
    """A database, and the ids that it is known to hold."""

    database: bytes
    known: Known = field(default_factory=dict)


@dataclass(frozen=True)
class Ready:
    """A state in which a message is not refused, and the data that it is then sent with."""

    state: State
    data: Json


@dataclass
class World:
    """What was found out about one service. `refused` holds the last refusal of each command and
    query that was always refused.
    """

    harness: Harness
    ready: dict[str, Ready]
    refused: dict[str, Any]

    def state_for(self, name: str) -> tuple[State, Json]:
        """Return a state in which a message is not refused, and the data that it is sent with."""
        assert name in self.ready, f"{name} is refused wherever it is tried: {self.refused[name]}"
        return self.ready[name].state, self.ready[name].data


@cache
def world_of(name: str) -> World:
    """Find a state for each command of a service."""
    service = next(service for service in SERVICES if service.name == name)
    harness = Harness(service)
    search = Search(harness, [_after_events(harness)], MORE_STEPS.get(name, []))
    for message in commands(service):
        search.waiting.append((message.name, example_for(message, service)))
    wanted = [name for name, _ in search.waiting]
    for state in search.states:  # grows meanwhile
        search.go_on_from(state)
    for query in queries(service):
        search.find_answer(query.name, example_for(query, service))
        wanted.append(query.name)
    missing = {name: search.refused[name] for name in wanted if name not in search.ready}
    return World(harness, search.ready, missing)


@dataclass
class Search:
    """The search for states in which steps, not yet carried out, are carried out."""

    harness: Harness
    states: list[State]
    waiting: list[Step]
    ready: dict[str, Ready] = field(default_factory=dict)
    refused: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.waiting = [*self.waiting]

    def go_on_from(self, state: State) -> None:
        """Try the waiting steps one after another, each after those that were carried out."""
        for step in [*self.waiting]:
            after = self._try(step, state)
            if after:
                self.waiting.remove(step)
                self.states.append(after)
                state = after

    def find_answer(self, name: str, example: Json) -> None:
        """Find a state in which a query is answered, the last ones first."""
        for state in reversed(self.states):
            if self._try((name, example), state):
                return

    def _try(self, step: Step, state: State) -> State | None:
        name, example = step
        for data in variants(example, state.known)[-1 if name in EVENTS else 0 :]:
            self.harness.restore(state.database)
            caused = self.harness.send(delivery(name, data, replyto=REPLYTO))
            reasons = [each.data for each in caused if each.name == f"{name}_refused"]
            repeated = any(each.data.get("repeated") for each in caused)
            if caused and not reasons and not repeated:
                self.ready.setdefault(name, Ready(state, data))
                caused += self.harness.run_own_messages()
                return State(self.harness.copy(), _ids([each.data for each in caused], state.known))
            self.refused[name] = reasons
        return None


def _after_events(harness: Harness) -> State:
    """Return the state after the examples of all events that the service takes."""
    known: Known = {}
    events: list[type[Event]] = []
    for handling in harness.service.handlings.values():
        if issubclass(handling.message, Event):
            events.append(handling.message)
    for event in sorted(events, key=lambda each: not each.name.startswith("shop.")):
        caused = harness.send(delivery(event.name, event.example))
        known = _ids([each.data for each in caused], known)
    return State(harness.copy(), known)


def variants(example: Json, known: Known) -> list[Json]:
    """Return data as it is, and with ids that the service gave."""
    found = dict(example)
    for name in example:
        if name in known:
            found[name] = known[name][-1]
        elif name == "document_ids" and "document_id" in known:
            found[name] = known["document_id"][-1:]
        elif name == "into" and "thread_id" in known:
            found[name] = known["thread_id"][0]
    if "into" in found:
        return [found, found | {"thread_id": found["into"], "into": found["thread_id"]}]
    return [example] if found == example else [example, found]


def _ids(value: Any, known: Known) -> Known:
    """Return the known ids with all that a value holds, at any depth."""
    found = {name: [*ids] for name, ids in known.items()}
    parts = [value]
    while parts:
        part = parts.pop()
        if isinstance(part, list):
            parts += part
        elif isinstance(part, dict):
            parts += part.values()
            for name, inner in part.items():
                if name.endswith("_id") and isinstance(inner, str):
                    found.setdefault(name, []).append(inner)
    return found


def names(envelopes: Iterable[Envelope]) -> list[str]:
    return [each.name for each in envelopes]
