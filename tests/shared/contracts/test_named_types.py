"""Each enumeration, mapping and union has a name, so that generators of code number none."""

from typing import Any

from shared.contracts.asyncapi.named_types import is_type, with_named_types
from tests.shared.contracts.conftest import parts

Json = dict[str, Any]
KIND: Json = {"enum": ["a", "b"], "type": "string"}
OTHER: Json = {"enum": ["c", "d"], "type": "string"}


def named(**schemas: Json) -> Json:
    """Return schemas with these properties, with named types."""
    return with_named_types({name: {"properties": schemas[name]} for name in schemas}, "#/")


def test_every_type_of_the_contract_has_a_name(contract: Json) -> None:
    schemas = contract["components"]["schemas"]
    inner = [part for part in parts(schemas) if not any(part is each for each in schemas.values())]
    assert [part for part in inner if "type" in part and is_type(part)] == []
    assert len([schema for schema in schemas.values() if "enum" in schema]) > 30


def test_equal_types_of_equal_properties_are_one() -> None:
    found = named(One={"kind": {**KIND, "description": "Of one"}}, Two={"kind": dict(KIND)})
    assert found["Kind"] == KIND | {"title": "Kind"}
    assert found["One"]["properties"]["kind"] == {
        "allOf": [{"$ref": "#/Kind"}],
        "description": "Of one",
    }
    assert found["Two"]["properties"]["kind"] == {"$ref": "#/Kind"}


def test_different_types_of_equal_properties_are_named_by_their_schemas() -> None:
    found = named(One={"kind": dict(KIND)}, Two={"kind": dict(OTHER)})
    assert found.keys() == {"One", "OneKind", "Two", "TwoKind"}


def test_a_name_that_is_taken_gets_that_of_its_schema() -> None:
    assert "OneTwo" in named(One={"two": dict(KIND)}, Two={"two": {"type": "string"}})


def test_types_in_lists_mappings_and_beside_null_are_named() -> None:
    null = {"type": "null"}
    mapping = {"type": "object", "additionalProperties": dict(KIND)}
    found = named(
        One={
            "kinds": {"type": "array", "items": dict(KIND)},
            "by_name": mapping,
            "perhaps": {"anyOf": [dict(OTHER), null]},
        }
    )
    assert found.keys() == {"One", "KindsItem", "ByName", "ByNameValue", "Perhaps"}
    assert found["ByName"]["additionalProperties"] == {"$ref": "#/ByNameValue"}
    assert found["One"]["properties"]["perhaps"] == {"anyOf": [{"$ref": "#/Perhaps"}, null]}
