"""The same mail again, on a real Dovecot: moved and moved back, renumbered, in two mailboxes."""

import pytest

from services.ingest.adapters.mail_fetcher import MailFetcher
from services.ingest.adapters.oauth import AccessTokens
from services.ingest.store.tables import inbound_mails, raw_mails
from tests.ingest.builders import IngestHarness, raw_mail
from tests.ingest.dovecot_mailbox import DovecotMailbox


@pytest.fixture
def read(small_desk: IngestHarness, dovecot_mailbox: DovecotMailbox) -> IngestHarness:
    """A desk that has read two mails in the folder `Desk`."""
    dovecot_mailbox.make_anew("Desk")
    dovecot_mailbox.receive(raw_mail("one"), raw_mail("two"), folder="Desk")
    small_desk.begin(
        MailFetcher(AccessTokens()),
        dovecot_mailbox.at(folder="Desk"),
        dovecot_mailbox.at(folder="Desk", name="sales"),
    )
    small_desk.poll()
    return small_desk


def states(desk: IngestHarness, mailbox: str = "service") -> list[str]:
    return sorted(row.state for row in desk.rows(inbound_mails) if row.mailbox == mailbox)


def test_a_mail_in_two_mailboxes_has_two_rows_one_message_and_one_source(
    read: IngestHarness,
) -> None:
    assert len(states(read)) == len(states(read, "sales")) == len(read.rows(raw_mails)) == 2
    assert sorted(states(read) + states(read, "sales")) == [
        "duplicate",
        "duplicate",
        "filed",
        "filed",
    ]


def test_moved_away_and_back_it_is_the_same_mail(
    read: IngestHarness, dovecot_mailbox: DovecotMailbox
) -> None:
    before = states(read)
    with dovecot_mailbox.opened("Desk") as client:
        client.move([1], "INBOX")
        client.select_folder("INBOX")
        client.move(client.search(), "Desk")
    assert read.poll(minutes=1) == []
    assert states(read) == ["duplicate", *before]


def test_counted_anew_by_the_server_nothing_is_filed_twice(
    read: IngestHarness, dovecot_mailbox: DovecotMailbox
) -> None:
    with dovecot_mailbox.opened("Desk") as client:
        client.copy([1, 2], "INBOX")
    dovecot_mailbox.make_anew("Desk")
    with dovecot_mailbox.opened() as client:
        client.move(client.search(), "Desk")
    dovecot_mailbox.receive(raw_mail("three"), folder="Desk")
    before = states(read).count("duplicate")
    assert (
        read.poll(minutes=1).count("thread.opened") == 1
    )  # the third mail, which is in both mailboxes
    assert states(read).count("duplicate") >= before + 2
