"""Every message that an employee sends has a verb, and sentences name the verb."""

import ast
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import click
import pytest

from shared import contracts
from shared.cli.main import main
from shared.cli.verbs import INSTEAD, NAMED, VERBS, WITHOUT_VERB, with_verbs
from shared.contracts.message import CommandOrQuery, catalogue, wire_type

ROOT = Path(__file__).parents[3]
SOURCES = "\n".join(
    path.read_text("utf-8")
    for folder in ("cli", "clients")
    for path in (ROOT / "shared" / folder).rglob("*.py")
    if path.name != "verbs.py"
)


def asked_names() -> set[str]:
    """Return the names of all commands and queries that a client may send."""
    for module in walk_packages(contracts.__path__, "shared.contracts."):
        import_module(module.name)
    return {
        kind.name
        for kind in catalogue.values()
        if issubclass(kind, CommandOrQuery)
        and kind.name
        and not kind.internal
        and kind.__module__.startswith("shared.contracts.")
    }


def command_of(verb: str) -> click.Command:
    """Return the command that the words of a verb lead to."""
    found: click.Command = main
    for word in verb.split():
        if not isinstance(found, click.Group):
            break
        context = click.Context(found)
        inner = found.get_command(context, word)
        assert inner is not None, verb
        found = inner
    return found


def test_every_message_has_a_verb_or_a_reason_why_not() -> None:
    differing = asked_names() ^ (VERBS.keys() | WITHOUT_VERB.keys())
    assert not differing, (
        f"{sorted(differing)}: name the verb of each new message in VERBS of shared/cli/verbs.py,"
        " or in WITHOUT_VERB why it has none"
    )
    assert not VERBS.keys() & WITHOUT_VERB.keys()
    assert INSTEAD.keys() <= WITHOUT_VERB.keys()


@pytest.mark.parametrize("verb", sorted({*VERBS.values(), *INSTEAD.values()}))
def test_a_verb_is_a_command_with_its_options(verb: str) -> None:
    command = command_of(verb)
    assert not isinstance(command, click.Group)
    options = {name for param in command.params for name in param.opts}
    assert {word for word in verb.split() if word.startswith("--")} <= options


@pytest.mark.parametrize("name", sorted(VERBS))
def test_the_command_line_sends_what_has_a_verb(name: str) -> None:
    noun, verb = name.split(".")
    defined = f'noun="{noun}"' in SOURCES and verb in ("list", "get", "put", "remove", "disable")
    steps = noun == "return" and f'"{verb}"' in SOURCES
    sent_by_class = catalogue[wire_type(name)].__name__ in SOURCES
    assert f'"{name}"' in SOURCES or defined or steps or sent_by_class


def sentences() -> Iterator[str]:
    """Yield the texts in the services that are shown to people and name a message."""
    for path in (ROOT / "services").rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        docs = {
            inspect.cleandoc(ast.get_docstring(node) or "")
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
                if " " in text and inspect.cleandoc(text) not in docs and named(text):
                    yield text


def named(text: str) -> set[str]:
    """Return the messages that a text names."""
    return {found[1] for found in NAMED.finditer(text)} & asked_names()


def test_every_message_that_a_sentence_names_is_shown_as_its_verb() -> None:
    found = list(sentences())
    assert len(found) >= 10
    assert [text for text in found if named(with_verbs(text))] == []


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        (
            "'order.correct_invoice' issues it anew.",
            "`aftercart order invoice REF --correct` issues it anew.",
        ),
        ("Send shop.put first.", "Send `aftercart shop put` first."),
        ("It is on example.test, 3.50 EUR.", "It is on example.test, 3.50 EUR."),
        ("'order.placed' says so.", "'order.placed' says so."),
    ],
)
def test_a_sentence_names_verbs_instead_of_messages(sentence: str, shown: str) -> None:
    assert with_verbs(sentence) == shown
    assert re.fullmatch(r"[^.]+\..*", shown)
