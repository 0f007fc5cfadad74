import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.stack.rabbitmq import RabbitNode
from tests.conditions import FAR
from tests.shared.runtime.rabbit_fixture import RabbitFixture
from tests.words import envelope

pytestmark = pytest.mark.slow


@pytest.fixture
def rabbitmq(rabbit: RabbitNode) -> Iterator[RabbitFixture]:
    """A place with a stream in which nothing is yet."""
    found = RabbitFixture(rabbit)
    yield found
    found.close()


@pytest.fixture
def watching(terminal: Any) -> Iterator[Any]:
    """Starts `aftercart watch …` as a process and returns it as soon as it listens."""
    started = []

    def start(*arguments: Any) -> Any:
        process = terminal.start("watch", *arguments)
        started.append(process)
        told = process.stderr.readline()
        assert "Ctrl-C ends" in told, told + process.stderr.read()
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def three_events(rabbitmq: RabbitFixture, worker: Any) -> Any:
    """Told, and kept by the stream."""
    ears = rabbitmq.listen()
    for amount in (1, 2, 4):
        rabbitmq.add("a", amount)
    return ears.heard(3)


def test_events_are_shown_as_they_happen_until_it_is_interrupted(
    watching: Any, rabbitmq: RabbitFixture, worker: Any
) -> None:
    process = watching()
    rabbitmq.add("a", 2)
    rabbitmq.add("a", 13)
    done, refused = (process.stdout.readline().split(" ", 1)[1] for _ in range(2))
    assert done == "toy.added a total=2\n"
    assert refused == "toy.add_refused a code=unlucky reason=13 is not added.\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=FAR) == ("", "")
    assert process.returncode == 0


def test_only_what_matches_the_pattern_is_shown(
    watching: Any, rabbitmq: RabbitFixture, worker: Any
) -> None:
    process = watching("*.add_refused", "--count", "1")
    rabbitmq.add("a", 2)
    rabbitmq.add("b", 13)
    out, _ = process.communicate(timeout=FAR)
    assert [line.split()[1:3] for line in out.splitlines()] == [["toy.add_refused", "b"]]
    assert process.returncode == 0


def test_whole_events_as_json(watching: Any, rabbitmq: RabbitFixture, worker: Any) -> None:
    process = watching("*.added", "--json", "--count", "1")
    rabbitmq.add("a", 2)
    event = json.loads(process.communicate(timeout=FAR)[0])
    assert (event["type"], event["subject"], event["data"]) == (
        "aftercart.toy.added.v1",
        "a",
        {"key": "a", "total": 2},
    )


@pytest.mark.parametrize("start", ["first", "1h"])
def test_the_past_is_replayed_from_the_first(terminal: Any, three_events: Any, start: str) -> None:
    result = terminal.run("watch", "--from", start, "--count", "3", "--json")
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == [
        event.id for event in three_events
    ]


def test_the_past_is_replayed_from_a_time(terminal: Any, three_events: Any) -> None:
    since = three_events[1].time.isoformat()
    result = terminal.run("watch", "toy.#", "--from", since, "--count", "2", "--json")
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == [
        event.id for event in three_events[1:]
    ]


def test_after_the_past_comes_the_present(
    watching: Any, rabbitmq: RabbitFixture, three_events: Any
) -> None:
    process = watching("--from", "first", "--count", "4")
    past = [process.stdout.readline().split(" ", 1)[1] for _ in range(3)]
    rabbitmq.add("a", 8)
    assert past == [f"toy.added a total={total}\n" for total in (1, 3, 7)]
    assert process.communicate(timeout=FAR)[0].endswith("toy.added a total=15\n")


def test_what_was_written_last_is_replayed(terminal: Any, three_events: Any) -> None:
    shown = terminal.run("watch", "--from", "last", "--count", "1", "--json").stdout
    assert json.loads(shown)["id"] in [event.id for event in three_events]


def test_a_start_that_is_none(terminal: Any) -> None:
    result = terminal.run("watch", "--from", "noon")
    assert (result.exit_code, result.stderr) == (
        1,
        (
            "'noon' is not a valid start: use first, last, how long ago such as 2h (s, m, h or"
            " d), or a time such as 2026-11-21T12:00 or 2026-11-21T12:00Z.\n"
        ),
    )


def test_a_name_that_no_contract_has_is_doubted_and_watched(watching: Any, terminal: Any) -> None:
    process = terminal.start("watch", "invoice.isued")
    assert process.stderr.readline().startswith(
        "No contract has an event 'invoice.isued'; did you mean 'invoice.issued'"
    )
    assert process.stderr.readline().startswith("Watching invoice.isued on 127.0.0.1:")
    process.kill()
    process.communicate()


def test_a_time_in_the_future_shows_nothing_of_the_past(
    watching: Any, rabbitmq: RabbitFixture, three_events: Any
) -> None:
    process = watching(
        "--from", (datetime.now(UTC) + timedelta(hours=1)).isoformat(), "--count", "1", "--json"
    )
    rabbitmq.tell(timeless := envelope("other.told", {}))
    assert json.loads(process.communicate(timeout=FAR)[0])["id"] == timeless.id


def test_after_a_lost_connection_it_goes_on_where_it_was(
    watching: Any, rabbitmq: RabbitFixture
) -> None:
    """Events of the meantime are shown, also if none was received before; none is shown twice."""
    process = watching("toy.#")
    for number in range(3):
        rabbitmq.lock_out("client")
        rabbitmq.cut()
        note = process.stderr.readline()
        assert note.startswith("The connection to RabbitMQ at 127.0.0.1:")
        assert note.endswith(" Connecting again.\n")
        rabbitmq.tell(envelope("toy.missed", {"number": number}, time=datetime.now(UTC)))
        rabbitmq.mend()
        assert "Ctrl-C ends" in process.stderr.readline()
        rabbitmq.tell(envelope("other.told", {}))
        rabbitmq.tell(envelope("toy.seen", {"number": number}, time=datetime.now(UTC)))
        shown = [process.stdout.readline().split(" ", 1)[1] for _ in range(2)]
        assert shown == [f"toy.missed number={number}\n", f"toy.seen number={number}\n"]


def test_a_stream_that_cannot_be_read_ends_it(terminal: Any, rabbitmq: RabbitFixture) -> None:
    rabbitmq.lock_out("client")
    result = terminal.run("watch")
    assert result.exit_code == 1
    assert "denies 'client' access" in result.stderr
