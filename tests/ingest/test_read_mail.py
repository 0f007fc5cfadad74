"""Parse mails from their source: the text is found, or the mail is set aside with a reason."""

import re
import time
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given, strategies as st
from pydantic import TypeAdapter

from services.ingest.domain.mail import Mail, Unreadable, read
from shared.contracts.values import Email
from tests.conditions import patient
from tests.ingest.builders import CUSTOMER, raw_mail

PERSIAN = "سلام، سفارش من کجاست؟ می‌خواهم بدانم."


def mail(raw: bytes) -> Mail:
    found = read(raw)
    assert isinstance(found, Mail), found
    return found


def parts(kind: str, *inside: str) -> bytes:
    """Return a multipart mail of the given parts."""
    body = "".join(f"--frontier\r\n{part.strip()}\r\n" for part in inside)
    return raw_mail(
        f"{body}--frontier--\r\n", content_type=f'multipart/{kind}; boundary="frontier"'
    )


def test_a_plain_mail() -> None:
    found = mail(
        raw_mail("Where is it?\r\n\r\nAda", subject="My mug", message_id="<a1@example.test>")
    )
    assert (found.sender, found.sender_name, found.certain) == (CUSTOMER, "Ada Byron", True)
    assert (found.subject, found.message_id, found.text) == (
        "My mug",
        "<a1@example.test>",
        "Where is it?\n\nAda",
    )
    assert not found.automatic


def test_answered_ids_are_read_nearest_first() -> None:
    found = mail(
        raw_mail(in_reply_to="<c@x.test>", references="<a@x.test> <b@x.test>\r\n <c@x.test>")
    )
    assert found.answers == ("<c@x.test>", "<b@x.test>", "<a@x.test>")
    assert found.chain == ("<a@x.test>", "<b@x.test>", "<c@x.test>")


def test_an_endless_chain_is_cut_to_its_end() -> None:
    found = mail(raw_mail(references=" ".join(f"<{number}@x.test>" for number in range(3000))))
    assert len(found.answers) == len(found.chain) == 20
    assert found.answers[0] == found.chain[-1] == "<2999@x.test>"


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-8; format=flowed"])
def test_persian_text_arrives_intact(charset: str) -> None:
    raw = raw_mail(content_type=f"text/plain; charset={charset}").replace(b"Where is my mug?", b"")
    assert mail(raw + PERSIAN.encode(charset.split(";", maxsplit=1)[0])).text == PERSIAN


@pytest.mark.parametrize(
    "name", ["windows-1256", "Windows-1256", '"cp1256"', "x-cp1256", "CP-1256"]
)
def test_persian_text_of_old_programs_arrives_intact(name: str) -> None:
    text = "سلام، سفارش من کجاست؟"
    raw = raw_mail("", content_type=f"text/plain; charset={name}") + text.encode("cp1256")
    assert mail(raw).text == text


def test_persian_header_fields_arrive_intact() -> None:
    subject = "=?windows-1256?B?" + "2LTiu9M=" + "?="
    found = mail(
        raw_mail(
            subject="=?utf-8?B?2LPZgdin?=\r\n =?utf-8?B?2LHYtA==?= =?utf-8?Q?_=D9=85=D9=86?=",
            from_=f"=?UTF-8?Q?=D8=A2=D8=AF=D8=A7?= <{CUSTOMER}>",
        )
    )
    assert (found.subject, found.sender_name) == ("سفارش من", "آدا")
    assert mail(raw_mail(subject=subject)).subject == b"\xd8\xb4\xe2\xbb\xd3".decode("cp1256")


def test_a_character_that_is_split_between_two_words_is_joined() -> None:
    assert (
        mail(raw_mail(subject="=?utf-8?B?2Lg=?= =?utf-8?Q?=D8?= =?utf-8?Q?=B4?=")).subject == "ظش"
    )


def test_header_fields_without_any_encoding_are_taken_for_utf_8() -> None:
    assert mail(raw_mail(subject="سفارش من")).subject == "سفارش من"


def test_a_mail_without_a_charset_is_read() -> None:
    silent = raw_mail("", content_type="text/plain")
    assert mail(silent + "naïve – سلام".encode()).text == "naïve – سلام"
    assert mail(silent + "naïve – “yes”".encode("cp1252")).text == "naïve – “yes”"


