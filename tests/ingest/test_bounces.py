"""Bounces are read, in standard form and in the forms of many servers."""

import quopri
from base64 import b64encode
from collections.abc import Sequence
from textwrap import wrap
from uuid import UUID

import pytest

from services.ingest.domain.bounces import Bounce
from services.ingest.domain.mail import Mail, read
from shared.contracts.conversation import Conversation, mail_id_of
from tests.ingest.builders import (
    ORDER,
    ORDER_ID,
    STRANGERS_KEYS,
    FakeMailServer,
    IngestHarness,
    order_placed,
    our_id,
    raw_mail,
)

BOUNCED = our_id(ORDER)
SENT_BACK = (
    f"Message-ID: {BOUNCED}\r\nTo: ada@example.test\r\nSubject: Payment accepted\r\n\r\nDear"
    " Ada\r\n"
)


def report(status: str, sent_back: str = SENT_BACK, said: str = "Sorry.") -> bytes:
    """Return a delivery status notification by RFC 3464."""
    body = (
        f"--b\r\nContent-Type: text/plain\r\n\r\n{said}\r\n--b\r\nContent-Type:"
        " message/delivery-status\r\n\r\nReporting-MTA: dns;"
        f" mx.test\r\n\r\n{status}\r\n--b\r\nContent-Type:"
        f" message/rfc822\r\n\r\n{sent_back}\r\n--b--\r\n"
    )
    kind = 'multipart/report; report-type=delivery-status; boundary="b"'
    return raw_mail(
        body, from_="MAILER-DAEMON@mx.test", subject="Undelivered Mail Returned", content_type=kind
    )


def bounce(raw: bytes) -> Bounce:
    found = read(raw)
    assert isinstance(found, Mail)
    assert found.bounce
    return found.bounce


def test_a_report_by_the_book_is_read_field_by_field() -> None:
    found = bounce(
        report(
            "Final-Recipient: rfc822; Ada@Example.test\r\nAction: failed\r\nStatus: 5.1.1\r\n"
            "Diagnostic-Code: smtp; 550 5.1.1 User\r\n unknown"
        )
    )
    assert (found.recipient, found.status, found.permanent, found.delay) == (
        "ada@example.test",
        "5.1.1",
        True,
        False,
    )
    assert found.reason == "550 5.1.1 User unknown"
    assert BOUNCED in found.message_ids


def test_a_full_mailbox_passes_and_a_delay_is_no_failure() -> None:
    full = bounce(
        report("Final-Recipient: rfc822; ada@example.test\r\nAction: failed\r\nStatus: 4.2.2")
    )
    late = bounce(
        report("Final-Recipient: rfc822; ada@example.test\r\nAction: delayed\r\nStatus: 4.4.1")
    )
    assert (full.permanent, full.delay) == (False, False)
    assert (late.permanent, late.delay) == (False, True)


@pytest.mark.parametrize(
    ("status", "said", "permanent", "is_full"),
    [
        ("5.2.2", "552 5.2.2 Mailbox full", False, True),
        ("4.2.2", "452 4.2.2 The email account that you tried to reach is over quota", False, True),
        ("5.0.0", "550 User's mailbox exceeds the quota", False, True),
        ("", "552 Quota exceeded", False, True),
        ("5.2.3", "552 5.2.3 Message exceeds the maximum size", False, False),
        ("5.4.7", "554 5.4.7 Delivery expired", False, False),
        ("5.1.1", "550 5.1.1 User unknown", True, False),
        ("5.1.1", "550 5.1.1 full-moon@example.test: no such account", True, False),
        ("", "550 No such user", True, False),
    ],
)
def test_an_address_is_dead_only_where_the_report_says_so(
    status: str, said: str, permanent: bool, is_full: bool
) -> None:
    stated = f"Status: {status}\r\n" if status else ""
    found = bounce(
        report(
            "Final-Recipient: rfc822; ada@example.test\r\nAction:"
            f" failed\r\n{stated}Diagnostic-Code: smtp; {said}"
        )
    )
    assert (found.permanent, found.mailbox_full) == (permanent, is_full)


