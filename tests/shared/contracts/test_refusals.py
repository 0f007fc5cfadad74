"""Every code of a refusal is declared at the message that is refused with it, with its sentence."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.contracts.asyncapi.messages import described
from shared.contracts.message import CommandOrQuery, UndeclaredCode, catalogue
from shared.contracts.orders import SetNote
from shared.contracts.reason import Reason
from shared.contracts.refusal_codes import DETAILS
from shared.contracts.refusal_variants import VARIANTS
from shared.contracts.refusals import GENERAL, OF_CLAIMS, SENTENCES, UNREAD, codes
from shared.runtime.service import installed_services

ROOT = Path(__file__).parents[3]
VALUE = re.compile(r"\{[^{}]*\}")
COMPUTED = "computed"
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
    assert declared() | {*GENERAL, *UNREAD, *OF_CLAIMS, "conflict"} == set(SENTENCES)
    odd = [code for code, sentence in SENTENCES.items() if not sentence.endswith((".", "?", "}"))]
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


def test_details_are_described() -> None:
    assert set(DETAILS) <= set(SENTENCES)


def test_the_contract_names_the_codes_of_each_refusal() -> None:
    found = described(SetNote.refusal, "orders")
    codes = found["payload"]["allOf"][1]["properties"]["data"]["allOf"][1]["properties"]["code"]
    assert codes["enum"] == sorted(
        {*SetNote.refusal_codes, *GENERAL, "employee_not_allowed", "conflict"}
    )
    assert found["x-refusal-codes"]["unknown_order"] == {"sentence": SENTENCES["unknown_order"]}


def test_the_sentences_of_a_code_are_those_of_the_contract() -> None:
    other = {}
    for code, sentences in sentences_of_codes().items():
        shown = {VALUE.sub("{}", each) for each in (SENTENCES[code], *VARIANTS.get(code, ()))}
        if sentences - {*shown, COMPUTED, "{}; possible: {}."}:
            other[code] = sentences - shown
    assert other == {}
