"""Messages of untrusted clients: none harms a worker, gets rights that it lacks, or is lost
silently.
"""

import struct
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pika
import pytest

from deploy.stack.rabbitmq import RabbitNode
from shared.runtime.rabbitmq import oversized
from shared.runtime.rabbitmq.names import COMMANDS
from tests.conditions import until
from tests.shared.runtime.rabbit_fixture import (
    CLIENT,
    RabbitFixture,
    as_bytes,
    envelope,
    totals,
    working,
)
from tests.words import sqlite_url


@pytest.fixture(scope="module")
def rabbitmq(rabbit: RabbitNode) -> Iterator[RabbitFixture]:
    found = RabbitFixture(rabbit)
    yield found
    found.close()


@pytest.fixture(scope="module")
def worker(rabbitmq: RabbitFixture, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with working(rabbitmq, sqlite_url(tmp_path_factory.mktemp("toy"))) as process:
        yield process


@pytest.fixture(autouse=True)
def after_all_this_the_worker_still_works(rabbitmq: RabbitFixture, worker: Any) -> Iterator[None]:
    yield
    key = f"afterwards {uuid4()}"
    rabbitmq.add(key)
    until(lambda: totals(worker.engine).get(key))
    assert worker.fault() is None


def event(**attributes: Any) -> Any:
    return as_bytes(
        **{
            "specversion": "1.0",
            "id": "1",
            "source": "/s",
            "type": "aftercart.toy.add.v1",
            **attributes,
        }
    )


@pytest.mark.parametrize("named", ["nowhere", "toy.dead"])
def test_a_queue_name_in_the_body_means_nothing(
    rabbitmq: RabbitFixture, worker: Any, named: str
) -> None:
    foreign = {
        "queue_name": named,
        "actor_name": "deliver",
        "args": [],
        "kwargs": {},
        "options": {},
    }
    message = envelope("toy.add", {"key": named, "amount": 1}).model_copy(update=foreign)
    rabbitmq.send(message, message, as_bytes(**foreign))
    until(lambda: totals(worker.engine).get(named) == 1)
    assert rabbitmq.dead()[0].body == as_bytes(**foreign)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\xff\xfe\xfd", "not in UTF-8"),
        (b"", "not JSON: see line 1, column 1"),
        (b"[" * 100_000, "nested too deeply"),
        (event(subject="?").replace(b"?", b"\xed\xa0\x80"), "not in UTF-8"),
        (b"[1, 2]", "not a JSON object"),
        (event(specversion="0.3"), "'specversion' must be '1.0'"),
        (event(type=None), "'type' must be a text"),
        (event(time="noon"), "'time' must be a time"),
        (event(id=""), "'id' must be a text of 1 to 200"),
        (event(shop="../x"), "'shop' must be the key of a shop"),
        (event(subject="\ud800"), "not in UTF-8"),
        (event(data={"key": "\ud800"}), "not in UTF-8"),
        (event(id="1" * 201), "'id' must be a text of 1 to 200"),
        (event(id="é" * 200), "'id' is longer than 255 bytes"),
        (event(replyto="é" * 200), "'replyto' is longer than 255 bytes"),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_a_dead_letter_that_says_why(
    rabbitmq: RabbitFixture, body: Any, reason: str
) -> None:
    rabbitmq.send(body)
    letter = rabbitmq.dead()[0]
    assert letter.body == body
    assert reason in letter.headers["x-reason"]
    assert letter.headers["x-attempts"] == 1


@pytest.mark.parametrize("depth", [100, 400, 900, 980, 1000, 5000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"x":', "}")])
def test_however_deep_the_data_it_is_refused_or_a_dead_letter(
    rabbitmq: RabbitFixture, depth: int, opening: str, closing: str
) -> None:
    listener = rabbitmq.listen("toy.add_refused")
    data = (
        '{"key": "deep", "amount": 1, "more":'
        f' {opening * depth}"\\u0000\\u0041"{closing * depth}}}'
    )
    rabbitmq.send(event(id=str(uuid4()), data="?").replace(b'"?"', data.encode()))
    until(lambda: rabbitmq.depth("toy.dead") + rabbitmq.depth(listener.name) == 1)
    rabbitmq.empty("toy.dead")


def test_an_event_with_deep_data_harms_nothing(rabbitmq: RabbitFixture, worker: Any) -> None:
    data = f'{{"key": "deep", "weight": {{"grams": 1}}, "more": {"[" * 900}"\\u0000"{"]" * 900}}}'
    message = envelope("toy.weighed", {}).encode().replace(b'"data":{}', b'"data":' + data.encode())
    with rabbitmq.hand() as channel:
        channel.basic_publish("aftercart.events", "toy.weighed", message)
    assert "NUL" in rabbitmq.dead()[0].headers["x-reason"]


def test_an_unknown_type_is_a_dead_letter_that_says_why(rabbitmq: RabbitFixture) -> None:
    rabbitmq.send(envelope("toy.subtract", {"key": "a"}).encode(), key="toy.add")
    assert (
        "There is no message 'aftercart.toy.subtract.v1'." in rabbitmq.dead()[0].headers["x-reason"]
    )


@pytest.mark.parametrize(
    ("exchange", "key"), [("aftercart.events", "toy.weighed"), ("toy.self", "toy")]
)
def test_an_unknown_type_of_a_newer_service_is_tried_again(
    rabbitmq: RabbitFixture, exchange: str, key: str
) -> None:
    with rabbitmq.hand() as channel:
        channel.basic_publish(exchange, key, envelope("toy.doubled", {"key": "a"}).encode())
    letter = rabbitmq.dead()[0]
    assert letter.headers["x-attempts"] == len(rabbitmq.delays) + 1
    assert "toy does not take messages of type" in letter.headers["x-reason"]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (b'"%b"' % (b"a" * 17_000_000), "The message has 17.0 MB; 16 MB are allowed at most."),
        # 6 MB that would take 250 MB of memory, in each of hundreds of messages that a worker holds
        (
            b"[%b[]]" % (b"[]," * 2_000_000),
            "The message has more than 1,000,000 values.",
        ),
    ],
    ids=["bytes", "values"],
)
def test_a_command_that_is_too_large_is_refused_and_not_read(
    rabbitmq: RabbitFixture, worker: Any, more: bytes, sentence: str
) -> None:
    listener = rabbitmq.listen("toy.add_refused")
    message = envelope("toy.add", {"key": "large", "amount": 1, "more": "?"})
    message = message.model_copy(update={"replyto": listener.name})
    rabbitmq.send(message.encode().replace(b'"?"', more))
    for refusal in listener.heard(2):
        assert (refusal.data["code"], refusal.data["reason"]) == ("too_large", sentence)


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        (b'"data": {}', "'id' is missing"),
        (b'"a": 1}', "its attributes do not come before its data"),
        (b'"a": [', "its attributes do not come before its data"),
        (b"[1", "its attributes do not come before its data"),
        (
            b'"id": "\\ud800", "source": "/s", "type": "x", "data": {',
            "'id' must be a text",
        ),
    ],
)
def test_an_oversized_message_without_an_envelope_at_its_head_is_a_dead_letter(
    rabbitmq: RabbitFixture, attributes: bytes, reason: str
) -> None:
    rabbitmq.send(b'{"specversion": "1.0", %b' % attributes + b" " * 16_000_000)
    letter = rabbitmq.dead()[0]
    assert reason in letter.headers["x-reason"]
    assert len(letter.body) == oversized.HEAD  # dead letters never expire


