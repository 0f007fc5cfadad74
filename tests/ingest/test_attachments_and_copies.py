"""Files, documents and copies of employees' messages, and notes without a mail."""

from base64 import b64encode
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.ingest.domain import attachments_and_copies
from services.ingest.domain.attachments import attachment, views
from services.ingest.domain.attachments_and_copies import megabytes
from shared.contracts import samples
from shared.contracts.conversation import Conversation
from shared.contracts.ingest import ThreadMessage
from tests.ingest.builders import NOON, FakeMailServer, IngestHarness, mail_sent
from tests.ingest.desk_actions import ANNA, BELA, a_form, does, names, orders, refusal, writes
from tests.words import changed

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
PROGRAM = b"MZ\x90\x00" + bytes(200)


def a_file(name: str = "returns.pdf", content: bytes = PDF) -> dict[str, str]:
    return {"filename": name, "content": b64encode(content).decode()}


def issued(desk: IngestHarness, order_id: str, number: str = "IN000001", **attributes: Any) -> str:
    """Issue a document of an order, and return its id."""
    document_id = str(uuid4())
    view = samples.DOCUMENT_VIEW | {
        "document_id": document_id,
        "order_id": order_id,
        "number": number,
    }
    desk.tell("document.rendered", {"document_id": document_id, "document": view}, **attributes)
    return document_id


def asks(desk: IngestHarness, **changes: Any) -> str:
    """Let a customer write, advance the clock by a minute, and return the id of the thread."""
    thread_id = writes(desk, **changes)
    desk.clock.advance(minutes=1)
    return thread_id


# --- answers --------------------------------------------------------------------------------------


def test_an_answer_takes_files_along_which_stay_with_its_message(desk: IngestHarness) -> None:
    thread_id = asks(desk)
    _, replied = does(
        desk,
        "reply",
        thread_id,
        text="See.",
        attachments=[a_file(), a_file(), a_file("خبر.txt", b"x")],
    )
    sent = ["returns.pdf", "returns-2.pdf", "خبر.txt"]
    assert [file["filename"] for file in replied.data["attachments"]] == sent
    assert replied.data["attachments"][0]["content"] == a_file()["content"]
    message = desk.thread(thread_id)["messages"][-1]
    assert [file["filename"] for file in message["attachments"]] == sent
    asked = {"attachment_id": message["attachments"][0]["attachment_id"]}
    assert desk.ask("attachment.get", asked).data["content"] == a_file()["content"]


@pytest.mark.parametrize("name", ["IN000001", "in000001 ", "the id"])
def test_a_document_of_the_customer_is_named_by_number_or_id(
    desk: IngestHarness, name: str
) -> None:
    order_id = orders(desk)
    document_id = issued(desk, order_id)
    thread_id = asks(desk)
    asked = document_id if name == "the id" else name
    _, replied = does(desk, "reply", thread_id, text="See.", attach_documents=[asked, asked])
    assert [each["document_id"] for each in replied.data["documents"]] == [document_id]
    assert desk.thread(thread_id)["messages"][-1]["documents"] == replied.data["documents"]


def test_a_document_of_another_customer_or_shop_is_not_sent(desk: IngestHarness) -> None:
    others = orders(
        desk, order__customer__email="eve@evil.test", order__customer__customer_id="c-666"
    )
    issued(desk, others, "IN000666")
    issued(desk, orders(desk), "IN000777", shop="second")
    thread_id = asks(desk)
    for number in ("IN000666", "IN000777", "IN000999", "%"):
        command = {"thread_id": thread_id, "text": "See.", "attach_documents": [number], "by": ANNA}
        assert refusal(desk, "thread.reply", command) == ("unknown_document", "attach_documents[0]")
    assert len(desk.thread(thread_id)["messages"]) == 1


def test_a_repeated_event_of_a_document_is_stored_once(desk: IngestHarness) -> None:
    order_id = orders(desk)
    view = samples.DOCUMENT_VIEW | {"order_id": order_id}
    for _ in range(2):
        desk.tell("document.rendered", {"document_id": view["document_id"], "document": view})
    _, replied = does(desk, "reply", asks(desk), text="See.", attach_documents=["IN000001"])
    assert len(replied.data["documents"]) == 1


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("thread.reply", {"text": "See."}),
        ("thread.forward", {"email": BELA}),
        ("thread.add_note", {"text": "See."}),
    ],
)
def test_a_program_is_not_sent(desk: IngestHarness, command: str, more: dict[str, str]) -> None:
    data = {
        "thread_id": asks(desk),
        "by": ANNA,
        "attachments": [a_file(), a_file("mug.pdf", PROGRAM)],
        **more,
    }
    assert refusal(desk, command, data) == ("attachment_type", "attachments[1]")