@pytest.mark.parametrize(
    "name", ["ascii", "unknown-8bit", "rot13", "zlib", "idna", "no/such", "utf-7", "x" * 5000]
)
def test_a_mail_with_a_wrong_charset_is_read(name: str) -> None:
    raw = raw_mail("", content_type=f"text/plain; charset={name}") + "Grüße aus Köln".encode()
    assert mail(raw).text == "Grüße aus Köln"


def test_plain_text_is_preferred_to_html() -> None:
    found = mail(
        parts(
            "alternative",
            "Content-Type: text/plain; charset=utf-8\r\n\r\nThe plain words",
            "Content-Type: text/html; charset=utf-8\r\n\r\n<p>The <b>coloured</b> words</p>",
        )
    )
    assert found.text == "The plain words"


def test_html_is_read_where_the_plain_text_is_empty() -> None:
    found = mail(
        parts(
            "alternative",
            "Content-Type: text/plain\r\n\r\n   ",
            "Content-Type: text/html\r\n\r\n<p>The only words</p>",
        )
    )
    assert found.text == "The only words"


def test_a_mail_of_html_alone() -> None:
    page = (
        "<html><head><title>x</title><style>p {color: red}</style></head><body dir='rtl'><!-- no"
        " --><p>سلام&nbsp;!</p><p>One<br>two &amp;"
        " three</p><script>alert(1)</script><blockquote>before</blockquote></body></html>"
    )
    assert (
        mail(raw_mail(page, content_type="text/html; charset=utf-8")).text
        == "سلام !\n\nOne\ntwo & three\n\nbefore"
    )


@pytest.mark.parametrize(
    "meta",
    [
        '<meta charset="windows-1256">',
        "<META http-equiv=Content-Type content='text/html; charset=windows-1256'>",
    ],
)
def test_html_names_its_charset_itself_where_nothing_else_does(meta: str) -> None:
    page = f"<html><head>{meta}</head><body>سلام</body></html>".encode("cp1256")
    assert mail(raw_mail("", content_type="text/html").rstrip() + b"\r\n\r\n" + page).text == "سلام"


def test_every_readable_part_is_read_not_the_first_alone() -> None:
    found = mail(
        parts(
            "mixed",
            "Content-Type: text/plain\r\n\r\nBefore the picture",
            "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=",
            "Content-Type: text/plain\r\nContent-Transfer-Encoding:"
            " quoted-printable\r\n\r\nAfter=20it =C3=A9",
        )
    )
    assert found.text == "Before the picture\n\nAfter it é"


def test_attachments_and_mails_inside_the_mail_are_not_its_text() -> None:
    found = mail(
        parts(
            "mixed",
            "Content-Type: text/plain\r\n\r\nSee below",
            "Content-Type: text/plain; name=log.txt\r\nContent-Disposition: attachment;"
            " filename=log.txt\r\n\r\nnoise",
            "Content-Type: message/rfc822\r\n\r\nFrom: x@y.test\r\nSubject: old\r\n\r\nnot mine",
            "Content-Type: application/pdf\r\nContent-Transfer-Encoding:"
            " base64\r\n\r\nJVBERi0xLjc=",
        )
    )
    assert found.text == "See below"


def test_quoted_text_is_part_of_the_text() -> None:
    text = "Yes.\n\nOn Monday the shop wrote:\n> Shall we send it?\n> The shop"
    assert mail(raw_mail(text)).text == text


def test_a_mail_without_a_word_is_a_mail() -> None:
    found = mail(raw_mail("", subject="", message_id=""))
    assert (found.text, found.subject, found.message_id) == ("", "", "")


def test_characters_that_databases_refuse_are_removed() -> None:
    found = mail(raw_mail("a\0b\x08c\td", subject="=?utf-8?Q?one=00two=0D=0Athree=E2=80=AEfour?="))
    assert (found.text, found.subject) == ("abc\td", "one two three four")


def test_a_multipart_without_its_boundary_is_read_as_it_stands() -> None:
    assert (
        "still here"
        in mail(raw_mail("--lost\r\n\r\nstill here", content_type="multipart/mixed")).text
    )


