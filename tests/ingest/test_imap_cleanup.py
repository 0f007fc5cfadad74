"""What becomes of mails on a real Dovecot once they are kept: left, flagged, moved or deleted;
never before.
"""

from collections.abc import Callable

import pytest

from services.ingest.adapters.mail_fetcher import Postman
from services.ingest.adapters.oauth import Tokens
from services.ingest.domain.mailbox import Mailbox
from services.ingest.store.tables import inbound_mails, thread_messages
from tests.ingest.builders import IngestHarness, letter
from tests.ingest.dovecot_mailbox import Postbox, contents, look, reason
from tests.ingest.tcp_proxy import wire

WITHOUT: dict[str, Callable[[bytes], bytes]] = {
    "a modern server": lambda data: data,
    "a server without MOVE": lambda data: data.replace(b" MOVE", b" XOVE"),
    "a server without MOVE and UIDPLUS": (
        lambda data: data.replace(b" MOVE", b" XOVE").replace(b"UIDPLUS", b"XIDPLUS")
    ),
}


def finish(mailbox: Mailbox, *uids: int) -> tuple[int, ...]:
    """Fetches, and then does what the settings say with some of the mails."""
    second = look(mailbox, look(mailbox), finished=uids)
    assert contents(second) == []
    return second.finished


def test_flagged_as_seen(postbox: Postbox) -> None:
    postbox.receive(letter("one"), letter("two"))
    assert finish(postbox.at(afterwards="flag"), 1) == (1,)
    with postbox.opened() as client:
        assert client.search("SEEN") == [1]


@pytest.mark.parametrize("server", WITHOUT)
def test_moved_to_another_folder(postbox: Postbox, server: str) -> None:
    postbox.make_anew("Done")
    mails = [letter("one"), letter("two"), letter("three")]
    postbox.receive(*mails)
    with wire(postbox.account.port, WITHOUT[server]) as line:
        finish(postbox.at(port=line.port, afterwards="move", move_to="Done"), 1, 3)
    assert postbox.uids() == [2]
    assert contents(look(postbox.at(folder="Done"))) == [mails[0], mails[2]]


@pytest.mark.parametrize("server", WITHOUT)
def test_deleted(postbox: Postbox, server: str) -> None:
    postbox.receive(letter("one"), letter("two"), letter("three"))
    with wire(postbox.account.port, WITHOUT[server]) as line:
        finish(postbox.at(port=line.port, afterwards="delete"), 1, 3)
    assert postbox.uids() == [2]


@pytest.mark.parametrize("server", WITHOUT)
def test_what_another_marked_as_deleted_is_not_removed_with_ours(
    postbox: Postbox, server: str
) -> None:
    postbox.receive(letter("one"), letter("two"))
    with postbox.opened() as client:
        client.add_flags([2], [b"\\Deleted"])
    with wire(postbox.account.port, WITHOUT[server]) as line:
        finish(postbox.at(port=line.port, afterwards="delete"), 1)
    assert 2 in postbox.uids()
    with postbox.opened() as client:
        assert client.search("UNDELETED") == []


def test_a_mail_that_is_gone_does_no_harm(postbox: Postbox) -> None:
    postbox.receive(letter("one"), letter("two"))
    mailbox = postbox.at(afterwards="delete")
    assert finish(mailbox, 1) == (1,)
    assert finish(mailbox, 1, 77) == (1, 77)
    assert postbox.uids() == [2]


def test_after_uids_count_anew_nothing_is_touched(postbox: Postbox) -> None:
    postbox.make_anew("Desk")
    postbox.receive(letter("one"), folder="Desk")
    mailbox = postbox.at(folder="Desk", afterwards="delete")
    first = look(mailbox)
    postbox.make_anew("Desk")
    postbox.receive(letter("another"), folder="Desk")
    assert look(mailbox, first, finished=(1,)).finished == ()
    assert postbox.uids("Desk") == [1]


def test_a_folder_to_move_to_that_is_not_there_is_told_and_loses_nothing(postbox: Postbox) -> None:
    postbox.receive(letter("one"))
    mailbox = postbox.at(afterwards="move", move_to="Nowhere")
    first = look(mailbox)
    postbox.receive(letter("two"))
    second = look(mailbox, first, finished=(1,))
    assert reason(second) == f"{mailbox.server} has no folder 'Nowhere' for '{mailbox.user}'."
    assert (len(second.mails), second.finished) == (1, ())
    assert postbox.uids() == [1, 2]


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_desk_deletes_what_it_keeps_and_only_that(
    small_desk: IngestHarness, postbox: Postbox, protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        f"services.ingest.adapters.{'imap_fetch' if protocol == 'imap' else 'pop3'}.LARGEST_MAIL",
        5000,
    )
    postbox.receive(letter("one"), letter("x" * 9000), letter("three"))
    small_desk.begin(Postman(Tokens()), postbox.reached(protocol, "none", afterwards="delete"))
    assert small_desk.look().count("mail.received") == 3
    assert postbox.uids() == [2]
    assert [row.unfinished for row in small_desk.rows(inbound_mails)] == [False] * 3
    postbox.receive(letter("four"))
    assert small_desk.look(minutes=1).count("mail.received") == 1
    assert postbox.uids() == [2]
    assert len(small_desk.rows(thread_messages)) == 4
