"""Files of mails are typed by content, named safely, limited, and stored."""

from base64 import b64decode, b64encode
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from uuid import uuid4

import pytest
from hypothesis import given, strategies as st

from services.ingest.domain import body
from services.ingest.domain.attachments import Attachment, attachment, name_in, safe_name
from services.ingest.domain.mail import Mail, read
from shared.contracts import samples
from tests.ingest.builders import FakeMailServer, IngestHarness, raw_mail
from tests.ingest.winmail_writer import winmail
from tests.words import changed

PNG = b64decode(samples.SUBMIT_CONTACT["attachments"][0]["content"])
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def parts(*inside: str, kind: str = "mixed") -> bytes:
    """Return a mail of the given parts."""
    written = "".join(f"--b\r\n{part.strip()}\r\n" for part in inside)
    return raw_mail(f"{written}--b--\r\n", content_type=f'multipart/{kind}; boundary="b"')


def file_part(content: bytes, fields: str) -> str:
    return f"{fields}\r\nContent-Transfer-Encoding: base64\r\n\r\n{b64encode(content).decode()}"


def files(raw: bytes) -> list[Attachment]:
    found = read(raw)
    assert isinstance(found, Mail), found
    return list(found.files)


# --- what they are --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "declared", "media_type", "dangerous"),
    [
        (PNG, "application/octet-stream", "image/png", False),
        (PDF, "image/png", "application/pdf", False),
        (b"MZ\x90\x00" + bytes(100), "image/jpeg", "application/x-msdownload", True),
        (b"\x7fELF" + bytes(100), "text/plain", "application/x-executable", True),
        (b"<?xml version='1.0'?><svg onload='x()'/>", "image/png", "image/svg+xml", True),
        (b"  <!DOCTYPE html><script>1</script>", "text/plain", "text/html", True),
        (
            b"From: ada@example.test\r\nContent-Type: text/html\r\n\r\n<html>",
            "message/rfc822",
            "message/rfc822",
            False,
        ),
        (b"BEGIN:VCALENDAR\r\n", "text/calendar", "text/calendar", False),
        (b"just words", "application/pdf", "text/plain", False),
        ("سلام".encode(), "", "text/plain", False),
        (b"\x00\x01\x02", "application/pdf", "application/octet-stream", False),
    ],
)
def test_the_type_of_a_file_is_that_of_its_content(
    content: bytes, declared: str, media_type: str, dangerous: bool
) -> None:
    found = attachment("file", content, declared)
    assert (found.media_type, found.dangerous) == (media_type, dangerous)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("mug.png", "mug.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\evil.exe", "evil.exe"),
        ("رسید پرداخت.pdf", "رسید پرداخت.pdf"),
        ("=?utf-8?B?2LHYs9uM2K8=?=.pdf", "رسید.pdf"),
        ("annexe\u202efdp.exe", "annexefdp.exe"),
        ("a\r\nContent-Type: text/html.png", "html.png"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        ("con.txt", "_con.txt"),
        (".htaccess", "htaccess"),
        ("   ", "attachment.png"),
        ("...", "attachment.png"),
        ("x" * 300 + ".png", "x" * 96 + ".png"),
    ],
)
def test_names_are_safe_to_store_under(name: str, safe: str) -> None:
    assert safe_name(name, "image/png") == safe


@given(st.text(max_size=300))
def test_whatever_the_name_it_is_one_plain_name(name: str) -> None:
    found = safe_name(name, "image/png")
    assert 0 < len(found) <= 100
    assert not set(found) & set('/\\:*?"<>|\0\r\n\u202e')
    assert found.strip(" .") == found


@pytest.mark.parametrize(
    ("disposition", "content_type", "name"),
    [
        ('attachment; filename="a b.pdf"', "", "a b.pdf"),
        ("attachment; filename*=utf-8''%D8%B1%D8%B3%DB%8C%D8%AF.pdf", "", "رسید.pdf"),
        ("attachment; filename*=windows-1256''%D3%E1%C7%E3.txt", "", "سلام.txt"),
        ("attachment; filename*0=long; filename*1=er.txt", "", "longer.txt"),
        ("attachment; filename*0*=utf-8''%D8%B1; filename*1*=%D8%B3.txt", "", "رس.txt"),
        ("attachment; filename*=rot13''abc.txt", "", "abc.txt"),
        ("inline", 'image/png; name="b.png"', "b.png"),
        ("attachment; filename*", "", ""),
        ("attachment", "", ""),
    ],
)
def test_names_are_found_in_every_notation(disposition: str, content_type: str, name: str) -> None:
    assert name_in(disposition, content_type) == name


# --- where they are -------------------------------------------------------------------------------


def test_files_and_inline_pictures_are_distinguished() -> None:
    found = files(
        parts(
            "Content-Type: text/html\r\n\r\n<p>See <img src='cid:p1@x'></p>",
            file_part(PNG, "Content-Type: image/png; name=mug.png\r\nContent-ID: <p1@x>"),
            file_part(
                PDF,
                "Content-Type: application/pdf\r\nContent-Disposition: attachment;"
                " filename=mug.png",
            ),
        )
    )
    assert [(file.filename, file.media_type, file.content_id, file.inline) for file in found] == [
        ("mug.png", "image/png", "p1@x", True),
        ("mug-2.png", "application/pdf", "", False),
    ]


def test_a_forwarded_mail_is_stored_completely() -> None:
    inner = "From: eve@evil.test\r\nSubject: =?utf-8?B?2LPZhNin2YU=?=\r\n\r\nnot mine"
    (found,) = files(
        parts("Content-Type: text/plain\r\n\r\nSee", f"Content-Type: message/rfc822\r\n\r\n{inner}")
    )
    assert (found.filename, found.media_type) == ("سلام.eml", "message/rfc822")
    assert b"not mine" in found.content