def test_the_failed_one_of_several_recipients_is_named() -> None:
    found = bounce(
        report(
            "Final-Recipient: rfc822; colleague@example.test\r\nAction: delivered\r\nStatus:"
            " 2.0.0\r\n\r\nFinal-Recipient: rfc822; ada@example.test\r\nAction: failed\r\nStatus:"
            " 5.1.1"
        )
    )
    assert (found.recipient, found.status, found.delay, found.permanent) == (
        "ada@example.test",
        "5.1.1",
        False,
        True,
    )


def test_the_recipient_is_the_address_that_was_written_to_before_the_one_it_was_passed_on_to() -> (
    None
):
    found = bounce(
        report(
            "Original-Recipient: rfc822; ada@example.test\r\nFinal-Recipient: rfc822;"
            " ada@gmail.test\r\nAction: failed"
        )
    )
    assert found.recipient == "ada@example.test"


def encoded(content: str, encoding: str) -> str:
    data = content.encode()
    text = (
        b64encode(data) if encoding == "base64" else quopri.encodestring(data).replace(b"@", b"=40")
    )
    lines = wrap(text.decode(), 76) if encoding == "base64" else text.decode().splitlines()
    return "\r\n".join(lines)


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_encoded_parts_of_a_report_are_read(encoding: str, returned: str) -> None:
    status = (
        "Reporting-MTA: dns; mx.test\r\n\r\nFinal-Recipient: rfc822; ada@example.test\r\nAction:"
        " failed\r\nStatus: 5.2.2\r\n"
    )
    parts = [("text/plain", "Sorry."), ("message/delivery-status", status), (returned, SENT_BACK)]
    body = "".join(
        f"--b\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding:"
        f" {encoding}\r\n\r\n{encoded(content, encoding)}\r\n"
        for kind, content in parts
    )
    kind = 'multipart/report; report-type=delivery-status; boundary="b"'
    found = bounce(raw_mail(f"{body}--b--\r\n", from_="MAILER-DAEMON@mx.test", content_type=kind))
    assert (found.recipient, found.status, found.mailbox_full) == (
        "ada@example.test",
        "5.2.2",
        True,
    )
    assert BOUNCED in found.message_ids


def mixed(
    from_: str,
    text: str,
    *parts: tuple[str, str],
    headers: Sequence[str] = (),
    subject: str = "Mail",
) -> Mail:
    """Return a mail of several parts."""
    every = [("text/plain", text), *parts]
    body = "".join(f"--b\r\nContent-Type: {kind}\r\n\r\n{content}\r\n" for kind, content in every)
    raw = raw_mail(
        f"{body}--b--\r\n",
        from_=from_,
        subject=subject,
        headers=headers,
        content_type='multipart/mixed; boundary="b"',
    )
    found = read(raw)
    assert isinstance(found, Mail)
    return found


STATES = (
    "message/delivery-status",
    "Final-Recipient: rfc822; ada@example.test\r\nAction: failed\r\n",
)
RETURNED = ("message/rfc822", SENT_BACK)
NULL = ["Return-Path: <>"]


@pytest.mark.parametrize(
    "found",
    [
        mixed("Postmaster@mx.test", "The following addresses had problems", STATES),
        mixed("notice@mx.test", "550 5.1.1 User unknown", RETURNED, headers=NULL),
        mixed(
            "no-reply@carrier.test",
            "Could not be delivered to: ada, as their mailbox is full.",
            RETURNED,
        ),
        mixed("Mail Delivery System <Mail.Delivery.System@mx.test>", "It failed."),
        mixed("x@mx.test", "It failed.", headers=["Return-Path: <MAILER-DAEMON@mx.test>"]),
    ],
    ids=[
        "states fields",
        "null sender",
        "an address that nobody reads",
        "by its name",
        "by its return path",
    ],
)
def test_a_report_in_a_form_of_its_own_is_known_by_its_sender_and_parts(found: Mail) -> None:
    assert found.kind == "bounce"


@pytest.mark.parametrize(
    "found",
    [
        mixed(
            "Ada <ada@example.test>",
            "Your mail came back to me: 550 5.1.1",
            RETURNED,
            subject="Fwd: Undelivered Mail",
        ),
        mixed("Ada <ada@example.test>", "Why do I get this?", STATES),
        mixed(
            "Ada <postmaster@example.test>",
            "I answered your 550 error, see below",
            RETURNED,
            subject="My order",
        ),
        mixed("no-reply@shop.test", "Your order 550 is on its way", subject="Returned to sender"),
    ],
    ids=[
        "passed on",
        "passed on as a part",
        "a postmaster who is a person",
        "a shop that writes of a parcel",
    ],
)
def test_a_person_writing_about_a_bounce_is_personal(found: Mail) -> None:
    assert found.kind == "personal"