def test_the_transfer_encoding_may_be_nonsense() -> None:
    assert mail(raw_mail("plain", content_transfer_encoding="moonlight")).text == "plain"
    assert "Hello" in mail(raw_mail("SGVsbG8=!!!?", content_transfer_encoding="base64")).text


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ("", ""),
        ("Ada Byron", "Ada Byron"),
        ("undisclosed:;", "undisclosed"),
        ("ada at example", "ada at example"),
        ('"ada@example.test"', "ada@example.test"),
        ("Ada <ada>", "Ada ada"),
    ],
)
def test_a_mail_without_a_sender_is_read(sender: str, name: str) -> None:
    found = mail(raw_mail(from_=sender, to=""))
    assert re.fullmatch(r"unknown-\w{12}@unknown\.invalid", found.sender)
    assert (found.sender_name, found.certain) == (name, False)
    assert (found.subject, found.text, found.marks) == (
        "A question",
        "Where is my mug?",
        ("sender_unknown",),
    )
    assert (found.kind, found.answerable) == ("personal", False)


@pytest.mark.parametrize(
    "sender",
    [
        "<>",
        "MAILER-DAEMON",
        "Mail Delivery Subsystem <MAILER-DAEMON>",
        "MAILER-DAEMON (Mail Delivery System)",
        '"Mail Delivery System" <>',
        "Mailer-Daemon@",
    ],
)
def test_a_null_sender_is_a_machine(sender: str) -> None:
    found = mail(raw_mail("I could not deliver it.", from_=sender, subject="Undelivered mail"))
    assert (found.kind, found.sender, found.marks) == (
        "bounce",
        "mailer-daemon@unknown.invalid",
        (),
    )


def test_a_text_without_any_header_is_read() -> None:
    found = mail(b"Dear shop,\n\nwhere is my mug?\n")
    assert (found.marks, found.text) == (("sender_unknown",), "Dear shop,\n\nwhere is my mug?")


@pytest.mark.parametrize(
    "raw", [b"", b"\0" * 1000, bytes(range(256)) * 10, b"\xff\xd8\xff\xe0 JFIF", b": :\r\n\r\n"]
)
def test_bytes_that_are_no_mail_are_set_aside(raw: bytes) -> None:
    assert isinstance(read(raw), Unreadable)


def test_with_two_senders_the_sender_is_uncertain() -> None:
    assert not mail(raw_mail(from_=f"{CUSTOMER}, eve@evil.test")).certain
    assert not mail(raw_mail(headers=["From: eve@evil.test"])).certain


def test_a_parameter_that_breaks_parsers_is_survived() -> None:
    assert mail(raw_mail("Hello", content_type="text/plain; name*")).text == "Hello"


def test_thousands_of_parts_within_parts_are_survived() -> None:
    nested = MIMEMultipart()
    raw = raw_mail("x", content_type='multipart/mixed; boundary="0"')
    for depth in range(3000):
        raw += (
            f'--{depth}\r\nContent-Type: multipart/mixed; boundary="{depth + 1}"\r\n\r\n'.encode()
        )
    assert isinstance(read(raw), Mail | Unreadable)
    for _ in range(60):
        outer = MIMEMultipart()
        outer.attach(nested)
        nested = outer
    nested.attach(MIMEText("on the surface"))
    nested["From"] = CUSTOMER
    assert mail(nested.as_bytes()).text == "on the surface"


def test_ten_thousand_parts_take_no_longer_than_they_may() -> None:
    part = "--frontier\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    raw = raw_mail(part * 10_000, content_type="multipart/mixed; boundary=frontier")
    began = time.monotonic()
    assert mail(raw).text.count("x") == 1000 - 1
    assert time.monotonic() - began < patient(10)


@given(st.binary(max_size=2000), st.binary(max_size=300))
def test_whatever_comes_is_read_or_set_aside(body: bytes, head: bytes) -> None:
    found = read(
        b"From: " + head + b" a" + head + b"@example.test\r\nSubject: " + head + b"\r\n\r\n" + body
    )
    if isinstance(found, Mail):
        for text in (found.text, found.subject, found.sender, found.sender_name, found.message_id):
            assert "\0" not in text
            text.encode()


@given(st.text(alphabet=st.characters(exclude_categories=["Zs", "Cs"]), min_size=1, max_size=20))
def test_an_address_that_is_read_is_one_that_the_contract_takes(local: str) -> None:
    found = read(raw_mail(from_=f"Ada <{local}@example.test>"))
    if isinstance(found, Mail):
        assert TypeAdapter(Email).validate_python(found.sender)
