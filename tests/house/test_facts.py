"""The judge of the storms notices each kind of fault: facts that are well, spoiled one at a
time.
"""

import gc
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from deploy.stack.postgres import Postgres
from shared.contracts.envelope import Envelope
from tests.conditions import least
from tests.house.facts import TEMPLATES, Facts, faults, rows
from tests.house.load import MOVES, STOCK

ORDERS = ["a", "b"]
NUMBERS = {
    kind: [f"{prefix}00000{n}" for n in (1, 2)]
    for kind, prefix in (("invoice", "IN"), ("delivery_slip", "DE"))
}


def an_event(name: str, subject: str, sequence: int) -> Envelope:
    return Envelope(
        id=f"{subject}{sequence}",
        source="/aftercart/orders",
        type=f"aftercart.{name}.v1",
        subject=subject,
        sequence=f"{sequence:012d}",
        data={},
    )


def well() -> Facts:
    """Two orders and their customers' mails, after nothing went wrong."""
    mails = [(f"order/{order}", template, "sent") for order in ORDERS for template in TEMPLATES]
    return Facts(
        orders=ORDERS,
        written=["<1>", "<2>"],
        history={order: ["awaiting_bank_wire", *MOVES] for order in ORDERS},
        paid={order: [2870] for order in ORDERS},
        numbers={kind: [*numbers] for kind, numbers in NUMBERS.items()},
        available=STOCK - 4,
        movements=STOCK - 4,
        events=[
            an_event("order.transitioned", order, number) for order in ORDERS for number in (1, 2)
        ],
        rendered=[(kind, number) for kind, numbers in NUMBERS.items() for number in numbers],
        mails=mails,
        delivered=Counter(str(mail) for mail in mails),
        filed=[("<1>", "t1"), ("<2>", "t2")],
        outbox={"orders": 0},
        queues={"orders": 0},
    )


def spoil(name: str, change: Callable[[Any], Any]) -> Callable[[Facts], None]:
    return lambda facts: setattr(facts, name, change(getattr(facts, name)))


SPOILED = {
    "moved twice": (
        spoil("history", lambda h: h | {"a": [*h["a"], "processing"]}),
        "has the history",
    ),
    "not moved": (spoil("history", lambda h: {"a": h["a"]}), "order b has the history None"),
    "paid twice": (spoil("paid", lambda p: p | {"a": [2870, 2870]}), "was paid"),
    "a gap": (
        spoil("numbers", lambda n: n | {"invoice": ["IN000001", "IN000003"]}),
        "numbers of invoice",
    ),
    "a duplicate": (
        spoil("numbers", lambda n: n | {"delivery_slip": ["DE000001"] * 2}),
        "numbers of delivery_slip",
    ),
    "not rendered": (spoil("rendered", lambda r: r[1:]), "rendered invoice"),
    "rendered twice": (spoil("rendered", lambda r: [*r, r[-1]]), "rendered delivery_slip"),
    "stock gone": (spoil("available", lambda left: left - 1), f"stock is {STOCK - 5}"),
    "a movement more": (spoil("movements", lambda total: total - 2), f"add up to {STOCK - 6}"),
    "refused": (
        spoil("events", lambda e: [*e, an_event("order.place_refused", "c", 1)]),
        "more than once: {'order.place_refused'",
    ),
    "an event lost": (spoil("events", lambda e: [e[1], *e[2:]]), "came as [2]"),
    "out of order": (spoil("events", lambda e: [e[1], e[0], *e[2:]]), "came as [2, 1]"),
    "a mail not sent": (spoil("mails", lambda m: [(*m[0][:2], "unknown"), *m[1:]]), "mails:"),
    "a mail not delivered": (
        spoil("delivered", lambda d: Counter([*d][1:])),
        "7 different mails were delivered",
    ),
    "a mail lost": (spoil("filed", lambda f: f[1:]), "customers' mails were filed"),
    "a mail filed twice": (
        spoil("filed", lambda f: [*f, ("<2>", "t3")]),
        "customers' mails were filed",
    ),
    "mails thrown together": (
        spoil("filed", lambda f: [(mail, "t1") for mail, _ in f]),
        "share a thread",
    ),
    "an outbox": (
        spoil("outbox", lambda _: {"notify": 1}),
        "1 rows are left in the outbox of notify",
    ),
    "a queue": (
        spoil("queues", lambda _: {"ingest.dead": 1}),
        "1 messages are left in the queue ingest.dead",
    ),
}


def test_where_all_is_well_there_is_no_fault() -> None:
    assert list(faults(well())) == []


def test_an_event_that_came_again_is_no_fault() -> None:
    facts = well()
    facts.events += facts.events[:1]
    assert list(faults(facts)) == []


@pytest.mark.parametrize(("change", "said"), SPOILED.values(), ids=SPOILED.keys())
def test_each_fault_is_noticed_alone(change: Callable[[Facts], None], said: str) -> None:
    facts = well()
    change(facts)
    (fault,) = faults(facts)
    assert said in fault


def test_what_passes_by_is_not_left() -> None:
    counts = iter(
        [{"ingest": 1, "orders": 0}, {"ingest": 1, "orders": 2}, {"ingest": 0, "orders": 1}]
    )
    assert least(lambda: next(counts), seconds=5, pause=0) == {"ingest": 0, "orders": 0}


def test_what_stays_is_left() -> None:
    assert least(lambda: {"ingest": 1, "orders": 0}, seconds=0.05, pause=0.01) == {
        "ingest": 1,
        "orders": 0,
    }


CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'looked_at'"


def test_repeated_looks_leave_no_connection_open(postgres: Postgres) -> None:
    url = postgres.create_database("looked_at")

    class Stack:
        def database_url(self, _service: str) -> str:
            return url

    stack: Any = Stack()
    gc.disable()  # a collection would close what a look forgot
    try:
        seen = [rows(stack, "orders", CONNECTIONS)[0][0] for _ in range(20)]
    finally:
        gc.enable()
    assert seen[-1] < 10, seen  # PostgreSQL may still be closing some
