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
from shared.runtime.rabbitmq.names import COMMANDS, EVENTS, REPLIES, STREAM
from shared.runtime.rabbitmq.topology import Login, apply, definitions
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
    "act",
    [
        publish(COMMANDS, "toy.add"),
        publish(COMMANDS, "nobody.takes_it"),
    ],
    ids=["a command", "a command that nobody takes"],
)
def test_a_client_may_send_commands(rabbitmq: RabbitFixture, act: Any) -> None:
    assert not refused(rabbitmq, CLIENT, act)


def test_a_client_may_listen_to_events_and_to_his_own_replies(rabbitmq: RabbitFixture) -> None:
    def listen(channel: Any) -> None:
        channel.queue_declare("client.mine", auto_delete=True)
        for exchange, key in (
            (EVENTS, "#"),
            (EVENTS, "order.*"),
            (REPLIES, "client.mine"),
            (REPLIES, "client.1"),
        ):
            channel.queue_bind("client.mine", exchange, key)

    assert not refused(rabbitmq, CLIENT, listen)


@pytest.mark.parametrize(
    "key", ["#", "*", "client.#", "client.*", "client2.1", "client2.#", "clientx1", "client", ""]
)
def test_a_client_may_not_listen_to_the_replies_of_others(
    rabbitmq: RabbitFixture, key: str
) -> None:
    def listen(channel: Any) -> None:
        channel.queue_declare("client.ear", auto_delete=True)
        channel.queue_bind("client.ear", REPLIES, key)

    assert refused(rabbitmq, CLIENT, listen)


def test_a_client_may_not_listen_to_the_replies_of_others_through_an_exchange(
    rabbitmq: RabbitFixture,
) -> None:
    def listen(channel: Any) -> None:
        channel.exchange_declare("client.exchange", "topic")
        channel.exchange_bind("client.exchange", REPLIES, "#")

    assert refused(rabbitmq, CLIENT, listen)


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
        declare("clientx"),
        declare("client2.queue"),
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
    assert refused(rabbitmq, CLIENT, declare("client.trick", **arguments))


@pytest.mark.parametrize("target", ["toy.self", EVENTS, REPLIES])
def test_a_client_s_unrouted_messages_cannot_go_where_he_may_not_write(
    rabbitmq: RabbitFixture, target: Any
) -> None:
    def declare_exchange(channel: Any) -> None:
        channel.exchange_declare("client.trick", "topic", arguments={"alternate-exchange": target})

    assert refused(rabbitmq, CLIENT, declare_exchange)


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
