"""Sessions stay open between polls; polling an empty mailbox costs one command."""

from dataclasses import replace

import pytest

from services.ingest.adapters import session_cache
from services.ingest.adapters.mail_fetcher import MailFetcher
from services.ingest.adapters.oauth import AccessTokens
from services.ingest.adapters.session_cache import SessionCache
from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import FetchRequest, FetchResult
from tests.ingest.builders import SERVICE, IngestHarness, a_fetch_request, another, raw_mail
from tests.ingest.dovecot_mailbox import DovecotMailbox, contents, poll
from tests.tcp_proxy import tcp_proxy


def following(found: FetchResult) -> FetchRequest:
    return a_fetch_request(found.request.mailbox, checkpoint=found.checkpoint)


def test_an_empty_poll_is_one_command(dovecot_mailbox: DovecotMailbox) -> None:
    dovecot_mailbox.receive(raw_mail())
    postman = MailFetcher(AccessTokens())
    with tcp_proxy(dovecot_mailbox.account.port) as line:
        found = postman(a_fetch_request(dovecot_mailbox.at(port=line.port)))
        said = len(line.heard)
        for _ in range(2):
            found = postman(following(found))
            assert contents(found) == []
        questions = bytes(line.heard[said:]).splitlines()
    assert [question.split()[1] for question in questions] == [b"EXAMINE", b"EXAMINE"]


@pytest.mark.parametrize(
    ("afterwards", "opened"),
    [
        ("leave", [b"EXAMINE", b"EXAMINE", b"EXAMINE"]),
        ("flag", [b"EXAMINE", b"SELECT", b"EXAMINE"]),
    ],
)
def test_a_folder_with_further_mails_stays_open_and_later_mails_are_found(
    dovecot_mailbox: DovecotMailbox,
    monkeypatch: pytest.MonkeyPatch,
    afterwards: str,
    opened: list[bytes],
) -> None:
    monkeypatch.setattr("services.ingest.adapters.imap_fetch.MAX_MAILS", 2)
    mails = [raw_mail(str(number)) for number in range(6)]
    dovecot_mailbox.receive(*mails[:5])
    postman = MailFetcher(AccessTokens())
    with tcp_proxy(dovecot_mailbox.account.port) as line:
        mailbox = dovecot_mailbox.at(port=line.port, afterwards=afterwards)
        found = postman(a_fetch_request(mailbox))
        brought = contents(found)
        dovecot_mailbox.receive(mails[5])
        while found.more:
            finished = tuple(mail.uid for mail in found.mails if afterwards == "flag")
            found = postman(replace(following(found), finished=finished))
            assert found.finished == finished
            brought += contents(found)
        commands = [command.split()[1] for command in bytes(line.heard).splitlines()]
    assert brought == mails
    assert [command for command in commands if command in (b"EXAMINE", b"SELECT")] == opened


def test_an_open_folder_that_another_process_found_renumbered_is_opened_again(
    dovecot_mailbox: DovecotMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.ingest.adapters.imap_fetch.MAX_MAILS", 1)
    dovecot_mailbox.make_anew("Desk")
    dovecot_mailbox.receive(raw_mail("one"), raw_mail("two"), folder="Desk")
    postman = MailFetcher(AccessTokens())
    found = postman(a_fetch_request(dovecot_mailbox.at(folder="Desk")))
    assert found.more
    dovecot_mailbox.make_anew("Desk")
    dovecot_mailbox.receive(raw_mail("three"), fresh := raw_mail("four"), folder="Desk")
    renumbered = poll(dovecot_mailbox.at(folder="Desk"))
    assert contents(postman(following(renumbered))) == [fresh]


def test_an_open_session_sees_new_mail(dovecot_mailbox: DovecotMailbox) -> None:
    postman = MailFetcher(AccessTokens())
    found = postman(a_fetch_request(dovecot_mailbox.account))
    dovecot_mailbox.receive(raw_mail())
    assert len(contents(postman(following(found)))) == 1


def test_a_session_that_the_server_ended_meanwhile_is_replaced_without_a_word(
    dovecot_mailbox: DovecotMailbox,
) -> None:
    postman = MailFetcher(AccessTokens())
    deaf = False
    with tcp_proxy(dovecot_mailbox.account.port, lambda data: None if deaf else data) as line:
        found = postman(a_fetch_request(dovecot_mailbox.at(port=line.port)))
        dovecot_mailbox.receive(raw_mail())
        deaf = True
        broken = postman(following(found))
        assert broken.fault
        deaf = False
        assert len(contents(postman(following(found)))) == 1


def test_a_server_that_is_started_again_in_the_middle_loses_and_doubles_nothing(
    small_desk: IngestHarness, dovecot_mailbox: DovecotMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.ingest.adapters.imap_fetch.MAX_MAILS", 2)
    dovecot_mailbox.receive(*(raw_mail(str(number)) for number in range(5)))
    postman, looks = MailFetcher(AccessTokens()), []

    def fetch(request: FetchRequest) -> FetchResult:
        looks.append(postman(request))
        if len(looks) == 1:
            dovecot_mailbox.dovecot.kill()
            dovecot_mailbox.dovecot.start()
        return looks[-1]

    small_desk.begin(fetch, dovecot_mailbox.account)
    assert small_desk.poll().count("mail.received") == 5
    assert [len(found.mails) for found in looks] == [2, 2, 1]
    assert [found.fault for found in looks] == [None] * 3


def test_a_session_unused_by_the_next_poll_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session_cache, "GRACE", -1000.0)
    shut: list[str] = []
    kept: SessionCache[str] = SessionCache(shut.append)
    kept.keep(SERVICE, "old")
    assert kept.take(another(name="sales")) is None
    assert shut == ["old"]
    assert kept.take(SERVICE) is None


def test_each_mailbox_has_one_cached_session_taken_by_one_thread() -> None:
    shut: list[str] = []
    kept: SessionCache[str] = SessionCache(shut.append)
    sales: Mailbox = another(name="sales")
    for mailbox, name in ((SERVICE, "first"), (SERVICE, "second"), (sales, "third")):
        kept.keep(mailbox, name)
    assert shut == ["first"]
    assert [kept.take(SERVICE), kept.take(SERVICE), kept.take(sales)] == ["second", None, "third"]
