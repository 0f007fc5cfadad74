"""Everybody gets an answer: whatever is wrong with a message, its sender learns it at the address
that can be read. The client here shares no code with the services: pika and JSON only.
"""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pika
import pytest

from deploy.stack.rabbitmq import RabbitNode
from shared.runtime.rabbitmq.oversized import MAX_BODY
from tests.conditions import FAR, until
from tests.shared.runtime.rabbit_fixture import CLIENT, RabbitFixture, working
from tests.words import sqlite_url

GOOD = {
    "specversion": "1.0",
    "id": "1",
    "source": "/php",
    "type": "aftercart.toy.get.v1",
    "data": {"key": "nothing"},
}
FAULTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("no id", {"id": None}, "invalid_attribute", "id"),
    ("an empty id", {"id": ""}, "invalid_attribute", "id"),
    ("no source", {"source": ...}, "missing_attribute", "source"),
    ("no type", {"type": ...}, "missing_attribute", "type"),
    ("an old version", {"specversion": "0.3"}, "invalid_attribute", "specversion"),
    ("a type without prefix", {"type": "toy.get"}, "unknown_name", "type"),
    ("a type without version", {"type": "aftercart.toy.get"}, "unknown_name", "type"),
    ("another version", {"type": "aftercart.toy.get.v2"}, "unknown_version", "type"),
    ("a misspelt type", {"type": "aftercart.toy.gte.v1"}, "unknown_name", "type"),
    ("an event", {"type": "aftercart.toy.added.v1"}, "not_a_command", "type"),
    ("an internal type", {"type": "aftercart.toy.tidy.v1"}, "unknown_name", "type"),
    ("another type", {"type": "aftercart.order.list.v1"}, "wrong_routing_key", "type"),
    ("data as text", {"data": '{"key": "a"}'}, "invalid_attribute", "data"),
    ("data as a list", {"data": [1]}, "invalid_attribute", "data"),
    ("a bad time", {"time": "yesterday"}, "invalid_attribute", "time"),
    ("a bad shop", {"shop": "No Such"}, "invalid_attribute", "shop"),
    ("another content", {"datacontenttype": "text/xml"}, "invalid_attribute", "datacontenttype"),
    ("a long correlation", {"correlationid": "x" * 201}, "invalid_attribute", "correlationid"),
]


@pytest.fixture(scope="module")
def rabbitmq(rabbit: RabbitNode) -> Iterator[RabbitFixture]:
    found = RabbitFixture(rabbit)
    yield found
    found.close()


@pytest.fixture(scope="module", autouse=True)
def worker(rabbitmq: RabbitFixture, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with working(rabbitmq, sqlite_url(tmp_path_factory.mktemp("toy"))) as process:
        yield process


class Stranger:
    """A client that was written by the contract: one connection, one queue for its replies."""

    def __init__(self, url: str) -> None:
        self.connection = pika.BlockingConnection(pika.URLParameters(url))
        self.channel = self.connection.channel()
        self.queue = self.channel.queue_declare("", exclusive=True).method.queue
        self.address = f"client.{uuid4()}"
        self.channel.queue_bind(self.queue, "aftercart.replies", self.address)
        self.channel.confirm_delivery()

    def send(self, body: bytes, key: str = "toy.get", **properties: Any) -> None:
        self.channel.basic_publish(
            "aftercart.commands", key, body, pika.BasicProperties(**properties)
        )

    def answer(self) -> tuple[dict[str, Any], pika.BasicProperties]:
        """Return the next reply as it is on the wire."""
        replies = self.channel.consume(self.queue, inactivity_timeout=FAR, auto_ack=True)
        method, properties, body = next(replies)
        assert method is not None, "no answer"
        return json.loads(body), properties

    def refusal(self) -> dict[str, Any]:
        found: dict[str, Any] = self.answer()[0]["data"]
        return found


@pytest.fixture(scope="module")
def client(rabbitmq: RabbitFixture) -> Iterator[Stranger]:
    found = Stranger(rabbitmq.url(CLIENT))
    yield found
    found.connection.close()


def event(client: Stranger, **changes: Any) -> bytes:
    whole = GOOD | {"id": str(uuid4()), "replyto": client.address} | changes
    return json.dumps({name: value for name, value in whole.items() if value is not ...}).encode()


@pytest.mark.parametrize(
    ("changes", "code", "field"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS]
)
def test_a_faulty_envelope_is_answered_with_code_and_field(
    client: Stranger, changes: dict[str, Any], code: str, field: str
) -> None:
    client.send(event(client, **changes))
    answer, _ = client.answer()
    assert answer["type"] == "aftercart.message.refused.v1"
    refusal = answer["data"]
    assert (refusal["code"], refusal["details"]["field"]) == (code, field)
    assert refusal["reason"].endswith((".", "?"))
    assert "refused_type" in refusal


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (lambda body: body[:-1], "not_json"),
        (lambda body: body.replace(b'"/php"', b'"/php",'), "not_json"),
        (lambda body: body.replace(b"nothing", "Größe".encode("latin-1")), "not_utf8"),
        (lambda body: json.dumps(json.loads(body)).encode("utf-16"), "not_utf8"),
        (lambda body: b"[%b]" % body, "not_an_object"),
        (lambda body: body.replace(b"nothing", b"x" * MAX_BODY), "too_large"),
        (lambda body: body.replace(b"/php", b"\\ud800"), "invalid_attribute"),
    ],
    ids=["cut off", "a comma", "latin-1", "utf-16", "a batch", "large", "surrogate"],
)
def test_bytes_that_are_no_event_are_answered_at_the_address_in_them(
    client: Stranger, broken: Any, code: str
) -> None:
    client.send(broken(event(client)))
    assert client.refusal()["code"] == code


