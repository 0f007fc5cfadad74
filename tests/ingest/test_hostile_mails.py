"""Malicious mails are parsed within limits, or set aside, and those after them are parsed."""

import base64
import os
import random
import signal
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO

import pytest
from compressed_rtf.crc32 import crc32
from hypothesis import given, settings, strategies as st
from tnefparse.mapi import IMESSAGE_SIG

from services.ingest.adapters.parser_pool import DEFAULT_LIMITS, MailParserPool
from services.ingest.domain.mail import Mail, Unreadable, read, read_fields
from tests.ingest.builders import CUSTOMER, ORDER, FakeMailServer, IngestHarness, raw_mail, reply_to
from tests.ingest.winmail_writer import winmail

TWENTY_THOUSAND = 20_000


@pytest.fixture(scope="module")
def reader() -> Iterator[MailParserPool]:
    """A pool of child processes with low limits."""
    opened = MailParserPool(replace(DEFAULT_LIMITS, busy=1, seconds=20, memory=600))
    yield opened
    opened.close()


def nested(depth: int) -> bytes:
    """Return a mail of nested parts."""
    raw = raw_mail("x\r\n", subject="Deep", content_type='multipart/mixed; boundary="0"')
    return raw + b"".join(
        f'--{level}\r\nContent-Type: multipart/mixed; boundary="{level + 1}"\r\n\r\n'.encode()
        for level in range(depth)
    )


def many_parts(count: int) -> bytes:
    part = "--f\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    return raw_mail(part * count, subject="Many", content_type="multipart/mixed; boundary=f")


