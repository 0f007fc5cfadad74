"""Mailboxes of a real Dovecot, fetched by POP3."""

from datetime import UTC, datetime

import pytest

from services.ingest.adapters import pop3
from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import GIVE_UP_AFTER
from tests.ingest.builders import raw_mail
from tests.ingest.dovecot_mailbox import DovecotMailbox, contents, poll, reason
from tests.tcp_proxy import tcp_proxy


@pytest.fixture
def mailbox(dovecot_mailbox: DovecotMailbox) -> Mailbox:
    return dovecot_mailbox.reached("pop3", "none")


def through(mailbox: Mailbox, port: int) -> Mailbox:
    return mailbox.model_copy(update={"port": port})


def test_mails_come_as_they_are_and_oldest_first(
    dovecot_mailbox: DovecotMailbox, mailbox: Mailbox
) -> None:
    odd = bytes(range(14, 256))
    mails = [
        raw_mail("one\r\n.\r\n..two"),
        raw_mail("x" * 200_000 + " سلام"),
        raw_mail("three") + odd + b"\r\n",
    ]
    dovecot_mailbox.receive(*mails)
    found = poll(mailbox)
    assert [(mail or b"").rstrip(b"\r\n") for mail in contents(found)] == [
        mail.rstrip(b"\r\n") for mail in mails
    ]
    assert len({mail.uid for mail in found.mails}) == 3
    assert all(mail.whole for mail in found.mails)


def test_each_mail_comes_once_also_if_it_arrives_between_polls(
    dovecot_mailbox: DovecotMailbox, mailbox: Mailbox
) -> None:
    dovecot_mailbox.receive(raw_mail("one"))
    first = poll(mailbox)
    assert len(contents(first)) == 1
    second = poll(mailbox, first)
    assert contents(second) == []
    dovecot_mailbox.receive(raw_mail("two"))
    third = poll(mailbox, second)
    assert len(contents(third)) == 1
    assert {mail.uid for mail in first.mails}.isdisjoint(mail.uid for mail in third.mails)
    assert not poll(mailbox, third).mails


def test_with_start_now_existing_mails_are_not_fetched(
    dovecot_mailbox: DovecotMailbox, mailbox: Mailbox
) -> None:
    mailbox = mailbox.model_copy(update={"start": "now"})
    dovecot_mailbox.receive(raw_mail("history"))
    first = poll(mailbox, since=datetime.now(UTC))
    assert contents(first) == []
    dovecot_mailbox.receive(raw_mail("news"))
    assert len(contents(poll(mailbox, first))) == 1


def test_many_mails_come_in_windows(
    dovecot_mailbox: DovecotMailbox, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pop3, "MAX_MAILS", 3)
    dovecot_mailbox.receive(*(raw_mail(str(number)) for number in range(7)))
    found = poll(mailbox)
    counts = [len(found.mails)]
    while found.more:
        found = poll(mailbox, found)
        counts.append(len(found.mails))
    assert counts == [3, 3, 1]


def test_the_beginning_of_an_oversized_mail_is_stored_as_incomplete(
    dovecot_mailbox: DovecotMailbox, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pop3, "MAX_MAIL_BYTES", 5000)
    monkeypatch.setattr(pop3, "BEGINNING", 1000)
    large = raw_mail("x" * 9000)
    dovecot_mailbox.receive(large, raw_mail("small"))
    first = poll(mailbox)
    assert [(mail.raw, mail.whole) for mail in first.mails] == [(large[:1000], False)]
    assert first.more
    assert len(contents(poll(mailbox, first))) == 1


def test_stored_mails_are_deleted_by_the_next_poll(
    dovecot_mailbox: DovecotMailbox, mailbox: Mailbox
) -> None:
    dovecot_mailbox.receive(raw_mail("one"), raw_mail("two"))
    first = poll(mailbox)
    assert dovecot_mailbox.uids() == [1, 2]
    second = poll(mailbox, first, finished=(first.mails[0].uid,))
    assert second.finished == (first.mails[0].uid,)
    assert dovecot_mailbox.uids() == [2]
    third = poll(mailbox, second)
    assert list(third.names or {}) == list(first.names or {})[1:]


def test_a_name_that_comes_again_after_its_mail_was_removed_is_another_mail(
    dovecot_mailbox: DovecotMailbox, mailbox: Mailbox
) -> None:
    dovecot_mailbox.receive(raw_mail("one"))
    first = poll(mailbox)
    with dovecot_mailbox.opened() as client:
        client.delete_messages([1])
        client.expunge()
    second = poll(mailbox, first)
    assert second.names == {}
    assert poll(mailbox, second, names=first.names).names == {}


def test_a_server_that_goes_away_before_it_is_bidden_farewell_has_deleted_nothing(
    dovecot_mailbox: DovecotMailbox, mailbox: Mailbox
) -> None:
    dovecot_mailbox.receive(raw_mail("one"))
    first = poll(mailbox)
    with tcp_proxy(
        mailbox.port, lambda data: None if b"Marked to be deleted" in data else data
    ) as line:
        second = poll(through(mailbox, line.port), first, finished=(first.mails[0].uid,))
    assert "closed the connection" in reason(second)
    assert second.finished == ()
    assert dovecot_mailbox.uids() == [1]
    assert poll(mailbox, second, finished=(first.mails[0].uid,)).fault is None
    assert dovecot_mailbox.uids() == []


def test_a_server_that_goes_away_in_the_middle_loses_nothing(
    dovecot_mailbox: DovecotMailbox, mailbox: Mailbox
) -> None:
    dovecot_mailbox.receive(raw_mail("one"), raw_mail("two " + "x" * 3000), raw_mail("three"))
    with tcp_proxy(mailbox.port, lambda data: None if b"\r\ntwo" in data else data) as line:
        first = poll(through(mailbox, line.port))
    assert reason(first) == f"127.0.0.1:{line.port} closed the connection unexpectedly."
    assert len(first.mails) == 1
    assert len(contents(poll(mailbox, first))) == 2


def test_a_mail_that_always_breaks_the_wire_is_passed_by_at_last(
    dovecot_mailbox: DovecotMailbox, mailbox: Mailbox
) -> None:
    dovecot_mailbox.receive(raw_mail("one"), raw_mail("POISON"), raw_mail("three"))
    with tcp_proxy(mailbox.port, lambda data: None if b"POISON" in data else data) as line:
        found = poll(through(mailbox, line.port))
        brought = [*found.mails]
        polls = 0
        while len(brought) < 3 and polls < 10 * GIVE_UP_AFTER:  # other faults may come between
            found = poll(through(mailbox, line.port), found)
            brought += found.mails
            polls += 1
    assert [mail.raw is None for mail in brought] == [False, True, False]


def test_a_server_without_uidl_is_reported(
    dovecot_mailbox: DovecotMailbox, mailbox: Mailbox
) -> None:
    dovecot_mailbox.receive(raw_mail("one"))
    refusing = lambda data: b"-ERR Unknown command\r\n" if data.startswith(b"+OK\r\n1 ") else data  # noqa: E731
    with tcp_proxy(mailbox.port, refusing) as line:
        found = poll(through(mailbox, line.port))
    assert "answered with an error: -ERR Unknown command" in reason(found)
