"""Shops share a database and nothing else: whatever a shop sends, it is answered as if no other
shop had anything, and changes nothing of theirs. Tried with every command and query of the
catalogue, in states in which the other shop's would be carried out.
"""

import re
from functools import cache
from typing import Any

from shared.contracts import samples
from shared.contracts.envelope import Envelope
from shared.contracts.message import Event
from shared.runtime.service import Service
from tests.catalogue.harness import REPLYTO, Harness, Rows
from tests.catalogue.messages import SERVICES, asked
from tests.catalogue.world import names, world_of
from tests.loops import for_each
from tests.words import delivery

FOREIGN = "foreign-shop"
OF_THE_WHOLE_SERVICE = ["service.health"]
UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NUMBERS = re.compile(r"'movement_number': \d+")  # of rows: all shops count together
OPENING = {
    "orders": [
        ("shop.put", samples.PUT_SHOP),
        ("product.put", samples.PUT_PRODUCT),
        ("stock.set", {"sku": "MUG-BLUE", "quantity": 100}),
    ]
}
"""What makes a shop one that can sell."""
EVERY: list[tuple[Service, str]] = []
for service in SERVICES:
    for message in asked(service):
        if message.name not in OF_THE_WHOLE_SERVICE:
            EVERY.append((service, message.name))


def open_foreign_shop(harness: Harness) -> None:
    for name, data in OPENING.get(harness.service.name, []):
        harness.send(delivery(name, data, shop=FOREIGN))
    for handling in harness.service.handlings.values():
        event = handling.message
        if issubclass(event, Event) and event.name.startswith("shop."):
            harness.send(delivery(event.name, event.example, shop=FOREIGN))
    harness.run_own_messages()


@cache
def alone(service: str) -> tuple[Harness, bytes]:
    """Return a service on a database where the foreign shop is the only one."""
    harness = Harness(world_of(service).harness.service)
    open_foreign_shop(harness)
    return harness, harness.copy()


def said(caused: list[Envelope], data: dict[str, Any]) -> list[tuple[str, str]]:
    """Return messages without the ids and numbers that are new each time."""

    def known(found: re.Match[str]) -> str:
        return found.group() if found.group() in str(data) else "an id"

    plain = [(each.name, NUMBERS.sub("a number", str(each.data))) for each in caused]
    return [(name, UUID.sub(known, text)) for name, text in plain]


@for_each(EVERY, lambda case: f"{case[0].name} {case[1]}")
def test_a_shop_cannot_see_or_change_what_another_has(case: tuple[Service, str]) -> None:
    service, name = case
    ours, (theirs, empty) = world_of(service.name).harness, alone(service.name)
    state, data = world_of(service.name).state_for(name)
    ours.restore(state.database)
    open_foreign_shop(ours)
    theirs.restore(empty)
    message = delivery(name, data, shop=FOREIGN, replyto=REPLYTO)
    before, before_alone = ours.rows(), theirs.rows()
    caused = ours.send(message)
    assert said(caused, data) == said(theirs.send(message), data)
    after = ours.rows()
    assert [row for row in difference(before, after) if FOREIGN not in row] == []
    if names(caused)[-1].endswith("_refused"):
        assert difference(after, before) == difference(theirs.rows(), before_alone)


def difference(more: Rows, less: Rows) -> set[str]:
    """Return the rows that are among the first only."""
    found: set[str] = set()
    for table, rows in more.items():
        found |= {f"{table} {row}" for row in rows if row not in less[table]}
    return found
