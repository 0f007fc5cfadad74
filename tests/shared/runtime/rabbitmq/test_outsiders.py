"""No external client holds up the services: tried with all that its permissions allow."""

import time
from typing import Any

import pytest

from shared.runtime.rabbitmq.names import COMMANDS, EVENTS, REPLIES
from shared.runtime.rabbitmq.topology_changes import apply
from shared.runtime.storage.database import reading
from shared.runtime.storage.message_tables import backlog
from tests.conditions import until
from tests.shared.runtime.rabbit_fixture import CLIENT, RabbitFixture, envelope, totals, working

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
    """Earlier versions let clients bind queues to the exchange of events."""
    with rabbitmq.hand() as channel:
        channel.queue_declare("client.full", durable=True, arguments={"x-queue-type": kind} | FULL)
        channel.exchange_declare("client.through", "fanout")
        channel.exchange_bind("client.through", EVENTS, "#")
        channel.queue_bind("client.full", "client.through")
        channel.queue_bind("client.full", EVENTS, "toy.#")
    listener = rabbitmq.listen()
    with working(rabbitmq, database) as process:
        until(lambda: add(rabbitmq, "a") or outbox(process) > 2)
        applied = apply(rabbitmq.topology(), rabbitmq.management, rabbitmq.vhost)
        began = time.monotonic()
        assert sorted(applied.unbound) == [
            "aftercart.events --#--> client.through",
            "aftercart.events --toy.#--> client.full",
        ]
        until(lambda: outbox(process) == 0)
        assert time.monotonic() - began < 7  # the pause of a refused event, and a margin
        sent = totals(process.engine)["a"]
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
    trap(rabbitmq.channel(CLIENT), "client.trap")
    listener = rabbitmq.listen()
    with working(rabbitmq, database) as process:
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
    assert len(replies) == 5
    assert rabbitmq.depth("toy.wait.100") == rabbitmq.depth("toy.wait.300") == 0
