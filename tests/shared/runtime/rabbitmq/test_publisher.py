"""Publish with pipelined confirms; no outcome is a false success."""

import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pika
import pytest

from deploy.stack.rabbitmq import RabbitNode
from shared.runtime.rabbitmq.outgoing import Outcome, Outgoing
from shared.runtime.rabbitmq.publisher import Publisher, connection_parameters
from shared.runtime.rabbitmq.reconnection import MAX_PAUSE, Reconnection
from tests.conditions import FAR, patient, until
from tests.shared.runtime.rabbit_fixture import TOY, RabbitFixture

YES, NOBODY, NO, UNKNOWN = Outcome.CONFIRMED, Outcome.RETURNED, Outcome.REFUSED, Outcome.UNKNOWN


@pytest.fixture(scope="module")
def rabbitmq(rabbit: RabbitNode) -> Iterator[RabbitFixture]:
    found = RabbitFixture(rabbit)
    yield found
    found.close()


@pytest.fixture
def publisher(rabbitmq: RabbitFixture) -> Iterator[Publisher]:
    found = Publisher(rabbitmq.url(TOY))
    yield found
    found.close()


@pytest.fixture(autouse=True)
def empty(rabbitmq: RabbitFixture) -> Iterator[None]:
    yield
    rabbitmq.mend("toy.dead")
    rabbitmq.empty("toy")


def to(queue: Any, body: Any = b"{}", exchange: Any = "toy.self", id_: Any = "") -> Outgoing:
    return Outgoing(exchange, queue, body, id_ or str(uuid4()))


def test_what_arrived_is_confirmed(rabbitmq: RabbitFixture, publisher: Publisher) -> None:
    assert publisher.publish([to("toy.dead", b"body", id_="7")]) == [YES]
    assert [letter.body for letter in rabbitmq.empty("toy.dead")] == [b"body"]


def test_each_message_has_its_own_answer_in_order(
    rabbitmq: RabbitFixture, publisher: Publisher
) -> None:
    rabbitmq.fill("toy.dead")
    batch = [to("toy"), to("nowhere"), to("toy.dead"), to("toy"), to("nowhere")]
    assert publisher.publish(batch * 20) == [YES, NOBODY, NO, YES, NOBODY] * 20


def test_the_same_id_for_two_queues_has_two_answers(publisher: Publisher) -> None:
    assert publisher.publish([to("toy", id_="1"), to("nowhere", id_="1"), to("toy", id_="1")]) == [
        YES,
        NOBODY,
        YES,
    ]


def test_a_large_batch_arrives_in_order(rabbitmq: RabbitFixture, publisher: Publisher) -> None:
    assert (
        publisher.publish([to("toy.dead", str(number).encode()) for number in range(1000)])
        == [YES] * 1000
    )
    assert [int(letter.body) for letter in rabbitmq.empty("toy.dead")] == list(range(1000))


def test_many_threads_may_publish(rabbitmq: RabbitFixture, publisher: Publisher) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(
                lambda number: publisher.publish([to("toy.dead"), to("nowhere")]), range(100)
            )
        )
    assert answers == [[YES, NOBODY]] * 100
    assert len(rabbitmq.empty("toy.dead")) == 100


def test_nothing_is_published_when_there_is_nothing(publisher: Publisher) -> None:
    assert publisher.publish([]) == []


@pytest.mark.parametrize(
    "unsendable",
    [
        to("k" * 256),
        to("é" * 200),
        to("toy", id_="é" * 200),
        to("toy", id_="\ud800"),
    ],
    ids=["long key", "long key in bytes", "long id", "no text"],
)
def test_what_cannot_be_written_as_amqp_is_refused_and_harms_no_other(
    publisher: Publisher, unsendable: Any
) -> None:
    assert publisher.publish([to("toy"), unsendable, to("toy")]) == [YES, NO, YES]
    assert publisher.publish([to("toy")]) == [YES]


