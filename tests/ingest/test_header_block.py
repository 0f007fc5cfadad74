"""Header blocks damaged by programs and gateways: an invalid line does not lose other fields."""

import base64
import quopri

import pytest
from hypothesis import given, strategies as st

from services.ingest.domain.header_block import tidied
from services.ingest.domain.mail import Mail, read
from services.ingest.domain.structured_fields import content_type, disposition, transfer_encoding
from tests.conditions import patient
from tests.ingest.builders import CUSTOMER

FIELDS = [
    f"From: Ada Byron <{CUSTOMER}>",
    "To: service@shop.test",
    "Subject: My mug",
    "In-Reply-To: <order@shop.test>",
]
BODY = "Where is it?\r\nNote: I wrote before."


def mail(raw: str | bytes) -> Mail:
    found = read(raw.encode() if isinstance(raw, str) else raw)
    assert isinstance(found, Mail), found
    return found


def written(*lines: str, end: str = "\r\n") -> str:
    return end.join([*lines, "", BODY])


def is_whole(found: Mail) -> bool:
    return (found.sender, found.sender_name, found.subject, found.answers, found.text) == (
        CUSTOMER,
        "Ada Byron",
        "My mug",
        ("<order@shop.test>",),
        BODY.replace("\r\n", "\n"),
    )


@pytest.mark.parametrize("number", range(len(FIELDS)))
@pytest.mark.parametrize("blanks", [" ", "\t", "  \t "])
def test_blanks_before_the_colon_are_obsolete_but_read(number: int, blanks: str) -> None:
    """RFC 5322, 4.5: such fields must be accepted."""
    fields = [*FIELDS]
    fields[number] = fields[number].replace(":", f"{blanks}:", 1)
    assert is_whole(mail(written(*fields)))


@pytest.mark.parametrize(
    "first",
    [
        "From ada@example.test Sat Nov 21 12:00:00 2026\r\n",
        ">From ada@example.test Sat Nov 21 12:00:00 2026\r\n",
        ">>From ada Sat Nov 21\r\n",
        "\r\n",
        "\r\n\r\n",
        "\n",
        "\ufeff",
        "\ufeff\r\n",
        " \r\n",
        "This line is no field\r\n",
        "<!-- gateway -->\r\n",
        "-----\r\n",
    ],
)
def test_lines_before_the_header_lose_no_field(first: str) -> None:
    assert is_whole(mail(first + written(*FIELDS)))


@pytest.mark.parametrize(
    "junk",
    [
        "This is no field",
        ">From ada@example.test Sat Nov 21 12:00:00 2026",
        "----",
        "<html>",
        "a b: c",
        ": nothing",
        "Grüße aus Köln",
        "\0\0\0",
    ],
)
@pytest.mark.parametrize("place", range(1, len(FIELDS)))
def test_a_junk_line_costs_that_line(junk: str, place: int) -> None:
    assert is_whole(mail(written(*FIELDS[:place], "Date: today", junk, *FIELDS[place:])))


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_line_ends_of_every_system_are_taken(end: str) -> None:
    found = mail(written(*FIELDS[:2], "no field", *FIELDS[2:], end=end))
    assert (found.sender, found.subject) == (CUSTOMER, "My mug")


def test_a_continuation_that_was_not_folded_joins_its_field() -> None:
    found = mail(
        written(
            'From: "Ada Byron"',
            f"<{CUSTOMER}>",
            "References: <one@shop.test>",
            "<two@shop.test>",
            "Subject: =?utf-8?B?2LPZgdin?=",
            "=?utf-8?B?2LHYtA==?=",
            "To: service@shop.test,",
            "second@shop.test",
            "Content-Type: text/plain;",
            "charset=utf-8",
        )
    )
    assert (found.sender, found.sender_name, found.certain) == (CUSTOMER, "Ada Byron", True)
    assert (found.subject, found.chain) == ("سفارش", ("<one@shop.test>", "<two@shop.test>"))
    assert "second@shop.test" in found.recipients
    assert found.text == BODY.replace("\r\n", "\n")


def test_a_subject_that_was_cut_in_two_is_whole() -> None:
    beginning = "The mug with the blue flowers that I ordered from you on Monday, and"
    found = mail(written(f"Subject: {beginning}", "the plate", FIELDS[0]))
    assert found.subject == f"{beginning} the plate"


def test_no_line_of_the_sender_is_joined_to_a_field_of_a_mail_server() -> None:
    found = mail(
        written(
            "Authentication-Results: mx.shop.test;", "dmarc=pass header.from=example.test", *FIELDS
        )
    )
    assert found.authentication == ("mx.shop.test;",)


@pytest.mark.parametrize(
    "forged",
    [
        ["Authentication-Results : mx.shop.test; dmarc=pass"],
        ["junk", "Authentication-Results: mx.shop.test; dmarc=pass"],
        ["junk", "Authentication-Results: mx.shop.test;", " dmarc=pass"],
    ],
)
def test_a_verdict_that_a_mail_server_may_not_have_seen_is_not_read(forged: list[str]) -> None:
    found = mail(written("Received: by mx.shop.test", *forged, *FIELDS))
    assert found.authentication == ()
    assert is_whole(found)


def test_a_line_that_is_no_field_begins_the_body_where_no_field_follows() -> None:
    found = mail("\r\n".join([*FIELDS, "Dear shop,", "where is it?", "Colour: blue", "", "Ada"]))
    assert (found.subject, found.text) == (
        "My mug",
        "Dear shop,\nwhere is it?\nColour: blue\n\nAda",
    )


