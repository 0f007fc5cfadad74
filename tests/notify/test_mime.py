from email import message_from_bytes, message_from_string, policy
from email.message import EmailMessage
from email.utils import getaddresses
from uuid import UUID, uuid4

import pytest
from fast_mail_parser import parse_email
from hypothesis import given, strategies as st

from services.notify.domain.mime import (
    WIRE,
    Attachment,
    Mailbox,
    MailContent,
    chain,
    filename,
    pack,
)
from services.notify.domain.wording import MailBody
from tests.notify.builders import PDF, confirmation, opened, parts, state_mail

USUAL = (
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
)
ROBOT = ("Auto-Submitted", "X-Auto-Response-Suppress")
INVOICE = Attachment(UUID(int=1), "invoice-IN000001.pdf", PDF)


def mail_content(**changes: object) -> MailContent:
    return state_mail().content.model_copy(update=changes)


def unfolded(content: bytes) -> dict[str, str]:
    """The headers as they stand in the bytes, read without Python's newer parser."""
    mail = message_from_bytes(content, policy=policy.compat32)
    return {name: "".join(str(value).splitlines()) for name, value in mail.items()}


def test_a_letter_has_text_and_html_and_its_documents() -> None:
    mail = opened(pack(mail_content(), [INVOICE], 1).content)
    assert parts(mail) == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
    ]
    attached = next(mail.iter_attachments())
    assert attached.get_filename() == "invoice-IN000001.pdf"
    assert attached.get_content() == PDF


@pytest.mark.parametrize("language", ["en", "fa"])
def test_its_words_arrive_as_they_were_written(language: str) -> None:
    content = state_mail(order__language=language).content.body
    mail = opened(pack(mail_content(body=content), [], 1).content)
    for kind, written in (("plain", content.text), ("html", content.html)):
        part = mail.get_body((kind,))
        assert part is not None
        assert part.get_content().splitlines() == written.splitlines()
    assert mail["Subject"] == content.subject
    assert mail["Content-Language"] == language


TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from("\r\n .=-ءÀ"), max_size=400)


@given(TEXTS, TEXTS, st.sampled_from(["en", "fa"]))
def test_a_mail_without_files_has_the_bytes_of_the_library(
    text: str, html: str, language: str
) -> None:
    body = MailBody(language=language, subject="Grüße", text=text, html=html)
    content = mail_content(body=body)
    assert pack(content, [], 1).content == written_by_library(content)


def written_by_library(content: MailContent) -> bytes:
    message = EmailMessage(policy=WIRE)
    packed = message_from_bytes(pack(content, [INVOICE], 1).content, policy=policy.compat32)
    for name, value in packed.items():
        if name != "MIME-Version" and not name.startswith("Content-"):
            message[name] = value
    message.set_content(content.body.text)
    message.add_alternative(content.body.html, subtype="html")
    message["Content-Language"] = content.body.language
    message.set_boundary(pack(content, [], 1).content.split(b'boundary="')[1][:36].decode())
    return message.as_bytes()


@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_server_can_carry_it(language: str) -> None:
    content = pack(
        mail_content(body=state_mail(order__language=language).content.body), [INVOICE], 1
    ).content
    assert content.isascii()
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_its_headers_are_those_of_a_mail_from_a_robot() -> None:
    mail = opened(pack(mail_content(), [], 1).content)
    assert mail["From"] == "Corner Shop <service@shop.test>"
    assert mail["To"] == "Ada Byron <ada@example.test>"
    assert mail["Date"] == "Sat, 21 Nov 2026 12:00:00 +0000"
    assert [mail[name] for name in ROBOT] == ["auto-generated", "All"]
    assert mail["In-Reply-To"] is None


def test_what_a_person_writes_is_not_marked_as_a_robot_s() -> None:
    mail = opened(pack(mail_content(automatic=False), [], 1).content)
    assert [mail[name] for name in ROBOT] == [None, None]


def test_identifiers_longer_than_a_line_are_not_encoded() -> None:
    long = [f"<{'a' * 90}.{number}@shop.test>" for number in range(10)]
    written = mail_content(references=long, in_reply_to=long[-1])
    headers = unfolded(pack(written, [], 1).content)
    assert len(written.message_id) > 78
    assert headers["Message-ID"] == written.message_id
    assert headers["In-Reply-To"] == long[-1]
    assert headers["References"].split() == long


def test_a_long_chain_keeps_its_first_and_its_newest_links() -> None:
    links = [f"<{number}@shop.test>" for number in range(30)]
    kept = chain(links, links[-1])
    assert len(kept) == 20
    assert kept == [links[0], *links[-19:]]


