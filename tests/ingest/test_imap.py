"""Mailboxes of a real Dovecot, read over good and bad wires."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from imapclient import IMAPClient, SocketTimeout
from pydantic import SecretStr

from deploy.stack.ports import free_port
from services.ingest.adapters import connection, window
from services.ingest.adapters.imap import fetch
from services.ingest.domain.mailbox import GIVE_UP_AFTER, Checkpoint, Errand, Found, Mailbox
from tests.conftest import Mailserver
from tests.ingest.wire import wire
from tests.ingest.words import an_errand, letter

PASSWORD = "correct horse"
people = count(1)


@dataclass(frozen=True)
class Postbox:
    """A mailbox of Dovecot's, and how its owner's program uses it."""

    account: Mailbox

    @contextmanager
    def opened(self, folder: str = "INBOX") -> Iterator[IMAPClient]:
        with IMAPClient("127.0.0.1", self.account.port, ssl=False, timeout=10) as client:
            client.login(self.account.user, PASSWORD)
            client.select_folder(folder)
            yield client

    def receive(self, *mails: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        with self.opened() as client:
            for mail in mails:
                client.append(folder, mail, msg_time=at)

    def make_anew(self, folder: str) -> None:
        """The folder is another one of the same name: its UIDs count anew."""
        with self.opened() as client:
            if client.folder_exists(folder):
                client.delete_folder(folder)
            client.create_folder(folder)

    def at(self, **changes: object) -> Mailbox:
        return self.account.model_copy(update=changes)


@pytest.fixture
def postbox(mailserver: Mailserver) -> Postbox:
    """A mailbox nobody else has, in the clear."""
    user = f"desk{next(people)}@shop.test"
    mailserver.dovecot.add_user(user, PASSWORD)
    return Postbox(Mailbox(
        name="service", host="127.0.0.1", port=mailserver.dovecot.imap_port, user=user, password=SecretStr(PASSWORD),
        security="none",
    ))


def look(mailbox: Mailbox, after: Found | None = None, **changes: object) -> Found:
    """A look into a mailbox, the first one or the one after another."""
    errand = an_errand(mailbox)
    if after:
        faults = after.errand.faults + 1 if after.fault and not after.mails else int(bool(after.fault))
        errand = replace(errand, checkpoint=after.checkpoint, since=after.errand.since, faults=faults)
    return fetch(replace(errand, **changes))  # type: ignore[arg-type]


def contents(found: Found) -> list[bytes | None]:
    assert found.fault == ""
    return [mail.raw for mail in found.mails]


# --- what is there ----------------------------------------------------------------------------------------------------


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


# --- windows ----------------------------------------------------------------------------------------------------------


def all_looks(mailbox: Mailbox) -> list[int]:
    """How many mails every look brought until there was no more."""
    found = look(mailbox)
    counts = [len(contents(found))]
    while found.more:
        found = look(mailbox, found)
        counts.append(len(contents(found)))
    return counts


def test_many_mails_come_in_windows(postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "MOST_MAILS", 3)
    postbox.receive(*(letter(str(number)) for number in range(8)))
    assert all_looks(postbox.account) == [3, 3, 2]


def test_large_mails_come_in_smaller_windows_but_come(postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "MOST_BYTES", 3000)
    postbox.receive(*(letter("x" * size) for size in (1000, 1000, 9000, 1000)))
    assert all_looks(postbox.account) == [2, 1, 1]


def test_of_an_oversized_mail_the_beginning_is_kept(postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "LARGEST_MAIL", 5000)
    monkeypatch.setattr(window, "BEGINNING", 1000)
    small, large = letter("small"), letter("x" * 9000)
    postbox.receive(small, large, small)
    found = look(postbox.account)
    assert contents(found) == [small, large[:1000], small]
    assert found.mails[1].size == len(large)


def test_gaps_between_uids_are_stepped_over(postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "FIRST_SPAN", 2)
    monkeypatch.setattr(window, "LARGEST_SPAN", 4)
    postbox.receive(*(letter(str(number)) for number in range(30)))
    with postbox.opened() as client:
        client.delete_messages([1, *range(3, 30)])
        client.expunge()
    assert all_looks(postbox.account) == [1, 1]


def test_a_look_that_takes_too_long_goes_on_later(postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "ENOUGH", 0.0)
    monkeypatch.setattr(window, "FIRST_SPAN", 1)
    postbox.receive(letter("one"), letter("two"), letter("three"))
    with postbox.opened() as client:
        client.delete_messages([1])
        client.expunge()
    assert all_looks(postbox.account) == [0, 1, 1]


# --- from when on -----------------------------------------------------------------------------------------------------


def test_only_new_mail_where_only_new_mail_is_wanted(postbox: Postbox) -> None:
    postbox.receive(letter("history"))
    first = look(postbox.account, since=datetime.now(UTC))
    assert contents(first) == []
    fresh = letter("news")
    postbox.receive(fresh)
    assert contents(look(postbox.account, first)) == [fresh]


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


# --- how it is reached ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verify", [True, False])
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_encrypted(
    postbox: Postbox, mailserver: Mailserver, monkeypatch: pytest.MonkeyPatch, security: str, verify: bool
) -> None:
    if verify:
        monkeypatch.setenv("SSL_CERT_FILE", str(mailserver.dovecot.certificate))
    port = mailserver.dovecot.imaps_port if security == "tls" else mailserver.dovecot.imap_port
    postbox.receive(letter())
    with wire(port) as line:
        mailbox = postbox.at(port=line.port, security=security, verify_certificate=verify, host="localhost")
        assert len(contents(look(mailbox))) == 1
        assert PASSWORD.encode() not in line.heard


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(
    postbox: Postbox, mailserver: Mailserver, security: str
) -> None:
    port = mailserver.dovecot.imaps_port if security == "tls" else mailserver.dovecot.imap_port
    found = look(postbox.at(port=port, security=security))
    assert found.fault.startswith(f"The certificate of 127.0.0.1:{port} is not accepted")


def test_without_starttls_no_password_is_sent(postbox: Postbox) -> None:
    with wire(postbox.account.port, lambda data: data.replace(b"STARTTLS", b"X-NOTHING")) as line:
        found = look(postbox.at(port=line.port, security="starttls", verify_certificate=False))
        assert found.fault == f"127.0.0.1:{line.port} offers no STARTTLS, which the mailbox 'service' demands."
        assert b"LOGIN" not in line.heard.upper()


def test_a_password_may_hold_any_character(postbox: Postbox, mailserver: Mailserver) -> None:
    odd = 'a : "b" \\ ü'
    mailserver.dovecot.add_user(postbox.account.user, odd)
    assert look(postbox.at(password=SecretStr(odd))).fault == ""
    assert "refused the login" in look(postbox.at(password=SecretStr("ü"))).fault


# --- troubles ---------------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_told_in_a_sentence_that_does_not_repeat_it(postbox: Postbox) -> None:
    found = look(postbox.at(password=SecretStr("battery staple")))
    assert found.fault.startswith(f"127.0.0.1:{postbox.account.port} refused the login of '{postbox.account.user}': ")
    assert "battery" not in found.fault
    assert found.checkpoint == Checkpoint("INBOX")


def test_a_folder_that_is_not_there_is_told(postbox: Postbox) -> None:
    assert "answered with an error" in look(postbox.at(folder="Nowhere")).fault


def test_a_server_that_is_not_there_is_told(postbox: Postbox) -> None:
    port = free_port()
    assert look(postbox.at(port=port)).fault.startswith(f"127.0.0.1:{port} cannot be reached: ")
    assert "cannot be reached" in look(postbox.at(host="nowhere.invalid")).fault


def test_a_server_that_is_no_mail_server_is_told(postbox: Postbox, mailserver: Mailserver) -> None:
    assert look(postbox.at(port=mailserver.smtp.port)).fault


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_a_server_that_says_nothing_is_given_up(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    monkeypatch.setattr(connection, "TIMEOUT", SocketTimeout(connect=0.3, read=0.3))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = look(postbox.at(port=silent.getsockname()[1], security=security))
    assert found.fault.endswith("did not answer in time.")


def test_a_server_that_falls_silent_later_is_given_up(postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "TIMEOUT", SocketTimeout(connect=5, read=0.3))
    postbox.receive(letter())
    with wire(postbox.account.port, lambda data: b"" if b"UIDVALIDITY" in data else data) as line:
        found = look(postbox.at(port=line.port))
    assert found.fault.endswith("did not answer in time.")


@pytest.mark.parametrize("security", ["starttls", "none"])
def test_a_server_that_dribbles_is_cut_off(postbox: Postbox, monkeypatch: pytest.MonkeyPatch, security: str) -> None:
    def dribble(data: bytes) -> bytes:
        time.sleep(0.05)
        return data

    monkeypatch.setattr(connection, "TIMEOUT", SocketTimeout(connect=5, read=5))
    monkeypatch.setattr(window, "CUT", 0.5)
    monkeypatch.setattr(window, "SLOWEST", 10**9)
    postbox.receive(letter("x" * 4_000_000))
    with wire(postbox.account.port, dribble) as line:
        began = time.monotonic()
        found = look(postbox.at(port=line.port, security=security, verify_certificate=False))
    assert found.fault.endswith("did not answer in time.")
    assert time.monotonic() - began < 5


def test_a_server_that_goes_away_in_the_middle_loses_nothing(postbox: Postbox) -> None:
    mails = [letter(f"{number} " + "x" * 3000) for number in range(4)]
    postbox.receive(*mails)
    with wire(postbox.account.port, lambda data: None if b"\r\n2 x" in data else data) as line:
        first = look(postbox.at(port=line.port))
        assert first.mails == ()
        assert first.fault.startswith(f"127.0.0.1:{line.port} ")
        assert first.checkpoint.last_uid == 0
        second = look(postbox.at(port=line.port), first)
        assert [mail.raw for mail in second.mails] == mails[:2]
        assert second.checkpoint.last_uid == 2
        assert second.fault
    assert contents(look(postbox.account, second)) == mails[2:]


def test_a_mail_that_always_breaks_the_wire_is_passed_by_at_last(postbox: Postbox) -> None:
    one, poison, three = letter("one"), letter("POISON"), letter("three")
    postbox.receive(one, poison, three)
    with wire(postbox.account.port, lambda data: None if b"POISON" in data else data) as line:
        mailbox = postbox.at(port=line.port)
        found = look(mailbox)
        brought = [*found.mails]
        for _ in range(GIVE_UP_AFTER + 3):
            found = look(mailbox, found)
            brought += found.mails
        assert [(mail.uid, mail.raw) for mail in brought] == [(1, one), (2, None), (3, three)]
        assert brought[1].size == len(poison)


def test_a_server_that_has_no_content_for_a_mail_is_told_and_at_last_passed_by(postbox: Postbox) -> None:
    postbox.receive(letter("one"))
    nothing = lambda data: data.replace(b"BODY[] {", b"FLAGS () XBODY {")  # noqa: E731
    with wire(postbox.account.port, nothing) as line:
        errand: Errand = an_errand(postbox.at(port=line.port))
        assert "no content was handed over for the mail with UID 1" in fetch(errand).fault
        assert [mail.raw for mail in fetch(replace(errand, faults=GIVE_UP_AFTER)).mails] == [None]
