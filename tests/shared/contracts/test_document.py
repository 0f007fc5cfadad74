"""The generated document is up to date, well-formed, complete and reproducible."""

import gzip
import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from shared.contracts.asyncapi.document import Exchanges, document, dump, published, unused_messages
from shared.contracts.asyncapi.fields import described
from shared.contracts.asyncapi.operations import Interface
from shared.contracts.envelope import Envelope
from shared.contracts.message import Command
from shared.contracts.orders import GetOrder, OrderPlaced, PlaceOrder
from shared.runtime.rabbitmq.names import COMMANDS, DOCUMENTS, EVENTS, REPLIES
from shared.runtime.service import Service
from tests.prose.marks import MARKS, Passage, count, places
from tests.shared.contracts.conftest import FILE, parts
from tests.toy.contracts import Add, Added

Json = dict[str, Any]

# @asyncapi/specs 6.11.1, schemas/3.1.0.json (Apache-2.0), unchanged: what the official parser
# judges by.
RULES = Path(__file__).with_name("asyncapi-3.1.0.json.gz")
UNREAD = "message.refused.v1"
EXCHANGES = Exchanges(COMMANDS, EVENTS, DOCUMENTS, REPLIES)
INTERFACES = {
    "shop": Interface([PlaceOrder, GetOrder], [OrderPlaced]),
    "desk": Interface([OrderPlaced], []),
}


@pytest.fixture(scope="module")
def rules() -> Draft7Validator:
    return Draft7Validator(json.loads(gzip.decompress(RULES.read_bytes())))


@pytest.fixture(scope="module")
def small() -> Json:
    """Return the contract of two small services."""
    return document(INTERFACES, EXCHANGES, published())


def test_the_file_is_up_to_date(contract: Json) -> None:
    assert FILE.read_text(encoding="utf-8") == dump(contract), (
        "run `aftercart contract` and look at what changed"
    )


def test_every_published_message_has_a_service(contract: Json) -> None:
    assert unused_messages(contract) == []


def test_the_document_is_valid_asyncapi(contract: Json, rules: Draft7Validator) -> None:
    assert [error.message for error in rules.iter_errors(contract)] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("operations", "shop.send.order.placed.v1", "action"), "publish"),
        (("components", "channelBindings", "events", "amqp", "exchange", "type"), "topical"),
        (("channels", "order.placed", "routing_key"), "order.placed"),
        (("components", "messages", "order.place.v1", "payload", "allOf"), {}),
    ],
)
def test_invalid_asyncapi_is_found(
    small: Json, rules: Draft7Validator, path: tuple[str, ...], value: Any
) -> None:
    wrong = place = deepcopy(small)
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert not rules.is_valid(wrong)


def test_every_reference_resolves(small: Json) -> None:
    references = [part["$ref"] for part in parts(small) if "$ref" in part]
    assert len(references) > 100
    for reference in references:
        place: Any = small
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_every_schema_is_valid_and_has_nothing_beside_a_reference(small: Json) -> None:
    for schema in small["components"]["schemas"].values():
        Draft7Validator.check_schema(schema)
    assert all(len(part) == 1 for part in parts(small) if "$ref" in part)


# of JSON Schema draft 7 (and `uuid`), and of ECMA-262 with the flag `u`
FORMATS = {"date", "date-time", "ipv4", "ipv6", "uuid"}
ESCAPE = re.compile(r"\\(?:[dDsSwWbBnrtfv0^$\\.*+?()\[\]{}|/-]|x[0-9a-f]{2}|u[0-9a-f]{4})")


def test_every_format_and_pattern_can_be_loaded_in_other_languages(small: Json) -> None:
    schemas = list(parts(small["components"]["schemas"]))
    assert {part["format"] for part in schemas if isinstance(part.get("format"), str)} <= FORMATS
    patterns = {part["pattern"] for part in schemas if isinstance(part.get("pattern"), str)}
    assert len(patterns) > 10
    assert [pattern for pattern in patterns if "\\" in ESCAPE.sub("", pattern)] == []
    assert "\\" in ESCAPE.sub("", r'[^@"\"]')


def test_every_attribute_of_the_envelope_is_described(small: Json) -> None:
    attributes = small["components"]["schemas"]["Envelope"]["properties"]
    assert attributes.keys() == Envelope.model_fields.keys()
    assert all(attribute["description"] for attribute in attributes.values())


def test_every_field_is_described(contract: Json) -> None:
    assert undescribed(contract["components"]["schemas"]) == []


def test_every_schema_has_a_title_of_its_own(contract: Json) -> None:
    components = contract["components"]
    payloads = [message["payload"] for message in components["messages"].values()]
    titles = [schema["title"] for schema in (*components["schemas"].values(), *payloads)]
    assert len(titles) == len(set(titles))
    assert all(title.isidentifier() for title in titles)


def test_descriptions_are_plain_english(contract: Json) -> None:
    texts = {part["description"] for part in parts(contract) if _is_text(part.get("description"))}
    assert len(texts) > 1000
    passages = [Passage(FILE, 1, re.sub("`[^`]*`", "", text)) for text in texts]
    for mark in MARKS:
        assert count(passages, mark) <= mark.limit, list(places(passages, mark))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def undescribed(schemas: Json) -> list[str]:
    """Return the fields without a description as `schema.field`."""
    found = []
    for name, schema in schemas.items():
        for field, part in schema.get("properties", {}).items():
            if not part.get("description"):
                found.append(f"{name}.{field}")
    return found


