"""Generate the JSON Schemas of messages and envelope, draft 7 as AsyncAPI uses it.

Schemas of received messages are strict: unknown fields are refused. Schemas of sent messages allow
unknown fields at any depth, so that readers tolerate additions. A value in both has a schema for
each: `AddressInput` is what a client sends, `Address` what it reads.

Generators of code name a type by its title, and number those without one. So every schema that
becomes a type has a title: the named ones, and each enumeration, mapping or union inside them.
"""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema
from pydantic_core.core_schema import DictSchema, ModelSchema

from shared.contracts.asyncapi.fields import described
from shared.contracts.asyncapi.named_types import with_named_types
from shared.contracts.asyncapi.prose import ATTRIBUTES
from shared.contracts.envelope import Envelope
from shared.contracts.message import CommandOrQuery, Message, Refusal

Json = dict[str, Any]
SCHEMAS = "#/components/schemas/"
RECEIVED: JsonSchemaMode = "validation"
SENT: JsonSchemaMode = "serialization"


class _Generator(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:
        return False  # a title made of the field's name says nothing new

    def model_schema(self, schema: ModelSchema) -> Json:
        found = super().model_schema(schema)
        if self.mode == SENT and found.get("additionalProperties") is False:
            del found["additionalProperties"]
        if "description" in found:
            found["description"] = _unwrap(found["description"])
        return found

    def dict_schema(self, schema: DictSchema) -> Json:
        """Return the schema of a mapping; pydantic refuses keys outside a pattern, but omits it
        here.
        """
        found = super().dict_schema(schema)
        return found | {"additionalProperties": False} if "patternProperties" in found else found


def _unwrap(text: str) -> str:
    """Join the lines of each paragraph: the source's line breaks do not belong in the contract."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def schema_name(message: type[Message]) -> str:
    """Return the name of the schema of a message's data; all refusals share one."""
    return _model(message)[0].__name__


def schemas(messages: Iterable[type[Message]]) -> Json:
    """Return the schemas by name: the envelope, the data of each message, and the values in
    them.
    """
    wanted: set[tuple[type[BaseModel], JsonSchemaMode]] = {(Envelope, RECEIVED)}
    wanted.update(_model(message) for message in messages)
    ordered = sorted(wanted, key=lambda one: one[0].__name__)
    _, found = models_json_schema(
        ordered, ref_template=SCHEMAS + "{model}", schema_generator=_Generator
    )
    tidy = {}
    for name, schema in described(found["$defs"]).items():
        tidy[_name(name)] = _tidy(schema)
    tidy["Envelope"] = _envelope(tidy["Envelope"])
    return with_named_types(tidy, SCHEMAS)


def _name(name: str) -> str:
    """Return the name of a schema: `Money-Input` -> `MoneyInput`, `Money-Output` -> `Money`."""
    return name.removesuffix("-Output").replace("-", "")


def _model(message: type[Message]) -> tuple[type[BaseModel], JsonSchemaMode]:
    model = Refusal if issubclass(message, Refusal) else message
    return model, RECEIVED if issubclass(message, CommandOrQuery) else SENT


def _tidy(schema: Any) -> Any:
    """Move references with siblings into `allOf`: draft 7 ignores everything beside a `$ref`, such
    as a field's description. Base64 is an encoding in draft 7, not a format.
    """
    if isinstance(schema, list):
        return [_tidy(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {name: _tidy(part) for name, part in schema.items()}
    if tidy.get("format") == "base64":
        tidy["contentEncoding"] = tidy.pop("format")
    if "$ref" in tidy:
        tidy["$ref"] = SCHEMAS + _name(tidy["$ref"].removeprefix(SCHEMAS))
    if "$ref" in tidy and len(tidy) > 1:
        return {"allOf": [{"$ref": tidy.pop("$ref")}], **tidy}
    return tidy


def _envelope(schema: Json) -> Json:
    """Return the envelope's schema by CloudEvents: attributes are absent or have a value, and
    `specversion` is required (our own reader does not require it).
    """
    attributes = schema["properties"]
    explained = {
        name: _present(attributes[name]) | {"description": ATTRIBUTES[name]} for name in attributes
    }
    return {**schema, "properties": explained, "required": ["specversion", *schema["required"]]}


def _present(attribute: Json) -> Json:
    """Return the schema of an attribute without null and without its default."""
    if attribute.get("default", "") is None:
        attribute = {name: part for name, part in attribute.items() if name != "default"}
    kinds = [kind for kind in attribute.pop("anyOf", []) if kind != {"type": "null"}]
    return {**(kinds[0] if kinds else {}), **attribute}
