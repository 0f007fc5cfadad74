import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deploy.stack.postgres import Postgres
from shared.cli.services import Installation
from tests.conditions import patient
from tests.revisions import EXPAND, later_version
from tests.shared.cli.conftest import Terminal
from tests.toy.service import toy


@pytest.fixture
def empty_postgresql(postgres: Postgres) -> Any:
    """The URL of a database without tables."""
    return postgres.create_database("toy_empty")


def test_all_is_well(terminal: Any, worker: Any) -> None:
    result = terminal.run("health")
    assert result.exit_code == 0, result.output
    rabbit, topology, heading, row, unrouted = (line.split() for line in result.stdout.splitlines())
    assert rabbit[:3] == ["RabbitMQ", "reached", "at"]
    assert topology == ["Topology", "complete"]
    assert heading == [
        "Service",
        "State",
        "Waiting",
        "Questions",
        "Bulk",
        "Workers",
        "Outbox",
        "Due",
        "Dead",
        "Revision",
    ]
    assert row == ["toy", "healthy", "0", "0", "0", "1", "0", "0", "0", "0001"]
    assert unrouted == ["unrouted", "0"]
    _status_agrees(terminal)


def _status_agrees(terminal: Any) -> None:
    """Assert that `status` shows the same service, and the queues of the management API."""
    drawn = terminal.run("status")  # in a pipe, it is printed once
    assert drawn.exit_code == 0, drawn.output
    assert drawn.stdout.startswith("Aftercart: everything works")
    lines = terminal.run("status", "--once", "--json").stdout.splitlines()
    [found] = map(json.loads, lines)
    [service] = found["services"]
    assert (service["name"], service["healthy"], service["workers"]) == ("toy", True, 1)
    assert 0 < service["answer_seconds"] < patient(5)
    assert {"toy", "toy.questions", "toy.dead", "toy.wait"} <= {
        queue["name"] for queue in found["queues"]
    }


def test_health_names_a_database_and_a_worker_of_different_versions(
    terminal: Any, worker: Any, tmp_path: Path
) -> None:
    later = later_version(toy, tmp_path / "next", (EXPAND, "0001"), table="counters")
    newer = Terminal(terminal.environment, Installation({"toy": lambda: later}))
    before = newer.run("health")
    assert before.exit_code == 1
    assert (
        "The database of toy is at revision '0001' and this version needs '0002': run `aftercart"
        " migrate toy`." in before.stdout
    )
    assert newer.run("migrate").stdout == "toy upgraded from 0001 to 0002\n"
    for installed in (newer, terminal):
        after = installed.run("health")
        assert after.exit_code == 0
        assert (
            "A worker of toy has code for revision '0001' and its database is at '0002', which"
            " works: deploy the newer version to all its workers." in after.stdout
        )


def test_a_service_that_does_not_run(terminal: Any, rabbitmq: Any) -> None:
    rabbitmq.add("a")
    result = terminal.run("health", "--wait", "0.2")
    assert result.exit_code == 1
    assert "toy no answer 1 0 0 0 - - 0 -" in [
        " ".join(line.split()) for line in result.stdout.splitlines()
    ]
    assert (
        "toy is not running. The database of toy does not exist yet: run `aftercart migrate toy`."
        in result.stdout
    )
    assert terminal.run("migrate", "toy").exit_code == 0
    assert (
        "toy is not running. Start it with `aftercart worker toy`."
        in terminal.run("health", "--wait", "0.2").stdout
    )


def test_a_service_whose_database_is_of_another_version(
    terminal: Any, empty_postgresql: Any
) -> None:
    result = terminal.having(AFTERCART_TOY_DATABASE_URL=empty_postgresql).run(
        "health", "--wait", "0.2"
    )
    assert (
        "toy is not running. The database of toy is at revision 'none' and this version needs"
        " '0001': run `aftercart migrate toy`." in result.stdout
    )


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://a:b@127.0.0.1:1/toy", "mysql://a:b@127.0.0.1/toy", "nonsense"]
)
def test_a_database_that_cannot_be_seen_from_here_says_nothing(terminal: Any, url: str) -> None:
    result = terminal.having(AFTERCART_TOY_DATABASE_URL=url).run("health", "--wait", "0.2")
    assert "toy is not running. Start it with `aftercart worker toy`." in result.stdout
    assert "Traceback" not in result.output


