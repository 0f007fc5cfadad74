"""Several workers run the desk at once on PostgreSQL; employees and customers act in any order."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest

from services.ingest.store.tables import thread_messages, threads
from shared.contracts import samples
from shared.runtime.rabbitmq.delivery import Delivery, Fate
from tests.ingest.builders import FakeMailServer, IngestHarness, order_placed
from tests.ingest.desk_actions import ANNA, BELA, a_form, does, orders, writes
from tests.words import changed, delivery

Batch = Callable[[IngestHarness], list[Delivery]]


def at_once(
    one: IngestHarness, other: IngestHarness, first: list[Delivery], second: list[Delivery]
) -> set[Fate]:
    """Handle two batches in two workers at the same time, and return the results."""
    start = Barrier(2)

    def deliver(desk: IngestHarness, batch: list[Delivery]) -> list[Fate]:
        start.wait()
        return [verdict.fate for verdict in desk.deliver(*batch)]

    with ThreadPoolExecutor(2) as pool:
        return {
            fate for fates in pool.map(deliver, (one, other), (first, second)) for fate in fates
        }


def marks(desk: IngestHarness) -> list[Delivery]:
    ids = [writes(desk, email=f"ada{number}.{uuid4().hex}@example.test") for number in range(8)]
    return [delivery("thread.mark_read", {"thread_id": thread_id, "by": ANNA}) for thread_id in ids]


def moves(desk: IngestHarness) -> list[Delivery]:
    ids = [orders(desk) for _ in range(8)]
    event = samples.ORDER_TRANSITIONED
    return [
        delivery("order.transitioned", changed(event, order_id=key, order__order_id=key))
        for key in ids
    ]


def customers(desk: IngestHarness) -> list[Delivery]:
    ids = [f"c-{number}" for number in range(8)]
    for key in ids:
        desk.tell("customer.changed", changed(samples.KNOWN_CUSTOMER, customer_id=key))
    return [
        delivery("customer.changed", changed(samples.KNOWN_CUSTOMER, customer_id=key))
        for key in ids
    ]


def erasures(desk: IngestHarness) -> list[Delivery]:
    emails = [f"ada{number}@example.test" for number in range(6)]
    for email in emails:
        writes(desk, email=email, customer_id=None)
        orders(desk, order__customer__email=email, order__customer__customer_id=email)
    return [
        delivery("customer.erase", {"customer_id": email, "emails": [email]}) for email in emails
    ]


def order_messages(desk: IngestHarness) -> list[Delivery]:
    return [
        delivery(
            "thread.post_order_message", {"order_id": orders(desk), "text": "Late.", "by": ANNA}
        )
        for _ in range(8)
    ]


@pytest.mark.parametrize("batch", [marks, moves, customers, erasures, order_messages])
def test_two_batches_that_want_the_same_from_both_ends_are_done(
    workers: list[IngestHarness], batch: Batch, logs: list[dict[str, Any]]
) -> None:
    one, other = workers
    other.begin(FakeMailServer())
    one.begin(FakeMailServer())
    for _ in range(3):
        messages = batch(one)
        again = [
            delivery(each.name, each.envelope.data) for each in reversed(messages) if each.envelope
        ]
        assert at_once(one, other, messages, again) == {Fate.DONE}
    assert [entry for entry in logs if entry.get("outcome") == "split"] == []


def test_two_forms_and_two_messages_about_one_order_are_one_thread(
    workers: list[IngestHarness],
) -> None:
    one, other = workers
    other.begin(FakeMailServer())
    one.begin(FakeMailServer())
    for number in range(5):
        order_id = orders(one, order__reference=f"RACE-{number}")
        form = a_form(order_reference=f"RACE-{number}")
        message = delivery(
            "thread.post_order_message", {"order_id": order_id, "text": "Late.", "by": ANNA}
        )
        assert at_once(one, other, [delivery("contact.submit", form)], [message]) == {Fate.DONE}
        (thread,) = one.threads(order_id=order_id)
        assert len(one.thread(thread["thread_id"])["messages"]) == 2


def test_a_form_that_comes_twice_at_once_is_filed_once(workers: list[IngestHarness]) -> None:
    one, other = workers
    other.begin(FakeMailServer())
    one.begin(FakeMailServer())
    one.tell("order.placed", order_placed())
    form = a_form(order_reference="XKBKNABJK")
    fates = at_once(
        one, other, [delivery("contact.submit", form)], [delivery("contact.submit", form)]
    )
    assert Fate.DONE in fates  # the other is done, or tried again later
    one.deliver(delivery("contact.submit", form))
    assert (len(one.rows(threads)), len(one.rows(thread_messages))) == (1, 1)


# --- whatever happens -----------------------------------------------------------------------------


def random_act(desk: IngestHarness, dice: random.Random, ids: list[str]) -> None:
    thread_id, by = dice.choice(ids), dice.choice([ANNA, BELA])
    acts: list[tuple[str, dict[str, Any]]] = [
        ("reply", {"text": "Yes.", "status": dice.choice([None, "open", "pending1"])}),
        ("mark_read", {}),
        ("set_status", {"status": dice.choice(["open", "closed", "pending1", "pending2"])}),
        ("assign", {"owner": dice.choice([None, ANNA, BELA])}),
        ("forward", {"email": BELA, "employee": dice.choice([None, BELA])}),
    ]
    command, fields = dice.choice(acts)
    chance = dice.random()
    if chance < 0.4:
        desk.tell("contact.submit", a_form(order_reference=f"WALK-{dice.randrange(3)}"))
    elif chance < 0.6:
        order_id = desk.thread(thread_id)["thread"]["order_id"]
        private = dice.choice([True, False])
        desk.tell(
            "thread.post_order_message",
            {"order_id": order_id, "text": "Late.", "by": by, "private": private},
        )
    else:
        does(desk, command, thread_id, **{"by": by, **fields})


@pytest.mark.parametrize("seed", range(3))
def test_the_counters_of_a_thread_match_its_messages(desk: IngestHarness, seed: int) -> None:
    dice = random.Random(seed)
    for number in range(3):
        orders(desk, order__reference=f"WALK-{number}")
    ids = [writes(desk, order_reference=f"WALK-{number}") for number in range(3)]
    for _ in range(40):
        desk.clock.advance(minutes=dice.randrange(60))
        random_act(desk, dice, ids)
    for row in desk.rows(threads):
        messages = [
            message for message in desk.rows(thread_messages) if message.thread_id == row.thread_id
        ]
        shown = [message for message in messages if not message.private]
        assert row.unread_messages == sum(message.unread for message in messages)
        assert row.customer_messages == sum(message.direction == "customer" for message in messages)
        assert row.employee_messages == sum(message.direction == "employee" for message in shown)
        assert (row.closed_at is None) == (row.status != "closed")
        assert row.waits_since is None or row.status != "closed"
        answers = [message.at for message in shown if message.direction == "employee"]
        assert row.answered_at == min(answers, default=None)
        if answers:
            assert row.first_response == (min(answers) - row.opened_at).total_seconds()
    found = desk.ask("desk.statistics", {}).data
    by_status = [found[f"{status}_threads"] for status in ("open", "pending", "closed")]
    assert found["all_threads"] == sum(by_status) == 3
    contacts = desk.ask("contact.list", {}).data["contacts"]
    assert sum(contact["unread_messages"] for contact in contacts) == found["unread_messages"]
