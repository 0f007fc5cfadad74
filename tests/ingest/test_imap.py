"""Mailboxes of a real Dovecot, fetched by IMAP."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.ingest.adapters import imap_fetch
from services.ingest.domain.mailbox import Mailbox
from tests.ingest.builders import raw_mail
from tests.ingest.dovecot_mailbox import DovecotMailbox, contents, poll

# --- what is there --------------------------------------------------------------------------------


def test_mails_come_as_they_are_and_oldest_first(dovecot_mailbox: DovecotMailbox) -> None:
    mails = [
        raw_mail("one"),
        raw_mail("two\r\n.\r\n سلام"),
        raw_mail("three") + bytes(range(14, 256)),
    ]
    dovecot_mailbox.receive(*mails, at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC))
    found = poll(dovecot_mailbox.account)
    assert contents(found) == mails
    assert [mail.uid for mail in found.mails] == [1, 2, 3]
    assert [mail.size for mail in found.mails] == [len(mail) for mail in mails]
    assert {mail.arrived_at for mail in found.mails} == {datetime(2026, 3, 1, 9, 30, tzinfo=UTC)}
    assert (found.checkpoint.last_uid, found.more) == (3, False)


def test_polling_an_empty_mailbox_finds_nothing(dovecot_mailbox: DovecotMailbox) -> None:
    found = poll(dovecot_mailbox.account)
    assert contents(found) == []
    assert found.checkpoint.uidvalidity
    assert not found.more


def test_each_mail_comes_once_also_if_it_arrives_between_polls(
    dovecot_mailbox: DovecotMailbox,
) -> None:
    dovecot_mailbox.receive(raw_mail("one"))
    first = poll(dovecot_mailbox.account)
    assert contents(second := poll(dovecot_mailbox.account, first)) == []
    between = raw_mail("two")
    dovecot_mailbox.receive(between)
    assert contents(third := poll(dovecot_mailbox.account, second)) == [between]
    assert contents(poll(dovecot_mailbox.account, third)) == []


def test_reading_changes_nothing_in_the_mailbox(dovecot_mailbox: DovecotMailbox) -> None:
    dovecot_mailbox.receive(raw_mail())
    poll(dovecot_mailbox.account)
    with dovecot_mailbox.opened() as client:
        assert client.get_flags([1]) in ({1: ()}, {1: (b"\\Recent",)})


def test_flags_and_deletions_of_other_clients_do_not_confuse(
    dovecot_mailbox: DovecotMailbox,
) -> None:
    dovecot_mailbox.receive(raw_mail("one"), raw_mail("two"), raw_mail("three"))
    with dovecot_mailbox.opened() as client:
        client.add_flags([1], [b"\\Seen"])
        client.delete_messages([2])
        client.expunge()
    assert [mail.uid for mail in poll(dovecot_mailbox.account).mails] == [1, 3]


def test_a_folder_may_have_any_name(dovecot_mailbox: DovecotMailbox) -> None:
    dovecot_mailbox.make_anew("Störung & فارسی")
    dovecot_mailbox.receive(raw_mail("one"), folder="Störung & فارسی")
    assert len(contents(poll(dovecot_mailbox.at(folder="Störung & فارسی")))) == 1


# --- windows --------------------------------------------------------------------------------------


def all_polls(mailbox: Mailbox) -> list[int]:
    """Return the number of mails of each poll until no more are left."""
    found = poll(mailbox)
    counts = [len(contents(found))]
    while found.more:
        found = poll(mailbox, found)
        counts.append(len(contents(found)))
    return counts


def test_many_mails_come_in_windows(
    dovecot_mailbox: DovecotMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_fetch, "MAX_MAILS", 3)
    dovecot_mailbox.receive(*(raw_mail(str(number)) for number in range(8)))
    assert all_polls(dovecot_mailbox.account) == [3, 3, 2]


def test_large_mails_come_in_smaller_windows_but_come(
    dovecot_mailbox: DovecotMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_fetch, "MAX_BYTES", 3000)
    dovecot_mailbox.receive(*(raw_mail("x" * size) for size in (1000, 1000, 9000, 1000)))
    assert all_polls(dovecot_mailbox.account) == [2, 1, 1]


def test_the_beginning_of_an_oversized_mail_is_stored(
    dovecot_mailbox: DovecotMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_fetch, "MAX_MAIL_BYTES", 5000)
    monkeypatch.setattr(imap_fetch, "BEGINNING", 1000)
    small, large = raw_mail("small"), raw_mail("x" * 9000)
    dovecot_mailbox.receive(small, large, small)
    found = poll(dovecot_mailbox.account)
    assert contents(found) == [small, large[:1000], small]
    assert found.mails[1].size == len(large)


def test_gaps_between_uids_are_stepped_over(
    dovecot_mailbox: DovecotMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_fetch, "FIRST_SPAN", 2)
    monkeypatch.setattr(imap_fetch, "MAX_SPAN", 4)
    dovecot_mailbox.receive(*(raw_mail(str(number)) for number in range(30)))
    with dovecot_mailbox.opened() as client:
        client.delete_messages([1, *range(3, 30)])
        client.expunge()
    assert all_polls(dovecot_mailbox.account) == [1, 1]


def test_a_poll_that_takes_too_long_continues_later(
    dovecot_mailbox: DovecotMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_fetch, "ENOUGH", 0.0)
    monkeypatch.setattr(imap_fetch, "FIRST_SPAN", 1)
    dovecot_mailbox.receive(raw_mail("one"), raw_mail("two"), raw_mail("three"))
    with dovecot_mailbox.opened() as client:
        client.delete_messages([1])
        client.expunge()
    assert all_polls(dovecot_mailbox.account) == [0, 1, 1]


# --- from when on ---------------------------------------------------------------------------------


def test_only_new_mail_where_only_new_mail_is_wanted(dovecot_mailbox: DovecotMailbox) -> None:
    dovecot_mailbox.receive(raw_mail("history"))
    first = poll(dovecot_mailbox.at(start="now"), since=datetime.now(UTC))
    assert contents(first) == []
    fresh = raw_mail("news")
    dovecot_mailbox.receive(fresh)
    assert contents(poll(dovecot_mailbox.at(start="now"), first)) == [fresh]


def test_mail_since_a_day_where_that_is_wanted(dovecot_mailbox: DovecotMailbox) -> None:
    day = datetime(2026, 3, 1, tzinfo=UTC)
    history, fresh = raw_mail("history"), raw_mail("news")
    dovecot_mailbox.receive(history, history, at=day - timedelta(seconds=1))
    dovecot_mailbox.receive(fresh, at=day)
    mailbox = dovecot_mailbox.at(start=date(2026, 3, 1))
    first = poll(mailbox, since=day)
    assert contents(first) == [fresh]
    dovecot_mailbox.receive(late := raw_mail("moved here later"), at=day - timedelta(days=9))
    assert contents(poll(mailbox, first)) == [late]


def test_mails_before_the_configured_start_are_never_fetched(
    dovecot_mailbox: DovecotMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_fetch, "MAX_MAILS", 2)
    day = datetime(2026, 3, 1, tzinfo=UTC)
    old, fresh = raw_mail("history"), raw_mail("news")
    for mail, at in (
        (fresh, day),
        (old, day - timedelta(days=9)),
        (fresh, day),
        (fresh, day),
        (old, day),
    ):
        dovecot_mailbox.receive(mail, at=at)
    dovecot_mailbox.receive(*[old] * 3, at=day - timedelta(days=9))
    found = poll(mailbox := dovecot_mailbox.at(start=date(2026, 3, 1)), since=day)
    brought = contents(found)
    while found.more:
        found = poll(mailbox, found)
        brought += contents(found)
    assert brought == [fresh, fresh, fresh, old]


def test_uids_that_count_anew_bring_everything_again(dovecot_mailbox: DovecotMailbox) -> None:
    dovecot_mailbox.make_anew("Desk")
    one, two = raw_mail("one"), raw_mail("two")
    dovecot_mailbox.receive(one, folder="Desk")
    first = poll(dovecot_mailbox.at(folder="Desk"))
    dovecot_mailbox.make_anew("Desk")
    dovecot_mailbox.receive(one, two, folder="Desk")
    again = poll(dovecot_mailbox.at(folder="Desk"), first)
    assert contents(again) == [one, two]
    assert again.checkpoint.uidvalidity != first.checkpoint.uidvalidity


def test_renumbered_mails_before_the_configured_start_are_not_fetched(
    dovecot_mailbox: DovecotMailbox,
) -> None:
    wanted_from = datetime.now(UTC) - timedelta(hours=1)
    dovecot_mailbox.make_anew("Desk")
    first = poll(dovecot_mailbox.at(folder="Desk"), since=wanted_from)
    dovecot_mailbox.make_anew("Desk")
    fresh = raw_mail("news")
    dovecot_mailbox.receive(
        raw_mail("history"), folder="Desk", at=wanted_from - timedelta(days=400)
    )
    dovecot_mailbox.receive(fresh, folder="Desk")
    assert contents(poll(dovecot_mailbox.at(folder="Desk"), first)) == [fresh]