@pytest.mark.parametrize("body", [b"", b"hello", b"7", b"\x1f\x8b\x08\x00", b"{}"])
def test_other_bytes_are_answered_at_the_address_in_amqp(client: Stranger, body: bytes) -> None:
    client.send(body, reply_to=client.queue, correlation_id="mine")
    answer, properties = client.answer()
    assert answer["data"]["refused_type"] == "toy.get"
    assert properties.correlation_id == "mine"


def test_the_answer_names_what_may_have_been_meant(client: Stranger) -> None:
    client.send(event(client, id="42", type="toy.get"))
    answer, _ = client.answer()
    assert (answer["causationid"], answer["correlationid"]) == ("42", "42")
    assert answer["data"] == {
        "refused_type": "toy.get",
        "refused_id": "42",
        "code": "unknown_name",
        "reason": "There is no message 'toy.get'. Did you mean aftercart.toy.get.v1?",
        "language": "en",
        "sentence": "There is no message 'toy.get'. Did you mean aftercart.toy.get.v1?",
        "details": {"field": "type", "did_you_mean": ["aftercart.toy.get.v1"]},
    }


@pytest.mark.parametrize("address", ["queue", "address"])
@pytest.mark.parametrize("name", ["toy.get", "toy.add"])
def test_the_address_may_be_that_of_amqp(client: Stranger, address: str, name: str) -> None:
    data = {"key": f"{name} {address}", "amount": 1}
    if name == "toy.get":
        data = {"key": "nothing"}
    body = event(client, type=f"aftercart.{name}.v1", data=data, replyto=...)
    client.send(body, name, reply_to=getattr(client, address), correlation_id="7")
    answer, properties = client.answer()
    assert properties.correlation_id == "7"
    assert answer["type"] in ("aftercart.toy.get_refused.v1", "aftercart.command.done.v1")


def test_direct_reply_to_of_rabbitmq_is_answered(rabbitmq: RabbitFixture, client: Stranger) -> None:
    answers: list[Any] = []

    def arrived() -> bool:
        client.connection.process_data_events(0.1)
        return bool(answers)

    for name in ("toy.get", "toy.gte"):  # one that a service answers, and an unknown one
        with client.connection.channel() as channel:
            channel.basic_consume(
                "amq.rabbitmq.reply-to", lambda *found: answers.append(found), auto_ack=True
            )
            body = event(client, type=f"aftercart.{name}.v1", replyto=...)
            properties = pika.BasicProperties(reply_to="amq.rabbitmq.reply-to", correlation_id=name)
            channel.basic_publish("aftercart.commands", name, body, properties)
            until(arrived)
            _, _, found, answer = answers.pop()
            assert (found.correlation_id, b"refused" in answer) == (name, True)
    assert len(rabbitmq.empty("aftercart.unrouted")) == 1


@pytest.mark.parametrize("spelling", ["reply_to", "replyTo", "reply-to"])
def test_the_address_may_be_misspelt(client: Stranger, spelling: str) -> None:
    client.send(event(client, replyto=..., **{spelling: client.address}))
    assert client.refusal()["code"] == "unknown"


@pytest.mark.parametrize("prefix", ["cloudEvents:", "cloudEvents_", "cloudevents_"])
def test_binary_mode_is_understood(client: Stranger, prefix: str) -> None:
    attributes = GOOD | {"id": str(uuid4()), "replyto": client.address}
    del attributes["data"]
    headers = {f"{prefix}{name}": value for name, value in attributes.items()}
    client.send(b'{"key": "nothing"}', headers=headers, content_type="application/json")
    assert client.answer()[0]["type"] == "aftercart.toy.get_refused.v1"
    client.send(b"<xml/>", headers=headers, content_type="text/xml")
    assert client.refusal()["code"] == "not_json"
    headers.pop(f"{prefix}source")
    client.send(b"{}", headers=headers)
    assert client.refusal()["code"] == "missing_attribute"


def test_an_empty_list_of_php_is_an_empty_object(client: Stranger) -> None:
    client.send(event(client, data=[]))
    refusal = client.refusal()
    assert (refusal["code"], refusal["details"]["faults"][0]["field"]) == ("invalid", "key")


@pytest.mark.parametrize(
    ("key", "kind", "code"),
    [
        ("toy.gett", "aftercart.toy.gett.v1", "unknown_name"),
        ("Toy.Get", "aftercart.toy.get.v1", "wrong_routing_key"),
        ("order.list", "aftercart.order.list.v1", "not_installed"),
        ("toy.added", "aftercart.toy.added.v1", "not_a_command"),
    ],
)
def test_what_no_queue_takes_is_answered_and_stored(
    rabbitmq: RabbitFixture, client: Stranger, key: str, kind: str, code: str
) -> None:
    body = event(client, type=kind)
    client.send(body, key)
    assert client.refusal()["code"] == code
    assert [letter.body for letter in rabbitmq.empty("aftercart.unrouted")] == [body]
    until(lambda: rabbitmq.depth("aftercart.unanswered") == 0)


def test_a_command_that_failed_at_its_last_attempt_is_answered(
    rabbitmq: RabbitFixture, client: Stranger
) -> None:
    for fail in ("bug", "never"):
        data = {"key": "a", "amount": 1, "fail": fail}
        client.send(event(client, type="aftercart.toy.add.v1", data=data), "toy.add")
        assert client.refusal()["code"] == "not_processed"
    rabbitmq.dead(2)


def test_a_message_without_an_address_is_a_dead_letter_with_the_reason(
    rabbitmq: RabbitFixture, client: Stranger
) -> None:
    rabbitmq.empty("toy.dead")
    client.send(event(client, replyto=..., source=...))
    (letter,) = rabbitmq.dead()
    assert "The attribute 'source' is missing." in letter.headers["x-reason"]
