"""Invalid input is refused with a code, a sentence and the field."""

from typing import Any
from uuid import uuid4

import pytest

from services.ingest.handlers import contact_form, desk as office, privacy, thread_commands
from services.ingest.store.tables import metadata
from shared.contracts import samples
from shared.contracts.message import Command
from tests.ingest.builders import IngestHarness
from tests.ingest.desk_actions import ANNA, BELA, a_form, a_third_party, orders, writes
from tests.words import Path, delivery, fields, path_of, replaced

LONG = "x" * 101
REQUIRED = {
    "contact.put": "key names",
    "contact.submit": (
        "submission_id contact email customer_name text attachments.0.filename "
        "attachments.0.content"
    ),
    "desk.put": "statuses.pending1.labels statuses.pending1.colour",
    "canned_message.put": "key names texts",
    "canned_message.remove": "key",
    "thread.reply": "thread_id by",
    "thread.add_note": "thread_id text by",
    "thread.post_order_message": "order_id by",
    "thread.forward": "thread_id email by",
    "thread.assign": "thread_id owner by",
    "thread.set_status": "thread_id status by",
    "thread.mark_read": "thread_id by",
    "thread.confirm_sender": "thread_id message_id by",
    "thread.merge": "thread_id into by",
    "customer.erase": "customer_id",
    "customer.export": "customer_id",
}
OUT_OF_RANGE: dict[str, dict[str, list[Any]]] = {
    "contact.put": {
        "key": ["", "Warranty", "a b", "x" * 41],
        "names": [{}, {"English": "Warranty"}, {"en": ""}, {"en": "x" * 201}],
        "email": ["", "nobody", "a@b@c"],
        "descriptions": [{"en": "x" * 2001}],
        "save_messages": ["perhaps", 2],
        "offered": ["perhaps"],
    },
    "contact.submit": {
        "submission_id": ["", "42"],
        "contact": ["", "Customer service", "x" * 41],
        "email": ["", "ada", "ada@"],
        "customer_name": ["", "x" * 201],
        "language": ["", "English"],
        "text": ["", "x" * 100_001],
        "customer_id": ["", "x" * 65],
        "client_address": ["", "somewhere"],
        "sku": ["", "x" * 65],
        "attachments": [[{"filename": "a.txt", "content": "QQ=="}] * 11],
        "attachments.0.filename": ["", "x" * 201],
        "attachments.0.content": ["no base64!", "Q"],
    },
    "desk.put": {
        "statuses.pending1.colour": ["red", "", "#12"],
        "statuses.pending1.labels": [{}, {"en": ""}],
        "status_after_reply": ["", "new"],
        "default_replies": [{"English": "Dear"}, {"en": ""}, {"en": "x" * 20_001}],
        "form_files.allowed": ["perhaps"],
        "form_files.media_types": [["png"], ["image/PNG"], ["image/png"] * 101],
        "form_files.largest": [0, 10 * 1024 * 1024 + 1, 1.5],
        "form_files.most": [0, 11, "two"],
        "mail_submissions": ["perhaps"],
    },
    "canned_message.put": {
        "key": ["", "Delay", "x" * 41],
        "names": [{}, {"en": ""}],
        "texts": [{}, {"en": ""}, {"en": "x" * 20_001}],
    },
    "canned_message.remove": {"key": ["", "Delay"]},
    "thread.reply": {
        "thread_id": ["42"],
        "text": ["", "x" * 1_000_001],
        "by": ["", LONG],
        "status": ["", "new"],
    },
    "thread.add_note": {"thread_id": ["42"], "text": ["", "x" * 100_001], "by": ["", LONG]},
    "thread.post_order_message": {
        "order_id": ["42"],
        "text": ["", "x" * 100_001],
        "canned_message": ["", "Delay"],
        "private": ["perhaps"],
        "by": ["", LONG],
    },
    "thread.forward": {
        "thread_id": ["42"],
        "email": ["", "bela", "Bela <bela@shop.test>"],
        "employee": ["", LONG],
        "comment": ["x" * 20_001],
        "by": ["", LONG],
    },
    "thread.assign": {"thread_id": ["42"], "owner": ["", LONG], "by": ["", LONG]},
    "thread.set_status": {
        "thread_id": ["42"],
        "status": ["", "pending3", "OPEN"],
        "by": ["", LONG],
    },
    "thread.mark_read": {"thread_id": ["42"], "by": ["", LONG]},
    "thread.merge": {"thread_id": ["42"], "into": ["", "42"], "by": ["", LONG]},
    "thread.confirm_sender": {"thread_id": ["42"], "message_id": ["", "42"], "by": ["", LONG]},
    "customer.erase": {"customer_id": ["", "x" * 65], "emails": [["nobody"], ["a@b.test"] * 21]},
    "customer.export": {"customer_id": ["", "x" * 65], "emails": [["nobody"], ["a@b.test"] * 21]},
}
OPTIONAL = {  # may be null
    "contact.put": {"email"},
    "contact.submit": {"customer_id", "language", "order_reference", "sku"},
    "desk.put": {"statuses.pending1"},
    "thread.reply": {"status", "text", "canned_message"},
    "thread.assign": {"owner"},
    "thread.post_order_message": {"text", "canned_message"},
    "thread.forward": {"employee"},
}
BY_LANGUAGE = ("names", "descriptions", "texts", "labels", "meanings", "default_replies")
each_command = pytest.mark.parametrize("name", sorted(REQUIRED))