def table(*entries: bytes) -> bytes:
    """Return a table of AMQP with entries that are encoded already."""
    encoded = b"".join(b"\x01a" + entry for entry in entries)
    return struct.pack(">I", len(encoded)) + encoded


def nested(depth: int) -> bytes:
    found = table()
    for _ in range(depth):
        found = table(b"F" + found)
    return found


class RawHeaders(pika.BasicProperties):  # type: ignore[misc]
    """Properties with headers that pika would not encode."""

    def __init__(self, encoded: bytes) -> None:
        super().__init__()
        self._encoded = encoded

    def encode(self) -> list[bytes]:
        return [struct.pack(">H", self.FLAG_HEADERS), self._encoded]


@pytest.mark.parametrize(
    "headers",
    [
        table(b"T" + struct.pack(">Q", 2**63)),
        table(b"S" + struct.pack(">I", 2) + b"\xff\xfe"),
        nested(5000),
    ],
    ids=["time", "text", "nested"],
)
def test_headers_that_pika_cannot_decode_stop_no_consumer(
    rabbitmq: RabbitFixture, worker: Any, headers: bytes
) -> None:
    message = envelope("toy.add", {"key": f"headers {uuid4()}", "amount": 1})
    channel = rabbitmq.channel(CLIENT)
    channel.basic_publish(COMMANDS, "toy.add", message.encode(), RawHeaders(headers))
    channel.connection.close()
    until(lambda: totals(worker.engine).get(message.data["key"]) == 1)


def test_another_version_is_an_unknown_type(rabbitmq: RabbitFixture) -> None:
    rabbitmq.send(event(type="aftercart.toy.add.v2"))
    assert "'toy.add' has no version 2." in rabbitmq.dead()[0].headers["x-reason"]


def test_a_command_with_wrong_data_is_refused_with_the_field_s_name(
    rabbitmq: RabbitFixture,
) -> None:
    listener = rabbitmq.listen("toy.add_refused")
    rabbitmq.add("a", 0, replyto=listener.name)
    told, reply = listener.heard(2)
    assert told.type == reply.type == "aftercart.toy.add_refused.v1"
    assert told.data["code"] == "invalid"
    assert told.data["reason"] == "amount: This must be more than 0."
    assert told.data["details"]["faults"] == [
        {
            "field": "amount",
            "problem": "This must be more than 0.",
            "sentence": "This must be more than 0.",
        }
    ]
    assert told.subject == "a"


