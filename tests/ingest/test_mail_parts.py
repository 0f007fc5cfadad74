"""Parts of every kind: readable ones are text, others are files or leave a mark."""

from base64 import b64decode, b64encode
from binascii import b2a_uu

import pytest

from services.ingest.domain import body
from services.ingest.domain.mail import Mail, read
from tests.conditions import patient
from tests.ingest.builders import raw_mail

PLAIN = "Content-Type: text/plain; charset=utf-8\r\n\r\nSee below"
# By `openssl cms -sign -nodetach -stream` and `openssl cms -encrypt`: a text/plain part that asks
# for a mug.
SIGNED = (
    "MIAGCSqGSIb3DQEHAqCAMIACAQExDTALBglghkgBZQMEAgEwgAYJKoZIhvcNAQcBoIAkgAQ9Q29udGVudC1UeXBlOiB0ZXh0L3BsYWluOyBjaGFy"
    "c2V0PXV0Zi04DQoNCldoZXJlIGlzIG15IG11Zz8NCgAAAAAAADGCAQgwggEEAgEBMDMwGzEZMBcGA1UEAwwQYWRhQGV4YW1wbGUudGVzdAIUTbOr"
    "Ni6N2HhLW9OwAO4VjhHHTmYwCwYJYIZIAWUDBAIBoGkwGAYJKoZIhvcNAQkDMQsGCSqGSIb3DQEHATAcBgkqhkiG9w0BCQUxDxcNMjYxMTI5MDMy"
    "ODEzWjAvBgkqhkiG9w0BCQQxIgQgjHSKvC9fV4bDR6xuUkExpXbbaQThFOUhd9JsA3YVMn4wCgYIKoZIzj0EAwIERjBEAiAO7ULBQLswZQEY7wDY"
    "16X+EkzoISm1uKRcwa4SwZK4vQIgKA1iMohKoqC9lH9GmT43U3G40XZn4OShOfRN8Yi5ZvwAAAAAAAA="
)
ENCRYPTED = (
    "MIIBTQYJKoZIhvcNAQcDoIIBPjCCAToCAQIxgcahgcMCAQOgUaFPMAkGByqGSM49AgEDQgAE10XkAd1KcNKu26a9gIRHH9MhZzP29w3IQ5svHDVR"
    "mrPUNR7AHshFSQUXFnrIutGiLYENoBRHCdAi0FmZHRsSBjAYBgkrgQUQhkg/AAIwCwYJYIZIAWUDBAEFMFEwTzAzMBsxGTAXBgNVBAMMEGFkYUBl"
    "eGFtcGxlLnRlc3QCFE2zqzYujdh4S1vTsADuFY4Rx05mBBhRcwaCIGYzKI9LnX1FHoebZ5v8f/Dp8G0wbAYJKoZIhvcNAQcBMB0GCWCGSAFlAwQB"
    "AgQQqwsCECzLVJduD1HoRnNc44BAErbLadzVO68WwqUHXNpNSHeCgYVpsyBJePs2vjQVDe/BOIYeheW4ZUMoQN0qlgBmbjS5cxt0YHHF+w8iIMdY"
    "/Q=="
)
INVITATION = """BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:STANDARD
DTSTART:19701025T030000
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
DTSTART;TZID="Europe/Berlin":20261201T100000
DTEND;TZID="Europe/Berlin":20261201T113000
SUMMARY;LANGUAGE=fa:چشیدن چای\\, با
  ما
LOCATION:Corner Shop\\nMain Street 1
END:VEVENT
END:VCALENDAR"""
INVITED = "چشیدن چای, با ما\n2026-12-01 10:00 – 11:30 (Europe/Berlin)\nCorner Shop Main Street 1"


def mail(raw: bytes) -> Mail:
    found = read(raw)
    assert isinstance(found, Mail), found
    return found


