"""Copies for a retry and for the dead letters: their queue, delay and headers."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from shared.runtime.rabbitmq.broker import HeldMessage, SafeRabbitmqBroker
from shared.runtime.rabbitmq.delivery import Origin, receive
from tests.shared.runtime.rabbit_fixture import envelope

BROKER = SafeRabbitmqBroker("toy", "amqp://toy:x@host/%2f", None, (1, 10, 60))
MESSAGE = envelope("toy.add", {"key": "a", "amount": 1})


def held(attempts: Any = 0, body: Any = None) -> HeldMessage:
    delivery = receive(
        body or MESSAGE.encode(),
        {"x-attempts": attempts, "x-death": "?"},
        Origin("aftercart.commands"),
    )
    return HeldMessage(SimpleNamespace(queue_name="toy", broker=BROKER), 1, delivery)  # type: ignore[arg-type]


def test_each_attempt_waits_later_and_later() -> None:
    copies = [BROKER.retry(held(attempts), jitter=0) for attempts in range(3)]
    assert {copy.routing_key for copy in copies} == {"toy"}  # the queue to return to
    assert [copy.exchange for copy in copies] == [
        "toy.wait.1000",
        "toy.wait.10000",
        "toy.wait.60000",
    ]
    assert [copy.expires for copy in copies] == [1000, 10_000, 60_000]
    assert [copy.headers["x-attempts"] for copy in copies] == [1, 2, 3]


@given(st.floats(0, 1), st.integers(0, 2))
def test_chance_shortens_the_wait_by_a_quarter_at_most(jitter: Any, attempts: Any) -> None:
    whole = BROKER.retry(held(attempts), jitter=0).expires
    assert whole * 3 / 4 - 1 <= BROKER.retry(held(attempts), jitter).expires <= whole
    assert BROKER.retry(held(attempts), jitter=1).expires == whole * 3 / 4


def test_after_the_last_delay_it_is_exhausted() -> None:
    assert [BROKER.exhausted(held(attempts)) for attempts in range(5)] == [
        False,
        False,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    "copy",
    [
        BROKER.retry(held(), 0),
        BROKER.dead_letter(held(), "why", "trace", "now"),
        BROKER.move(held(), "toy.bulk"),
    ],
)
def test_a_copy_goes_through_our_own_exchange_with_headers_of_our_own(copy: Any) -> None:
    assert copy.exchange in {"toy.self", "toy.wait.1000"}
    assert copy.body == MESSAGE.encode()
    assert copy.message_id == MESSAGE.id
    assert "x-death" not in copy.headers
    assert copy.headers["x-exchange"] == "aftercart.commands"


def test_endless_errors_are_cut_so_that_they_fit_into_a_frame() -> None:
    copy = BROKER.dead_letter(held(), "é" * 100_000, "é" * 100_000, "now")
    assert sum(len(str(value).encode()) for value in copy.headers.values()) < 20_000


def test_what_cannot_be_read_has_no_id() -> None:
    assert BROKER.dead_letter(held(body=b"?"), "why", "trace", "now").message_id == ""


def test_messages_leave_through_the_outbox_only() -> None:
    with pytest.raises(NotImplementedError):
        BROKER.enqueue(None)