def test_winmail_dat_is_opened() -> None:
    raw = parts(
        "Content-Type: text/plain\r\n\r\nFrom Outlook",
        file_part(
            winmail("offer.pdf", PDF), 'Content-Type: application/ms-tnef; name="winmail.dat"'
        ),
    )
    assert [(file.filename, file.media_type, file.content) for file in files(raw)] == [
        ("offer.pdf", "application/pdf", PDF)
    ]


def test_an_invalid_winmail_dat_stays_a_file() -> None:
    raw = parts(
        file_part(b"\x00\x01nonsense", 'Content-Type: application/ms-tnef; name="winmail.dat"')
    )
    assert [file.filename for file in files(raw)] == ["winmail.dat"]


def test_more_files_than_there_is_room_for_are_said_to_be_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(body, "MAX_FILES", 3)
    monkeypatch.setattr(body, "MAX_BYTES", 1000)
    many = read(parts(*[file_part(PNG, "Content-Type: image/png; name=p.png")] * 5))
    large = read(parts(file_part(bytes(2000), "Content-Type: application/x; name=p")))
    assert isinstance(many, Mail)
    assert isinstance(large, Mail)
    assert (len(many.files), many.marks) == (3, ("attachments_left_out",))
    assert (len(large.files), large.marks) == (0, ("attachments_left_out",))


def test_signed_and_encrypted_mails_are_marked() -> None:
    signature = (
        "Content-Type: application/pgp-signature; name=signature.asc\r\n\r\n-----BEGIN PGP"
        " SIGNATURE-----"
    )
    signed = read(parts("Content-Type: text/plain\r\n\r\nIt is me", signature, kind="signed"))
    sealed = read(
        parts("Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1", kind="encrypted")
    )
    assert isinstance(signed, Mail)
    assert isinstance(sealed, Mail)
    assert (signed.text, signed.marks, sealed.marks) == ("It is me", ("signed",), ("encrypted",))


# --- asked for ------------------------------------------------------------------------------------


def a_mail_with_everything() -> bytes:
    mail = MIMEMultipart()
    mail["From"], mail["Subject"] = "Ada <ada@example.test>", "With a picture"
    mail.attach(
        MIMEText(
            '<p dir="rtl">سلام <img src="https://t.test/1.gif"><script>x()</script></p>',
            "html",
            "utf-8",
        )
    )
    picture = MIMEApplication(PNG, "octet-stream")
    picture.add_header("Content-Disposition", "attachment", filename="mug.png")
    mail.attach(picture)
    return mail.as_bytes()


def test_a_message_is_shown_with_its_html_and_its_files(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    server.receive(a_mail_with_everything())
    desk.poll()
    (thread,) = desk.threads()
    (message,) = desk.thread(thread["thread_id"])["messages"]
    assert (message["text"], message["formatted"]) == ("سلام", True)
    (file,) = message["attachments"]
    assert (file["filename"], file["media_type"], file["size"]) == (
        "mug.png",
        "image/png",
        len(PNG),
    )
    shown = desk.ask("message.get", {"message_id": message["message_id"]}).data
    assert shown["html"] == '<p dir="rtl">سلام <img src="blocked:https://t.test/1.gif"></p>'
    assert (shown["held_back"], shown["message"], shown["found_by"]) == (1, message, "new")
    got = desk.ask("attachment.get", {"attachment_id": file["attachment_id"]}).data
    assert (b64decode(got["content"]), got["attachment"]) == (PNG, file)
    assert (got["message_id"], got["thread_id"]) == (message["message_id"], thread["thread_id"])


def test_files_of_the_contact_form_are_stored(desk: IngestHarness) -> None:
    told = desk.tell("contact.submit", changed(samples.SUBMIT_CONTACT, order_reference=None))
    (file,) = next(event.data for event in told if event.name == "thread.message_added")["message"][
        "attachments"
    ]
    got = desk.ask("attachment.get", {"attachment_id": file["attachment_id"]}).data
    assert (got["attachment"]["filename"], b64decode(got["content"])) == ("mug.png", PNG)


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("message.get", "message_id", "unknown_message"),
        ("attachment.get", "attachment_id", "unknown_attachment"),
    ],
)
def test_unknown_and_foreign_files_are_refused(
    desk: IngestHarness, server: FakeMailServer, query: str, field: str, code: str
) -> None:
    server.receive(a_mail_with_everything())
    desk.poll()
    (thread,) = desk.threads()
    (message,) = desk.thread(thread["thread_id"])["messages"]
    there = {"message_id": message["message_id"], **message["attachments"][0]}[field]
    for answer in (
        desk.ask(query, {field: str(uuid4())}),
        desk.ask(query, {field: there}, shop="other"),
    ):
        assert (answer.name, answer.data["code"]) == (f"{query}_refused", code)
        assert answer.data["details"]["field"] == field
    assert desk.ask(query, {field: "no id"}).data["code"] == "invalid"


def test_files_and_html_go_with_the_customer(desk: IngestHarness, server: FakeMailServer) -> None:
    server.receive(a_mail_with_everything())
    desk.poll()
    (thread,) = desk.threads()
    (before,) = desk.thread(thread["thread_id"])["messages"]
    desk.tell("customer.erase", {"customer_id": "c-1", "emails": ["ada@example.test"]})
    (message,) = desk.thread(thread["thread_id"])["messages"]
    assert (message["attachments"], message["formatted"]) == ([], False)
    gone = desk.ask("attachment.get", {"attachment_id": before["attachments"][0]["attachment_id"]})
    assert gone.name == "attachment.get_refused"
    assert desk.ask("message.get", {"message_id": message["message_id"]}).data["html"] == ""
