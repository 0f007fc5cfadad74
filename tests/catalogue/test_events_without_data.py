"""An event may reach a service that never got anything else: it must handle it, since no client
learns of a dead letter. What it lacks is refused before, by the command that causes the event.
"""

from functools import cache

from shared.contracts.ingest import ForwardThread, PostOrderMessage, ReplyThread, SubmitContact
from shared.contracts.message import Command, Event
from shared.runtime.service import Service
from tests.catalogue.harness import NOON, Harness
from tests.catalogue.messages import SERVICES
from tests.loops import for_each
from tests.words import delivery

REFUSED_BEFORE: dict[str, tuple[type[Command], str]] = {
    "thread.replied": (ReplyThread, "unknown_shop"),
    "thread.order_message_posted": (PostOrderMessage, "unknown_shop"),
    "thread.forwarded": (ForwardThread, "unknown_shop"),
    "contact.submitted": (SubmitContact, "unknown_shop"),
}
"""Events that need the profile of the shop, with the refusal of their command without it."""
EVENTS: list[tuple[Service, type[Event]]] = []
for service in SERVICES:
    for handling in service.handlings.values():
        if issubclass(handling.message, Event):
            EVENTS.append((service, handling.message))


@cache
def empty(service: str) -> tuple[Harness, bytes]:
    """Return a service that got no message yet."""
    harness = Harness(next(each for each in SERVICES if each.name == service))
    return harness, harness.copy()


@for_each(EVENTS, lambda case: f"{case[0].name} {case[1].name}")
def test_a_service_without_data_handles_each_event(case: tuple[Service, type[Event]]) -> None:
    harness, nothing = empty(case[0].name)
    harness.restore(nothing)
    name = case[1].name
    long_ago = NOON.replace(year=NOON.year - 1)
    if name in REFUSED_BEFORE:
        command, code = REFUSED_BEFORE[name]
        assert code in command.refusal_codes
    else:
        harness.send(delivery(name, case[1].example, time=long_ago))
