"""The desk over a real RabbitMQ: every block of the how-to page, and the command line."""

import json
import os
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import delete

from services.ingest.worker import IngestSettings, service
from shared.contracts import samples
from shared.contracts.message import Query, catalogue, wire_type
from shared.runtime.process.worker_process import WorkerProcess
from shared.runtime.rabbitmq.topology import definitions
from shared.runtime.rabbitmq.topology_changes import apply
from shared.runtime.rabbitmq.users import Login
from shared.runtime.storage import message_tables
from tests.ingest.builders import IngestHarness
from tests.ingest.desk_actions import a_form
from tests.shared.cli.conftest import Terminal
from tests.shared.runtime.rabbit_fixture import CLIENT, DELAYS, RabbitFixture

PAGE = Path(__file__).parents[2] / "docs/howto/desk.md"
BLOCKS = [
    json.loads(block)
    for block in re.findall(r"^```json\n(.*?)^```", PAGE.read_text("utf-8"), re.S | re.M)
]
INGEST = Login("ingest", "ingest-secret")
KEYS = f"1:{'6b' * 32}"


class Office(Terminal):
    """A client at the command line, with a running `ingest`."""

    def ask(self, name: str, data: dict[str, Any]) -> Any:
        """Return the answer to a query or a command."""
        asks = issubclass(catalogue[wire_type(name)], Query)
        more = () if asks else ("--json",)
        result = self.run("ask" if asks else "send", name, "-", *more, stdin=json.dumps(data))
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    @cached_property
    def told(self) -> list[tuple[str, Any]]:
        """Return every block of the page with its answer, in order."""
        return [(block["name"], self.ask(block["name"], block["data"])) for block in BLOCKS]

    def desk(self, *arguments: str, stdin: str | None = None) -> str:
        """Return the output of `aftercart desk`."""
        result = self.run("desk", *arguments, stdin=stdin)
        assert result.exit_code == 0, result.stderr
        return result.stdout


@pytest.fixture(scope="module")
def office(rabbit: Any, postgres: Any) -> Iterator[Office]:
    """A shop with one order, stored by `ingest` on PostgreSQL, and a worker."""
    url = postgres.create_database("desk")
    kept = IngestHarness.at(url)
    kept.tell("shop.changed", {"profile": samples.SHOP_PROFILE, "default_language": "en"})
    kept.tell("customer.changed", samples.KNOWN_CUSTOMER)
    kept.tell("order.placed", samples.ORDER_PLACED)
    kept.tell("order.transitioned", samples.ORDER_TRANSITIONED)
    kept.tell(
        "document.rendered", {"document_id": samples.DOCUMENT_ID, "document": samples.DOCUMENT_VIEW}
    )
    kept.tell("contact.submit", a_form(contact="webmaster", text="پیوند خراب است", language="fa"))
    with kept.engine.begin() as connection:
        connection.execute(delete(message_tables.outbox))
    rabbitmq = RabbitFixture(rabbit)
    wanted = definitions([service], DELAYS, {"ingest": INGEST, "client": CLIENT}, rabbitmq.vhost)
    apply(wanted, rabbitmq.management, rabbitmq.vhost)
    settings = IngestSettings(
        broker_url=SecretStr(rabbitmq.url(INGEST)),
        database_url=SecretStr(url),
        signing_keys=SecretStr(KEYS),
    )
    worker = WorkerProcess(service, settings)
    worker.start()
    yield Office(
        {
            "AFTERCART_ENV_FILE": os.devnull,
            "AFTERCART_BROKER_URL": rabbitmq.url(CLIENT),
            "AFTERCART_EMPLOYEE": "anna",
        }
    )
    worker.stop()
    rabbitmq.close()
    kept.engine.dispose()


@pytest.fixture
def told(office: Office) -> list[tuple[str, Any]]:
    """Return every block of the page with its answer; the blocks are sent once."""
    return office.told


def test_every_block_of_the_page_is_answered_as_it_stands(told: list[tuple[str, Any]]) -> None:
    answers = dict(told)
    assert len(told) == len(BLOCKS) == 28
    assert [contact["key"] for contact in answers["contact.list"]["contacts"]] == [
        "customer_service",
        "press",
        "webmaster",
    ]
    assert answers["desk.get"]["statuses"]["pending1"]["labels"] == {"en": "Waits for the supplier"}
    assert [thread["subject"] for thread in answers["thread.list"]["threads"]] == [
        "When will it arrive?"
    ]
    assert answers["thread.next_unanswered"]["waiting_threads"] == 1
    found = answers["thread.get"]
    assert (found["order"]["state_label"], found["customer"]["spent"]) == (
        "Payment accepted",
        [{"sum": "2870", "currency": "EUR"}],
    )
    assert [entry["kind"] for entry in answers["thread.timeline"]["entries"]].count("message") == 2
    assert answers["thread.draft"]["text"] == "Dear Ada Byron,\n\n\n\nAnna, Corner Shop"
    assert found["reply"]["text"] == answers["thread.draft"]["text"]
    assert answers["desk.statistics"]["employee_messages"] == 3
    assert answers["attachment.get"]["attachment"]["media_type"] == "image/png"
    assert b64decode(answers["attachment.get"]["content"]).startswith(b"\x89PNG")
    assert answers["message.get"]["message"]["attachments"] == [
        answers["attachment.get"]["attachment"]
    ]