def test_a_field_is_described_by_itself_its_type_or_its_name() -> None:
    typed = {"anyOf": [{"type": "string", "description": "Currency"}, {"type": "null"}]}
    properties = {"own": {"description": "Own"}, "typed": typed, "order_id": {}, "strange": {}}
    found = described({"Some": {"properties": properties}})
    assert undescribed(found) == ["Some.strange"]
    assert [part.get("description") for part in found["Some"]["properties"].values()] == [
        "Own",
        "Currency",
        "Id of the order",
        None,
    ]


def test_the_order_of_services_and_messages_makes_no_difference(small: Json) -> None:
    turned = document(dict(reversed(INTERFACES.items())), EXCHANGES, reversed(published()))
    assert dump(turned) == dump(small)


def test_the_text_can_be_parsed_and_does_not_escape_letters(small: Json) -> None:
    assert yaml.load(dump(small), yaml.CSafeLoader) == small
    assert "لیوان آبی" in dump(small)
    assert not any(mark in dump(small) for mark in ("&id", "!!python"))


def test_the_routing_key_is_the_address_on_its_exchange(small: Json) -> None:
    placed = small["channels"]["order.placed"]
    assert placed["address"] == "order.placed"
    assert placed["bindings"] == {"$ref": "#/components/channelBindings/events"}
    bindings = small["components"]["channelBindings"]
    assert {role: found["amqp"]["exchange"]["name"] for role, found in bindings.items()} == {
        "commands": "aftercart.commands",
        "events": "aftercart.events",
        "documents": "aftercart.documents",
        "replies": "aftercart.replies",
    }


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("order.place", "commands"),
        ("order.get", "commands"),
        ("order.placed", "events"),
        ("order.place_refused", "events"),
        ("document.content", "documents"),
    ],
)
def test_each_kind_of_message_has_its_exchange(small: Json, name: str, role: str) -> None:
    assert small["channels"][name]["bindings"]["$ref"].endswith(role)


def test_the_channel_of_answers_has_no_address(small: Json) -> None:
    assert (
        not {"order.get_answered", "order.get_refused", "command.done"} & small["channels"].keys()
    )
    replies = small["channels"]["replies"]
    assert replies["address"] is None
    assert {
        "order.get_answered.v1",
        "order.get_refused.v1",
        "order.place_refused.v1",
        "command.done.v1",
    } <= (replies["messages"].keys())


def test_operations_are_the_messages_a_service_receives_and_sends(small: Json) -> None:
    assert {name: operation["action"] for name, operation in small["operations"].items()} == {
        "desk.receive.order.placed.v1": "receive",
        "shop.receive.order.get.v1": "receive",
        "shop.receive.order.place.v1": "receive",
        "shop.send.order.place_refused.v1": "send",
        "shop.send.order.placed.v1": "send",
    }


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("shop.receive.order.place.v1", ["command.done.v1", "order.place_refused.v1", UNREAD]),
        ("shop.receive.order.get.v1", ["order.get_answered.v1", "order.get_refused.v1", UNREAD]),
    ],
)
def test_commands_and_queries_are_answered_at_their_replyto(
    small: Json, name: str, answers: list[str]
) -> None:
    reply = small["operations"][name]["reply"]
    assert reply["address"]["location"] == "$message.payload#/replyto"
    assert [part["$ref"] for part in reply["messages"]] == [
        f"#/channels/replies/messages/{name}" for name in answers
    ]
    assert "reply" not in small["operations"]["desk.receive.order.placed.v1"]


def test_the_source_of_an_example_is_a_service_that_sends_it(small: Json) -> None:
    messages = small["components"]["messages"]
    assert messages["order.placed.v1"]["examples"][0]["payload"]["source"] == "/aftercart/shop"
    assert messages["order.place.v1"]["examples"][0]["payload"]["source"] == "/storefront"


def test_internal_messages_are_not_published(small: Json) -> None:
    class Tick(Command, name="desk.tick", internal=True):
        """An internal message."""

    interfaces = INTERFACES | {"desk": Interface([OrderPlaced, Tick], [Tick])}
    assert document(interfaces, EXCHANGES, published()) == small


def test_a_message_that_is_neither_published_nor_internal_is_an_error() -> None:
    with pytest.raises(
        ValueError, match=r"toy: aftercart\.toy\.add\.v1, toy: aftercart\.toy\.added\.v1"
    ):
        document({"toy": Interface([Add], [Added])}, EXCHANGES, published())


def test_unused_messages_are_listed(small: Json) -> None:
    spoken = {
        "order.place.v1",
        "order.place_refused.v1",
        "order.get_answered.v1",
        "command.done.v1",
    }
    assert {"stock.set.v1", "stock.changed.v1"} <= set(unused_messages(small))
    assert not spoken & set(unused_messages(small))


def test_every_service_has_a_tag(contract: Json, services: list[Service]) -> None:
    assert {service.name for service in services} <= {
        tag["name"] for tag in contract["info"]["tags"]
    }