def parts(*inside: str, kind: str = "mixed") -> Mail:
    written = "".join(f"--b\r\n{part.strip()}\r\n" for part in inside)
    return mail(raw_mail(f"{written}--b--\r\n", content_type=f'multipart/{kind}; boundary="b"'))


def files(found: Mail) -> list[str]:
    return [file.filename for file in found.files]


# --- named texts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        "Content-Type: text/plain; name=message.txt",
        "Content-Type: text/plain\r\nContent-Disposition: inline; filename=a.txt",
        "Content-Type: text/html; name=message.html",
    ],
)
def test_a_named_text_that_is_the_only_one_is_the_text(fields: str) -> None:
    found = parts(
        f"{fields}\r\n\r\nWhere is my mug?",
        "Content-Type: application/pdf; name=a.pdf\r\n\r\n%PDF-1.7",
    )
    assert found.text == "Where is my mug?"
    assert len(files(found)) == 2


def test_a_named_text_beside_another_is_a_file() -> None:
    found = parts(PLAIN, "Content-Type: text/plain; name=log.txt\r\n\r\nnoise")
    assert (found.text, files(found)) == ("See below", ["log.txt"])


def test_an_attached_text_is_a_file_and_nothing_else() -> None:
    found = parts(
        "Content-Type: text/plain\r\nContent-Disposition: attachment; filename=log.txt\r\n\r\nnoise"
    )
    assert (found.text, files(found)) == ("", ["log.txt"])


# --- S/MIME, PGP ----------------------------------------------------------------------------------


def smime(
    content: str, fields: str = "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m"
) -> Mail:
    return mail(raw_mail(content, content_type=fields, content_transfer_encoding="base64"))


@pytest.mark.parametrize(
    "fields",
    [
        "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
        "application/x-pkcs7-mime",
        "application/octet-stream; name=smime.p7m",
    ],
)
def test_an_opaque_signature_is_opened(fields: str) -> None:
    found = smime(SIGNED, fields)
    assert (found.text, found.marks, found.files) == ("Where is my mug?", ("signed",), ())


def test_encrypted_content_stays_a_file() -> None:
    found = smime(ENCRYPTED, "application/pkcs7-mime; name=smime.p7m")
    assert (found.text, found.marks) == ("", ("encrypted",))
    assert [file.content for file in found.files] == [b64decode(ENCRYPTED)]


@pytest.mark.parametrize(
    "content", ["", "AAAA", SIGNED[:120], b64encode(b"0\x80" * 50_000).decode()]
)
def test_invalid_smime_is_a_file(content: str) -> None:
    found = smime(content)
    assert found.text == ""
    assert files(found) == (["smime.p7m"] if content else [])


def test_signatures_within_signatures_have_an_end() -> None:
    assert smime(SIGNED * 300).text in ("", "Where is my mug?")


@pytest.mark.parametrize(
    ("begin", "mark"), [("PGP MESSAGE", "encrypted"), ("PGP SIGNED MESSAGE", "signed")]
)
def test_inline_pgp_is_marked(begin: str, mark: str) -> None:
    assert mail(raw_mail(f"-----BEGIN {begin}-----\r\n\r\nwords")).marks == (mark,)
    assert mail(raw_mail(f"> -----BEGIN {begin}-----\r\nwords")).marks == ()


# --- invitations, reports -------------------------------------------------------------------------