def test_every_command_of_the_page_publishes_an_event(told: list[tuple[str, Any]]) -> None:
    commands = [
        (name, answer) for name, answer in told if not issubclass(catalogue[wire_type(name)], Query)
    ]
    events = {name: answer["data"]["events"] for name, answer in commands}
    assert all(events.values())
    assert events["contact.submit"] == [
        "thread.opened",
        "thread.message_added",
        "contact.submitted",
    ]
    assert events["thread.reply"] == ["thread.message_added", "thread.replied"]
    assert events["thread.forward"] == ["thread.message_added", "thread.forwarded"]


def test_the_page_names_every_message_of_the_desk() -> None:
    text = PAGE.read_text("utf-8")
    asked = {
        kind.name
        for kind in catalogue.values()
        if kind.__module__.startswith("shared.contracts.ingest.") and hasattr(kind, "refusal")
    }
    others = {"mail.raw", "thread.confirm_sender", "thread.merge"}
    others |= {"mailbox.sync", "mailbox.check", "mailbox.list"}  # on the page of mailboxes
    assert {name for name in asked - others if f'"{name}"' not in text} == set()


def test_the_page_shows_every_filter_there_is(told: list[tuple[str, Any]]) -> None:
    shown = next(block["data"] for block in BLOCKS if block["name"] == "thread.list")
    schema = catalogue[wire_type("thread.list")].model_json_schema()
    assert set(schema["properties"]) - set(shown) == {"owner", "cursor", "message_limit"}


def test_the_command_line_lists_and_shows_threads(
    office: Office, told: list[tuple[str, Any]]
) -> None:
    assert "When will it arrive?" in office.desk("list")
    assert "پیوند خراب است" in office.desk(
        "list", "--contact", "webmaster", "--waiting", "--unread", "--search", "خرا"
    )
    assert office.run("desk", "list", "--status", "pending2").stderr == "No thread matches.\n"
    shown = office.desk("show", "xkbknabjk")
    for text in (
        "When will it arrive?",
        "It left this morning.",
        "Call before delivery.",
        "private",
        "Ada Byron",
        "1 of 1 valid, total 28.70 EUR, paid 28.70 EUR",
        "XKBKNABJK, Payment accepted",
        "12 St James's Square",
        "mug.png",
    ):
        assert text in shown
    (row,) = (
        json.loads(line)
        for line in office.desk("list", "--contact", "webmaster", "--json").splitlines()
    )
    thread = json.loads(office.desk("show", row["thread_id"], "--json"))["thread"]
    assert thread == {name: row[name] for name in thread}
    assert row["last_text"] in office.desk("list", "--contact", "webmaster")
    assert "fa        \u2068در انتظار ۲\u2069" in office.desk("statuses")


def test_the_command_line_works_through_waiting_threads(
    office: Office, told: list[tuple[str, Any]]
) -> None:
    shown = office.desk("next")
    thread_id = re.findall(r"[0-9a-f-]{36}", shown)[0]
    assert "waits since" in shown
    assert "answered" in office.desk(
        "reply", thread_id, "--text", "-", "--status", "open", stdin="درست شد.\n"
    )
    found = json.loads(office.desk("show", thread_id, "--json"))
    assert [(each["author"], each["text"]) for each in found["messages"]][-1] == (
        "anna",
        "درست شد.\n",
    )
    assert office.run("desk", "next").stderr == "No thread waits for an answer.\n"
    assert "is closed" in office.desk("status", thread_id, "closed")
    assert "is being sent to bela@shop.test" in office.desk(
        "forward", thread_id, "bela@shop.test", "--comment", "See?"
    )
    assert "is read" in office.desk("read", thread_id)
    lines = office.desk("timeline", "XKBKNABJK").splitlines()
    assert any("placed, 28.70 EUR" in line for line in lines)
    assert any("anna@shop.test: It left this morning." in line for line in lines)
    statistics = office.desk("statistics")
    assert "0 threads" in statistics
    assert "press" in statistics