def test_files_that_are_too_large_together_are_refused_in_words(desk: IngestHarness) -> None:
    large = a_file(content=PDF + bytes(57 * 2**20 // 10))
    command = {"thread_id": asks(desk), "by": ANNA, "text": "See.", "attachments": [large, large]}
    (told,) = desk.tell("thread.reply", command)
    assert told.data["reason"] == "The files have 11.4 MB together; at most 11 MB are allowed."


def test_copies_go_to_each_address_once_and_cc_may_post_then(
    desk: IngestHarness,
) -> None:
    thread_id = asks(desk, email="ada@example.test")
    _, replied = does(
        desk,
        "reply",
        thread_id,
        text="See.",
        cc=["Boss@example.test", "ADA@example.test", "boss@EXAMPLE.test"],
        bcc=["boss@example.test", "bela@shop.test"],
    )
    assert (replied.data["cc"], replied.data["bcc"]) == (["Boss@example.test"], ["bela@shop.test"])
    assert replied.data["thread"]["participants"] == ["Boss@example.test"]
    message = desk.thread(thread_id)["messages"][-1]
    assert (message["cc"], message["bcc"]) == (["Boss@example.test"], ["bela@shop.test"])


def a_copy(thread_id: str, recipient: str, message_id: str = "<copy@shop.test>") -> dict[str, Any]:
    sent = mail_sent(message_id, Conversation("thread", UUID(thread_id)), thread_id)
    return changed(sent, mail__recipient=recipient, mail__copy_of="ada@example.test")


def test_a_copy_that_did_not_arrive_is_seen_and_opens_no_thread(desk: IngestHarness) -> None:
    thread_id = asks(desk)
    does(desk, "reply", thread_id, text="See.", cc=["boss@example.test"])
    desk.tell("mail.sent", a_copy(thread_id, "boss@example.test"))
    assert [each["mail_message_id"] for each in desk.thread(thread_id)["messages"]] == ["", ""]
    desk.tell(
        "mail.failed", a_copy(thread_id, "boss@example.test") | {"reason": "550 no such user"}
    )
    found = desk.thread(thread_id)
    assert (found["thread"]["status"], found["thread"]["unread_messages"]) == ("closed", 1)
    message = next(each for each in found["messages"] if each["direction"] == "employee")
    assert (message["marks"], message["undelivered"], message["unread"]) == (
        ["copy_undelivered"],
        "",
        True,
    )


# --- messages on orders, and notes ----------------------------------------------------------------


def test_a_message_on_an_order_takes_its_documents_along(desk: IngestHarness) -> None:
    order_id = orders(desk)
    issued(desk, order_id)
    told = desk.tell(
        "thread.post_order_message",
        {
            "order_id": order_id,
            "text": "See.",
            "attach_documents": ["IN000001"],
            "attachments": [a_file()],
            "by": ANNA,
        },
    )
    assert (
        [each["number"] for each in told[-1].data["documents"]],
        len(told[-1].data["attachments"]),
    ) == (
        ["IN000001"],
        1,
    )


def test_a_note_is_stored_in_any_thread_and_not_mailed(desk: IngestHarness) -> None:
    thread_id = asks(desk)
    before = desk.thread(thread_id)["thread"]
    told = does(desk, "add_note", thread_id, text="She called.", attachments=[a_file()])
    assert names(told) == ["thread.message_added"]
    found = desk.thread(thread_id)
    assert found["thread"] == before
    note = found["messages"][-1]
    assert (note["private"], note["text"], len(note["attachments"])) == (True, "She called.", 1)
    _, forwarded = does(desk, "forward", thread_id, email="carrier@example.test")
    assert "She called." not in str(forwarded.data)
    assert refusal(desk, "thread.add_note", {"thread_id": thread_id, "text": " ", "by": ANNA}) == (
        "empty_text",
        "text",
    )
    assert (
        refusal(desk, "thread.add_note", {"thread_id": str(uuid4()), "text": "x", "by": ANNA})[0]
        == "unknown_thread"
    )


# --- forwarding -----------------------------------------------------------------------------------


def form_with(*files: dict[str, str]) -> dict[str, Any]:
    return a_form(text="See.") | {"attachments": list(files)}


def test_a_forward_has_the_files_of_its_messages(desk: IngestHarness) -> None:
    thread_id = desk.tell("contact.submit", form_with(a_file("mug.pdf")))[-1].data["thread"][
        "thread_id"
    ]
    does(desk, "add_note", thread_id, text="Private.", attachments=[a_file("internal.pdf")])
    _, forwarded = does(
        desk, "forward", thread_id, email="carrier@example.test", attachments=[a_file("claim.pdf")]
    )
    assert [file["filename"] for file in forwarded.data["attachments"]] == ["claim.pdf", "mug.pdf"]
    assert forwarded.data["attachments"][1]["content"] == a_file()["content"]
    note = next(each for each in desk.thread(thread_id)["messages"] if each["text"].startswith("→"))
    assert [file["filename"] for file in note["attachments"]] == ["claim.pdf"]


def test_files_that_do_not_fit_or_could_run_are_named(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    first = desk.tell("contact.submit", form_with(a_file("old.pdf", PDF + bytes(6 * 2**20))))
    thread_id = first[-1].data["thread"]["thread_id"]
    desk.clock.advance(minutes=1)
    does(
        desk,
        "add_note",
        thread_id,
        text="New.",
        attachments=[a_file("new.pdf", PDF + bytes(6 * 2**20))],
    )
    _, forwarded = does(desk, "forward", thread_id, email=BELA, employee=BELA)
    assert [file["filename"] for file in forwarded.data["attachments"]] == ["new.pdf"]
    assert forwarded.data["left_out"] == ["old.pdf"]


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (1, "1 kB"),
        (20 * 1024, "20 kB"),
        (10 * 2**20, "10 MB"),
        (2**20 * 23 // 2, "11.5 MB"),
    ],
)
def test_sizes_are_said_as_people_say_them(size: int, said: str) -> None:
    assert megabytes(size) == said


def test_a_program_in_a_customers_mail_is_not_passed_on() -> None:
    message_id, files = uuid4(), [attachment("run.exe", PROGRAM), attachment("mug.pdf", PDF)]
    message = ThreadMessage(
        message_id=message_id,
        direction="customer",
        author="a@b.test",
        text="",
        at=NOON,
        attachments=views(message_id, files),
    )
    kept, left_out = attachments_and_copies.forwarded_files([message], [], lambda _: PDF)
    assert ([file.filename for file in kept], left_out) == (["mug.pdf"], ["run.exe"])
