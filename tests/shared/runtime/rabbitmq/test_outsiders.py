"""No external client holds up the services: tried with all that its permissions allow."""

import time
from typing import Any

import pytest
from pika.exceptions import AMQPConnectionError, ChannelClosedByBroker, NackError

from shared.runtime.rabbitmq.limits import Limits
from shared.runtime.rabbitmq.names import COMMANDS, EVENTS, REPLIES
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.topology_changes import apply
from shared.runtime.rabbitmq.users import Login
from shared.runtime.storage.database import reading
from shared.runtime.storage.message_tables import backlog
from tests.conditions import patient, until
from tests.shared.runtime.rabbit_fixture import CLIENT, RabbitFixture, envelope, totals, working
from tests.toy.service import toy

FULL = {"x-max-length": 1, "x-overflow": "reject-publish"}


def outbox(process: Any) -> Any:
    with reading(process.engine) as connection:
        return backlog(connection)["outbox"]


def add(rabbitmq: RabbitFixture, key: str, replyto: Any = None) -> None:
    rabbitmq.send(envelope("toy.add", {"key": key, "amount": 1}, replyto=replyto))


@pytest.mark.parametrize("kind", ["classic", "quorum"])
def test_a_queue_that_refuses_holds_up_nothing_once_it_is_unbound(
    rabbitmq: RabbitFixture, database: str, kind: str
) -> None:
    """Earlier versions let clients bind queues to the exchange of events.

    A refused event makes the relay reconnect, since its channel may be broken.
    """
    with rabbitmq.hand() as channel:
        channel.queue_declare("client.full", durable=True, arguments={"x-queue-type": kind} | FULL)
        channel.exchange_declare("client.through", "fanout")
        channel.exchange_bind("client.through", EVENTS, "#")
        channel.queue_bind("client.full", "client.through")
        channel.queue_bind("client.full", EVENTS, "toy.#")
    listener = rabbitmq.listen()
    with working(rabbitmq, database) as process:
        until(lambda: process.publisher.connected)
        first = process.publisher._connection
        until(lambda: add(rabbitmq, "a") or outbox(process) > 2)
        applied = apply(rabbitmq.topology(), rabbitmq.management, rabbitmq.vhost)
        began = time.monotonic()
        assert sorted(applied.unbound) == [
            "aftercart.events --#--> client.through",
            "aftercart.events --toy.#--> client.full",
        ]
        until(lambda: outbox(process) == 0)
        assert time.monotonic() - began < patient(7)  # the pause of a refused event, and a margin
        sent = totals(process.engine)["a"]
        assert process.publisher._connection is not first
    sequences = [event.sequence for event in listener.heard(sent)]
    assert [*dict.fromkeys(sequences)] == [f"{number:012d}" for number in range(1, sent + 1)]


def trap(channel: Any, address: str) -> None:
    """Bind to one reply address queues of every kind that a client may create: RabbitMQ names no
    quorum queues and no streams.
    """
    channel.exchange_bind(COMMANDS, REPLIES, address)
    back = {"x-dead-letter-exchange": COMMANDS, "x-dead-letter-routing-key": "toy.add"}
    for arguments in (
        FULL,
        FULL | back | {"x-message-ttl": 1},
        back | {"x-max-length": 0},
        {"x-max-length": 0, "x-overflow": "reject-publish-dlx"} | back,
        {"x-max-priority": 255},
        {"x-queue-mode": "lazy"},
        {"x-single-active-consumer": True},
        *({},) * 12,
    ):
        queue = channel.queue_declare("", durable=True, arguments=arguments).method.queue
        channel.queue_bind(queue, REPLIES, address)


def test_what_a_client_binds_to_its_replies_holds_up_neither_events_nor_replies_of_others(
    rabbitmq: RabbitFixture, database: str
) -> None:
    """A refused reply is no reason to reconnect: clients could cause as many as they like."""
    trap(rabbitmq.channel(CLIENT), "client.trap")
    listener = rabbitmq.listen()
    with working(rabbitmq, database) as process:
        until(lambda: process.publisher.connected and process.replier.connected)
        before = (process.publisher._connection, process.replier._connection)
        for number in range(5):
            add(rabbitmq, "a", "client.trap")
            add(rabbitmq, "b", listener.name)
            add(rabbitmq, f"c{number}", "client.trap")
        until(lambda: outbox(process) == 0 and totals(process.engine).get("c4") == 1)
        heard = listener.heard(20)
        replies = [message for message in heard if message.name == "command.done"]
        for key in "ab":
            sequences = [event.sequence for event in heard if event.subject == key]
            assert sequences == [f"{number:012d}" for number in range(1, 6)]
        assert (process.publisher._connection, process.replier._connection) == before
    assert len(replies) == 5
    assert rabbitmq.depth("toy.wait.100") == rabbitmq.depth("toy.wait.300") == 0


@pytest.fixture
def limited(rabbitmq: RabbitFixture) -> Login:
    """A client with small limits, in a virtual host with room for two more queues."""
    login = Login("limited", "limited-secret")
    count = len(rabbitmq.management.definitions(rabbitmq.vhost)["queues"])
    limits = Limits(
        client_connections=2,
        client_channels=3,
        client_queue_bytes=1000,
        client_queue_idle=1,
        queues=count + 2,
        unrouted_bytes=1000,
    )
    wanted = definitions([toy], rabbitmq.delays, {"client": login}, rabbitmq.vhost, limits)
    applied = apply(wanted, rabbitmq.management, rabbitmq.vhost)
    assert applied.changed == [
        "limits of aftercart.unrouted",
        "limits of aftercart.unanswered",
        "limits of queues of external clients",
        "limits of the virtual host",
    ]
    return login


def test_a_client_has_a_limited_number_of_connections_channels_and_queues(
    rabbitmq: RabbitFixture, limited: Login
) -> None:
    channel = rabbitmq.channel(limited)
    rabbitmq.channel(limited)
    with pytest.raises(AMQPConnectionError, match="connection limit"):
        rabbitmq.channel(limited)
    for _ in range(2):
        channel.queue_declare("", exclusive=True)
    with pytest.raises(ChannelClosedByBroker, match="queue limit"):
        channel.queue_declare("", exclusive=True)


def test_a_client_s_queue_is_limited_and_removed_when_it_is_not_used(
    rabbitmq: RabbitFixture, limited: Login
) -> None:
    generous = {"x-max-length-bytes": 10**9, "x-expires": 10**6, "x-overflow": "drop-head"}
    channel = rabbitmq.channel(limited)
    queue = channel.queue_declare("", durable=True, arguments=generous).method.queue
    channel.queue_bind(queue, REPLIES, "limited.1")
    with rabbitmq.hand() as hand:
        for _ in range(30):
            hand.basic_publish(REPLIES, "limited.1", b"x" * 100)
    assert rabbitmq.depth(queue) == 10
    channel.connection.close()

    def names() -> set[str]:
        return {found["name"] for found in rabbitmq.management.queues(rabbitmq.vhost)}

    until(lambda: queue not in names())


def test_more_unknown_commands_than_there_is_room_for_are_refused_to_their_sender(
    rabbitmq: RabbitFixture, limited: Login
) -> None:
    channel = rabbitmq.channel(limited)

    def send() -> None:
        for _ in range(100):
            channel.basic_publish(COMMANDS, "nobody.takes_it", b"x" * 100)

    with pytest.raises(NackError):
        send()
