"""Permissions in RabbitMQ: as few as possible for services, only their own queues for clients."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pika
import pytest
from pika.exceptions import (
    ChannelClosedByBroker,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
)

from deploy.stack.rabbitmq import RabbitNode
from shared.contracts.message import Event, Refusal, catalogue
from shared.runtime.rabbitmq.names import COMMANDS, DOCUMENTS, EVENTS, REPLIES, STREAM
from shared.runtime.rabbitmq.permissions import event_names
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.topology_changes import apply
from shared.runtime.rabbitmq.users import Login
from shared.runtime.service import installed_services
from tests.conditions import FAR, until
from tests.shared.runtime.rabbit_fixture import (
    CLIENT,
    TOY,
    RabbitFixture,
    envelope,
    totals,
    working,
)
from tests.toy.service import toy
from tests.words import sqlite_url

OTHER = Login("other", "other-secret")
RIVAL = Login("client2", "client2-secret")
CONSOLE = Login("console", "console-secret")


@pytest.fixture(scope="module")
def rabbitmq(rabbit: RabbitNode) -> Iterator[RabbitFixture]:
    """With a second service `other` and a second client `client2`."""
    found = RabbitFixture(rabbit)
    other = replace(toy, name="other")
    apply(
        definitions([other], [1], {"other": OTHER, "client": RIVAL}, found.vhost),
        found.management,
        found.vhost,
    )
    apply(definitions([toy], [1], {"console": CONSOLE}, found.vhost), found.management, found.vhost)
    yield found
    found.close()


def refused(rabbitmq: RabbitFixture, login: Any, act: Any) -> Any:
    """Return whether RabbitMQ refuses with 403 ACCESS_REFUSED."""
    channel = rabbitmq.channel(login)
    try:
        act(channel)
    except ChannelClosedByBroker as error:
        return error.reply_code == 403
    finally:
        if channel.connection.is_open:
            channel.connection.close()
    return False


def publish(exchange: Any, key: Any) -> Any:
    return lambda channel: channel.basic_publish(exchange, key, b"{}", pika.BasicProperties())


def read(queue: Any) -> Any:
    return lambda channel: channel.basic_get(queue)


def bind(queue: Any, exchange: Any, key: Any) -> Any:
    return lambda channel: channel.queue_bind(queue, exchange, key)


def declare(queue: Any, **arguments: Any) -> Any:
    return lambda channel: channel.queue_declare(queue, arguments=arguments)


def bind_nameless(exchange: str, key: str) -> Any:
    """Bind a queue that RabbitMQ names."""
    return lambda channel: channel.queue_bind(
        channel.queue_declare("", exclusive=True).method.queue, exchange, key
    )


def delete(queue: Any) -> Any:
    return lambda channel: channel.queue_delete(queue)


def purge(queue: Any) -> Any:
    return lambda channel: channel.queue_purge(queue)


@pytest.mark.parametrize(
    "act",
    [
        read("toy"),
        publish("toy.self", "toy"),
        publish(EVENTS, "toy.added"),
        publish(REPLIES, "client.r"),
    ],
    ids=["reads its queue", "writes to itself", "tells events", "answers"],
)
def test_a_service_may_do_its_work(rabbitmq: RabbitFixture, act: Any) -> None:
    assert not refused(rabbitmq, TOY, act)


@pytest.mark.parametrize(
    "act",
    [
        declare("toy.more"),
        declare("mine"),
        delete("toy"),
        lambda channel: channel.exchange_declare("mine"),
        publish("", "other"),
        publish("", "toy"),
        publish("other.self", "other"),
        publish(COMMANDS, "toy.add"),
        read("other"),
        read("other.dead"),
        read("toy.dead"),
        read("toy.wait.100"),
        purge("other"),
        bind("toy", EVENTS, "#"),
        bind("toy", COMMANDS, "#"),
    ],
    ids=lambda act: None,
)
def test_a_service_may_do_nothing_else(rabbitmq: RabbitFixture, act: Any) -> None:
    assert refused(rabbitmq, TOY, act)


@pytest.mark.parametrize(
    ("exchange", "event"),
    [(EVENTS, "order.placed"), (EVENTS, "toy.weighed"), (EVENTS, ""), (DOCUMENTS, "toy.added")],
)
def test_a_service_may_not_publish_the_events_of_others(
    rabbitmq: RabbitFixture, exchange: str, event: str
) -> None:
    assert refused(rabbitmq, TOY, publish(exchange, event))


SERVICES = installed_services()


@pytest.fixture(scope="module")
def whole(rabbit: RabbitNode) -> Iterator[RabbitFixture]:
    """The topology of all services, each with a user of its own."""
    found = RabbitFixture(rabbit)
    logins = {name: Login(name, "secret") for name in SERVICES}
    apply(definitions(SERVICES.values(), [1], logins, found.vhost), found.management, found.vhost)
    yield found
    found.close()


def exchange_of(event: type[Event]) -> str:
    return DOCUMENTS if event.holds_document else EVENTS


def forbidden_events(service: str) -> list[type[Event]]:
    """Return the events that contracts declare for other services only."""
    found: list[type[Event]] = []
    for message in catalogue.values():
        if not issubclass(message, Event) or issubclass(message, Refusal):
            continue
        if message.publishers and service not in message.publishers:
            found.append(message)
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_may_publish_all_of_its_own_events(whole: RabbitFixture, service: str) -> None:
    def publish_all(channel: Any) -> None:
        for event in SERVICES[service].publishes:
            publish(exchange_of(event), event.name)(channel)
        for name in event_names(SERVICES[service]):
            publish(EVENTS, name)(channel)

    assert not refused(whole, Login(service, "secret"), publish_all)


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_may_forge_an_event_of_another(whole: RabbitFixture, service: str) -> None:
    forged = forbidden_events(service)
    assert len(forged) > 20
    channel = whole.channel(Login(service, "secret"))
    for event in forged:
        channel = channel.connection.channel()  # RabbitMQ closed the one before
        channel.confirm_delivery()
        with pytest.raises(ChannelClosedByBroker, match="403"):
            publish(exchange_of(event), event.name)(channel)
    channel.connection.close()


@pytest.mark.parametrize(
    "act",
    [
        publish(COMMANDS, "toy.add"),
        publish(COMMANDS, "nobody.takes_it"),
    ],
    ids=["a command", "a command that nobody takes"],
)
def test_a_client_may_send_commands(rabbitmq: RabbitFixture, act: Any) -> None:
    assert not refused(rabbitmq, CLIENT, act)


@pytest.mark.parametrize("key", ["client.mine", "client.1"])
def test_a_client_may_listen_to_its_own_replies(rabbitmq: RabbitFixture, key: str) -> None:
    assert not refused(rabbitmq, CLIENT, bind_nameless(REPLIES, key))


@pytest.mark.parametrize("key", ["#", "order.placed", "client.1"])
def test_a_client_may_bind_no_queue_to_the_exchange_of_events(
    rabbitmq: RabbitFixture, key: str
) -> None:
    """RabbitMQ would confirm no event before the client's queue has taken it."""
    assert refused(rabbitmq, CLIENT, bind_nameless(EVENTS, key))