def zip_bomb() -> bytes:
    """Return a compressed file of 50 MB of zeros."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(50_000_000))
    fields = "Content-Type: application/zip; name=b.zip\r\nContent-Transfer-Encoding: base64"
    body = f"--f\r\n{fields}\r\n\r\n{base64.b64encode(packed.getvalue()).decode()}\r\n--f--\r\n"
    return raw_mail(body, subject="Zip", content_type="multipart/mixed; boundary=f")


def winmail_mail(content: bytes) -> bytes:
    """Return a mail with a winmail.dat."""
    fields = "Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64"
    body = f"--f\r\n{fields}\r\n\r\n{base64.b64encode(content).decode()}\r\n--f--\r\n"
    return raw_mail(body, subject="Outlook", content_type="multipart/mixed; boundary=f")


def winmails_in_winmails(depth: int) -> bytes:
    """Return a winmail.dat whose file is a message with another one, and so on."""
    content = winmail()
    for _ in range(depth):
        data = IMESSAGE_SIG + content
        data += bytes(-len(data) % 4)
        content = winmail(properties=struct.pack("<IHHII", 1, 0x0D, 0x3701, 1, len(data)) + data)
    return content


def stored_rtf(rtf: bytes) -> bytes:
    """Return rich text in the format for compressed rich text, not compressed (MS-OXRTFCP)."""
    return struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf


def packed_rtf(packed: bytes) -> bytes:
    """Return compressed rich text that states a size of 2 GB."""
    return struct.pack("<II4sI", len(packed) + 12, 2**31 - 1, b"LZFu", crc32(packed)) + packed


def letters_of_no_charset(parts: int) -> bytes:
    """Return a mail with many texts in a charset that nothing states."""
    text = random.Random(1).randbytes(4000).translate(bytes(range(128, 256)) * 2)
    fields = b"--f\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    head = raw_mail("", subject="Letters", content_type="multipart/mixed; boundary=f")
    return head + (fields + text + b"\r\n") * parts


HOSTILE: dict[str, Callable[[], bytes]] = {  # built by their tests, not by each collection
    "parts within parts": lambda: nested(TWENTY_THOUSAND),
    "mails within mails": lambda: raw_mail(
        "Content-Type: message/rfc822\r\n\r\n" * 5000, content_type="message/rfc822"
    ),
    "parts": lambda: many_parts(TWENTY_THOUSAND),
    "header fields": lambda: raw_mail("x", headers=[f"X-{number}: y" for number in range(100_000)]),
    "one long header field": lambda: raw_mail("x", headers=["X: " + "y" * 5_000_000]),
    "encoded words": lambda: raw_mail("x", subject="=?utf-8?Q?a?= " * TWENTY_THOUSAND),
    "parentheses": lambda: raw_mail("x", from_=f"{'(' * 3000} <{CUSTOMER}>"),
    "recipients": lambda: raw_mail(
        "x", to=", ".join(f"a{number}@b.test" for number in range(TWENTY_THOUSAND))
    ),
    "parameters": lambda: raw_mail("x", content_type="text/plain" + "; a=b" * TWENTY_THOUSAND),
    "quoted parameters": lambda: raw_mail(
        "x", content_type='text/plain; charset="' + '\\"' * 100_000
    ),
    "a boundary of spaces": lambda: raw_mail(
        "--\r\n" * 50_000, content_type=f'multipart/mixed; boundary="{" " * 60}"'
    ),
    "html in html": lambda: raw_mail("<div>" * 200_000, content_type="text/html"),
    "html that closes nothing": lambda: raw_mail(
        "<dt><li>" * 100_000 + "hello", content_type="text/html"
    ),
    "html attributes": lambda: raw_mail(
        "<a " + "b=c " * 200_000 + ">hello", content_type="text/html"
    ),
    "quotes": lambda: raw_mail("> " * 300_000 + "\r\n> x" * 50_000),
    "attributions": lambda: raw_mail("On \r\n" * 50_000 + "wrote:"),
    "zip bomb": zip_bomb,
    "authentication results": lambda: raw_mail(
        "x", headers=["Authentication-Results: a; " + "dmarc=fail " * 5000] * 50
    ),
    "a line without end": lambda: raw_mail("a" * 8_000_000),
    "references": lambda: raw_mail("x", references="<a@b> " * 100_000),
    # nh3: overflow its stack, take memory (open all elements again in each paragraph), hang
    "html of unfinished tags": lambda: raw_mail("<div/" * 200_000 + ">", content_type="text/html"),
    "html that opens all again": lambda: raw_mail(
        "<p>" + "".join(f"<b id={number}>" for number in range(1900)) + "<p>x" * 10_000,
        content_type="text/html",
    ),
    "html of pictures in tables": lambda: raw_mail(
        "<svg>" * 1900 + "<table>" * 90 + "x</p>" * 100_000, content_type="text/html"
    ),
    # charset-normalizer
    "letters of no charset": lambda: letters_of_no_charset(1000),
    # tnefparse: overflow its stack, take memory and hang
    "winmails in winmails": lambda: winmail_mail(winmails_in_winmails(2000)),
    "four thousand million values": lambda: winmail_mail(
        winmail(message=struct.pack("<IHHI", 1, 0x1002, 0x3001, 2**32 - 1))
    ),
    # compressed-rtf and our reader of rich text: overflow a stack, take memory, hang
    "groups of rich text": lambda: winmail_mail(
        winmail(rtf=stored_rtf(b"{\\rtf1 " + b"{" * 480_000))
    ),
    "rich text that repeats itself": lambda: winmail_mail(
        winmail(rtf=packed_rtf((b"\xff" + bytes([0, 0x0F]) * 8) * 29_000))
    ),
    "rich text that skips all": lambda: winmail_mail(
        winmail(rtf=stored_rtf(b"{\\rtf1 \\uc2000000000 " + b"\\u1 " * 100_000))
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_sender_of_a_damaged_mail_is_found(reader: MailParserPool, name: str) -> None:
    (found,) = reader([HOSTILE[name]()])
    assert isinstance(found, Mail), found
    assert found.sender == CUSTOMER


def test_a_mail_nested_too_deeply_is_filed_by_its_header_and_attached(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    raw = nested(3000)
    server.receive(raw)
    desk.poll()
    (thread,) = desk.threads()
    (message,) = desk.thread(thread["thread_id"])["messages"]
    assert (thread["subject"], message["marks"], message["text"]) == (
        "Deep",
        ["parts_left_out"],
        "",
    )
    (file,) = message["attachments"]
    assert (file["filename"], file["size"]) == ("mail.eml", len(raw))


# --- the process that reads -----------------------------------------------------------------------


def endless(raw: bytes) -> Mail:
    """Run for ever."""
    while raw:
        pass
    raise AssertionError


def greedy(raw: bytes) -> Unreadable:
    """Allocate all memory."""
    hoard = []
    while raw:
        hoard.append(bytes(50_000_000))
    return Unreadable(str(len(hoard)))


def dying(raw: bytes) -> Unreadable:
    """Exit as a fault in a library does."""
    os.kill(os.getpid(), signal.SIGSEGV)
    return Unreadable("")


def test_a_parser_that_never_ends_is_stopped_and_the_header_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = MailParserPool(replace(DEFAULT_LIMITS, busy=1, seconds=20))
    bad = raw_mail("Where is my mug?", subject="Help", to=reply_to(ORDER))
    for trouble in (endless, greedy, dying):
        monkeypatch.setattr("services.ingest.adapters.parser_pool.read", trouble)
        (found,) = reader([bad])
        assert isinstance(found, Mail)
        assert (found.subject, found.marks, reply_to(ORDER) in found.recipients) == (
            "Help",
            ("parts_left_out",),
            True,
        )
        assert found.files[0].content.endswith(b"Where is my mug?")
    reader.close()


def picky(raw: bytes) -> Mail | Unreadable:
    """Exit for one mail, parse the others."""
    return dying(raw) if b"poison" in raw else read(raw)


def test_the_mails_that_were_read_together_with_a_bad_one_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.ingest.adapters.parser_pool.read", picky)
    reader = MailParserPool()
    found = reader([raw_mail(text) for text in ("one", "poison", "two", "poison", "three")])
    assert [mail.text for mail in found if isinstance(mail, Mail)] == [
        "one",
        "",
        "two",
        "",
        "three",
    ]
    reader.close()


def test_a_mail_that_ends_every_reader_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("read", "read_fields"):
        monkeypatch.setattr(f"services.ingest.adapters.parser_pool.{name}", dying)
    reader = MailParserPool()
    assert reader([raw_mail()]) == [Unreadable("Parsing it exceeds the limits of time or memory.")]
    reader.close()


# --- fuzz -----------------------------------------------------------------------------------------

PIECES = [
    b"From: a@b.test\r\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Content-Type: text/html; charset=utf-7\r\n",
    b"Content-Type: message/rfc822\r\n",
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n",
    b"Content-Type: message/delivery-status\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"\r\n",
    b"--b\r\n",
    b"--b--\r\n",
    b"Content-Type: application/ms-tnef; name=winmail.dat\r\n",
    b"Content-Disposition: attachment; filename*0*=",
    b"Content-Transfer-Encoding: x-uuencode\r\n",
    b"begin 644 a\r\n",
    b"=?utf-8?B?",
    b"?=",
    b"<p><style>",
    b"<!--",
    b"&#x",
    b"On Monday x wrote:\r\n> y\r\n",
    b"\x00",
    b"\xff\xfe",
    b"\xd8\x00",
    b"Status: 5.1.1\r\n",
    b"Subject: ",
    b"=\r\n",
    b"\r",
    b"Authentication-Results: mx; dmarc=",
    b"\x78\x9f\x3e\x22\x01\x00",
    b"Content-Type: text/plain; name*",
    b"\n\n",
]


@settings(max_examples=50)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=30)), max_size=40))
def test_whatever_is_put_together_is_read_or_set_aside(pieces: list[bytes]) -> None:
    raw = b"From: ada@example.test\r\n" + b"".join(pieces)
    for found in (read(raw), read_fields(raw)):
        if isinstance(found, Mail):
            for text in (
                found.text,
                found.page,
                found.subject,
                *(file.filename for file in found.files),
            ):
                assert "\0" not in text
                text.encode()
            assert all(
                1 <= fold.first <= fold.last <= found.text.count("\n") + 1 for fold in found.folds
            )
