"""JSON Schemas of messages and envelope, as AsyncAPI wants them: draft 7, under one roof.

What is asked is described as it is checked: unknown fields are refused. What is told is described
as it must be read: unknown fields are allowed, at any depth, so that it may grow. A value that is
part of both has a schema for each (`Address-Input`, `Address-Output`).
"""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema
from pydantic_core.core_schema import DictSchema, ModelSchema

from shared.contracts.asyncapi.prose import ATTRIBUTES
from shared.contracts.envelope import Envelope
from shared.contracts.message import Asking, Message, Refusal

Json = dict[str, Any]
ROOM = "#/components/schemas/"
ASKED: JsonSchemaMode = "validation"
TOLD: JsonSchemaMode = "serialization"


class _Generator(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:
        return False  # a title made of the field's name says nothing new

    def model_schema(self, schema: ModelSchema) -> Json:
        found = super().model_schema(schema)
        if self.mode == TOLD and found.get("additionalProperties") is False:
            del found["additionalProperties"]
        if "description" in found:
            found["description"] = _unwrap(found["description"])
        return found

    def dict_schema(self, schema: DictSchema) -> Json:
        """Where keys have a pattern, pydantic refuses others, but does not say so."""
        found = super().dict_schema(schema)
        return found | {"additionalProperties": False} if "patternProperties" in found else found


def _unwrap(text: str) -> str:
    """Join the lines of each paragraph: the source's line breaks do not belong in the contract."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def schema_name(message: type[Message]) -> str:
    """Under which name a message's data is described; all refusals have one shape."""
    return _model(message)[0].__name__


def schemas(messages: Iterable[type[Message]]) -> Json:
    """Schemas by name: the envelope, the data of each message, and the values in them."""
    wanted: set[tuple[type[BaseModel], JsonSchemaMode]] = {(Envelope, ASKED)}
    wanted.update(_model(message) for message in messages)
    ordered = sorted(wanted, key=lambda one: one[0].__name__)
    _, found = models_json_schema(
        ordered, ref_template=ROOM + "{model}", schema_generator=_Generator
    )
    tidy = {name: _tidy(schema) for name, schema in sorted(found["$defs"].items())}
    return tidy | {"Envelope": _envelope(tidy["Envelope"])}


def _model(message: type[Message]) -> tuple[type[BaseModel], JsonSchemaMode]:
    model = Refusal if issubclass(message, Refusal) else message
    return model, ASKED if issubclass(message, Asking) else TOLD


def _tidy(schema: Any) -> Any:
    """Draft 7 ignores what stands beside a `$ref`, such as a field's description."""
    if isinstance(schema, list):
        return [_tidy(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {name: _tidy(part) for name, part in schema.items()}
    if "$ref" in tidy and len(tidy) > 1:
        return {"allOf": [{"$ref": tidy.pop("$ref")}], **tidy}
    return tidy


def _envelope(schema: Json) -> Json:
    """As CloudEvents wants it: attributes are absent or have a value, and `specversion` is there
    (we read messages without it, too). Each attribute is explained.
    """
    attributes = schema["properties"]
    explained = {
        name: _present(attributes[name]) | {"description": ATTRIBUTES[name]} for name in attributes
    }
    return {**schema, "properties": explained, "required": ["specversion", *schema["required"]]}


def _present(attribute: Json) -> Json:
    """Without null and its default."""
    if attribute.get("default", "") is None:
        attribute = {name: part for name, part in attribute.items() if name != "default"}
    kinds = [kind for kind in attribute.pop("anyOf", []) if kind != {"type": "null"}]
    return {**(kinds[0] if kinds else {}), **attribute}
