"""Every code of a refusal is declared at the message that is refused with it, with its sentence."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.contracts.message import CommandOrQuery, UndeclaredCode, catalogue
from shared.contracts.orders import SetNote
from shared.contracts.reason import Reason
from shared.contracts.refusals import SENTENCES, codes
from shared.runtime.service import installed_services

ROOT = Path(__file__).parents[3]
VALUE = re.compile(r"\{[^{}]*\}")
COMPUTED = "computed"
MORE_SENTENCES = {"nothing_on_slip", "unknown_order"}
"""Codes with a second sentence, which another variable or `Aggregate` holds."""
NO_REFUSALS = "services/documents/domain/snapshot_checks.py"
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


def sentences_of_codes() -> dict[str, set[str]]:
    """The sentences that stand beside a code in the services, with `{}` for each value."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(ROOT.glob("services/*/**/*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = assigned(tree)
        for node in ast.walk(tree):
            code, sentence = code_and_sentence(node)
            if isinstance(sentence, ast.Name):  # the nearest assignment above
                above = [
                    (line, value) for line, value in names[sentence.id] if line <= sentence.lineno
                ]
                sentence = max(above, key=lambda each: each[0])[1] if above else None
            text = with_blanks(sentence)
            if code and (text is None or " " in text):  # otherwise a tuple of names
                found[code].add(text or COMPUTED)
    return found


def code_and_sentence(node: ast.AST) -> tuple[str, ast.AST | None]:
    """`Reason(code, sentence, …)`, or a tuple that begins so; an empty code for anything else."""
    parts: list[ast.expr] = []
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reason":
        parts = node.args
    elif isinstance(node, ast.Tuple):
        parts = node.elts
    if len(parts) > 1 and isinstance(parts[0], ast.Constant) and parts[0].value in SENTENCES:
        return str(parts[0].value), parts[1]
    return "", None


def assigned(tree: ast.AST) -> dict[str, list[tuple[int, ast.AST]]]:
    """The values that are assigned to each name, with their lines."""
    found: dict[str, list[tuple[int, ast.AST]]] = defaultdict(list)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id].append((node.lineno, node.value))
    return found


def with_blanks(sentence: ast.AST | None) -> str | None:
    """A sentence with `{}` for each value; None for any other expression."""
    if isinstance(sentence, ast.Constant):
        return VALUE.sub("{}", str(sentence.value))
    if not isinstance(sentence, ast.JoinedStr):
        return None
    return "".join(
        getattr(part, "value", "") if isinstance(part, ast.Constant) else "{}"
        for part in sentence.values
    )


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


def test_a_code_with_one_sentence_shows_it_in_the_contract() -> None:
    other = {}
    for code, sentences in sentences_of_codes().items():
        if code in MORE_SENTENCES or len(sentences) > 1:
            continue
        shown = VALUE.sub("{}", SENTENCES.get(code, ""))
        if sentences - {shown, COMPUTED}:
            other[code] = (shown, sentences)
    assert other == {}
