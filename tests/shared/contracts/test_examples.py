"""Each example is valid for its own schema, for the official SDK, and for our models."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from cloudevents.core.bindings.rabbitmq import RabbitMQMessage, from_rabbitmq_event
from cloudevents.core.exceptions import CloudEventValidationError
from jsonschema import Draft7Validator

from shared.cli.messages.contract import contract_of
from shared.contracts.asyncapi.document import published
from shared.contracts.asyncapi.messages import key
from shared.contracts.envelope import decode, enclose
from shared.contracts.message import CommandOrQuery, Message, catalogue
from shared.contracts.orders import OrderPlaced, PlaceOrder, PutProduct
from tests.loops import for_each

Json = dict[str, Any]

CONTRACT = contract_of({})
MESSAGES = CONTRACT["components"]["messages"]
each_message = for_each(published(), key)


def example(message: type[Message], **changes: Any) -> Json:
    return {**MESSAGES[key(message)]["examples"][0]["payload"], **changes}


@cache
def judge(message: type[Message]) -> Draft7Validator:
    """Return a validator for the whole envelope of a message."""
    return Draft7Validator(
        {**MESSAGES[key(message)]["payload"], "components": CONTRACT["components"]}
    )


def parse(envelope: Json, content_type: str) -> Any:
    """Return the event as the official SDK reads it from RabbitMQ."""
    return from_rabbitmq_event(RabbitMQMessage({}, content_type, json.dumps(envelope).encode()))


@each_message
def test_an_example_is_valid_by_its_own_schema(message: type[Message]) -> None:
    assert list(judge(message).iter_errors(example(message))) == []


@each_message
def test_the_official_sdk_reads_an_example(message: type[Message]) -> None:
    event = parse(example(message), MESSAGES[key(message)]["contentType"])
    assert event.get_type() == message.wire_type()
    assert event.get_data() == message.example
    assert event.get_extension("shop") == "default"


@each_message
def test_an_example_survives_reading_and_writing(message: type[Message]) -> None:
    envelope = decode(json.dumps(example(message)).encode())
    assert catalogue[envelope.type].model_validate(envelope.data).aggregate_key == envelope.subject
    assert json.loads(envelope.encode()) == example(message)


@each_message
def test_an_example_that_a_service_sends_is_valid_by_its_schema(message: type[Message]) -> None:
    found = decode(json.dumps(example(message)).encode())
    value = message.model_validate(found.data)
    sent = enclose(value, dict(found.model_copy(update={"data": None, "type": None})))
    assert list(judge(message).iter_errors(json.loads(sent))) == []
    assert decode(sent) == found.model_copy(update={"data": value.model_dump(mode="json")})


@pytest.mark.parametrize(
    "change",
    [
        {"type": "aftercart.order.placed.v1"},
        {"specversion": "0.3"},
        {"id": ""},
        {"source": None},
        {"time": 5},
        {"shop": "Not A Shop"},
        {"data": None},
        {"data": {}},
        {"data": {**PlaceOrder.example, "surprise": 1}},
        {"data": {**PlaceOrder.example, "lines": []}},
        {
            "data": {
                **PlaceOrder.example,
                "customer": {**PlaceOrder.example["customer"], "surprise": 1},
            }
        },
    ],
)
def test_the_schema_refuses_an_invalid_message(change: Json) -> None:
    assert not judge(PlaceOrder).is_valid(example(PlaceOrder, **change))


def test_an_attribute_that_cloudevents_requires_is_required() -> None:
    for name in ("specversion", "id", "source", "type"):
        envelope = {
            attribute: value
            for attribute, value in example(PlaceOrder).items()
            if attribute != name
        }
        assert not judge(PlaceOrder).is_valid(envelope)


def test_the_sdk_refuses_an_invalid_attribute() -> None:
    with pytest.raises(CloudEventValidationError):
        parse(example(PlaceOrder, reply_to="x"), "application/cloudevents+json")


def test_a_query_requires_replyto() -> None:
    for message in published():
        asks = "replyto" in MESSAGES[key(message)]["payload"]["allOf"][1]["required"]
        assert asks == (MESSAGES[key(message)]["tags"] == [{"name": "query"}])


def test_schemas_of_events_allow_unknown_fields_at_any_depth() -> None:
    grown = {**OrderPlaced.example, "new": 1}
    grown["order"] = {**grown["order"], "new": 1, "total": {**grown["order"]["total"], "new": 1}}
    assert judge(OrderPlaced).is_valid(example(OrderPlaced, data=grown))
    OrderPlaced.model_validate(grown, extra="ignore")


@pytest.mark.parametrize("names", [{}, {"English": "Mug"}, {"en": ""}])
def test_the_keys_of_a_mapping_are_checked(names: Json) -> None:
    assert not judge(PutProduct).is_valid(
        example(PutProduct, data=PutProduct.example | {"names": names})
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda data, name: {other: value for other, value in data.items() if other != name},
        lambda data, name: data | {name: None},
        lambda data, name: data | {name: {"surely": "wrong"}},
        lambda data, name: data | {name: [[]]},
        lambda data, name: data | {f"{name}_unknown": 1},
    ],
    ids=["gone", "null", "mapping", "list", "unknown"],
)
@each_message
def test_schema_and_model_agree_on_every_field(
    message: type[Message], change: Callable[[Json, str], Json]
) -> None:
    for name in message.model_fields:
        data = change(message.example, name)
        assert judge(message).is_valid(example(message, data=data)) == _accepted(message, data), (
            name
        )


def _accepted(message: type[Message], data: Json) -> bool:
    """Return whether the pipeline would accept the data."""
    try:
        message.model_validate(
            data, extra="forbid" if issubclass(message, CommandOrQuery) else "ignore"
        )
    except ValueError:
        return False
    return True
