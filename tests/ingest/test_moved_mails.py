"""The same mail again, on a real Dovecot: moved and moved back, counted anew, in two mailboxes."""

import pytest

from services.ingest.adapters.mail_fetcher import Postman
from services.ingest.adapters.oauth import Tokens
from services.ingest.store.tables import inbound_mails, raw_mails
from tests.ingest.builders import IngestHarness, letter
from tests.ingest.dovecot_mailbox import Postbox


@pytest.fixture
def read(small_desk: IngestHarness, postbox: Postbox) -> IngestHarness:
    """A desk that has read two mails in the folder `Desk`."""
    postbox.make_anew("Desk")
    postbox.receive(letter("one"), letter("two"), folder="Desk")
    small_desk.begin(
        Postman(Tokens()), postbox.at(folder="Desk"), postbox.at(folder="Desk", name="sales")
    )
    small_desk.look()
    return small_desk


def states(desk: IngestHarness, mailbox: str = "service") -> list[str]:
    return sorted(row.state for row in desk.rows(inbound_mails) if row.mailbox == mailbox)


def test_in_two_mailboxes_it_is_kept_for_both_and_filed_once_and_its_bytes_once(
    read: IngestHarness,
) -> None:
    assert len(states(read)) == len(states(read, "sales")) == len(read.rows(raw_mails)) == 2
    assert sorted(states(read) + states(read, "sales")) == [
        "duplicate",
        "duplicate",
        "filed",
        "filed",
    ]


def test_moved_away_and_back_it_is_the_same_mail(read: IngestHarness, postbox: Postbox) -> None:
    before = states(read)
    with postbox.opened("Desk") as client:
        client.move([1], "INBOX")
        client.select_folder("INBOX")
        client.move(client.search(), "Desk")
    assert read.look(minutes=1) == []
    assert states(read) == ["duplicate", *before]


def test_counted_anew_by_the_server_nothing_is_filed_twice(
    read: IngestHarness, postbox: Postbox
) -> None:
    with postbox.opened("Desk") as client:
        client.copy([1, 2], "INBOX")
    postbox.make_anew("Desk")
    with postbox.opened() as client:
        client.move(client.search(), "Desk")
    postbox.receive(letter("three"), folder="Desk")
    before = states(read).count("duplicate")
    assert (
        read.look(minutes=1).count("thread.opened") == 1
    )  # the third mail, which is in both mailboxes
    assert states(read).count("duplicate") >= before + 2
