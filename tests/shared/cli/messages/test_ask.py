import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from shared.cli.services import Installation
from shared.runtime.process.worker_process import WorkerProcess
from shared.runtime.settings import ServiceSettings
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for
from tests.toy.service import toy
from tests.words import sqlite_url


@pytest.fixture(scope="module")
def two_services(served: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The toy and a second one like it, both at work."""
    second, database = replace(toy, name="second"), sqlite_url(tmp_path_factory.mktemp("second"))
    url = served.environment["AFTERCART_TOY_BROKER_URL"].replace(
        "toy:toy-secret", "second:second-secret"
    )
    both = replace(
        served.having(AFTERCART_SECOND_BROKER_URL=url),
        installation=Installation({"toy": lambda: toy, "second": lambda: second}),
    )
    assert both.run("topology", "apply").exit_code == 0
    migrations.upgrade(second, engine_for(database))
    process = WorkerProcess(
        second, ServiceSettings(broker_url=SecretStr(url), database_url=SecretStr(database))
    )
    process.start()
    yield both
    process.stop()


def test_a_question_is_answered_as_json(served: Any) -> None:
    served.run("send", "toy.add", "-", stdin='{"key": "a", "amount": 2}')
    result = served.run("ask", "toy.get", "-", stdin='{"key": "a"}')
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"total": 2})


def test_a_question_without_fields_needs_no_file(served: Any) -> None:
    result = served.run("ask", "service.health")
    assert json.loads(result.stdout)["service"] == "toy"


def test_a_refused_question(served: Any) -> None:
    result = served.run("ask", "toy.get", "-", stdin='{"key": "none"}')
    assert (result.exit_code, result.stdout) == (2, "")
    assert "refused (unknown): There is no counter 'none'." in result.stderr


def test_nobody_answers(terminal: Any) -> None:
    result = terminal.run("ask", "toy.get", "-", "--wait", "0.1", stdin='{"key": "a"}')
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == "No service replied within 0.1 seconds: see `aftercart health`.\n"


def test_the_answers_of_all_services_are_collected(two_services: Any) -> None:
    result = two_services.run("ask", "service.health", "--all", "--wait", "1")
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert {answer["source"]: answer["name"] for answer in answers} == {
        "/aftercart/toy": "service.health_answered",
        "/aftercart/second": "service.health_answered",
    }


def test_one_answer_is_enough_without_all(two_services: Any) -> None:
    assert json.loads(two_services.run("ask", "service.health").stdout)["healthy"] is True


def test_a_command_is_no_question(terminal: Any) -> None:
    assert (
        "is a command: use `aftercart send toy.add FILE`" in terminal.run("ask", "toy.add").stderr
    )
    assert (
        "No service handles a query 'toy.gt'; did you mean 'toy.get'"
        in terminal.run("ask", "toy.gt").stderr
    )
