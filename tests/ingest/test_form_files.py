"""The files that customers may attach to the contact form."""

from base64 import b64encode
from typing import Any

import pytest

from services.ingest.domain import form_files
from shared.contracts import samples
from shared.contracts.ingest import FormFiles, SubmitContact
from tests.ingest.builders import IngestHarness
from tests.ingest.desk_actions import a_form
from tests.words import changed

PICTURE = samples.SUBMIT_CONTACT["attachments"][0]["content"]
PDF = b64encode(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n").decode()
PROGRAM = b64encode(b"MZ\x90\x00" + bytes(200)).decode()
PAGE = b64encode(b"<html><script>alert(1)</script></html>").decode()
TEXT = b64encode("سلام، لیوان شکست".encode()).decode()


def files(*named: tuple[str, str]) -> dict[str, Any]:
    return a_form(text="See.") | {
        "attachments": [{"filename": name, "content": content} for name, content in named]
    }


def judged(form: dict[str, Any], **rules: Any) -> tuple[str, str] | None:
    """Return code and field of the refusal."""
    found = form_files.objection(SubmitContact.model_validate(form), FormFiles(**rules))
    return (found.code, found.field) if found else None


@pytest.mark.parametrize(
    "file",
    [
        ("mug.png", PICTURE),
        ("invoice.pdf", PDF),
        ("note.txt", TEXT),
        ("what.ever", PICTURE),
        ("no name", PDF),
    ],
)
def test_pictures_papers_and_texts_are_taken(file: tuple[str, str]) -> None:
    assert judged(files(file)) is None


@pytest.mark.parametrize(
    "file",
    [
        ("mug.png", PROGRAM),
        ("page.txt", PAGE),
        ("mug.exe", PICTURE),
        ("mug.png.scr", TEXT),
        ("start.bat", TEXT),
    ],
)
def test_executable_files_are_refused_by_content_and_name(file: tuple[str, str]) -> None:
    assert judged(files(("mug.png", PICTURE), file)) == ("attachment_type", "attachments[1]")


def test_a_name_that_could_run_is_the_reason_where_the_content_is_allowed() -> None:
    found = form_files.objection(
        SubmitContact.model_validate(files(("mug.exe", PICTURE))), FormFiles()
    )
    assert found
    assert found.sentence == "'mug.exe' is not accepted: its name is that of a program."


def test_the_shop_says_which_kinds_how_many_and_how_large() -> None:
    one, two = files(("mug.png", PICTURE)), files(("a.png", PICTURE), ("b.png", PICTURE))
    assert judged(one, media_types=["application/pdf"]) == ("attachment_type", "attachments[0]")
    assert judged(two, most=1) == ("too_many_attachments", "attachments")
    assert judged(one, largest=10) == ("attachment_too_large", "attachments[0]")
    assert judged(one, allowed=False) == ("no_attachments", "attachments")
    assert judged(files(), allowed=False) is None


def test_files_too_large_together_are_refused() -> None:
    large = b64encode(b"%PDF-1.7\n" + bytes(6 * 1024 * 1024)).decode()
    form = files(("a.pdf", large), ("b.pdf", large))
    assert judged(form, largest=8 * 1024 * 1024) == ("attachment_too_large", "attachments")


@pytest.mark.parametrize("brands", ["heic mif1heic", "mif1 mif1heic", "heix mif1", "msf1 hevc"])
def test_a_photo_of_a_telephone_is_taken(brands: str) -> None:
    major, _, others = brands.partition(" ")
    box = b"ftyp" + major.encode() + bytes(4) + others.encode()
    photo = (len(box) + 4).to_bytes(4, "big") + box + bytes(10 * 1024 * 1024 - len(box) - 4)
    assert judged(files(("IMG_0001.HEIC", b64encode(photo).decode()))) is None
    avif = (28).to_bytes(4, "big") + b"ftypavif" + bytes(4) + b"avifmif1" + bytes(100)
    assert judged(files(("a.avif", b64encode(avif).decode())), media_types=["image/heic"]) == (
        "attachment_type",
        "attachments[0]",
    )


def test_a_refused_file_leaves_nothing_behind(desk: IngestHarness) -> None:
    desk.tell("desk.put", {"form_files": {"media_types": ["application/pdf"]}})
    (told,) = desk.tell("contact.submit", files(("mug.png", PICTURE)))
    assert (told.data["code"], told.data["details"]["allowed"]) == (
        "attachment_type",
        ["application/pdf"],
    )
    assert (
        told.data["reason"] == "'mug.png' has a type that is not accepted (PNG); accepted are PDF."
    )
    assert desk.threads() == []


def test_files_are_stored_with_their_message_and_can_be_queried(desk: IngestHarness) -> None:
    told = desk.tell("contact.submit", files(("../mug.png", PICTURE), ("invoice.pdf", PDF)))
    assert told[-1].data["filenames"] == ["mug.png", "invoice.pdf"]
    (message,) = desk.thread(told[-1].data["thread"]["thread_id"])["messages"]
    shown = {file["filename"]: file for file in message["attachments"]}
    assert {name: file["media_type"] for name, file in shown.items()} == {
        "mug.png": "image/png",
        "invoice.pdf": "application/pdf",
    }
    found = desk.ask("attachment.get", {"attachment_id": shown["invoice.pdf"]["attachment_id"]})
    assert (found.name, found.data["content"]) == ("attachment.get_answered", PDF)


def test_they_go_along_where_the_message_is_mailed_and_come_back_if_that_fails(
    desk: IngestHarness,
) -> None:
    desk.tell("contact.put", changed(samples.CONTACT, save_messages=False))
    (told,) = desk.tell("contact.submit", files(("C:\\mug.png", PICTURE)) | {"contact": "warranty"})
    assert told.data["attachments"] == [{"filename": "mug.png", "content": PICTURE}]
    mail = samples.MAIL_VIEW | {
        "conversation": told.data["conversation"],
        "recipient": "warranty@shop.test",
        "order_id": None,
    }
    desk.tell("mail.failed", {"mail_id": mail["mail_id"], "mail": mail, "reason": "550 No"})
    (thread,) = desk.threads()
    (message,) = desk.thread(thread["thread_id"])["messages"]
    assert [file["filename"] for file in message["attachments"]] == ["mug.png"]