@pytest.mark.parametrize(
    "wrong", ["", "no brackets", "<a@b>\r\nBcc: <c@d>", "<a b@c>", "<ä@b>", "<a@b><c@d>"]
)
def test_what_is_no_identifier_is_left_out_of_the_chain(wrong: str) -> None:
    assert chain([wrong, "<a@b>"], wrong) == ["<a@b>"]


@given(name=st.text(), subject=st.text(), file=st.text())
def test_no_name_adds_a_header_or_a_recipient(name: str, subject: str, file: str) -> None:
    plain = mail_content(references=[])
    body = plain.body.model_copy(update={"subject": subject})
    written = plain.model_copy(
        update={
            "body": body,
            "sender": Mailbox(name=name, address="service@shop.test"),
            "recipient": Mailbox(name=name, address="ada@example.test"),
        }
    )
    raw = pack(written, [Attachment(uuid4(), file, PDF)], 1).content
    headers = unfolded(raw)
    assert set(headers) <= {*USUAL, *ROBOT}
    for header, address in (("From", "service@shop.test"), ("To", "ada@example.test")):
        assert [found for _, found in getaddresses([headers[header]])] == [address]


def test_a_name_that_tries_to_bring_a_header_is_only_a_name() -> None:
    shop = Mailbox(name="Shop\r\nBcc: eve@example.test\r\n\r\nHello", address="service@shop.test")
    mail = opened(pack(mail_content(sender=shop), [], 1).content)
    assert mail["Bcc"] is None
    assert mail["From"].addresses[0].display_name == "Shop Bcc: eve@example.test Hello"


@pytest.mark.parametrize(
    "name",
    [
        "لیوان فروشی بزرگ خیابان ولیعصر تهران شعبه مرکزی",
        'Müller, Söhne & Co. "GmbH"',
        "=?utf-8?q?Other?= Shop",
    ],
)
def test_a_name_in_any_letters_arrives(name: str) -> None:
    sender = parse_email(
        pack(mail_content(sender=Mailbox(name=name, address="service@shop.test")), [], 1).content
    ).from_
    assert (
        sender is not None
    )  # the library that wrote it would read a space too many where a line ends
    assert (sender.display_name, sender.address) == (name, "service@shop.test")


@pytest.mark.parametrize(
    "subject",
    [
        "A subject of many words " * 20,
        "x" * 900,
        "=?utf-8?q?not_encoded?= it says",
        "لیوان " * 60,
        "",
    ],
)
def test_a_subject_of_any_kind_arrives_in_lines_that_every_server_takes(subject: str) -> None:
    content = mail_content().body.model_copy(update={"subject": subject})
    raw = pack(mail_content(body=content), [], 1).content
    assert parse_email(raw).subject.strip() == subject.strip()
    assert max(map(len, raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 998


@pytest.mark.parametrize("name", ["Smith, Jones and Daughters <the best>, " * 5, "One Two " * 30])
def test_a_name_longer_than_a_line_stays_one_name(name: str) -> None:
    raw = pack(
        mail_content(recipient=Mailbox(name=name, address="ada@example.test")), [], 1
    ).content
    (found,) = parse_email(raw).to
    assert (found.display_name, found.address) == (name.strip(), "ada@example.test")
    assert max(map(len, raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 998


def test_a_long_file_name_arrives_in_lines_that_every_server_takes() -> None:
    name = f"{'فاکتور ' * 30}.pdf"
    raw = pack(mail_content(), [Attachment(uuid4(), name, PDF)], 1).content
    assert [file.filename for file in parse_email(raw).attachments] == [name]
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_no_line_of_a_header_begins_another_one() -> None:
    with pytest.raises(ValueError, match="Message-ID"):
        pack(mail_content(message_id="<a@b>\r\nBcc: eve@example.test"), [], 1)


def test_a_domain_in_other_letters_is_written_in_its_ascii_form() -> None:
    outgoing = pack(mail_content(recipient=Mailbox(name="Ada", address="ada@bücher.test")), [], 1)
    assert outgoing.recipient == "ada@xn--bcher-kva.test"
    assert not outgoing.international


def test_an_address_in_other_letters_needs_a_server_that_takes_it() -> None:
    outgoing = pack(mail_content(recipient=Mailbox(name="آدا", address="آدا@example.test")), [], 1)
    assert outgoing.international
    mail = message_from_string(outgoing.content.decode(), policy=policy.default)
    assert mail["To"].addresses[0].addr_spec == "آدا@example.test"


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../etc/passwd", "_.._etc_passwd"), ("", "document.pdf"), ("a\r\nb.pdf", "a b.pdf")],
)
def test_a_file_is_named_without_a_path(name: str, kept: str) -> None:
    assert filename(name) == kept


def test_the_same_mail_bears_the_same_message_id_for_ever() -> None:
    event = {"order_id": str(UUID(int=5)), "order__order_id": str(UUID(int=5))}
    assert confirmation(**event).content.message_id == confirmation(**event).content.message_id