def test_a_refusal_does_not_repeat_the_wrong_value(rabbitmq: RabbitFixture) -> None:
    listener = rabbitmq.listen("toy.add_refused")
    rabbitmq.add("a", 1, later="4111 1111 1111 1111")
    assert b"4111 1111" not in listener.heard(1)[0].encode()


def test_an_event_with_wrong_data_is_a_dead_letter(rabbitmq: RabbitFixture) -> None:
    rabbitmq.tell(envelope("toy.weighed", {"key": "a", "weight": {"grams": "heavy"}}))
    assert "weight.grams: This must be a whole number." in rabbitmq.dead()[0].headers["x-reason"]


def test_a_wrong_command_with_an_endless_subject_is_refused_all_the_same(
    rabbitmq: RabbitFixture,
) -> None:
    listener = rabbitmq.listen("toy.add_refused")
    rabbitmq.send(event(id="endless", subject="x" * 10_000))
    assert listener.heard(1)[0].subject == "x" * 200


@pytest.mark.parametrize("attempts", [-5, 2**62, "many", True, None])
def test_a_strange_count_of_attempts_delays_nothing_and_harms_nothing(
    rabbitmq: RabbitFixture, worker: Any, attempts: Any
) -> None:
    key = f"attempts {attempts}"
    rabbitmq.send(envelope("toy.add", {"key": key, "amount": 1}), headers={"x-attempts": attempts})
    until(lambda: totals(worker.engine).get(key) == 1)


def test_a_client_cannot_say_what_only_the_service_may_say_to_itself(
    rabbitmq: RabbitFixture, worker: Any
) -> None:
    rabbitmq.add("kept", 5)
    rabbitmq.send(envelope("toy.tidy", {"key": "kept"}).encode(), key="toy.add")
    assert "There is no message 'aftercart.toy.tidy.v1'." in rabbitmq.dead()[0].headers["x-reason"]
    assert totals(worker.engine)["kept"] == 5


def test_a_client_cannot_pretend_by_a_header_to_be_the_service(
    rabbitmq: RabbitFixture, worker: Any
) -> None:
    forged = envelope("toy.tidy", {"key": "kept"}).encode()
    rabbitmq.send(forged, key="toy.add", headers={"x-exchange": "toy.self"})
    assert "There is no message 'aftercart.toy.tidy.v1'." in rabbitmq.dead()[0].headers["x-reason"]


def test_a_dead_letter_that_is_tried_again_is_believed_no_more_than_before(
    rabbitmq: RabbitFixture, worker: Any
) -> None:
    rabbitmq.send(envelope("toy.tidy", {"key": "kept"}).encode(), key="toy.add")
    letter = rabbitmq.dead()[0]
    with rabbitmq.hand() as channel:
        channel.basic_publish(
            "toy.self",
            "toy",
            letter.body,
            pika.BasicProperties(
                headers={
                    "x-exchange": letter.headers["x-exchange"],
                }
            ),
        )
    assert "There is no message 'aftercart.toy.tidy.v1'." in rabbitmq.dead()[0].headers["x-reason"]


def test_what_the_service_says_to_itself_is_believed(rabbitmq: RabbitFixture, worker: Any) -> None:
    rabbitmq.add("tidied", 5, tidy=True)
    until(lambda: totals(worker.engine).get("tidied") == 0)


def test_a_client_cannot_tell_events(rabbitmq: RabbitFixture, worker: Any) -> None:
    rabbitmq.send(
        envelope("toy.weighed", {"key": "forged", "weight": {"grams": 1}}).encode(), key="toy.add"
    )
    assert "'toy.weighed' is published by services" in rabbitmq.dead()[0].headers["x-reason"]
    assert "forged" not in totals(worker.engine)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("toy.weighed", "is published by services"), ("toy.tidy", "There is no message")],
)
def test_a_client_forges_nothing_through_an_exchange_of_its_own(
    rabbitmq: RabbitFixture, worker: Any, name: str, sentence: str
) -> None:
    """The right to publish commands is also the right to bind an exchange to theirs, if there is
    one that the client may read.
    """
    channel = rabbitmq.channel()
    channel.exchange_declare("client.exchange", "fanout")
    channel.exchange_bind(COMMANDS, "client.exchange", "toy.add")
    genuine, forged = envelope("toy.add", {"key": name, "amount": 2}), envelope(name, {"key": "a"})
    for message in (genuine, forged):
        channel.basic_publish("client.exchange", "toy.add", message.encode())
    assert sentence in rabbitmq.dead()[0].headers["x-reason"]
    until(lambda: totals(worker.engine).get(name) == 2)
    rabbitmq.empty("toy.dead")
    channel.exchange_delete("client.exchange")


def test_a_command_that_nobody_takes_is_kept(rabbitmq: RabbitFixture) -> None:
    rabbitmq.send(envelope("toy.subtract", {"key": "a"}))
    assert [letter.routing_key for letter in rabbitmq.empty("aftercart.unrouted")] == [
        "toy.subtract"
    ]
