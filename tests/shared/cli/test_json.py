"""One shape of `--json`: every command that lists has it, and prints one object on each line. For
people, each list has a header row.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pkgutil import walk_packages
from types import SimpleNamespace
from typing import Any

import click
import pytest
from click.testing import CliRunner

from shared import contracts
from shared.cli import shop_client
from shared.cli.main import COMMANDS, main
from shared.cli.options import json_option
from shared.cli.services import Installation
from shared.contracts.message import Query, catalogue
from tests.loops import for_each

ELSEWHERE = {
    "ask",
    "customer erase",
    "dead list",
    "dead show",
    "health",
    "order state",
    "reader add",
    "reader list",
    "reader rotate",
    "send",
    "status",
    "storefront add",
    "storefront list",
    "storefront rotate",
    "watch",
}
"""Commands that need RabbitMQ or a confirmation; their own tests read their lines."""
TITLE = r"[A-Z][A-Za-z-]*( [a-z]+)*"
AN_ID = "6f1c2a54-3b0e-4d0e-9a57-0f2f5d1f6a01"


def commands(group: click.Group, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield every command of a group, and of the groups in it, with its words."""
    context = click.Context(group)
    for name in COMMANDS if group is main else group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        if isinstance(found, click.Group):
            yield from commands(found, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", found


ALL = dict(commands(main))


def json_option_of(command: click.Command) -> click.Option | None:
    for param in command.params:
        if isinstance(param, click.Option) and "--json" in param.opts:
            return param
    return None


def lists(words: str, command: click.Command) -> bool:
    """Return whether a command lists: its name or its help says so."""
    return words.endswith(" list") or (command.short_help or "").startswith("List ")


def has_argument(words: str) -> bool:
    """Return whether a command takes an argument, such as the product whose changes it lists."""
    return any(isinstance(param, click.Argument) for param in ALL[words].params)


LISTS = [words for words, command in ALL.items() if lists(words, command)]
PRINTS_JSON = [words for words, command in ALL.items() if json_option_of(command)]


SHOWS = [words for words, command in ALL.items() if (command.short_help or "").startswith("Show ")]


@for_each([*LISTS, *SHOWS], str)
def test_every_command_that_lists_or_shows_has_json(words: str) -> None:
    assert json_option_of(ALL[words]), "add `json_option` of shared/cli/options.py"


@for_each([words for words in LISTS if not has_argument(words)], str)
def test_a_command_that_lists_all_is_called_list(words: str) -> None:
    assert words.rsplit(maxsplit=1)[-1] == "list"


@for_each(list(ALL), str)
def test_arguments_and_values_are_written_in_one_form(words: str) -> None:
    assert " RANGE" not in ALL[words].get_help(click.Context(ALL[words])), "give a metavar"
    for param in ALL[words].params:
        if isinstance(param, click.Argument) and not isinstance(param.type, click.Choice):
            assert "_" not in param.make_metavar(click.Context(ALL[words]))


@for_each(PRINTS_JSON, str)
def test_json_is_the_same_option_everywhere(words: str) -> None:
    expected = json_option_of(json_option(click.Command("any")))
    found = json_option_of(ALL[words])
    assert found
    assert expected
    assert (found.help, found.name) == (expected.help, expected.name)


class Answering:
    """Answers each query with the example of its contract, and lists with each entry twice."""

    def request(self, name: str, data: dict[str, Any], **_: Any) -> Any:
        return SimpleNamespace(data=answer_to(name), refusal=None)


def answer_to(name: str) -> dict[str, Any]:
    """Return the answer of a query's contract with each entry of its lists twice."""
    for module in walk_packages(contracts.__path__, "shared.contracts."):
        import_module(module.name)
    for kind in catalogue.values():
        if issubclass(kind, Query) and kind.name == name and kind.answer:
            answer = kind.answer.model_validate(kind.answer.example).model_dump(mode="json")
            break
    else:
        raise AssertionError(f"no query {name}")
    for field, value in answer.items():
        if isinstance(value, list):
            answer[field] = value * 2
    return answer | {"next": None}


@contextmanager
def opened(*_: Any) -> Iterator[Answering]:
    yield Answering()


def arguments(command: click.Command) -> Iterator[str]:
    """Yield a value for each argument that a command needs."""
    for param in command.params:
        if isinstance(param, click.Argument) and param.required:
            if isinstance(param.type, click.Choice):
                yield param.type.choices[0]
            else:
                yield AN_ID


@pytest.fixture(scope="module")
def without_rabbitmq() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shop_client, "open_client", opened)
        yield


@for_each([words for words in PRINTS_JSON if words not in ELSEWHERE], str)
def test_each_line_is_one_object(words: str, without_rabbitmq: Any) -> None:
    result = CliRunner().invoke(
        main,
        [*words.split(), *arguments(ALL[words]), "--json"],
        env={"AFTERCART_BROKER_URL": "amqp://a:b@h"},
        obj=Installation({}),
        catch_exceptions=False,
    )
    assert result.exit_code == 0, result.output
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert all(isinstance(one, dict) for one in found)
    assert len(found) >= (2 if lists(words, ALL[words]) else 1)


@for_each([words for words in LISTS if words not in ELSEWHERE], str)
def test_every_list_has_a_header_row(words: str, without_rabbitmq: Any) -> None:
    result = CliRunner().invoke(
        main,
        [*words.split(), *arguments(ALL[words])],
        env={"AFTERCART_BROKER_URL": "amqp://a:b@h"},
        obj=Installation({}),
        catch_exceptions=False,
    )
    header, *rows = result.stdout.splitlines()
    assert all(re.fullmatch(TITLE, title) for title in re.split(r"  +", header.strip())), header
    assert len(rows) >= 2


def test_commands_that_are_tested_elsewhere_exist() -> None:
    assert set(PRINTS_JSON) >= ELSEWHERE
