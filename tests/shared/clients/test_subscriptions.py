"""Which events a pattern means, and how a subscription is polled."""

import pytest

from shared.clients.connection import connect
from shared.clients.subscriptions import matches, subscribe
from tests.conditions import FAR
from tests.shared.runtime.rabbit_fixture import CLIENT, RabbitFixture


@pytest.mark.parametrize(
    ("pattern", "name", "wanted"),
    [
        ("#", "order.placed", True),
        ("order.*", "order.placed", True),
        ("*", "order.placed", False),
        ("*.placed", "order.placed", True),
        ("order.#", "order", True),
        ("#.placed", "a.b.placed", True),
        ("order.placed", "order.edited", False),
        ("#.#", "order.placed", True),
    ],
)
def test_patterns_mean_what_they_mean_to_rabbitmq(pattern: str, name: str, wanted: bool) -> None:
    assert matches(pattern.split("."), name.split(".")) is wanted


def test_a_poll_returns_the_next_event_or_nothing_in_time(rabbitmq: RabbitFixture) -> None:
    urls = rabbitmq.url(CLIENT)
    with connect(urls, "test") as connection:
        events = subscribe(connection, "toy.added")
        assert events.poll(0.1) is None
        rabbitmq.add("polled", 2)
        rabbitmq.add("polled", 13)  # refused, which is an event of another name
        rabbitmq.add("polled", 3)
        assert [events.poll(FAR).data["total"] for _ in range(2)] == [2, 5]
        assert events.poll(0.1) is None
