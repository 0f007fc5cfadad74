"""`aftercart bench ingest` reaches into the pipeline: it must follow what that does with a mail."""

from sqlalchemy import func, select

from deploy.bench.mailbox import FullMailbox
from deploy.bench.stages import Stages
from deploy.stack.postgres import Postgres
from services.ingest.store.tables import inbound_mails, thread_messages
from shared.runtime.storage.database import reading
from tests.conftest import Mailserver


def test_each_stage_does_all_mails(mailserver: Mailserver, postgres: Postgres) -> None:
    mailbox = FullMailbox(mailserver.dovecot, count=210)
    mailbox.fill()
    stages = Stages(mailbox, postgres.create_database("bench_ingest"))
    assert (
        min(rate.mails for rate in (mailbox.bare(), stages.fetch(), stages.read(), stages.filed()))
        > 0
    )
    with reading(stages.engine) as connection:
        states = connection.execute(
            select(inbound_mails.c.state, func.count()).group_by(inbound_mails.c.state)
        ).all()
        messages = connection.execute(
            select(func.count()).select_from(thread_messages)
        ).scalar_one()
    stages.close()
    assert (dict(map(tuple, states)), messages) == ({"filed": 210}, 210)
