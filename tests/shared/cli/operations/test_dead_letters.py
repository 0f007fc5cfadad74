import json
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pika
import pytest

from shared.cli.services import Installation
from tests.conditions import FAR, until
from tests.shared.runtime.rabbit_fixture import RabbitFixture, totals, working
from tests.words import envelope, sqlite_url

UNREADABLE = b"\xff\xfe not JSON"
RAW_ID = "raw-e198f6c16f95"
READER = """
import sys, time
from shared.clients.dead_letters import DeadLetterQueue, open_dead_letters
with open_dead_letters(sys.argv[1]) as letters:
    print(*[one.id for one in letters.read(DeadLetterQueue("toy"), 3)], flush=True)
    time.sleep(60)
"""
REPLAY = """
from shared.cli.main import main
from shared.cli.services import Installation
main(["dead", "replay", "--all"], obj=Installation({"toy": lambda: None}))
"""


@pytest.fixture(scope="module")
def buried(place: RabbitFixture, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Four dead letters as a worker buried them, oldest first."""
    letters = []
    with working(place, sqlite_url(tmp_path_factory.mktemp("toy"))):
        for sending in (
            lambda: place.add("a", fail="never"),
            lambda: place.send(UNREADABLE),
            lambda: place.add("b", fail="bug"),
            lambda: place.add("c", fail="never"),
        ):
            sending()  # type: ignore[no-untyped-call]
            letters += place.dead()
    return letters


@pytest.fixture
def graveyard(rabbitmq: Any, buried: Any) -> Any:
    """The four, in the dead queue of the toy, which does not run; their ids."""
    with rabbitmq.hand() as channel:
        for letter in buried:
            properties = pika.BasicProperties(headers=letter.headers)
            channel.basic_publish("toy.self", "toy.dead", letter.body, properties, mandatory=True)
    return [RAW_ID if letter.body == UNREADABLE else letter.envelope.id for letter in buried]


def listed(terminal: Any, *options: Any) -> Any:
    """The ids, as `dead list` has them."""
    result = terminal.run("dead", "list", "--json", *options)
    assert result.exit_code == 0
    return [json.loads(line)["id"] for line in result.stdout.splitlines()]


def test_the_list_tells_what_when_and_why(terminal: Any, graveyard: Any) -> None:
    header, *lines = terminal.run("dead", "list").stdout.splitlines()
    assert header.split() == ["Service", "Time", "Message", "Id", "Attempts"]
    assert len(lines) == 8
    assert lines[0].startswith("toy      20")
    assert lines[0].split()[-3:] == ["toy.add", graveyard[0], "1"]
    assert lines[1] == "    Unprocessable: as it was told"
    assert lines[4].split()[-2:] == [graveyard[2], "3"]
    assert lines[5] == "    ZeroDivisionError: as it was told"
    letter = json.loads(terminal.run("dead", "show", graveyard[0], "--json").stdout)
    assert letter["envelope"]["data"]["key"] == "a"
    assert letter["headers"]["x-reason"] == "Unprocessable: as it was told"


def test_what_cannot_be_read_is_listed_too(terminal: Any, graveyard: Any) -> None:
    letter = json.loads(terminal.run("dead", "list", "--json").stdout.splitlines()[1])
    assert (letter["id"], letter["name"]) == (RAW_ID, "unreadable")
    assert "not in UTF-8" in letter["reason"]


def test_the_list_takes_nothing_away_and_keeps_the_order(
    terminal: Any, graveyard: Any, rabbitmq: Any
) -> None:
    assert [listed(terminal) for _ in range(3)] == [graveyard] * 3
    assert rabbitmq.depth("toy.dead") == 4


def test_the_list_can_be_short(terminal: Any, graveyard: Any) -> None:
    assert listed(terminal, "--limit", "2") == graveyard[:2]
    told = terminal.run("dead", "list", "--limit", "2").stderr
    assert (
        told
        == "4 dead letters: 4 of toy.\nThe first 2 of each service are shown; --limit shows more.\n"
    )
    assert listed(terminal) == graveyard


def test_a_letter_that_rabbitmq_itself_gave_up_says_so(terminal: Any, rabbitmq: Any) -> None:
    rabbitmq.send(
        envelope("toy.add", {"key": "a"}), headers={"x-reason": "forged", "x-exchange": "toy.self"}
    )
    with rabbitmq.hand() as channel:
        while (got := channel.basic_get("toy"))[0] is not None:  # as a worker that dies of it
            channel.basic_nack(got[0].delivery_tag)
    until(lambda: rabbitmq.depth("toy.dead"))
    [letter] = map(json.loads, terminal.run("dead", "list", "--json").stdout.splitlines())
    assert letter["reason"].startswith("RabbitMQ delivered it too often without an acknowledgement")
    assert abs(datetime.fromisoformat(letter["time"]) - datetime.now(UTC)) < timedelta(minutes=1)
    terminal.run("dead", "replay", "--all")
    assert rabbitmq.empty("toy")[0].headers == {"x-exchange": "aftercart.commands"}


def test_without_dead_letters_it_says_so(terminal: Any) -> None:
    result = terminal.run("dead", "list")
    assert (result.stdout, result.stderr) == ("", "no dead letters.\n")


def test_show_tells_all_that_is_known(terminal: Any, graveyard: Any) -> None:
    out = terminal.run("dead", "show", graveyard[2]).stdout
    assert '"key": "b"' in out
    assert '"x-attempts": 3' in out
    assert "Traceback (most recent call last)" in out
    assert out.count("ZeroDivisionError: as it was told") >= 2


def test_show_an_unreadable_one_and_its_bytes(terminal: Any, graveyard: Any) -> None:
    assert "\\xff\\xfe not JSON" in terminal.run("dead", "show", RAW_ID).stdout
    assert terminal.run("dead", "show", RAW_ID, "--body").stdout_bytes == UNREADABLE


def test_an_id_that_no_letter_has(terminal: Any, graveyard: Any) -> None:
    for command in ("show", "replay", "drop"):
        more = ["--yes"] if command == "drop" else []
        result = terminal.run("dead", command, "nobody", *more)
        assert (result.exit_code, result.stderr) == (
            1,
            "There is no dead letter nobody: see `aftercart dead list`.\n",
        )
    assert listed(terminal) == graveyard


def test_replay_puts_one_back_to_work_as_at_its_first_attempt(
    terminal: Any, graveyard: Any, rabbitmq: Any
) -> None:
    assert terminal.run("dead", "replay", graveyard[2]).stdout == "replayed 1 dead letter\n"
    [letter] = rabbitmq.empty("toy")
    assert letter.envelope.id == graveyard[2]
    assert not {"x-attempts", "x-death", "x-reason", "x-error"} & set(letter.headers)
    assert listed(terminal) == [graveyard[0], graveyard[1], graveyard[3]]


def test_what_is_replayed_is_done_when_its_fault_is_gone(
    terminal: Any, rabbitmq: Any, database: Any
) -> None:
    with working(rabbitmq, database):
        rabbitmq.add("a", 999_999)
        rabbitmq.add("a", 5)  # over the limit of the table
        until(lambda: rabbitmq.depth("toy.dead") == 1)
        rabbitmq.add("b", 1)
        with working(rabbitmq, database) as process:
            with process.engine.begin() as connection:
                connection.exec_driver_sql("UPDATE counters SET total = 1 WHERE key = 'a'")
            assert terminal.run("dead", "replay", "--all").exit_code == 0
            until(lambda: totals(process.engine).get("a") == 6)
    assert listed(terminal) == []


def test_replay_all_keeps_the_order_and_ends_though_they_come_back(
    terminal: Any, graveyard: Any, rabbitmq: Any, database: Any
) -> None:
    with working(rabbitmq, database):
        assert (
            terminal.run("dead", "replay", "--all", "--service", "toy").stdout
            == "replayed 4 dead letters\n"
        )
        until(lambda: rabbitmq.depth("toy.dead") == 4)
    assert sorted(listed(terminal)) == sorted(graveyard)


def test_a_letter_that_rabbitmq_does_not_take_back_stays(
    terminal: Any, graveyard: Any, damaged: Any
) -> None:
    damaged.remove("toy")
    result = terminal.run("dead", "replay", graveyard[1])
    assert result.exit_code == 1
    assert "RabbitMQ did not store the message: its queue is missing or full" in result.stderr
    assert listed(terminal) == graveyard


def test_drop_asks_first(terminal: Any, graveyard: Any) -> None:
    result = terminal.run("dead", "drop", graveyard[1], stdin="n\n")
    assert result.exit_code == 1
    assert f"Delete the dead letter {graveyard[1]} for good? [y/N]" in result.stderr
    assert listed(terminal) == graveyard


def test_dropped_letters_are_gone_and_the_others_in_order(terminal: Any, graveyard: Any) -> None:
    assert (
        terminal.run("dead", "drop", graveyard[1], graveyard[2], "--yes").stdout
        == "dropped 2 dead letters\n"
    )
    assert listed(terminal) == [graveyard[0], graveyard[3]]


def test_drop_all_says_how_many(terminal: Any, graveyard: Any) -> None:
    result = terminal.run("dead", "drop", "--all", stdin="y\n")
    assert "Delete 4 dead letters: 4 of toy for good?" in result.stderr
    assert result.stdout == "dropped 4 dead letters\n"
    assert listed(terminal) == []


def test_killed_in_the_middle_it_loses_nothing(
    terminal: Any, graveyard: Any, rabbitmq: Any
) -> None:
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, rabbitmq.url()], stdout=subprocess.PIPE, text=True
    )
    assert reader.stdout.readline().split() == graveyard[:3]
    assert rabbitmq.depth("toy.dead") == 1
    reader.kill()
    reader.communicate()
    until(lambda: listed(terminal) == graveyard)


def test_ids_or_all_but_not_both_and_not_neither(terminal: Any) -> None:
    for command in ("replay", "drop"):
        for arguments in ([], ["x", "--all"]):
            result = terminal.run("dead", command, *arguments)
            assert result.exit_code == 64
            assert "Give the ids of dead letters, or --all for all of them." in result.stderr


def test_commands_that_no_service_takes_are_letters_too(terminal: Any, rabbitmq: Any) -> None:
    terminal.run(
        "send", "toy.subtract", "-", "--anyway", "--wait", "0", "--id", "stray", stdin="{}"
    )
    assert listed(terminal, "--service", "unrouted") == listed(terminal) == ["stray"]
    assert "no service handles 'toy.subtract'" in terminal.run("dead", "list").stdout
    assert terminal.run("dead", "replay", "stray").exit_code == 0
    until(lambda: listed(terminal) == ["stray"])  # still nobody takes it
    with rabbitmq.hand() as channel:
        channel.queue_bind("toy", "aftercart.commands", "toy.subtract")
    assert terminal.run("dead", "replay", "--all", "--service", "unrouted").exit_code == 0
    assert [letter.envelope.id for letter in rabbitmq.empty("toy")] == ["stray"]
    assert listed(terminal) == []


def test_a_service_that_does_not_exist(terminal: Any) -> None:
    result = terminal.run("dead", "list", "--service", "tony")
    assert (result.exit_code, result.stderr) == (
        1,
        "There is no service 'tony'; did you mean 'toy'?\n",
    )


def test_a_queue_that_is_missing_is_told_and_the_others_are_listed(
    terminal: Any, graveyard: Any
) -> None:
    both = replace(
        terminal, installation=Installation({"absent": lambda: None, "toy": lambda: None})
    )
    assert (
        "The queue 'absent.dead' is missing: run `aftercart topology apply`."
        in both.run("dead", "list").stderr
    )
    assert listed(both) == graveyard


def bury(rabbitmq: RabbitFixture, count: int) -> set[str]:
    """Bury messages of an unknown form, and return their ids."""
    ids = set()
    with rabbitmq.hand() as channel:
        for number in range(count):
            one = envelope("toy.add", {"key": "a", "amount": number})
            channel.basic_publish("toy.self", "toy.dead", one.encode())
            ids.add(one.id)
    return ids


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
def test_a_replay_that_is_ended_in_the_middle_loses_nothing(
    terminal: Any, rabbitmq: Any, sign: signal.Signals
) -> None:
    ids = bury(rabbitmq, 1000)
    process = terminal.script(REPLAY)
    until(lambda: rabbitmq.depth("toy") >= 20 or process.poll() is not None)
    process.send_signal(sign)
    _, said = process.communicate(timeout=FAR)
    replayed: list[str] = []
    stayed: list[str] = []

    def all_are_found() -> bool:
        """Collect again and again: RabbitMQ handles what a killed process has sent, and returns
        what it held, some time after its death.
        """
        replayed.extend(letter.envelope.id for letter in rabbitmq.empty("toy"))
        stayed.extend(letter.envelope.id for letter in rabbitmq.empty("toy.dead"))
        return {*replayed, *stayed} == ids

    until(all_are_found)
    assert stayed, "it was ended too late"
    assert len(replayed) + len(stayed) - len(ids) in (0, 1)  # the one that was being replayed
    if sign == signal.SIGINT:
        assert (process.returncode, said) == (
            1,
            f"Interrupted: {len(replayed)} dead letters replayed; all others stay.\n",
        )


def test_it_needs_an_administrator(terminal: Any) -> None:
    result = terminal.without("AFTERCART_ADMIN_BROKER_URL").run("dead", "list")
    assert result.exit_code == 1
    assert result.stderr.startswith("AFTERCART_ADMIN_BROKER_URL is not set")


def test_an_outsider_may_not_read_them(terminal: Any, graveyard: Any) -> None:
    outsider = terminal.environment["AFTERCART_BROKER_URL"]
    result = terminal.having(AFTERCART_ADMIN_BROKER_URL=outsider).run("dead", "list")
    assert result.exit_code == 1
    assert "RabbitMQ refuses (ACCESS_REFUSED" in result.stderr


def test_what_came_from_outside_is_still_known_after_a_replay(terminal: Any, rabbitmq: Any) -> None:
    with rabbitmq.hand() as channel:
        headers = {"x-exchange": "aftercart.commands", "x-reason": "-", "x-attempts": 1}
        body = envelope("toy.tidy", {"key": "a"}).encode()
        channel.basic_publish("toy.self", "toy.dead", body, pika.BasicProperties(headers=headers))
    terminal.run("dead", "replay", "--all")
    assert rabbitmq.empty("toy")[0].headers == {"x-exchange": "aftercart.commands"}
