"""The contract is loaded by the tools of other languages: the official parser of AsyncAPI, ajv in
strict mode, a generator of types and the compiler of TypeScript.
"""

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from shared.cli.messages.contract import contract_of, interfaces_of
from shared.cli.services import Installation
from shared.contracts.asyncapi.files import bundle, schema_files
from tests.languages.node import checked, compiled

pytestmark = pytest.mark.slow

Json = dict[str, Any]


@pytest.fixture(scope="module")
def contract() -> Json:
    return contract_of(interfaces_of(Installation().services()))


@pytest.fixture(scope="module")
def found(contract: Json, tmp_path_factory: pytest.TempPathFactory) -> Json:
    """Return what the tools find in the contract.

    The parser repeats each message in each operation, which takes ten seconds for all of them: it
    reads those of one service. All are generated alike.
    """
    operations = {}
    for name, operation in contract["operations"].items():
        if name.startswith("documents."):
            operations[name] = operation
    assert len(operations) > 20
    whole = {
        "document": contract | {"operations": operations},
        "files": dict(schema_files(contract)),
        "bundle": bundle(contract),
    }
    return checked(whole, tmp_path_factory.mktemp("contract"))


def test_the_official_parser_finds_no_fault(found: Json) -> None:
    assert found["parser"] == []


def test_every_schema_compiles_and_accepts_its_example_in_both_drafts(found: Json) -> None:
    assert found["schemas"] == []


def test_no_type_of_typescript_is_numbered(found: Json) -> None:
    names = re.findall(r"^export (?:type|interface) (\w+)", found["types"], re.MULTILINE)
    assert len(names) > 500
    assert [name for name in names if name[-1].isdigit()] == []


def test_the_types_compile_and_fit_a_client(found: Json, tmp_path: Path) -> None:
    (tmp_path / "aftercart.d.ts").write_text(found["types"], encoding="utf-8")
    client = tmp_path / "client.ts"
    client.write_text(
        'import type {GetOrder, OrderPlaced} from "./aftercart"\n'
        'export const query: GetOrder = {order_id: "XKBKNABJK"}\n'
        "export const paid = (event: OrderPlaced): number => event.order.total.amount\n",
        encoding="utf-8",
    )
    assert compiled(client) == ""
    client.write_text(client.read_text("utf-8").replace("total.amount", "total"), "utf-8")
    assert "error TS2322" in compiled(client)


def test_every_file_refers_to_itself_only(contract: Json) -> None:
    for name, schema in schema_files(contract):
        references = set(re.findall(r'"\$ref": "([^"]*)"', json.dumps(schema)))
        assert references == {f"#/$defs/{each}" for each in schema["$defs"]}, name


def test_faults_are_found(contract: Json, tmp_path: Path) -> None:
    """Break a pattern, a format, an example, the document and a name, as earlier versions did."""
    document = deepcopy(contract)
    document["channels"] = {"order.placed": {"adress": "order.placed"}}
    kind = {"title": "Kind", "enum": ["a", "b"]}
    wrong = {
        "Pattern": {"type": "string", "pattern": r"^[^\"]$"},
        "Format": {"type": "string", "format": "base64"},
        "Example": {"type": "object", "required": ["id"], "properties": {"id": {}}},
        "Twins": {"type": "object", "properties": {"one": kind, "other": dict(kind)}},
    }
    files = {name: {"title": name, "examples": [{}]} for name in wrong}
    whole = {"title": "Message", "$defs": wrong, "type": "object"}
    found = checked({"document": document, "files": files, "bundle": whole}, tmp_path)
    assert found["parser"]
    assert len(found["schemas"]) == 2 * 3
    assert "Kind1" in found["types"]
