"""Whatever a good message is changed into, its sender gets one answer."""

import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import delete, select
from structlog.testing import capture_logs

from shared.contracts.envelope import decode
from shared.runtime.pipeline.unread import Unrouted
from shared.runtime.rabbitmq.delivery import Origin, receive
from shared.runtime.rabbitmq.names import COMMANDS
from shared.runtime.storage.database import engine_for
from shared.runtime.storage.message_tables import outbox
from tests.toy.service import toy
from tests.words import ServiceHarness

ORIGIN = Origin(COMMANDS, "toy.add", reply_to="client.amqp", correlation_id="c")
ANYTHING = [None, "", [], {}, 0, -1, 1.5, True, "x" * 300, "\0", "é", [[]], {"a": {"b": []}}]
NAMES = ["specversion", "id", "source", "type", "time", "shop", "data", "replyto", "subject"]
NAMES += ["correlationid", "datacontenttype", "traceparent", "data_base64", "tracestate"]


@pytest.fixture(scope="module")
def service() -> ServiceHarness:
    return ServiceHarness(toy, engine_for("sqlite://"))


def good() -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "/s",
        "type": "aftercart.toy.add.v1",
        "time": "2026-11-21T12:00:00Z",
        "shop": "default",
        "replyto": "client.json",
        "data": {"key": "a", "amount": 1},
    }


def answers(service: ServiceHarness, body: bytes) -> list[str]:
    """Return the names of the replies to a message, wherever they go."""
    service.answers.clear()
    with capture_logs():
        service.deliver(receive(body, origin=ORIGIN))
    with service.engine.begin() as connection:
        rows = connection.execute(select(outbox.c.body).where(outbox.c.route == "reply")).scalars()
        bodies = [*rows, *(message.body for message in service.answers)]
        connection.execute(delete(outbox))
    return [decode(found).name for found in bodies]


quickly = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@quickly
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(ANYTHING)), max_size=3))
def test_other_values_of_attributes_are_answered(
    service: ServiceHarness, changes: list[tuple[str, Any]]
) -> None:
    assert len(answers(service, json.dumps(good() | dict(changes)).encode())) == 1


@quickly
@given(st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_missing_attributes_are_answered(service: ServiceHarness, one: str, other: str) -> None:
    left = {name: value for name, value in good().items() if name not in (one, other)}
    assert len(answers(service, json.dumps(left).encode())) == 1


@quickly
@given(st.integers(0, 320), st.integers(0, 40), st.binary(max_size=3))
def test_other_bytes_are_answered(
    service: ServiceHarness, at: int, length: int, new: bytes
) -> None:
    body = json.dumps(good()).encode()
    assert len(answers(service, body[:at] + new + body[at + length :])) == 1


@quickly
@given(st.binary(max_size=60))
def test_any_bytes_are_answered(service: ServiceHarness, body: bytes) -> None:
    assert answers(service, body) == ["message.refused"]


@quickly
@given(st.text(max_size=40))
def test_any_name_is_answered_where_no_queue_takes_it(service: ServiceHarness, kind: str) -> None:
    body = json.dumps(good() | {"type": kind}).encode()
    service.answers.clear()
    with capture_logs():
        Unrouted("toy", service.engine, service._publish).process([receive(body, origin=ORIGIN)])
    (answer,) = service.answers
    assert answer.correlation_id == "c"
