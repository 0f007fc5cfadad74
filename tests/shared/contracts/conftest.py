from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from shared.cli.messages.contract import contract_of, interfaces_of
from shared.cli.services import Installation
from shared.runtime.service import Service

FILE = Path(__file__).parents[3] / "docs" / "reference" / "asyncapi.yaml"


@pytest.fixture(scope="session")
def services() -> list[Service]:
    return Installation().services()


@pytest.fixture(scope="session")
def contract(services: list[Service]) -> dict[str, Any]:
    """Return the contract of the installed services."""
    return contract_of(interfaces_of(services))


def core_schema(model: type[BaseModel]) -> Any:
    """Return the schema of a model, which pydantic builds when the model is first used."""
    model.model_rebuild()
    return model.__pydantic_core_schema__


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping in a JSON value, at any depth."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from parts(inner)
    if isinstance(value, list):
        for inner in value:
            yield from parts(inner)
