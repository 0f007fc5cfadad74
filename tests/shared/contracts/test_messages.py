"""Each message has a name that follows the grammar, a docstring and an example."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from shared.contracts.asyncapi.document import published
from shared.contracts.asyncapi.messages import key, kind_of, summary
from shared.contracts.message import CommandOrQuery, Message, Query, Refusal, catalogue
from tests.loops import for_each
from tests.shared.contracts.conftest import core_schema
from tests.shared.contracts.grammar import fault, summary_fault
from tests.toy.contracts import Added

each_message = for_each(published(), key)


@each_message
def test_a_message_is_described_in_whole_sentences(message: type[Message]) -> None:
    words = vars(message).get("__doc__") or ""
    assert re.fullmatch(r"\S.+\.", " ".join(words.split()))


@each_message
def test_a_command_and_a_query_begin_with_an_imperative(message: type[Message]) -> None:
    assert summary_fault(summary(message), kind_of(message)) is None


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Sets the note of an order", "command"),
        ("A customer filled in the contact form", "command"),
        ("Asks for an order", "query"),
    ],
)
def test_a_summary_of_another_form_is_found(sentence: str, kind: str) -> None:
    assert summary_fault(sentence, kind)


@each_message
def test_a_message_has_an_example_of_its_own(message: type[Message]) -> None:
    assert "example" in vars(message) or issubclass(message, Refusal)
    message.model_validate(message.example, extra="forbid")


@each_message
def test_the_name_of_a_message_obeys_the_grammar(message: type[Message]) -> None:
    assert fault(message.name, kind_of(message)) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("order", "command"),
        ("Order.place", "command"),
        ("order.place.now", "command"),
        ("order.place2", "command"),
        ("order.placed", "command"),
        ("order.closed_list", "query"),
        ("order.place_refused", "event"),
        ("order.get_answered", "event"),
        ("order.place", "event"),
        ("order.place", "refusal"),
        ("order.detail", "answer"),
    ],
)
def test_a_wrong_name_is_found(name: str, kind: str) -> None:
    assert fault(name, kind)


@each_message
def test_fields_are_lower_case_words_and_the_subject_is_one_of_them(message: type[Message]) -> None:
    assert all(re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) for name in message.model_fields)
    assert (
        message.subject_field is None or message.model_fields[message.subject_field].is_required()
    )


@each_message
def test_commands_and_queries_have_refusals_and_queries_answers(message: type[Message]) -> None:
    if issubclass(message, CommandOrQuery):
        assert message.refusal.wire_type() == f"aftercart.{message.name}_refused.v{message.version}"
        assert message.refusal in published()
    if issubclass(message, Query):
        assert message.answer.name == f"{message.name}_answered"


def loose_numbers(schema: Any, field: str = "") -> Iterator[str]:
    """The integers of a message that text, a fraction or `true` would satisfy."""
    if isinstance(schema, list | tuple):
        for part in schema:
            yield from loose_numbers(part, field)
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "int" and not schema.get("strict"):
        yield field
    for name, part in schema.items():
        if name not in ("metadata", "serialization", "cls"):
            yield from loose_numbers(part, name)


@each_message
def test_integers_from_other_programs_are_strict(message: type[Message]) -> None:
    if issubclass(message, CommandOrQuery):
        assert list(loose_numbers(core_schema(message))) == []


def test_an_integer_that_is_not_strict_is_found() -> None:
    assert list(loose_numbers(core_schema(Added)))


def test_class_names_are_unique() -> None:
    names = [message.__name__ for message in published()]
    assert len(names) == len(set(names))


def test_a_message_declared_elsewhere_is_not_published() -> None:
    assert Added.wire_type() in catalogue
    assert Added not in published()
