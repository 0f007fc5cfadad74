import json
from pathlib import Path
from typing import Any

from tests.conditions import until

ADD = json.dumps({"key": "a", "amount": 2})
AGAIN = json.dumps({"key": "again", "amount": 2})


def total(terminal: Any, key: Any) -> Any:
    """What the toy counted."""
    return json.loads(terminal.run("ask", "toy.get", "-", stdin=json.dumps({"key": key})).stdout)[
        "total"
    ]


def test_a_command_is_done_and_tells_its_events(served: Any) -> None:
    result = served.run("send", "toy.add", "-", stdin=ADD)
    assert result.exit_code == 0
    sent, done = result.stdout.splitlines()
    assert sent.startswith("sent toy.add ")
    assert done == "done: toy.added"
    assert total(served, "a") == 2


def test_the_data_may_lie_in_a_file(served: Any, tmp_path: Path) -> None:
    file = tmp_path / "add.json"
    file.write_text(ADD)
    assert served.run("send", "toy.add", str(file)).exit_code == 0


def test_the_same_id_again_is_the_same_command(served: Any) -> None:
    first, again = (
        served.run("send", "toy.add", "-", "--id", "once", stdin=AGAIN) for _ in range(2)
    )
    assert "done: toy.added" in first.stdout
    assert again.exit_code == 0
    assert "done before: nothing changed now" in again.stdout
    assert total(served, "again") == 2


def test_a_refusal_is_told_with_code_and_sentence(served: Any) -> None:
    result = served.run("send", "toy.add", "-", stdin=json.dumps({"key": "a", "amount": 13}))
    assert result.exit_code == 2
    assert "refused (unlucky): 13 is not added." in result.stderr


def test_wrong_fields_are_not_checked_here_but_refused_there(served: Any) -> None:
    result = served.run(
        "send", "toy.add", "-", stdin=json.dumps({"key": "a", "amount": 0, "more": 1})
    )
    assert result.exit_code == 2
    assert "refused (invalid): amount: This must be more than 0." in result.stderr
    assert '"field": "more"' in result.stderr


def test_the_whole_reply_as_json(served: Any) -> None:
    result = served.run(
        "send", "toy.add", "-", "--json", "--id", "j", "--shop", "corner", stdin=ADD
    )
    reply = json.loads(result.stdout)
    assert (reply["type"], reply["shop"]) == ("aftercart.command.done.v1", "corner")
    assert reply["data"] == {
        "command": "toy.add",
        "command_id": "j",
        "events": ["toy.added"],
        "repeated": False,
    }


def test_nobody_answers_in_time_but_the_command_is_kept(terminal: Any, rabbitmq: Any) -> None:
    result = terminal.run("send", "toy.add", "-", "--wait", "0.2", "--id", "later", stdin=ADD)
    assert result.exit_code == 3
    assert "No service replied within 0.2 seconds." in result.stderr
    assert "--id later" in result.stderr
    assert [letter.envelope.id for letter in rabbitmq.empty("toy")] == ["later"]


def test_without_waiting_no_reply_is_asked_for(terminal: Any, rabbitmq: Any) -> None:
    result = terminal.run("send", "toy.add", "-", "--wait", "0", stdin=ADD)
    assert (result.exit_code, result.stderr) == (0, "")
    [letter] = rabbitmq.empty("toy")
    assert letter.envelope.replyto is None
    assert letter.envelope.time is not None


def test_an_unknown_name_is_not_sent_and_close_ones_are_told(terminal: Any, rabbitmq: Any) -> None:
    result = terminal.run("send", "toy.ad", "-", stdin=ADD)
    assert result.exit_code == 1
    assert result.stderr.startswith("No service handles a command 'toy.ad'; did you mean 'toy.add'")
    assert rabbitmq.depth("aftercart.unrouted") == 0


def test_an_unknown_name_is_sent_anyway_if_wanted(terminal: Any, rabbitmq: Any) -> None:
    assert (
        terminal.run("send", "toy.subtract", "-", "--anyway", "--wait", "0", stdin=ADD).exit_code
        == 0
    )
    assert until(lambda: rabbitmq.depth("aftercart.unrouted")) == 1


def test_questions_events_and_internal_commands_are_no_commands(terminal: Any) -> None:
    assert "is a query: use `aftercart ask toy.get`" in terminal.run("send", "toy.get", "-").stderr
    assert (
        "'toy.added' is an event, which cannot be sent to a service"
        in terminal.run("send", "toy.added", "-").stderr
    )
    assert "No service handles a command 'toy.tidy'" in terminal.run("send", "toy.tidy", "-").stderr


def test_a_file_that_holds_no_object_is_told(terminal: Any, tmp_path: Path) -> None:
    assert terminal.run("send", "toy.add", str(tmp_path / "none.json")).stderr.endswith(
        "No such file or directory.\n"
    )
    assert "is not JSON" in terminal.run("send", "toy.add", "-", stdin="{").stderr
    assert "is not JSON" in terminal.run("send", "toy.add", "-", stdin=b"\xff").stderr
    wrong = terminal.run("send", "toy.add", "-", stdin="[1]")
    assert (wrong.exit_code, "must hold a JSON object" in wrong.stderr) == (1, True)


def test_wrong_usage_has_an_exit_code_of_its_own(terminal: Any) -> None:
    result = terminal.run("send", "toy.add")
    assert result.exit_code == 64
    assert "Missing argument 'FILE'" in result.stderr