@pytest.mark.parametrize(
    "key", ["#", "*", "client.#", "client.*", "client2.1", "client2.#", "clientx1", "client", ""]
)
def test_a_client_may_not_listen_to_the_replies_of_others(
    rabbitmq: RabbitFixture, key: str
) -> None:
    assert refused(rabbitmq, CLIENT, bind_nameless(REPLIES, key))


@pytest.mark.parametrize("name", ["client", "client.exchange", "amq.gen", "amq.gen-exchange", ""])
def test_a_client_may_create_no_exchange(rabbitmq: RabbitFixture, name: str) -> None:
    """With one, and queues that dead-letter to it, it could multiply a message without limit."""
    assert refused(rabbitmq, CLIENT, lambda channel: channel.exchange_declare(name, "fanout"))


@pytest.mark.parametrize(
    "act",
    [
        publish(EVENTS, "order.placed"),
        publish(REPLIES, "client2.1"),
        publish("", "toy"),
        publish("toy.self", "toy"),
        publish("toy.self", "toy.wait.100"),
        publish("amq.topic", "x"),
        publish("aftercart.unrouted", ""),
        read("toy"),
        read("toy.dead"),
        read("aftercart.unrouted"),
        purge("toy"),
        delete("toy"),
        delete(STREAM),
        declare("toy.fake"),
        declare("client"),
        declare("client.queue"),
        declare("amq.gen-queue"),
        bind_nameless(COMMANDS, "#"),
        bind_nameless("toy.self", "#"),
        bind_nameless("amq.topic", "#"),
        lambda channel: channel.exchange_bind(EVENTS, REPLIES, "client.1"),
        lambda channel: channel.exchange_bind(COMMANDS, EVENTS, "order.placed"),
        lambda channel: channel.exchange_bind(COMMANDS, REPLIES, "#"),
        bind("toy", EVENTS, "#"),
        bind("toy.dead", COMMANDS, "#"),
        lambda channel: channel.exchange_declare("fake"),
        lambda channel: channel.exchange_delete(COMMANDS),
        lambda channel: channel.queue_unbind("toy", COMMANDS, "toy.add"),
    ],
    ids=lambda act: None,
)
def test_a_client_may_do_nothing_else(rabbitmq: RabbitFixture, act: Any) -> None:
    assert refused(rabbitmq, CLIENT, act)


