"""Every code of a refusal is declared at the message that is refused with it, with its sentence."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.contracts.message import CommandOrQuery, UndeclaredCode, catalogue
from shared.contracts.orders import SetNote
from shared.contracts.reason import Reason
from shared.contracts.refusals import SENTENCES, codes
from shared.runtime.service import installed_services

ROOT = Path(__file__).parents[3]
NO_REFUSALS = "services/documents/domain/objections.py"
"""These codes are those of `document.failed`."""


def declared() -> set[str]:
    """All codes that a message of the catalogue declares."""
    assert installed_services()
    found: set[str] = set()
    for message in catalogue.values():
        ours = not message.__module__.startswith("tests.")
        if ours and issubclass(message, CommandOrQuery):
            found.update(message.refusal_codes)
    return found


def written() -> Iterator[tuple[str, str]]:
    """The codes that the services' code writes, each with its module."""
    for path in sorted(ROOT.glob("services/*/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
                continue
            first = node.args[0]
            if node.func.id == "Reason" and isinstance(first, ast.Constant):
                yield str(path.relative_to(ROOT)), first.value  # type: ignore[misc]


def test_each_code_has_a_sentence_and_a_message() -> None:
    assert declared() == set(SENTENCES)
    odd = [code for code, sentence in SENTENCES.items() if not sentence.endswith(".")]
    assert odd == []


def test_a_code_without_a_sentence_cannot_be_declared() -> None:
    with pytest.raises(ValueError, match="no_such_code"):
        codes("unknown_order no_such_code")


def test_a_message_is_refused_with_no_other_code() -> None:
    command = SetNote.model_validate(SetNote.example)
    assert command.refuse(Reason("unknown_order", "There is no order.")).code == "unknown_order"
    undeclared = r"'order\.set_note' does not declare the code 'other'"
    with pytest.raises(UndeclaredCode, match=undeclared):
        command.refuse(Reason("other", "Something else."))


def test_no_other_code_is_written_in_a_service() -> None:
    others = {path for path, code in written() if code not in SENTENCES}
    assert others == {NO_REFUSALS}
