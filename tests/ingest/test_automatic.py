"""Which mails no person wrote."""

import pytest

from services.ingest.domain.mail import NOBODY, Mail, read
from tests.ingest.words import ORDER, letter, our_id

REPORT = 'multipart/report; report-type=delivery-status; boundary="b"'


def mail(raw: bytes) -> Mail:
    found = read(raw)
    assert isinstance(found, Mail), found
    return found


@pytest.mark.parametrize("field", [
    "Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated; owner=x", "auto-submitted: AUTO-NOTIFIED",
    "X-Autoreply: yes", "X-Autorespond: vacation", "X-Autoresponder: 1", "Precedence: auto_reply", "Precedence: bulk",
    "X-Precedence: junk", "Return-Path: <>", "X-Failed-Recipients: bob@example.test",
])
def test_automatic_mail_says_so_in_many_ways(field: str) -> None:
    assert mail(letter(headers=[field])).automatic


@pytest.mark.parametrize("field", [
    "Auto-Submitted: no", "Auto-Submitted: No; x=y", "Auto-Submitted:", "Return-Path: <ada@example.test>",
    "X-Auto-Response-Suppress: All", "List-Unsubscribe: <https://example.test>", "Precedence: normal", "X-Other: 1",
])
def test_what_ordinary_mail_carries_is_no_sign(field: str) -> None:
    assert not mail(letter(headers=[field])).automatic


@pytest.mark.parametrize("sender", [
    "MAILER-DAEMON@mx.test", "Mail Delivery System <mailer-daemon@mx.test>", "postmaster@mx.test",
])
def test_mail_servers_are_no_people(sender: str) -> None:
    assert mail(letter(from_=sender)).automatic


@pytest.mark.parametrize("sender", ["MAILER-DAEMON (Mail Delivery System)", "<>"])
def test_an_automatic_sender_without_an_address_gets_one(sender: str) -> None:
    assert mail(letter(from_=sender, headers=["Return-Path: <>"])).sender == NOBODY


def test_a_bounce_names_the_mail_that_bounced() -> None:
    bounced = our_id(ORDER)
    report = (
        "--b\r\nContent-Type: text/plain\r\n\r\nNo such user\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {bounced}\r\n\r\nDear Ada\r\n--b--\r\n"
    )
    found = mail(letter(report, from_="MAILER-DAEMON@mx.test", content_type=REPORT))
    assert found.automatic
    assert found.bounce
    assert bounced in found.bounce.message_ids
    assert found.text == "No such user"


def test_only_of_a_bounce_the_whole_mail_is_searched() -> None:
    assert mail(letter(f"You wrote {our_id(ORDER)}")).bounce is None
    assert mail(letter("Away", headers=["Auto-Submitted: auto-replied"])).bounce is None
