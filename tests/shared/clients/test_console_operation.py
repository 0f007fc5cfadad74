"""What the console reads of RabbitMQ in threads of its own: the event stream, and rates."""

import time
from collections.abc import Callable

import pytest

from shared.console.operation.event_feed import EventFeed
from shared.console.operation.letters import LetterFilter, find_letters, settle_letters
from shared.console.operation.traffic import Traffic, TrafficSampler
from tests.shared.runtime.rabbit_fixture import CLIENT, RabbitFixture, management_url


def until(condition: Callable[[], object], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_events_and_rates_are_read_in_threads(
    rabbitmq: RabbitFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.console.operation.event_feed.POLL_SECONDS", 0.05)
    feed = EventFeed(rabbitmq.url(CLIENT))
    sampler = TrafficSampler(management_url(rabbitmq.rabbit), rabbitmq.url(), ["toy"])
    feed.start()
    sampler.start()
    sent = rabbitmq.add("console", 2)
    until(lambda: feed.recent("default", "toy.added"))
    until(lambda: sampler.traffic().queues)
    feed.stop()
    sampler.stop()
    assert feed.error == ""
    assert sent.id in {event.causationid for event in feed.recent("default", "toy.#")}
    found: Traffic = sampler.traffic()
    assert "toy" in {queue.now.name for queue in found.queues}


def test_dead_letters_are_found_and_dropped(rabbitmq: RabbitFixture) -> None:
    urls = rabbitmq.url()
    rabbitmq.send(b"no json", key="toy.add")
    until(lambda: find_letters(urls, ["toy"], LetterFilter(), 10).matching)
    found = find_letters(urls, ["toy"], LetterFilter(name="unreadable"), 10)
    (letter,) = found.letters
    assert found.counts["toy"] == 1
    assert letter.text == "no json"
    assert not find_letters(urls, ["toy"], LetterFilter(name="toy."), 10).letters
    assert settle_letters(urls, ["toy"], [letter.key], "drop") == 1
    assert find_letters(urls, ["toy"], LetterFilter(), 10).counts["toy"] == 0
