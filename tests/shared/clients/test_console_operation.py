"""What the console does on RabbitMQ with its own user: dead letters, the event stream and rates,
and that it goes on after the connection was lost.
"""

import asyncio
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from shared.clients.client import Request
from shared.console.bus import BrokerAway, RabbitBus
from shared.console.operation.event_feed import EventFeed
from shared.console.operation.letters import LetterFilter
from shared.console.operation.operations import RabbitOperations
from shared.console.operation.traffic import Traffic, TrafficSampler
from shared.console.settings import ConsoleSettings
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.topology_changes import apply
from shared.runtime.rabbitmq.users import Login
from tests.conditions import until
from tests.shared.runtime.rabbit_fixture import (
    CLIENT,
    DELAYS,
    TOY,
    RabbitFixture,
    envelope,
    management_url,
)
from tests.tcp_proxy import Proxy, tcp_proxy
from tests.toy.service import toy

CONSOLE = Login("console", "console-secret")


@pytest.fixture(scope="module")
def console(rabbitmq: RabbitFixture) -> RabbitFixture:
    """The virtual host of the toy, with the user of the console."""
    logins = {"toy": TOY, "client": CLIENT, "console": CONSOLE}
    apply(definitions([toy], DELAYS, logins, rabbitmq.vhost), rabbitmq.management, rabbitmq.vhost)
    return rabbitmq


@pytest.fixture
def line(console: RabbitFixture) -> Iterator[Proxy]:
    """A line to RabbitMQ that can be cut."""
    with tcp_proxy(urlsplit(console.url()).port or 0) as found:
        yield found


def through(line: Proxy, console: RabbitFixture) -> str:
    """Return the console's URL through the line."""
    parts = urlsplit(console.url(CONSOLE))
    return parts._replace(netloc=parts.netloc.replace(str(parts.port), str(line.port))).geturl()


def test_events_and_rates_are_read_in_threads(
    console: RabbitFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.console.operation.event_feed.POLL_SECONDS", 0.05)
    feed = EventFeed(console.url(CONSOLE))
    sampler = TrafficSampler(management_url(console.rabbit), console.url(CONSOLE), ["toy"])
    feed.start()
    sampler.start()
    sent = console.add("console", 2)
    until(lambda: feed.recent("default", "toy.added"))
    until(lambda: sampler.traffic().queues)
    feed.stop()
    sampler.stop()
    assert feed.error == ""
    assert sent.id in {event.causationid for event in feed.recent("default", "toy.#")}
    found: Traffic = sampler.traffic()
    assert "toy" in {queue.now.name for queue in found.queues}


def test_dead_letters_are_replayed_and_dropped_with_the_rights_of_the_console(
    console: RabbitFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "shared.console.operation.operations.installed_services", lambda: [toy.name]
    )
    operations = RabbitOperations(ConsoleSettings(broker_url=console.url(CONSOLE)))
    good = envelope("toy.add", {"key": f"replayed-{uuid4()}", "amount": 4})
    console.channel().basic_publish("", "toy.dead", good.encode())
    console.send(b"no json", key="toy.add")
    until(lambda: console.depth("toy.dead") == 2)
    client = RabbitOperations(ConsoleSettings(broker_url=console.url(CLIENT)))
    with pytest.raises(BrokerAway):  # a client has not the rights
        asyncio.run(client.find(LetterFilter(), 10))

    async def settle() -> tuple[int, int]:
        found = await operations.find(LetterFilter(), 10)
        [replayed] = [letter.key for letter in found.letters if letter.name == "toy.add"]
        [dropped] = [letter.key for letter in found.letters if letter.text == "no json"]
        return (
            await operations.settle([replayed], "replay", "anna"),
            await operations.settle([dropped], "drop", "anna"),
        )

    listener = console.listen("toy.added")
    assert asyncio.run(settle()) == (1, 1)
    [added] = listener.heard(1)
    assert (added.causationid, added.data["total"]) == (good.id, 4)
    assert console.depth("toy.dead") == 0


def test_a_form_sent_again_after_a_lost_connection_is_one_command(
    console: RabbitFixture, line: Proxy
) -> None:
    bus = RabbitBus(through(line, console))
    bus.start()
    until(lambda: bus.connected)
    key = f"lost-{uuid4()}"
    form = Request("toy.add", {"key": key, "amount": 4})
    listener = console.listen("toy.added")
    line.rule = lambda data: None  # the command arrives, nothing comes back
    with pytest.raises(BrokerAway) as lost:
        asyncio.run(bus.request(form, 10))
    assert lost.value.sent
    listener.heard(1)
    with pytest.raises(BrokerAway) as away:
        asyncio.run(bus.request(form, 10))
    assert not away.value.sent
    line.rule = lambda data: data
    until(lambda: bus.connected)
    assert asyncio.run(bus.request(form, 10)).refusal is None
    answer = asyncio.run(bus.request(Request("toy.get", {"key": key}), 10))
    assert answer.data["total"] == 4
    bus.stop()


def test_live_events_go_on_after_a_lost_connection(
    console: RabbitFixture, line: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events meanwhile are read afterwards, and none is shown twice, even if there were more than
    the console remembers.
    """
    for name, value in (("POLL_SECONDS", 0.05), ("RECONNECT_SECONDS", 0.1), ("REMEMBERED", 2)):
        monkeypatch.setattr(f"shared.console.operation.event_feed.{name}", value)
    feed = EventFeed(through(line, console))
    shown: list[str] = []
    monkeypatch.setattr(feed, "_show", lambda event: shown.append(str(event.causationid)))
    feed.start()
    before = [console.add("before").id for _ in range(4)]
    until(lambda: set(before) <= set(shown))
    line.rule = lambda data: None
    during = [console.add("during").id for _ in range(3)]
    until(lambda: feed.error)
    line.rule = lambda data: data
    until(lambda: set(during) <= set(shown))
    assert feed.error == ""
    feed.stop()
    ours = [one for one in shown if one in (*before, *during)]
    assert ours == [*before, *during]