def test_an_exchange_that_is_not_there_leaves_the_batch_unknown_and_the_next_is_sent(
    publisher: Publisher,
) -> None:
    assert publisher.publish([to("toy", exchange="missing")]) == [UNKNOWN]
    until(lambda: publisher.publish([to("toy")], timeout=2) == [YES])


def test_after_a_lost_connection_the_next_batch_is_sent(
    rabbitmq: RabbitFixture, publisher: Publisher
) -> None:
    assert publisher.publish([to("toy")]) == [YES]
    rabbitmq.cut()
    until(lambda: publisher.publish([to("toy")], timeout=2) == [YES])


def test_nothing_is_called_confirmed_that_did_not_arrive_while_connections_break(
    rabbitmq: RabbitFixture, publisher: Publisher
) -> None:
    """Delivery tags start at 1 on every connection; a confirm must never be taken for another
    message's.
    """
    stop, confirmed = threading.Event(), set()

    def send() -> None:
        while not stop.is_set():
            names = [str(uuid4()) for _ in range(50)]
            outcomes = publisher.publish(
                [to("toy.dead", name.encode()) for name in names], timeout=5
            )
            confirmed.update(
                name for name, said in zip(names, outcomes, strict=True) if said is YES
            )

    with ThreadPoolExecutor(3) as threads:
        senders = [threads.submit(send) for _ in range(3)]
        for _ in range(4):
            before = len(confirmed)
            until(lambda before=before: len(confirmed) > before + 200)  # type: ignore[misc]
            connection = publisher._connection
            publisher._on_loop(
                connection, lambda connection=connection: connection._transport.abort()
            )
        stop.set()
        for sender in senders:
            sender.result(FAR)
    arrived = {letter.body.decode() for letter in rabbitmq.empty("toy.dead")}
    assert confirmed
    assert confirmed <= arrived


def test_a_batch_that_its_connection_never_saw_is_unknown_at_once(publisher: Publisher) -> None:
    assert publisher.publish([to("toy")]) == [YES]
    loop, busy, release = publisher._connection.ioloop, threading.Event(), threading.Event()

    def end() -> None:
        busy.set()
        release.wait(FAR)
        loop.stop()

    loop.add_callback_threadsafe(end)
    assert busy.wait(FAR)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(publisher.publish, [to("toy")])
        until(lambda: publisher._queued)
        release.set()
        assert answer.result(patient(2)) == [UNKNOWN]
    assert publisher.publish([to("toy")]) == [YES]


def test_without_rabbitmq_the_answer_is_unknown_in_time() -> None:
    publisher = Publisher("amqp://nobody:x@127.0.0.1:1/%2f")
    began = time.monotonic()
    assert publisher.publish([to("toy")], timeout=0.3) == [UNKNOWN]
    assert time.monotonic() - began < patient(2)
    publisher.close()


def test_many_lost_connections_leave_no_open_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.runtime.rabbitmq.publisher.RECONNECT_PAUSE", 0.001)
    publisher = Publisher("amqp://nobody:x@127.0.0.1:1/%2f")
    publisher.publish([to("toy")], timeout=0.2)
    before = len(os.listdir("/proc/self/fd"))
    publisher.publish([to("toy")], timeout=1)
    assert len(os.listdir("/proc/self/fd")) < before + 20
    publisher.close()


def test_a_closed_publisher_s_thread_has_ended(rabbitmq: RabbitFixture) -> None:
    publisher = Publisher(rabbitmq.url(TOY))
    assert publisher.publish([to("toy")]) == [YES]
    publisher.close()
    assert not publisher.alive


def test_a_publisher_that_is_closed_before_it_was_open_ends_at_once(
    rabbitmq: RabbitFixture,
) -> None:
    for pause in (0, 0.002, 0.004, 0.008):
        publisher = Publisher(rabbitmq.url(TOY))
        time.sleep(pause)
        began = time.monotonic()
        publisher.close()
        assert not publisher.alive
        assert time.monotonic() - began < patient(2)


# --- refusals -------------------------------------------------------------------------------------


@pytest.fixture
def own_publisher(rabbitmq: RabbitFixture) -> Iterator[Publisher]:
    """A publisher as the relay of events has it."""
    found = Publisher(rabbitmq.url(TOY), reconnect_when_refused=True)
    yield found
    found.close()


