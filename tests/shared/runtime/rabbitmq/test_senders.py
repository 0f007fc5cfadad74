"""RabbitMQ vouches for the sender of a message, and no retry or replay forgets them."""

from collections.abc import Iterator
from typing import Any

import pika
import pytest
from pika.exceptions import ChannelClosedByBroker

from deploy.stack.rabbitmq import RabbitNode
from shared.clients.dead_letters import UNROUTED_SERVICE, DeadLetterQueue, open_dead_letters
from shared.contracts.envelope import Envelope
from shared.contracts.storefronts import Storefront
from shared.runtime.rabbitmq.delivery import ORIGIN, USER
from shared.runtime.rabbitmq.names import COMMANDS, REPLAYS, REPLIES
from shared.runtime.storage import access
from shared.runtime.storage.database import reading
from tests.conditions import until
from tests.shared.runtime.rabbit_fixture import (
    CLIENT,
    Listener,
    RabbitFixture,
    envelope,
    totals,
    working,
)
from tests.toy.world import World
from tests.words import sqlite_url

WORLD = World()
FORGED = {USER: "client", ORIGIN: "toy.self", "x-death": [{"exchange": "toy.self"}]}


@pytest.fixture(scope="module")
def rabbitmq(rabbit: RabbitNode) -> Iterator[RabbitFixture]:
    found = RabbitFixture(rabbit)
    yield found
    found.close()


@pytest.fixture(scope="module")
def worker(rabbitmq: RabbitFixture, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A worker that knows one storefront, the client, which speaks for the default shop only."""
    entry = Storefront(user=CLIENT.user, shops=["default"]).model_dump()
    storefronts = envelope("service.set_storefronts", {"revision": 1, "storefronts": [entry]})
    with working(rabbitmq, sqlite_url(tmp_path_factory.mktemp("toy")), WORLD) as process:
        with rabbitmq.hand() as channel:
            channel.basic_publish("toy.self", "toy", storefronts.encode())
            channel.queue_declare("replies", durable=True)
            channel.queue_bind("replies", REPLIES, "client.r")
        until(lambda: known(process))
        yield process


def known(worker: Any) -> Any:
    with reading(worker.engine) as connection:
        return access.storefronts(connection)


def add(key: str, shop: str = "default") -> Envelope:
    return envelope("toy.add", {"key": key, "amount": 1}, replyto="client.r", shop=shop)


def publish(rabbitmq: RabbitFixture, message: Envelope, key: str = "", **properties: Any) -> None:
    channel = rabbitmq.channel(CLIENT)
    found = pika.BasicProperties(**properties)
    channel.basic_publish(COMMANDS, key or message.name, message.encode(), found)
    channel.connection.close()


def reply(rabbitmq: RabbitFixture, message: Envelope, **properties: Any) -> Envelope:
    """Send a message as the client and return its reply."""
    publish(rabbitmq, message, **properties)
    return Listener(rabbitmq, "replies").heard(1)[0]


def test_rabbitmq_refuses_a_false_user_id(rabbitmq: RabbitFixture) -> None:
    with pytest.raises(ChannelClosedByBroker, match=r"user_id property set to 'toy'"):
        publish(rabbitmq, add("false"), user_id="toy")


def test_the_sender_is_the_user_that_rabbitmq_confirmed(
    rabbitmq: RabbitFixture, worker: Any
) -> None:
    assert reply(rabbitmq, add("own"), user_id="client").name == "command.done"
    foreign = reply(rabbitmq, add("foreign", shop="second"), user_id="client")
    assert foreign.data["code"] == "foreign_shop"
    forged = reply(rabbitmq, add("forged"), headers=FORGED)
    assert forged.data["code"] == "unknown_sender"
    assert totals(worker.engine).keys() & {"own", "foreign", "forged"} == {"own"}


def test_a_retry_remembers_its_sender(rabbitmq: RabbitFixture, worker: Any) -> None:
    WORLD.troubles["retried"] = 2
    assert reply(rabbitmq, add("retried"), user_id="client").name == "command.done"
    assert WORLD.seen.count("retried") == 3


@pytest.mark.parametrize("shop", ["default", "second"])
def test_a_replay_remembers_its_sender(rabbitmq: RabbitFixture, worker: Any, shop: str) -> None:
    """Nobody handles `toy.later` at first; then `toy` is bound to it. What was sent for another's
    shop is refused after the replay, too.
    """
    publish(rabbitmq, add("later", shop), "toy.later", user_id="client", headers=FORGED)
    unrouted = DeadLetterQueue(UNROUTED_SERVICE)
    with rabbitmq.hand() as channel:
        channel.queue_bind("toy", COMMANDS, "toy.later")
    with open_dead_letters(rabbitmq.url()) as letters:
        for letter in letters.read(unrouted, 1):
            letters.replay(letter)
    with rabbitmq.hand() as channel:
        unknown, found = Listener(rabbitmq, "replies").heard(2)
        channel.queue_unbind("toy", COMMANDS, "toy.later")
    assert unknown.data["code"] == "wrong_routing_key"
    assert (
        found.data.get("code", found.name)
        == {
            "default": "command.done",
            "second": "foreign_shop",
        }[shop]
    )


def test_a_dead_letter_remembers_its_sender(rabbitmq: RabbitFixture, worker: Any) -> None:
    WORLD.troubles["buried"] = 1 + len(rabbitmq.delays)
    publish(rabbitmq, add("buried"), user_id="client")
    until(lambda: rabbitmq.depth("toy.dead"))
    with open_dead_letters(rabbitmq.url()) as letters:
        for letter in letters.read(DeadLetterQueue("toy"), 1):
            assert (letter.user, letter.origin) == ("client", COMMANDS)
            letters.replay(letter)
    failed, done = Listener(rabbitmq, "replies").heard(2)
    assert (failed.data["code"], done.name) == ("not_processed", "command.done")


def test_no_client_may_publish_as_a_replay(rabbitmq: RabbitFixture) -> None:
    with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
        rabbitmq.channel(CLIENT).basic_publish(REPLAYS, "toy.add", add("x").encode())
