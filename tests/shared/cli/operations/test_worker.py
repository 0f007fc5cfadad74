import os
import signal
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from deploy.stack.ports import free_port
from shared.cli.services import Installation
from shared.runtime.process.metrics_server import resident_bytes
from shared.runtime.process.supervisor import OUTDATED
from shared.runtime.storage.database import engine_for
from tests.conditions import FAR, until
from tests.revisions import EXPAND, later_version
from tests.shared.cli.conftest import Terminal
from tests.shared.runtime.rabbit_fixture import totals
from tests.toy.service import toy

pytestmark = pytest.mark.slow


@pytest.fixture
def installed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The toy as an installed package, for processes: what goes into their PYTHONPATH."""
    directory = tmp_path_factory.mktemp("installed")
    package = directory / "toy-1.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: toy\nVersion: 1\n")
    (package / "entry_points.txt").write_text("[aftercart.services]\ntoy = tests.toy.service:toy\n")
    return os.pathsep.join([str(directory), os.getcwd()])


@pytest.fixture
def started(terminal: Any, installed: Any) -> Iterator[Any]:
    """Starts `aftercart …` with the toy installed; stops what still runs."""
    processes = []

    def start(*arguments: Any, **environment: Any) -> Any:
        process = terminal.start(*arguments, PYTHONPATH=installed, **environment)
        processes.append(process)
        return process

    yield start
    for process in processes:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=FAR)


def consumers(rabbitmq: Any) -> Any:
    """How many worker processes take from the toy's queue."""
    with rabbitmq.hand() as channel:
        return channel.queue_declare("toy", passive=True).method.consumer_count