def mislead(rabbitmq: RabbitFixture, node: str) -> None:
    """Name another node as the leader of `toy`, as RabbitMQ does just after that node's death."""
    rabbitmq.rabbit.ctl(
        "eval",
        f"""
        Name = rabbit_misc:r(<<"{rabbitmq.vhost}">>, queue, <<"toy">>),
        Change = fun(Queue) ->
            {{Process, _}} = amqqueue:get_pid(Queue), amqqueue:set_pid(Queue, {{Process, {node}}})
        end,
        rabbit_misc:execute_mnesia_transaction(
            fun() -> rabbit_amqqueue:update(Name, Change) end).
        """,
    )


def test_a_channel_that_asks_a_dead_node_is_replaced_when_it_is_refused(
    rabbitmq: RabbitFixture, own_publisher: Publisher, publisher: Publisher
) -> None:
    """The flaw of RabbitMQ 3.10 in `Reconnection`: `publisher`, which does not reconnect, is
    refused although the leader is known again.
    """
    if not rabbitmq.api("GET", "/api/overview")["rabbitmq_version"].startswith("3.10."):
        pytest.skip("only RabbitMQ 3.10 is known to have the flaw")
    mislead(rabbitmq, "gone@localhost")
    assert publisher.publish([to("toy")]) == [NO]
    assert own_publisher.publish([to("toy.dead"), to("toy")] * 2) == [YES, NO, YES, NO]
    mislead(rabbitmq, "node()")
    until(lambda: own_publisher.publish([to("toy")]) == [YES])
    assert publisher.publish([to("toy")]) == [NO]


def test_a_full_queue_makes_few_connections_and_none_of_a_publisher_of_replies(
    rabbitmq: RabbitFixture, own_publisher: Publisher, publisher: Publisher
) -> None:
    rabbitmq.fill("toy.dead")
    own: dict[Publisher, set[Any]] = {own_publisher: set(), publisher: set()}
    for _ in range(100):
        for each, connections in own.items():
            assert each.publish([to("toy"), to("toy.dead")]) == [YES, NO]
            connections.add(each._connection)
    assert len(own[publisher]) == 1
    assert 2 <= len(own[own_publisher]) <= 9


def test_pauses_between_reconnections_grow_and_begin_again_after_a_while_without_refusals() -> None:
    reconnection = Reconnection()
    times = [tick / 2 for tick in range(100_000, 101_000)]  # a refusal every half second
    due = [time for time in times if reconnection.due(time)]
    pauses = [after - before for before, after in pairwise(due)]
    assert pauses == [1, 2, 4, 8, 16, 32, *[60] * len(pauses[6:])]
    later = times[-1] + 3 * MAX_PAUSE
    assert [reconnection.due(later + second) for second in (0, 0.5, 1)] == [True, False, True]


# --- how connections are made ---------------------------------------------------------------------


def test_a_frozen_node_is_noticed_by_a_short_heartbeat_and_an_alarm_by_a_timeout() -> None:
    parameters = connection_parameters("amqp://a:b@host/%2f", "name")[0]
    assert parameters.heartbeat == 10
    assert parameters.blocked_connection_timeout == 60
    assert parameters.client_properties == {"connection_name": "name"}


def test_a_url_may_say_otherwise() -> None:
    parameters = connection_parameters(
        "amqp://a:b@host/%2f?heartbeat=3&blocked_connection_timeout=5", "name"
    )[0]
    assert (parameters.heartbeat, parameters.blocked_connection_timeout) == (3, 5)


def test_not_every_process_goes_to_the_first_node() -> None:
    urls = "amqp://a:b@one/%2f;amqp://a:b@two/%2f;amqp://a:b@three/%2f"
    first = {connection_parameters(urls, "name")[0].host for _ in range(200)}
    assert first == {"one", "two", "three"}
    assert all(
        isinstance(found, pika.URLParameters) for found in connection_parameters(urls, "name")
    )
