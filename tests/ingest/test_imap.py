"""Mailboxes of a real Dovecot, read by IMAP."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.ingest.domain.mailbox import Mailbox
from tests.ingest.builders import letter
from tests.ingest.dovecot_mailbox import Postbox, contents, look

# --- what is there --------------------------------------------------------------------------------


def test_mails_come_as_they_are_and_oldest_first(postbox: Postbox) -> None:
    mails = [letter("one"), letter("two\r\n.\r\n سلام"), letter("three") + bytes(range(14, 256))]
    postbox.receive(*mails, at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC))
    found = look(postbox.account)
    assert contents(found) == mails
    assert [mail.uid for mail in found.mails] == [1, 2, 3]
    assert [mail.size for mail in found.mails] == [len(mail) for mail in mails]
    assert {mail.arrived_at for mail in found.mails} == {datetime(2026, 3, 1, 9, 30, tzinfo=UTC)}
    assert (found.checkpoint.last_uid, found.more) == (3, False)


def test_an_empty_mailbox_is_looked_at_in_vain(postbox: Postbox) -> None:
    found = look(postbox.account)
    assert contents(found) == []
    assert found.checkpoint.uidvalidity
    assert not found.more


def test_nothing_comes_twice_and_what_arrived_between_comes_once(postbox: Postbox) -> None:
    postbox.receive(letter("one"))
    first = look(postbox.account)
    assert contents(second := look(postbox.account, first)) == []
    between = letter("two")
    postbox.receive(between)
    assert contents(third := look(postbox.account, second)) == [between]
    assert contents(look(postbox.account, third)) == []


def test_reading_changes_nothing_in_the_mailbox(postbox: Postbox) -> None:
    postbox.receive(letter())
    look(postbox.account)
    with postbox.opened() as client:
        assert client.get_flags([1]) in ({1: ()}, {1: (b"\\Recent",)})


def test_what_others_flag_and_remove_does_not_confuse(postbox: Postbox) -> None:
    postbox.receive(letter("one"), letter("two"), letter("three"))
    with postbox.opened() as client:
        client.add_flags([1], [b"\\Seen"])
        client.delete_messages([2])
        client.expunge()
    assert [mail.uid for mail in look(postbox.account).mails] == [1, 3]


def test_a_folder_may_have_any_name(postbox: Postbox) -> None:
    postbox.make_anew("Störung & فارسی")
    postbox.receive(letter("one"), folder="Störung & فارسی")
    assert len(contents(look(postbox.at(folder="Störung & فارسی")))) == 1


# --- windows --------------------------------------------------------------------------------------


def all_looks(mailbox: Mailbox) -> list[int]:
    """How many mails every look brought until there was no more."""
    found = look(mailbox)
    counts = [len(contents(found))]
    while found.more:
        found = look(mailbox, found)
        counts.append(len(contents(found)))
    return counts


def test_many_mails_come_in_windows(postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_fetch, "MOST_MAILS", 3)
    postbox.receive(*(letter(str(number)) for number in range(8)))
    assert all_looks(postbox.account) == [3, 3, 2]


def test_large_mails_come_in_smaller_windows_but_come(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_fetch, "MOST_BYTES", 3000)
    postbox.receive(*(letter("x" * size) for size in (1000, 1000, 9000, 1000)))
    assert all_looks(postbox.account) == [2, 1, 1]


def test_of_an_oversized_mail_the_beginning_is_kept(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_fetch, "LARGEST_MAIL", 5000)
    monkeypatch.setattr(imap_fetch, "BEGINNING", 1000)
    small, large = letter("small"), letter("x" * 9000)
    postbox.receive(small, large, small)
    found = look(postbox.account)
    assert contents(found) == [small, large[:1000], small]
    assert found.mails[1].size == len(large)


def test_gaps_between_uids_are_stepped_over(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_fetch, "FIRST_SPAN", 2)
    monkeypatch.setattr(imap_fetch, "LARGEST_SPAN", 4)
    postbox.receive(*(letter(str(number)) for number in range(30)))
    with postbox.opened() as client:
        client.delete_messages([1, *range(3, 30)])
        client.expunge()
    assert all_looks(postbox.account) == [1, 1]


def test_a_look_that_takes_too_long_goes_on_later(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_fetch, "ENOUGH", 0.0)
    monkeypatch.setattr(imap_fetch, "FIRST_SPAN", 1)
    postbox.receive(letter("one"), letter("two"), letter("three"))
    with postbox.opened() as client:
        client.delete_messages([1])
        client.expunge()
    assert all_looks(postbox.account) == [0, 1, 1]


# --- from when on ---------------------------------------------------------------------------------


def test_only_new_mail_where_only_new_mail_is_wanted(postbox: Postbox) -> None:
    postbox.receive(letter("history"))
    first = look(postbox.at(start="now"), since=datetime.now(UTC))
    assert contents(first) == []
    fresh = letter("news")
    postbox.receive(fresh)
    assert contents(look(postbox.at(start="now"), first)) == [fresh]


def test_mail_since_a_day_where_that_is_wanted(postbox: Postbox) -> None:
    day = datetime(2026, 3, 1, tzinfo=UTC)
    history, fresh = letter("history"), letter("news")
    postbox.receive(history, history, at=day - timedelta(seconds=1))
    postbox.receive(fresh, at=day)
    mailbox = postbox.at(start=date(2026, 3, 1))
    first = look(mailbox, since=day)
    assert contents(first) == [fresh]
    postbox.receive(late := letter("moved here later"), at=day - timedelta(days=9))
    assert contents(look(mailbox, first)) == [late]


def test_in_a_long_history_what_arrived_before_is_never_wanted(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_fetch, "MOST_MAILS", 2)
    day = datetime(2026, 3, 1, tzinfo=UTC)
    old, fresh = letter("history"), letter("news")
    for mail, at in (
        (fresh, day),
        (old, day - timedelta(days=9)),
        (fresh, day),
        (fresh, day),
        (old, day),
    ):
        postbox.receive(mail, at=at)
    postbox.receive(*[old] * 3, at=day - timedelta(days=9))
    found = look(mailbox := postbox.at(start=date(2026, 3, 1)), since=day)
    brought = contents(found)
    while found.more:
        found = look(mailbox, found)
        brought += contents(found)
    assert brought == [fresh, fresh, fresh, old]


def test_uids_that_count_anew_bring_everything_again(postbox: Postbox) -> None:
    postbox.make_anew("Desk")
    one, two = letter("one"), letter("two")
    postbox.receive(one, folder="Desk")
    first = look(postbox.at(folder="Desk"))
    postbox.make_anew("Desk")
    postbox.receive(one, two, folder="Desk")
    again = look(postbox.at(folder="Desk"), first)
    assert contents(again) == [one, two]
    assert again.checkpoint.uidvalidity != first.checkpoint.uidvalidity


def test_uids_that_count_anew_do_not_bring_what_was_never_wanted(postbox: Postbox) -> None:
    wanted_from = datetime.now(UTC) - timedelta(hours=1)
    postbox.make_anew("Desk")
    first = look(postbox.at(folder="Desk"), since=wanted_from)
    postbox.make_anew("Desk")
    fresh = letter("news")
    postbox.receive(letter("history"), folder="Desk", at=wanted_from - timedelta(days=400))
    postbox.receive(fresh, folder="Desk")
    assert contents(look(postbox.at(folder="Desk"), first)) == [fresh]
