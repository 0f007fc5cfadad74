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
    "X-Auto-Response-Suppress: All", "X-Loop: x", "List-Unsubscribe: <https://example.test>", "Precedence: normal",
    "X-Other: 1",
])
def test_what_ordinary_mail_carries_is_no_sign(field: str) -> None:
    assert not mail(letter(headers=[field])).automatic


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@mx.test", "Mail Delivery System <mailer-daemon@mx.test>"])
def test_mail_servers_are_no_people(sender: str) -> None:
    assert mail(letter(from_=sender)).kind == "bounce"


def test_a_postmaster_is_a_person_unless_he_sounds_like_a_machine() -> None:
    assert mail(letter(from_="postmaster@shop.test")).kind == "personal"
    assert mail(letter(from_="postmaster@mx.test", subject="Undeliverable: hello")).kind == "bounce"


@pytest.mark.parametrize(("subject", "kind"), [
    ("Automatic reply: My mug", "auto_reply"), ("Auto-Reply: x", "auto_reply"), ("Out of office", "auto_reply"),
    ("Out of Office Re: x", "auto_reply"), ("Abwesenheitsnotiz", "auto_reply"),
    ("Réponse automatique : x", "auto_reply"),
    ("پاسخ خودکار: سفارش", "auto_reply"), ("Automatic reply not received", "personal"),
    ("Out of office chairs, or out of stock?", "personal"), ("Re: Automatic feeder", "personal"),
])
def test_an_absence_note_is_known_by_a_subject_that_says_nothing_else(subject: str, kind: str) -> None:
    assert mail(letter(subject=subject)).kind == kind


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