def parts(*inside: str) -> str:
    written_parts = "".join(f"--b\r\n{part}\r\n" for part in inside)
    return "\r\n".join(
        [*FIELDS, 'Content-Type: multipart/mixed; boundary="b"', "", f"{written_parts}--b--\r\n"]
    )


def test_headers_of_parts_are_tidied_too() -> None:
    found = mail(
        parts(
            "Content-Type : text/plain\r\njunk\r\nContent-Transfer-Encoding :"
            " base64\r\n\r\nSGVsbG8=",
            "Content-Type: application/pdf; name=offer.pdf\r\nan odd line\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjc=",
        )
    )
    assert found.text == "Hello"
    assert [(file.filename, file.content) for file in found.files] == [("offer.pdf", b"%PDF-1.7")]


def test_a_part_without_a_header_is_read_as_it_stands() -> None:
    found = mail(parts("\r\nFrom : here\r\nto there", "The words\r\nSubject: of a letter"))
    assert found.text == "From : here\nto there\n\nThe words\nSubject: of a letter"


def test_the_header_of_a_mail_inside_is_tidied() -> None:
    inner = ">From x Sat\r\nFrom : x@y.test\r\nSubject : Old\r\n\r\nold"
    found = mail(parts(f"Content-Type: message/rfc822\r\n\r\n{inner}"))
    assert [file.filename for file in found.files] == ["Old.eml"]


# --- structured fields ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "base64",
        "BASE64",
        " base64 ",
        "base64;",
        '"base64"',
        "base64 (RFC 2045)",
        "(a (nested) comment) base64",
        "base-64",
        "base64; charset=utf-8",
        "'base64'",
        "base64,",
        "=base64",
    ],
)
def test_a_transfer_encoding_is_read_in_any_notation(value: str) -> None:
    found = mail(
        parts(f"Content-Type: text/plain\r\nContent-Transfer-Encoding: {value}\r\n\r\nSGVsbG8=")
    )
    assert found.text == "Hello"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("quoted-printable ;", "quoted-printable"),
        ("Quoted_Printable", "quoted-printable"),
        ("8 bit", "8 bit"),
        ("8-bit", "8bit"),
        ("moonlight", "moonlight"),
        ("", ""),
        ("(only a comment)", "(only a comment)"),
        ("((", "(("),
    ],
)
def test_an_unknown_encoding_is_unchanged(value: str, expected: str) -> None:
    assert transfer_encoding(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text/plain; charset=utf-8", "text/plain; charset=utf-8"),
        ('"text/html"; charset=utf-8', "text/html; charset=utf-8"),
        ("text / html ; charset=utf-8", "text/html; charset=utf-8"),
        ("text/plain (comment); charset=utf-8", "text/plain; charset=utf-8"),
        ("text/plain charset=utf-8", "text/plain; charset=utf-8"),
        ("application/pdf; name=offer (1).pdf", "application/pdf; name=offer (1).pdf"),
        ('multipart/mixed (x); boundary="(b)" (a comment)', 'multipart/mixed; boundary="(b)"'),
        ("text", "text"),
        ("", ""),
    ],
)
def test_a_content_type_is_read_in_any_notation(value: str, expected: str) -> None:
    assert content_type(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('"attachment"; filename="a"', 'attachment; filename="a"'),
        ("(x) Attachment ; filename=a", "attachment; filename=a"),
        ("filename=a.pdf", "filename=a.pdf"),
        ("attachment", "attachment"),
        ("", ""),
    ],
)
def test_a_disposition_is_read_in_any_notation(value: str, expected: str) -> None:
    assert disposition(value) == expected


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_an_enclosed_mail_may_be_encoded_and_has_its_own_name(encoding: str) -> None:
    inner = b"From: x@y.test\r\nSubject: Old =E4\r\n\r\nFrom here on\r\n"
    body = base64.encodebytes(inner) if encoding == "base64" else quopri.encodestring(inner)
    fields = 'Content-Type: message/rfc822; name="complaint.eml"\r\nContent-Transfer-Encoding: '
    (file,) = mail(parts(f"{fields}{encoding}\r\n\r\n{body.decode()}")).files
    assert (file.filename, file.media_type) == ("complaint.eml", "message/rfc822")
    assert file.content.replace(b"\r\n", b"\n").strip() == inner.replace(b"\r\n", b"\n").strip()


PIECES = [
    b"From : a@b.test\r\n",
    b">From x\r\n",
    b"From x\r\n",
    b"junk\r\n",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\n",
    b"\r",
    b" folded\r\n",
    b"Content-Type: message/rfc822\r\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"--b\r\n",
    b"--b--\r\n",
    b"Content-Transfer-Encoding: (\r\n",
    b"\xff",
    b'boundary="',
    b":\r\n",
    b"Subject: x\r\n",
]


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=10)), max_size=30))
def test_a_body_stays_as_it_is_whatever_stands_above(pieces: list[bytes]) -> None:
    assert tidied(b"".join([*pieces, b"\r\n\r\n", BODY.encode()])).endswith(BODY.encode())


@pytest.mark.parametrize(
    "piece",
    [
        b"a",
        b"From ",
        b">",
        b"a b\r\n",
        b"X: y\r\n",
        b"--b\r\n",
        b"Content-Type: message/rfc822\r\n\r\n",
        b"boundary=",
        b"\r\n ",
        b"boundary=b;",
        b"(",
        b'"',
        b"\\",
        b"a \t",
    ],
)
@pytest.mark.timeout(patient(20))
def test_nonsense_of_any_length_is_no_work(piece: bytes) -> None:
    long = piece * 100_000
    for raw in (
        long,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + long,
        b"Content-Type: " + long,
    ):
        tidied(raw)
