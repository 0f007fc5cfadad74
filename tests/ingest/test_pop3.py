"""Mailboxes of a real Dovecot, read by POP3."""

from datetime import UTC, datetime

import pytest

from services.ingest.adapters import pop3
from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import GIVE_UP_AFTER
from tests.ingest.builders import letter
from tests.ingest.dovecot_mailbox import Postbox, contents, look, reason
from tests.ingest.tcp_proxy import wire


@pytest.fixture
def mailbox(postbox: Postbox) -> Mailbox:
    return postbox.reached("pop3", "none")


def through(mailbox: Mailbox, port: int) -> Mailbox:
    return mailbox.model_copy(update={"port": port})


def test_mails_come_as_they_are_and_oldest_first(postbox: Postbox, mailbox: Mailbox) -> None:
    odd = bytes(range(14, 256))
    mails = [
        letter("one\r\n.\r\n..two"),
        letter("x" * 200_000 + " سلام"),
        letter("three") + odd + b"\r\n",
    ]
    postbox.receive(*mails)
    found = look(mailbox)
    assert [(mail or b"").rstrip(b"\r\n") for mail in contents(found)] == [
        mail.rstrip(b"\r\n") for mail in mails
    ]
    assert len({mail.uid for mail in found.mails}) == 3
    assert all(mail.whole for mail in found.mails)


def test_nothing_comes_twice_and_what_arrived_between_comes_once(
    postbox: Postbox, mailbox: Mailbox
) -> None:
    postbox.receive(letter("one"))
    first = look(mailbox)
    assert len(contents(first)) == 1
    second = look(mailbox, first)
    assert contents(second) == []
    postbox.receive(letter("two"))
    third = look(mailbox, second)
    assert len(contents(third)) == 1
    assert {mail.uid for mail in first.mails}.isdisjoint(mail.uid for mail in third.mails)
    assert not look(mailbox, third).mails


def test_what_lies_there_at_first_is_not_wanted_where_only_new_mail_is(
    postbox: Postbox, mailbox: Mailbox
) -> None:
    mailbox = mailbox.model_copy(update={"start": "now"})
    postbox.receive(letter("history"))
    first = look(mailbox, since=datetime.now(UTC))
    assert contents(first) == []
    postbox.receive(letter("news"))
    assert len(contents(look(mailbox, first))) == 1


def test_many_mails_come_in_windows(
    postbox: Postbox, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pop3, "MOST_MAILS", 3)
    postbox.receive(*(letter(str(number)) for number in range(7)))
    found = look(mailbox)
    counts = [len(found.mails)]
    while found.more:
        found = look(mailbox, found)
        counts.append(len(found.mails))
    assert counts == [3, 3, 1]


def test_of_an_oversized_mail_the_beginning_is_kept_and_it_is_not_whole(
    postbox: Postbox, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pop3, "LARGEST_MAIL", 5000)
    monkeypatch.setattr(pop3, "BEGINNING", 1000)
    large = letter("x" * 9000)
    postbox.receive(large, letter("small"))
    first = look(mailbox)
    assert [(mail.raw, mail.whole) for mail in first.mails] == [(large[:1000], False)]
    assert first.more
    assert len(contents(look(mailbox, first))) == 1


def test_what_is_kept_is_deleted_by_the_next_look(postbox: Postbox, mailbox: Mailbox) -> None:
    postbox.receive(letter("one"), letter("two"))
    first = look(mailbox)
    assert postbox.uids() == [1, 2]
    second = look(mailbox, first, finished=(first.mails[0].uid,))
    assert second.finished == (first.mails[0].uid,)
    assert postbox.uids() == [2]
    third = look(mailbox, second)
    assert list(third.names or {}) == list(first.names or {})[1:]


def test_a_name_that_comes_again_after_its_mail_was_removed_is_another_mail(
    postbox: Postbox, mailbox: Mailbox
) -> None:
    postbox.receive(letter("one"))
    first = look(mailbox)
    with postbox.opened() as client:
        client.delete_messages([1])
        client.expunge()
    second = look(mailbox, first)
    assert second.names == {}
    assert look(mailbox, second, names=first.names).names == {}


def test_a_server_that_goes_away_before_it_is_bidden_farewell_has_deleted_nothing(
    postbox: Postbox, mailbox: Mailbox
) -> None:
    postbox.receive(letter("one"))
    first = look(mailbox)
    with wire(mailbox.port, lambda data: None if b"Marked to be deleted" in data else data) as line:
        second = look(through(mailbox, line.port), first, finished=(first.mails[0].uid,))
    assert "broke off" in reason(second)
    assert second.finished == ()
    assert postbox.uids() == [1]
    assert look(mailbox, second, finished=(first.mails[0].uid,)).fault is None
    assert postbox.uids() == []


def test_a_server_that_goes_away_in_the_middle_loses_nothing(
    postbox: Postbox, mailbox: Mailbox
) -> None:
    postbox.receive(letter("one"), letter("two " + "x" * 3000), letter("three"))
    with wire(mailbox.port, lambda data: None if b"\r\ntwo" in data else data) as line:
        first = look(through(mailbox, line.port))
    assert reason(first) == f"127.0.0.1:{line.port} broke off in the middle."
    assert len(first.mails) == 1
    assert len(contents(look(mailbox, first))) == 2


def test_a_mail_that_always_breaks_the_wire_is_passed_by_at_last(
    postbox: Postbox, mailbox: Mailbox
) -> None:
    postbox.receive(letter("one"), letter("POISON"), letter("three"))
    with wire(mailbox.port, lambda data: None if b"POISON" in data else data) as line:
        found = look(through(mailbox, line.port))
        brought = [*found.mails]
        for _ in range(GIVE_UP_AFTER + 3):
            found = look(through(mailbox, line.port), found)
            brought += found.mails
    assert [mail.raw is None for mail in brought] == [False, True, False]


def test_a_server_without_names_for_its_mails_is_told(postbox: Postbox, mailbox: Mailbox) -> None:
    postbox.receive(letter("one"))
    refusing = lambda data: b"-ERR Unknown command\r\n" if data.startswith(b"+OK\r\n1 ") else data  # noqa: E731
    with wire(mailbox.port, refusing) as line:
        found = look(through(mailbox, line.port))
    assert "answered with an error: -ERR Unknown command" in reason(found)