def test_an_invitation_is_a_file_and_text_with_summary_time_and_place() -> None:
    calendar = f"Content-Type: text/calendar; charset=utf-8; method=REQUEST\r\n\r\n{INVITATION}"
    alone = mail(raw_mail(INVITATION, content_type="text/calendar; charset=utf-8"))
    assert (alone.text, files(alone)) == (INVITED, ["invitation.ics"])
    assert parts(PLAIN, calendar, kind="alternative").text == f"See below\n\n{INVITED}"
    twice = parts(PLAIN, calendar, calendar.replace("text/calendar", "text/calendar; name=meeting"))
    assert (twice.text, files(twice)) == (
        f"See below\n\n{INVITED}",
        ["invitation.ics", "meeting.ics"],
    )


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            ["DTSTART:20261201T100000Z", "DTEND:20261202T110000Z"],
            "2026-12-01 10:00 – 2026-12-02 11:00 (UTC)",
        ),
        (["DTSTART;VALUE=DATE:20261201", "SUMMARY:Closed"], "Closed\n2026-12-01"),
        (["SUMMARY:Off", "STATUS:CANCELLED"], "Off\nCANCELLED"),
        (["DTSTART:soon"], ""),
    ],
)
def test_the_text_of_an_event(fields: list[str], text: str) -> None:
    calendar = "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *fields, "END:VEVENT"])
    assert mail(raw_mail(calendar, content_type="text/calendar")).text == text


def test_a_report_without_words_shows_its_fields() -> None:
    status = "Content-Type: message/delivery-status\r\n\r\n"
    status += "Reporting-MTA: dns; mx.test\r\n\r\nStatus: 5.1.1\r\nAction: failed"
    assert (
        parts(status, kind="report").text
        == "Reporting-MTA: dns; mx.test\n\nStatus: 5.1.1\nAction: failed"
    )
    assert parts(PLAIN, status, kind="report").text == "See below"


def test_prose_in_the_place_of_a_delivery_status_is_shown() -> None:
    found = parts(
        "Content-Type: message/delivery-status\r\n\r\nWe could not deliver your mail.\r\n",
        kind="report",
    )
    assert "We could not deliver your mail." in found.text


# --- what is not there ----------------------------------------------------------------------------


def test_an_empty_file_leaves_a_mark() -> None:
    found = parts(PLAIN, "Content-Type: application/pdf; name=offer.pdf\r\n")
    assert (found.files, found.marks) == ((), ("attachments_empty",))


def test_parts_behind_a_boundary_that_is_used_twice_leave_a_mark() -> None:
    inner = 'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
    inner += "--b\r\nContent-Type: text/plain\r\n\r\nSee below\r\n--b--"
    found = parts(inner, "Content-Type: application/pdf; name=offer.pdf\r\n\r\n%PDF-1.7")
    assert (found.text, found.marks) == ("See below", ("parts_left_out",))


def test_a_text_that_is_cut_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "MAX_LENGTH", 100)
    assert mail(raw_mail("x" * 101)).marks == ("cut_off",)
    assert mail(raw_mail("x" * 100)).marks == ()


# --- uuencoded files ------------------------------------------------------------------------------


def uuencoded(content: bytes, name: str = "mug.txt", end: str = "`\nend") -> str:
    lines = "".join(b2a_uu(content[at : at + 45]).decode() for at in range(0, len(content), 45))
    return f"begin 644 {name}\n{lines}{end}"


@pytest.mark.parametrize("end", ["`\nend", " \nend", "end"])
def test_a_uuencoded_file_is_a_file(end: str) -> None:
    content = bytes(range(200))
    found = mail(raw_mail(f"Before\n{uuencoded(content, 'a b.bin', end)}\nAfter"))
    assert (found.text, [(file.filename, file.content) for file in found.files]) == (
        "Before\n[a b.bin]\nAfter",
        [("a b.bin", content)],
    )


@pytest.mark.parametrize(
    "text",
    [
        "begin 644 of our talk\nand so on\nend",
        "begin 644 x",
        "begin 644 x\nüü\nend",
        "we begin 644 x\nend",
    ],
)
def test_words_that_look_like_one_stay_words(text: str) -> None:
    found = mail(raw_mail(text))
    assert (found.text, found.files) == (text, ())


@pytest.mark.timeout(patient(20))
@pytest.mark.parametrize(
    "piece", ["begin 644 x\n", "begin 644 x\nend\n", "begin 644 x\n#0V%T\nend\n", "end\n"]
)
def test_any_number_of_them_is_no_work(piece: str) -> None:
    mail(raw_mail(piece * 50_000))
