"""Mails on a real Dovecot are left, flagged, moved or deleted after they were stored, never
before.
"""

from collections.abc import Callable

import pytest

from services.ingest.adapters.mail_fetcher import MailFetcher
from services.ingest.adapters.oauth import AccessTokens
from services.ingest.domain.mailbox import Mailbox
from services.ingest.store.tables import inbound_mails, thread_messages
from tests.ingest.builders import IngestHarness, raw_mail
from tests.ingest.dovecot_mailbox import DovecotMailbox, contents, poll, reason
from tests.tcp_proxy import tcp_proxy

WITHOUT: dict[str, Callable[[bytes], bytes]] = {
    "a modern server": lambda data: data,
    "a server without MOVE": lambda data: data.replace(b" MOVE", b" XOVE"),
    "a server without MOVE and UIDPLUS": (
        lambda data: data.replace(b" MOVE", b" XOVE").replace(b"UIDPLUS", b"XIDPLUS")
    ),
}


def finish(mailbox: Mailbox, *uids: int) -> tuple[int, ...]:
    """Fetch mails, then clean up some of them as the settings say."""
    second = poll(mailbox, poll(mailbox), finished=uids)
    assert contents(second) == []
    return second.finished


def test_flagged_as_seen(dovecot_mailbox: DovecotMailbox) -> None:
    dovecot_mailbox.receive(raw_mail("one"), raw_mail("two"))
    assert finish(dovecot_mailbox.at(afterwards="flag"), 1) == (1,)
    with dovecot_mailbox.opened() as client:
        assert client.search("SEEN") == [1]


@pytest.mark.parametrize("server", WITHOUT)
def test_moved_to_another_folder(dovecot_mailbox: DovecotMailbox, server: str) -> None:
    dovecot_mailbox.make_anew("Done")
    mails = [raw_mail("one"), raw_mail("two"), raw_mail("three")]
    dovecot_mailbox.receive(*mails)
    with tcp_proxy(dovecot_mailbox.account.port, WITHOUT[server]) as line:
        finish(dovecot_mailbox.at(port=line.port, afterwards="move", move_to="Done"), 1, 3)
    assert dovecot_mailbox.uids() == [2]
    assert contents(poll(dovecot_mailbox.at(folder="Done"))) == [mails[0], mails[2]]


@pytest.mark.parametrize("server", WITHOUT)
def test_deleted(dovecot_mailbox: DovecotMailbox, server: str) -> None:
    dovecot_mailbox.receive(raw_mail("one"), raw_mail("two"), raw_mail("three"))
    with tcp_proxy(dovecot_mailbox.account.port, WITHOUT[server]) as line:
        finish(dovecot_mailbox.at(port=line.port, afterwards="delete"), 1, 3)
    assert dovecot_mailbox.uids() == [2]


@pytest.mark.parametrize("server", WITHOUT)
def test_mails_marked_as_deleted_by_others_are_not_removed_with_ours(
    dovecot_mailbox: DovecotMailbox, server: str
) -> None:
    dovecot_mailbox.receive(raw_mail("one"), raw_mail("two"))
    with dovecot_mailbox.opened() as client:
        client.add_flags([2], [b"\\Deleted"])
    with tcp_proxy(dovecot_mailbox.account.port, WITHOUT[server]) as line:
        finish(dovecot_mailbox.at(port=line.port, afterwards="delete"), 1)
    assert 2 in dovecot_mailbox.uids()
    with dovecot_mailbox.opened() as client:
        assert client.search("UNDELETED") == []


def test_a_mail_that_is_gone_does_no_harm(dovecot_mailbox: DovecotMailbox) -> None:
    dovecot_mailbox.receive(raw_mail("one"), raw_mail("two"))
    mailbox = dovecot_mailbox.at(afterwards="delete")
    assert finish(mailbox, 1) == (1,)
    assert finish(mailbox, 1, 77) == (1, 77)
    assert dovecot_mailbox.uids() == [2]


def test_after_uids_count_anew_nothing_is_touched(dovecot_mailbox: DovecotMailbox) -> None:
    dovecot_mailbox.make_anew("Desk")
    dovecot_mailbox.receive(raw_mail("one"), folder="Desk")
    mailbox = dovecot_mailbox.at(folder="Desk", afterwards="delete")
    first = poll(mailbox)
    dovecot_mailbox.make_anew("Desk")
    dovecot_mailbox.receive(raw_mail("another"), folder="Desk")
    assert poll(mailbox, first, finished=(1,)).finished == ()
    assert dovecot_mailbox.uids("Desk") == [1]


def test_a_missing_target_folder_is_reported_and_loses_nothing(
    dovecot_mailbox: DovecotMailbox,
) -> None:
    dovecot_mailbox.receive(raw_mail("one"))
    mailbox = dovecot_mailbox.at(afterwards="move", move_to="Nowhere")
    first = poll(mailbox)
    dovecot_mailbox.receive(raw_mail("two"))
    second = poll(mailbox, first, finished=(1,))
    assert reason(second) == f"{mailbox.server} has no folder 'Nowhere' for '{mailbox.user}'."
    assert (len(second.mails), second.finished) == (1, ())
    assert dovecot_mailbox.uids() == [1, 2]


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_only_stored_mails_are_deleted(
    small_desk: IngestHarness,
    dovecot_mailbox: DovecotMailbox,
    protocol: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        f"services.ingest.adapters.{'imap_fetch' if protocol == 'imap' else 'pop3'}.MAX_MAIL_BYTES",
        5000,
    )
    dovecot_mailbox.receive(raw_mail("one"), raw_mail("x" * 9000), raw_mail("three"))
    small_desk.begin(
        MailFetcher(AccessTokens()), dovecot_mailbox.reached(protocol, "none", afterwards="delete")
    )
    assert small_desk.poll().count("mail.received") == 3
    assert dovecot_mailbox.uids() == [2]
    assert [row.unfinished for row in small_desk.rows(inbound_mails)] == [False] * 3
    dovecot_mailbox.receive(raw_mail("four"))
    assert small_desk.poll(minutes=1).count("mail.received") == 1
    assert dovecot_mailbox.uids() == [2]
    assert len(small_desk.rows(thread_messages)) == 4