@pytest.mark.parametrize(
    ("headers", "subject", "text"),
    [
        (
            ["X-Failed-Recipients: ada@example.test"],
            "Mail delivery failed: returning message to sender",
            (
                "A message that you sent could not be delivered.\r\n\r\n  ada@example.test\r\n   "
                " 550 5.1.1 No such user"
            ),
        ),
        (
            [],
            "failure notice",
            (
                "Hi. This is the qmail-send program at mx.test.\r\n\r\n<ada@example.test>:\r\n550"
                " 5.1.1 No such user"
            ),
        ),
        (
            [],
            "Returned mail: see transcript for details",
            "<ada@example.test>:\r\n... while talking:\r\n550 5.1.1 who?",
        ),
        (
            [],
            "Undeliverable: Payment accepted",
            "Your message did not reach:\r\n\r\nTo: ada@example.test\r\n#550 5.1.1 #",
        ),
        ([], "Unzustellbar: Zahlung", "To: ada@example.test\r\n550 5.1.1 Empfänger unbekannt"),
    ],
)
def test_reports_that_follow_no_book_are_understood(
    headers: list[str], subject: str, text: str
) -> None:
    raw = raw_mail(
        f"{text}\r\n\r\n--- copy ---\r\n{SENT_BACK}",
        from_="Mail System <MAILER-DAEMON@mx.test>",
        subject=subject,
        headers=["Return-Path: <>", *headers],
    )
    found = bounce(raw)
    assert (found.recipient, found.status, found.permanent) == ("ada@example.test", "5.1.1", True)
    assert found.reason.startswith("550")
    assert BOUNCED in found.message_ids


def test_a_report_from_an_ordinary_address_is_known_by_its_empty_return_path_and_subject() -> None:
    raw = raw_mail(
        "x", from_="no-reply@mx.test", subject="Undeliverable: hello", headers=["Return-Path: <>"]
    )
    assert bounce(raw).permanent
    away = read(raw_mail("x", subject="Out of office", headers=["Return-Path: <>"]))
    assert isinstance(away, Mail)
    assert away.bounce is None


def test_a_bounce_is_published_and_filed_in_its_thread(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    desk.tell("order.placed", order_placed())
    server.receive(
        report(
            "Final-Recipient: rfc822; ada@example.test\r\nAction: failed\r\nStatus: 5.1.1\r\n"
            "Diagnostic-Code: smtp; 550 5.1.1 User unknown"
        )
    )
    assert desk.poll(minutes=1)[-1] == "mail.bounced"
    told = desk.last("mail.bounced")
    assert told["mail_id"] == str(mail_id_of(BOUNCED))
    assert (told["mail_message_id"], told["conversation"]) == (BOUNCED, str(ORDER))
    assert (told["recipient"], told["permanent"], told["mailbox_full"]) == (
        "ada@example.test",
        True,
        False,
    )
    assert told["reason"] == "550 5.1.1 User unknown"
    (thread,) = desk.threads(order_id=str(ORDER_ID))
    assert (thread["thread_id"], thread["status"], thread["unread_messages"]) == (
        told["thread_id"],
        "closed",
        0,
    )


@pytest.mark.parametrize(
    "raw",
    [
        report("Action: delayed\r\nStatus: 4.4.1"),
        report("Action: failed\r\nStatus: 5.1.1", sent_back="Message-ID: <a@other.test>\r\n\r\nx"),
        report("Action: failed", sent_back=f"Message-ID: {our_id(ORDER, STRANGERS_KEYS)}\r\n\r\nx"),
        raw_mail(f"My friend says you sent {BOUNCED}"),
    ],
)
def test_delays_and_foreign_mails_are_not_published_as_bounced(
    desk: IngestHarness, server: FakeMailServer, raw: bytes
) -> None:
    desk.tell("order.placed", order_placed())
    server.receive(raw)
    told = desk.poll(minutes=1)
    assert "mail.received" in told
    assert "mail.bounced" not in told


def test_a_message_id_names_its_mail() -> None:
    thread = Conversation("thread", UUID(int=5))
    assert mail_id_of(our_id(thread)) is not None
    assert mail_id_of("<a1@example.test>") is None
