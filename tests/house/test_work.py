"""The unit of work stores and locks. It makes no message and gives no reason: domain decides."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from services.orders import work as orders_work
from shared.contracts.message import Message
from shared.contracts.reason import Reason
from shared.contracts.values import Customer
from shared.runtime.errors import NotYet, Unprocessable

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / "services"
MODULES = sorted([*SERVICES.rglob("work.py"), *SERVICES.rglob("work/*.py")])
DECIDED = (Message, Reason, NotYet, Unprocessable)


def module_of(path: Path) -> ModuleType:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return importlib.import_module(name.removesuffix(".__init__"))


def decisions(source: str, module: ModuleType) -> Iterator[str]:
    """Yield the calls that construct a message, a reason, or the error of an unfit message."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            called = getattr(module, node.func.id, None)
            if isinstance(called, type) and issubclass(called, DECIDED):
                yield f"line {node.lineno}: {node.func.id}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_work_decides_nothing(path: Path) -> None:
    assert list(decisions(path.read_text("utf-8"), module_of(path))) == []


def test_a_decision_in_work_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders_work, "Reason", Reason, raising=False)
    monkeypatch.setattr(orders_work, "Customer", Customer, raising=False)
    source = "def find():\n    Customer()\n    return Reason('unknown_order', 'No.')\n"
    assert list(decisions(source, orders_work)) == ["line 3: Reason"]