@pytest.mark.parametrize("target", ["toy.self", "", EVENTS, REPLIES])
def test_a_client_s_dead_letters_cannot_go_where_he_may_not_write(
    rabbitmq: RabbitFixture, target: Any
) -> None:
    arguments = {
        "x-dead-letter-exchange": target,
        "x-dead-letter-routing-key": "toy",
        "x-message-ttl": 1,
    }
    assert refused(rabbitmq, CLIENT, declare("", **arguments))


@pytest.mark.parametrize(
    "act",
    [
        publish(COMMANDS, "toy.add"),
        publish("toy.self", "toy"),
        publish("aftercart.replays", "toy.add"),
        read("toy.dead"),
        read("aftercart.unrouted"),
    ],
    ids=["a command", "a replay", "a replay of an unknown command", "dead letters", "unrouted"],
)
def test_the_console_may_do_what_operators_do(rabbitmq: RabbitFixture, act: Any) -> None:
    assert not refused(rabbitmq, CONSOLE, act)


@pytest.mark.parametrize(
    "act",
    [
        publish(EVENTS, "order.placed"),
        publish(REPLIES, "client.1"),
        publish("toy.wait.100", ""),
        publish("", "toy"),
        read("toy"),
        delete("toy.dead"),
        declare("console.queue"),
        bind_nameless(EVENTS, "#"),
        bind_nameless(REPLIES, "client.1"),
    ],
    ids=lambda act: None,
)
def test_the_console_may_do_nothing_else(rabbitmq: RabbitFixture, act: Any) -> None:
    assert refused(rabbitmq, CONSOLE, act)


def test_who_has_no_login_stays_outside(rabbitmq: RabbitFixture) -> None:
    with pytest.raises((ProbableAuthenticationError, ProbableAccessDeniedError)):
        rabbitmq.channel(Login("stranger", "secret"))


def test_the_stream_replays_what_was_told_from_the_first(
    rabbitmq: RabbitFixture, tmp_path: Path
) -> None:
    with working(rabbitmq, sqlite_url(tmp_path)) as process:
        rabbitmq.send(*(envelope("toy.add", {"key": "replayed", "amount": 1}) for _ in range(5)))
        until(lambda: totals(process.engine) == {"replayed": 5})
    channel = rabbitmq.channel(CLIENT)
    for _ in range(2):  # reading takes nothing away
        channel.basic_qos(prefetch_count=100)
        seen = []
        for method, _properties, body in channel.consume(
            STREAM, arguments={"x-stream-offset": "first"}, inactivity_timeout=FAR
        ):
            channel.basic_ack(method.delivery_tag)
            seen += [method.routing_key] if b"replayed" in body else []
            if len(seen) == 5:
                break
        channel.cancel()
        assert seen == ["toy.added"] * 5
