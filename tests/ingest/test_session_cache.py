"""Sessions that stay open between looks: what an empty look costs, and what becomes of them when
servers go.
"""

import pytest

from services.ingest.adapters.mail_fetcher import Postman
from services.ingest.adapters.oauth import Tokens
from services.ingest.adapters.session_cache import Sessions
from services.ingest.domain.mailbox import Mailbox
from services.ingest.domain.mailbox_state import Errand, Found
from tests.ingest.builders import SERVICE, IngestHarness, an_errand, another, letter
from tests.ingest.dovecot_mailbox import Postbox, contents
from tests.ingest.tcp_proxy import wire


def following(found: Found) -> Errand:
    return an_errand(found.errand.mailbox, checkpoint=found.checkpoint)


def test_an_empty_look_is_one_question(postbox: Postbox) -> None:
    postbox.receive(letter())
    postman = Postman(Tokens())
    with wire(postbox.account.port) as line:
        found = postman(an_errand(postbox.at(port=line.port)))
        said = len(line.heard)
        for _ in range(2):
            found = postman(following(found))
            assert contents(found) == []
        questions = bytes(line.heard[said:]).splitlines()
    assert [question.split()[1] for question in questions] == [b"EXAMINE", b"EXAMINE"]


def test_what_comes_is_seen_in_a_session_that_was_kept(postbox: Postbox) -> None:
    postman = Postman(Tokens())
    found = postman(an_errand(postbox.account))
    postbox.receive(letter())
    assert len(contents(postman(following(found)))) == 1


def test_a_session_that_the_server_ended_meanwhile_is_replaced_without_a_word(
    postbox: Postbox,
) -> None:
    postman = Postman(Tokens())
    deaf = False
    with wire(postbox.account.port, lambda data: None if deaf else data) as line:
        found = postman(an_errand(postbox.at(port=line.port)))
        postbox.receive(letter())
        deaf = True
        broken = postman(following(found))
        assert broken.fault
        deaf = False
        assert len(contents(postman(following(found)))) == 1


def test_a_server_that_is_started_again_in_the_middle_loses_and_doubles_nothing(
    small_desk: IngestHarness, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.ingest.adapters.imap_fetch.MOST_MAILS", 2)
    postbox.receive(*(letter(str(number)) for number in range(5)))
    postman, looks = Postman(Tokens()), []

    def fetch(errand: Errand) -> Found:
        looks.append(postman(errand))
        if len(looks) == 1:
            postbox.dovecot.kill()
            postbox.dovecot.start()
        return looks[-1]

    small_desk.begin(fetch, postbox.account)
    assert small_desk.look().count("mail.received") == 5
    assert [len(found.mails) for found in looks] == [2, 2, 1]
    assert [found.fault for found in looks] == [None] * 3


def test_a_session_that_the_next_look_does_not_come_back_for_is_shut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session_cache, "SLACK", -1000.0)
    shut: list[str] = []
    kept: Sessions[str] = Sessions(shut.append)
    kept.keep(SERVICE, "old")
    assert kept.take(another(name="sales")) is None
    assert shut == ["old"]
    assert kept.take(SERVICE) is None


def test_one_session_is_kept_of_each_mailbox_and_given_to_one_only() -> None:
    shut: list[str] = []
    kept: Sessions[str] = Sessions(shut.append)
    sales: Mailbox = another(name="sales")
    for mailbox, name in ((SERVICE, "first"), (SERVICE, "second"), (sales, "third")):
        kept.keep(mailbox, name)
    assert shut == ["first"]
    assert [kept.take(SERVICE), kept.take(SERVICE), kept.take(sales)] == ["second", None, "third"]