def children(pid: Any) -> Any:
    """The processes that a process started."""
    return [int(number) for number in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def answer(place: str, path: Any) -> Any:
    """Return status and body of what the supervisor answers."""
    connection = HTTPConnection(place, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    except ConnectionRefusedError:
        return None
    finally:
        connection.close()


def scraped(place: str, beginning: str) -> list[str]:
    """Return the lines of the metrics that begin so."""
    _, body = answer(place, "/metrics")
    return [line for line in body.splitlines() if line.startswith(beginning)]


def test_workers_work_and_stop_gracefully(
    started: Any, terminal: Any, rabbitmq: Any, database: Any
) -> None:
    terminal.run("migrate", "toy")
    place = f"127.0.0.1:{free_port()}"
    process = started(
        "worker", "toy", "--processes", "2", "--threads", "2", AFTERCART_TOY_METRICS=place
    )
    until(lambda: consumers(rabbitmq) == 2)
    until(lambda: answer(place, "/-/ready") == (200, "OK\n"))
    assert answer(place, "/-/healthy") == (200, "OK\n")
    assert terminal.run("send", "toy.add", "-", stdin='{"key": "a", "amount": 3}').exit_code == 0
    assert terminal.run("health").exit_code == 0
    found = until(lambda: scraped(place, 'aftercart_messages_total{message="toy.add"'))
    assert found == ['aftercart_messages_total{message="toy.add",outcome="done",service="toy"} 1.0']
    ready = ['aftercart_worker_processes_ready{service="toy"} 2.0']
    until(lambda: scraped(place, "aftercart_worker_processes_ready") == ready)
    assert scraped(place, "aftercart_counted_timestamp_seconds")
    supervisor, *_ = [resident_bytes(pid) for pid in (process.pid, *children(process.pid))]
    assert supervisor < 45e6, f"the supervisor takes {supervisor / 1e6:.0f} MB"
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=FAR)
    assert process.returncode == 0, log
    assert log.count('"outcome": "stopped"') == 2
    assert totals(engine_for(database)) == {"a": 3}


def test_a_worker_that_was_killed_is_started_again_and_the_log_says_so(
    started: Any, terminal: Any, rabbitmq: Any
) -> None:
    terminal.run("migrate")
    place = f"127.0.0.1:{free_port()}"
    process = started("worker", "toy", AFTERCART_TOY_METRICS=place)
    [first] = until(lambda: children(process.pid))
    until(lambda: consumers(rabbitmq))
    os.kill(first, signal.SIGKILL)
    until(lambda: [child for child in children(process.pid) if child != first])
    assert scraped(place, "aftercart_worker_ends_total") == [
        'aftercart_worker_ends_total{service="toy"} 1.0'
    ]
    process.terminate()
    _, log = process.communicate(timeout=FAR)
    assert '"outcome": "ended"' in log
    assert '"part": "supervisor"' in log


def test_a_database_that_is_behind_is_told_in_one_sentence(started: Any) -> None:
    process = started("worker", "toy", "--child")
    _, told = process.communicate(timeout=FAR)
    assert process.returncode == OUTDATED
    assert (
        told
        == "The database of toy is at revision 'none' and this version needs '0001': run `aftercart"
        " migrate toy`.\n"
    )


def test_an_address_that_cannot_be_opened_is_named_with_its_variable(started: Any) -> None:
    process = started("worker", "toy", AFTERCART_TOY_METRICS="192.0.2.1:9464")
    _, told = process.communicate(timeout=FAR)
    assert process.returncode == 1
    assert told.startswith(
        "AFTERCART_TOY_METRICS is '192.0.2.1:9464', an address that cannot be opened: "
    )
    assert told.count("\n") == 1


def test_a_setting_that_is_missing_is_told_before_any_process_starts(terminal: Any) -> None:
    result = terminal.without("AFTERCART_TOY_DATABASE_URL").run("worker", "toy")
    assert result.exit_code == 1
    assert result.stderr.startswith("AFTERCART_TOY_DATABASE_URL is not set")


def test_a_setting_that_only_the_service_reads_is_told_once(started: Any) -> None:
    process = started(
        "worker", "toy", "--processes", "3", AFTERCART_TOY_MIDDLEWARE="nowhere.Reporter"
    )
    _, told = process.communicate(timeout=FAR)
    assert process.returncode == 1
    assert told == (
        "AFTERCART_MIDDLEWARE names 'nowhere.Reporter', which cannot be imported: No module named"
        " 'nowhere'.\n"
    )


def test_a_service_that_does_not_exist(terminal: Any) -> None:
    result = terminal.run("worker", "tony")
    assert (result.exit_code, result.stderr) == (
        1,
        "There is no service 'tony'; did you mean 'toy'?\n",
    )
    assert terminal.run("worker", "xyz").stderr == "There is no service 'xyz'; there are toy.\n"


def test_migrate_tells_the_revision(terminal: Any) -> None:
    assert terminal.run("migrate").stdout == "toy upgraded from an empty database to 0001\n"
    assert terminal.run("migrate", "toy").stdout == "toy is at 0001 already\n"


def test_migrate_prints_the_sql_of_later_revisions(terminal: Any, tmp_path: Path) -> None:
    later = later_version(toy, tmp_path / "next", (EXPAND, "0001"), table="counters")
    newer = Terminal(
        terminal.environment | {"AFTERCART_MIGRATION_LOCK_TIMEOUT": "2"},
        Installation({"toy": lambda: later}),
    )
    printed = newer.run("migrate", "toy", "--sql", "0001").stdout
    assert printed.startswith(
        "SET lock_timeout = '2000ms';\n\nBEGIN;\n\n-- Running upgrade 0001 -> 0002"
    )
    assert "ALTER TABLE counters ADD COLUMN remark VARCHAR(200);" in printed
    refused = newer.run("migrate", "toy", "--sql", "0007")
    assert refused.stderr.startswith("There is no revision '0007' of toy; ")


def test_to_migrate_rabbitmq_is_not_needed(terminal: Any) -> None:
    result = terminal.without("AFTERCART_TOY_BROKER_URL", "AFTERCART_BROKER_URL").run("migrate")
    assert result.exit_code == 0


def test_a_database_that_is_not_there(terminal: Any) -> None:
    nowhere = terminal.having(AFTERCART_TOY_DATABASE_URL="sqlite:////nowhere/toy.db").run("migrate")
    assert (nowhere.exit_code, nowhere.stderr) == (
        1,
        (
            "The database of toy cannot be used (unable to open database file): start it, or"
            " correct AFTERCART_TOY_DATABASE_URL.\n"
        ),
    )
    refused = terminal.having(
        AFTERCART_TOY_DATABASE_URL="postgresql+psycopg://a:secret@127.0.0.1:1/a"
    ).run("migrate")
    assert "Connection refused" in refused.stderr
    assert "secret" not in refused.stderr


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            "UPDATE schema_version SET service = 'orders'",
            "The database that AFTERCART_TOY_DATABASE_URL names is that of orders: correct the"
            " URL.\n",
        ),
        (
            "UPDATE alembic_version SET version_num = 'other'",
            "The database of toy is at revision 'other', which does not exist: perhaps"
            " AFTERCART_TOY_DATABASE_URL names another program's database.\n",
        ),
    ],
)
def test_migrate_refuses_the_database_of_another_service_or_program(
    terminal: Any, database: Any, change: str, sentence: str
) -> None:
    terminal.run("migrate")
    with engine_for(database).begin() as connection:
        connection.exec_driver_sql(change)
    result = terminal.run("migrate")
    assert (result.exit_code, result.stderr) == (1, sentence)