def test_a_service_that_is_busy(terminal: Any, rabbitmq: Any) -> None:
    with rabbitmq.hand() as channel:  # takes everything and answers nothing
        channel.basic_consume("toy", lambda *_: None)
        for command in ("health", "status"):
            result = terminal.run(command, "--wait", "0.2")
            assert result.exit_code == 1
            assert "toy is connected and does not answer: it is busy or stuck" in result.stdout


def test_dead_letters_are_told_and_change_nothing(
    terminal: Any, rabbitmq: Any, worker: Any
) -> None:
    rabbitmq.add("a", fail="never")
    rabbitmq.send(b"{}", key="nobody.knows")
    letters = rabbitmq.dead()
    with rabbitmq.hand() as channel:
        channel.basic_publish("toy.self", "toy.dead", letters[0].body)
    result = terminal.run("health")
    assert result.exit_code == 0
    assert "1 dead letter of toy: see `aftercart dead list --service toy`." in result.stdout
    assert (
        "1 command that no service handles: see `aftercart dead list --service unrouted`."
        in result.stdout
    )


def test_nothing_is_there(bare: Any) -> None:
    result = bare.run("health", "--wait", "0.2")
    assert result.exit_code == 1
    assert "Topology  incomplete" in result.stdout
    assert "RabbitMQ lacks exchange aftercart.commands, " in result.stdout
    assert "run `aftercart topology apply`" in result.stdout


def test_a_queue_is_missing(terminal: Any, damaged: Any, worker: Any) -> None:
    damaged.remove("toy.dead")
    result = terminal.run("health")
    assert result.exit_code == 1
    assert (
        "RabbitMQ lacks queue toy.dead, binding toy.self --toy.dead--> toy.dead: run `aftercart"
        " topology apply`." in result.stdout
    )


def test_a_right_is_missing(terminal: Any, damaged: Any, worker: Any) -> None:
    damaged.allow("toy")
    result = terminal.run("health")
    assert result.exit_code == 1
    assert "RabbitMQ lacks permission toy: run `aftercart topology apply`." in result.stdout


def test_a_service_whose_code_is_broken(terminal: Any, worker: Any) -> None:
    def broken() -> None:
        raise ModuleNotFoundError("No module named 'paper'")

    result = replace(
        terminal, installation=Installation({"toy": lambda: toy, "printer": broken})
    ).run("health")
    assert result.exit_code == 1
    assert (
        "The service 'printer' cannot be loaded (ModuleNotFoundError: No module named 'paper');"
        " install it again." in result.stdout
    )
    assert ["toy", "healthy"] in [line.split()[:2] for line in result.stdout.splitlines()]


def test_rabbitmq_is_not_there(terminal: Any) -> None:
    result = terminal.having(
        AFTERCART_BROKER_URL="amqp://client:x@127.0.0.1:1",
        AFTERCART_TOY_BROKER_URL="amqp://toy:x@127.0.0.1:1",
        AFTERCART_MANAGEMENT_URL="http://a:b@127.0.0.1:1",
    ).run("health")
    assert result.exit_code == 1
    assert "RabbitMQ  not reached" in result.stdout
    assert "RabbitMQ's management API at 127.0.0.1:1 cannot be reached" in result.stdout
    assert (
        "RabbitMQ at 127.0.0.1:1 cannot be reached (Connection refused): start it (`aftercart up`"
        " starts a local one) or correct the URL." in result.stdout
    )
    assert "Traceback" not in result.output


def test_without_the_management_api_the_rest_is_checked(terminal: Any, worker: Any) -> None:
    result = terminal.without("AFTERCART_MANAGEMENT_URL").run("health")
    assert result.exit_code == 0
    assert "Topology  not checked" in result.stdout
    assert "The topology was not checked: set AFTERCART_MANAGEMENT_URL." in result.stdout