@pytest.mark.parametrize(
    ("arguments", "code", "told_to_people"),
    [
        (("show", "NOTHING"), 1, "The shop 'default' has no thread 'NOTHING'"),
        (("show", samples.MAIL_ID), 2, "refused (unknown_thread)"),
        (("reply", "XKBKNABJK"), 64, "The reply has no text: give --text, --file or --canned."),
        (
            ("reply", "XKBKNABJK", "--text", "No.", "--file", __file__),
            64,
            "Give --text or --file, not both.",
        ),
        (("reply", "XKBKNABJK", "--text", " "), 2, "refused (empty_text)"),
        (("reply", "XKBKNABJK", "--canned", "never"), 2, "refused (unknown_canned_message)"),
        (("forward", "XKBKNABJK", "nobody"), 2, "refused (invalid)"),
        (("list", "--search", "!"), 2, "refused (nothing_to_search)"),
        (("statistics", "--contact", "nobody"), 2, "refused (unknown_contact)"),
    ],
)
def test_an_impossible_command_is_refused_in_one_sentence(
    office: Office,
    told: list[tuple[str, Any]],
    arguments: tuple[str, ...],
    code: int,
    told_to_people: str,
) -> None:
    result = office.run("desk", *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert told_to_people in result.stderr


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Configure an editor that changes the file, and a terminal."""
    monkeypatch.setattr("shared.cli.desk.actions.at_a_terminal", lambda: True)

    def having(command: str) -> str:
        script = tmp_path / "editor"
        script.write_text(f"#!/bin/sh\n{command}\n")
        script.chmod(0o755)
        return str(script)

    return having


def test_the_command_line_sends_files_documents_and_copies(
    office: Office,
    told: list[tuple[str, Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "returns.txt").write_text("In its box.", "utf-8")
    office.desk(
        "reply",
        "XKBKNABJK",
        "--text",
        "See this.",
        "--attach",
        str(tmp_path / "returns.txt"),
        "--document",
        "in000001",
        "--cc",
        "office@example.test",
        "--bcc",
        "bela@shop.test",
    )
    office.desk("note", "XKBKNABJK", "--text", "She called.")
    shown = office.desk("show", "XKBKNABJK")
    for text in (
        "returns.txt",
        "IN000001",
        "cc: office@example.test",
        "bcc: bela@shop.test",
        "She called.",
    ):
        assert text in shown
    messages = json.loads(office.desk("show", "XKBKNABJK", "--json"))["messages"]
    attachment_id = messages[-2]["attachments"][0]["attachment_id"]
    office.desk("save", attachment_id, "--output", str(tmp_path / "saved.txt"))
    assert (tmp_path / "saved.txt").read_text("utf-8") == "In its box."
    monkeypatch.chdir(tmp_path)
    again = office.run("desk", "save", attachment_id)
    assert again.stderr == "The file 'returns.txt' exists: choose another name with --output.\n"
    refused = office.run("desk", "reply", "XKBKNABJK", "--text", "x", "--document", "9")
    assert "refused (unknown_document)" in refused.stderr


def last_text(office: Office) -> str:
    return str(json.loads(office.desk("show", "XKBKNABJK", "--json"))["messages"][-1]["text"])


def test_an_answer_is_written_in_an_editor_that_begins_with_the_draft(
    office: Office, told: list[tuple[str, Any]], editor: Callable[[str], str]
) -> None:
    writing = Office(office.environment | {"EDITOR": editor('echo "It is on its way." >> "$1"')})
    assert "answered" in writing.desk("reply", "XKBKNABJK")
    assert last_text(office) == "Dear Ada Byron,\n\n\n\nanna, Corner Shop\nIt is on its way.\n"
    idle = Office(office.environment | {"EDITOR": editor("true")})
    result = idle.run("desk", "reply", "XKBKNABJK")
    assert (result.exit_code, result.stderr) == (1, "The draft was not saved: nothing was sent.\n")


def test_an_answer_may_be_predefined_or_come_from_a_file(
    office: Office, told: list[tuple[str, Any]], tmp_path: Path
) -> None:
    office.ask("canned_message.put", samples.CANNED_MESSAGE)
    office.desk("reply", "XKBKNABJK", "--canned", "delay", "--by", "Anna")
    assert (
        last_text(office)
        == "Dear Ada Byron,\nyour order XKBKNABJK leaves a little later. We are sorry.\nAnna"
    )
    (tmp_path / "answer.txt").write_text("از پرونده", "utf-8")
    office.desk("reply", "XKBKNABJK", "--file", str(tmp_path / "answer.txt"))
    assert last_text(office) == "از پرونده"
    (tmp_path / "answer.txt").write_bytes(b"\xff\xfe")
    for arguments, code, told_to_people in (
        (("--file", str(tmp_path / "answer.txt")), 1, "cannot be read"),
        (("--file", str(tmp_path / "answer.txt"), "--text", "Yes."), 64, "not both"),
    ):
        result = office.run("desk", "reply", "XKBKNABJK", *arguments)
        assert result.exit_code == code
        assert told_to_people in result.stderr
