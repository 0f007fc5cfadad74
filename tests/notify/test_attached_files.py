"""Answers and forwarded threads that take files, documents and further recipients along."""

from typing import Any
from uuid import uuid4

import pytest

from shared.contracts import samples
from shared.contracts.ingest import ThreadForwarded
from tests.notify.builders import FakeAdapters, NotifyHarness, content_of, opened, replied

FILE = {"filename": "بازگشت.txt", "content": "SW4gaXRzIGJveC4="}
TO, COPY, HIDDEN = "ada@example.test", "office@example.test", "bela@shop.test"


@pytest.fixture
def shop(desk: NotifyHarness) -> NotifyHarness:
    desk.tell("shop.changed", {"profile": samples.SHOP_PROFILE, "default_language": "en"})
    return desk


def attached(content: bytes) -> list[tuple[str | None, bytes]]:
    return [
        (part.get_filename(), part.get_payload(decode=True))  # type: ignore[misc]
        for part in opened(content).iter_attachments()
    ]


def answer(**changes: Any) -> dict[str, Any]:
    """`thread.replied` with a new document, which is not rendered yet."""
    event = replied(message__message_id=str(uuid4()), **changes)
    return event | {
        "documents": [samples.INVOICE_REFERENCE | {"document_id": str(uuid4())}],
        "attachments": [FILE],
    }


def test_an_answer_waits_for_its_document_and_takes_the_files_along(
    shop: NotifyHarness, adapters: FakeAdapters
) -> None:
    event = answer()
    shop.tell("thread.replied", event)
    shop.run_own_commands()
    assert adapters.sent == []
    shop.tell(
        "document.content", content_of({"attach": event["documents"], "order_id": samples.ORDER_ID})
    )
    shop.run_own_commands()
    (outgoing,) = adapters.sent
    assert [name for name, _ in attached(outgoing.content)] == [
        samples.DOCUMENT_VIEW["filename"],
        FILE["filename"],
    ]
    assert attached(outgoing.content)[1][1] == b"In its box."


def test_every_copy_is_a_mail_of_its_own_that_shows_who_else_got_it(
    shop: NotifyHarness, adapters: FakeAdapters
) -> None:
    shop.tell("thread.replied", replied() | {"cc": [COPY], "bcc": [HIDDEN], "attachments": [FILE]})
    shop.run_own_commands()
    assert [outgoing.recipient for outgoing in adapters.sent] == [TO, COPY, HIDDEN]
    mails = [opened(outgoing.content) for outgoing in adapters.sent]
    assert {mail["To"] for mail in mails} == {f"Ada Byron <{TO}>"}
    assert {mail["Cc"] for mail in mails} == {COPY}
    assert not any(HIDDEN.encode() in outgoing.content for outgoing in adapters.sent)
    assert len({mail["Reply-To"] for mail in mails}) == 1
    assert all(len(attached(outgoing.content)) == 1 for outgoing in adapters.sent)
    listed = shop.ask("mail.list", {"thread_id": samples.THREAD_ID}).data["mails"]
    assert {mail["recipient"]: mail["copy_of"] for mail in listed} == {TO: "", COPY: TO, HIDDEN: TO}


def test_who_erases_the_customer_erases_the_copies(shop: NotifyHarness) -> None:
    shop.tell("thread.replied", replied() | {"cc": [COPY], "attachments": [FILE]})
    shop.run_own_commands()
    shop.tell("customer.erase", {"customer_id": "c-none", "emails": [TO]})
    left = shop.ask("mail.list", {"thread_id": samples.THREAD_ID}).data["mails"]
    assert len(left) == 2
    assert not any(TO in str(mail) or COPY in str(mail) for mail in left)


def test_a_forwarded_thread_names_its_files_and_those_that_are_left_out(
    shop: NotifyHarness, adapters: FakeAdapters
) -> None:
    shop.tell(
        "thread.forwarded",
        ThreadForwarded.example | {"attachments": [FILE], "left_out": ["film.mov"]},
    )
    shop.run_own_commands()
    (outgoing,) = adapters.sent
    body = opened(outgoing.content).get_body(("plain",))
    assert body
    text = body.get_content()
    assert FILE["filename"] in text
    assert "Not attached (too large or dangerous): " in text
    assert "film.mov" in text
    assert [name for name, _ in attached(outgoing.content)] == [FILE["filename"]]