@pytest.fixture
def good(desk: IngestHarness) -> dict[str, dict[str, Any]]:
    """Return valid commands."""
    order_id, thread = (
        orders(desk, order__reference="MINE"),
        {
            "thread_id": writes(desk),
            "by": ANNA,
        },
    )
    files = [
        {"filename": "mug.png", "content": samples.SUBMIT_CONTACT["attachments"][0]["content"]}
    ]
    desk.tell("canned_message.put", samples.CANNED_MESSAGE)
    person = {"customer_id": "c-1001", "emails": ["ada@example.test"]}
    return {
        "contact.put": samples.CONTACT,
        "contact.submit": a_form(order_reference="MINE") | {"attachments": files},
        "desk.put": samples.DESK,
        "canned_message.put": samples.CANNED_MESSAGE,
        "canned_message.remove": {"key": "delay"},
        "thread.reply": {**thread, "text": "Yes.", "status": "closed"},
        "thread.assign": {**thread, "owner": BELA},
        "thread.post_order_message": {
            "order_id": order_id,
            "text": "Late.",
            "private": True,
            "by": ANNA,
        },
        "thread.forward": {**thread, "email": BELA, "employee": BELA, "comment": "Look."},
        "thread.set_status": {**thread, "status": "pending1"},
        "thread.mark_read": thread,
        "thread.add_note": {**thread, "text": "She called."},
        "thread.merge": {**thread, "into": writes(desk)},
        "thread.confirm_sender": a_third_party(desk),
        "customer.erase": person,
        "customer.export": person,
    }


def kept(desk: IngestHarness) -> list[Any]:
    """Return all stored rows, without inbox and outbox."""
    of_the_runtime = {"outbox", "inbox", "schedule", "sequence", "refusals"}
    return [
        desk.rows(table) for table in metadata.sorted_tables if table.name not in of_the_runtime
    ]


def refused(desk: IngestHarness, name: str, broken: list[tuple[Path, dict[str, Any]]]) -> None:
    """Assert that each message is refused at its field, in one sentence, without effect."""
    before, at = kept(desk), len(desk.outbox())
    desk.deliver(*(delivery(name, data) for _, data in broken))
    told = desk.outbox()[at:]
    assert [event.name for event in told] == [f"{name}_refused"] * len(broken)
    for event, (path, _) in zip(told, broken, strict=True):
        field = ".".join(map(str, path))
        at_fault = {fault["field"] for fault in event.data["details"]["faults"]}
        assert event.data["code"] == "invalid"
        assert any(place == field or place.startswith(f"{field}.") for place in at_fault), (
            field,
            event.data,
        )
        assert "\n" not in event.data["reason"]
    assert kept(desk) == before


@each_command
def test_the_good_command_is_carried_out(
    name: str, desk: IngestHarness, good: dict[str, Any]
) -> None:
    assert not desk.tell(name, good[name])[0].name.endswith("_refused")


@each_command
def test_a_missing_field_is_refused(name: str, desk: IngestHarness, good: dict[str, Any]) -> None:
    paths = [path_of(text) for text in REQUIRED[name].split()]
    refused(desk, name, [(path, replaced(good[name], path)) for path in paths])


@each_command
def test_a_field_that_is_null_is_refused(
    name: str, desk: IngestHarness, good: dict[str, Any]
) -> None:
    optional = [path_of(text) for text in OPTIONAL.get(name, ())]
    paths = [path for path in fields(good[name]) if path not in optional]
    refused(desk, name, [(path, replaced(good[name], path, None)) for path in paths])


@each_command
def test_a_field_of_a_foreign_kind_or_one_that_is_not_known_is_refused(
    name: str, desk: IngestHarness, good: dict[str, Any]
) -> None:
    everywhere = list(fields(good[name]))
    foreign: dict[str, Any] = {"foreign": [1, 2]}
    refused(desk, name, [(path, replaced(good[name], path, foreign)) for path in everywhere])
    inside = {path[:-1] for path in everywhere if isinstance(path[-1], str)}
    unknown: list[Path] = [
        (*path, "surprise")
        for path in sorted(inside, key=str)
        if path[-1:] not in [(each,) for each in BY_LANGUAGE]
    ]
    refused(desk, name, [(path, replaced(good[name], path, 1)) for path in unknown])


@each_command
def test_a_value_out_of_range_is_refused(
    name: str, desk: IngestHarness, good: dict[str, Any]
) -> None:
    wrong = [
        (path_of(text), value) for text, values in OUT_OF_RANGE[name].items() for value in values
    ]
    refused(desk, name, [(path, replaced(good[name], path, value)) for path, value in wrong])


def test_the_table_of_this_test_names_every_command_of_the_desk() -> None:
    rooms = (contact_form.service, privacy.service, thread_commands.service, office.service)
    kinds = {handling.message for room in rooms for handling in room.handlings}
    commands = {kind.name for kind in kinds if issubclass(kind, Command) and not kind.internal}
    assert commands == set(REQUIRED) == set(OUT_OF_RANGE)


def test_a_thread_that_is_not_there_is_a_refusal_with_its_id(desk: IngestHarness) -> None:
    key = str(uuid4())
    (told,) = desk.tell("thread.mark_read", {"thread_id": key, "by": ANNA})
    assert (told.subject, told.data["reason"]) == (key, f"There is no thread {key} in this shop.")
