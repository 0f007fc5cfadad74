"""If a worker is killed (kill -9) at any step of a poll, no mail is lost or filed twice, on real
servers.
"""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from services.ingest.domain.mailbox import Mailbox
from services.ingest.handlers.mailboxes import next_poll
from services.ingest.store.tables import inbound_mails, raw_mails, thread_messages
from services.ingest.worker import service
from shared.contracts.envelope import decode
from shared.runtime.pipeline.outbox_writer import OutboxWriter
from shared.runtime.storage import message_tables, migrations, schedule
from shared.runtime.storage.database import engine_for, reading
from tests.failpoints import Step
from tests.ingest.builders import NOON, raw_mail
from tests.ingest.dovecot_mailbox import DovecotMailbox
from tests.ingest.killed_worker import finishes, killed_at

pytestmark = pytest.mark.slow

ADAPTERS = "services.ingest.adapters"
STEPS = [
    Step("after", "shared.runtime.pipeline.side_effects.steps:claim"),
    Step("after", f"{ADAPTERS}.imap:log_in"),
    Step("before", f"{ADAPTERS}.imap_fetch:FetchWindow._take"),
    Step("after", f"{ADAPTERS}.imap_fetch:FetchWindow._found", 2),
    Step("after", "services.ingest.store.mails:RawMails.write"),
    Step("before", "services.ingest.store.mails:Inbounds.put"),
    Step("after", "services.ingest.store.mails:Inbounds.put"),
    Step("after", "shared.runtime.storage.outbox:add"),
    *(
        Step("after", "shared.runtime.pipeline.batch:BatchTransactions.handle_together", number)
        for number in (1, 2, 3)
    ),
    Step("before", f"{ADAPTERS}.imap_cleanup:_delete"),
    Step("after", f"{ADAPTERS}.imap_cleanup:_delete"),
    Step("before", "services.ingest.store.mails:Inbounds.put", 3),
    Step("after", "services.ingest.store.threads:Threads.put"),
    Step("after", "services.ingest.store.threads:Messages.put"),
]
STEPS_OF_POP3 = [
    Step("after", f"{ADAPTERS}.pop3:_content", 2),
    Step("after", "services.ingest.store.mailboxes:ServerMailIds.write", 2),
    Step("before", f"{ADAPTERS}.pop3:Pop3Fetch._delete", 2),
    Step("after", f"{ADAPTERS}.pop3:Pop3Fetch._delete", 2),
]


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("kill") / "empty.db"
    engine = engine_for(f"sqlite:///{file}")
    migrations.upgrade(service, engine)
    engine.dispose()
    return file


@pytest.fixture
def url(empty_database: Path, tmp_path: Path) -> str:
    """A new database."""
    shutil.copy(empty_database, tmp_path / "ingest.db")
    return f"sqlite:///{tmp_path}/ingest.db"


def begin(url: str, mailbox: Mailbox) -> None:
    engine = engine_for(url)
    with engine.begin() as connection:
        schedule.add(connection, [OutboxWriter("ingest").initial(next_poll(mailbox, NOON), NOON)])
    engine.dispose()


def everything_is_there_once(url: str) -> None:
    engine = engine_for(url)
    with reading(engine) as connection:
        texts = connection.execute(select(thread_messages.c.text)).scalars().all()
        inbounds = connection.execute(select(inbound_mails)).all()
        told = [
            decode(row.body).name
            for row in connection.execute(select(message_tables.outbox).order_by("number"))
        ]
        kept = connection.execute(select(raw_mails.c.sha256)).all()
    engine.dispose()
    assert sorted(text.strip() for text in texts) == ["one", "three", "two"]
    assert [(row.state, row.unfinished) for row in inbounds] == [("filed", False)] * 3
    assert told.count("mail.received") == told.count("thread.opened") == 3
    assert len(kept) == 3


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_by_imap(dovecot_mailbox: DovecotMailbox, url: str, step: Step) -> None:
    kill_and_go_on(dovecot_mailbox, url, dovecot_mailbox.at(afterwards="delete"), step)


@pytest.mark.parametrize("step", STEPS_OF_POP3, ids=str)
def test_by_pop3(dovecot_mailbox: DovecotMailbox, url: str, step: Step) -> None:
    kill_and_go_on(
        dovecot_mailbox, url, dovecot_mailbox.reached("pop3", "none", afterwards="delete"), step
    )


def kill_and_go_on(dovecot_mailbox: DovecotMailbox, url: str, mailbox: Mailbox, step: Step) -> None:
    dovecot_mailbox.receive(raw_mail("one"), raw_mail("two"), raw_mail("three"))
    begin(url, mailbox)
    assert killed_at(step, url, mailbox)
    assert finishes(url, mailbox)
    everything_is_there_once(url)
    assert dovecot_mailbox.uids() == []
