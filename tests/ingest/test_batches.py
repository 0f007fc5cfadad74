"""A batch of mails is loaded and parsed together, and the next one is fetched meanwhile."""

from dataclasses import replace
from typing import Any

from sqlalchemy import event

from services.ingest.domain.mail import Mail, Unreadable, read_all
from services.ingest.store import mails
from shared.runtime.rabbitmq.delivery import DONE
from tests.ingest.builders import FakeMailServer, IngestHarness, raw_mail


def statements_for(desk: IngestHarness, server: FakeMailServer, count: int) -> int:
    """Return the number of SQL statements to file that many mails, fetched together, which name
    orders, threads and other mails.
    """
    server.receive(
        *(
            raw_mail(
                "<p>Hello</p>",
                subject=f"Order ABCD{number}",
                from_=f"a{number}@example.test",
                content_type="text/html",
                in_reply_to=f"<{count}.{number}@example.test>",
            )
            for number in range(count)
        )
    )
    desk.clock.advance(minutes=2)
    desk.deliver(*desk.collect())
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(desk.engine, "before_cursor_execute", note)
    try:
        assert desk.deliver(*desk.collect()) == [DONE] * count
    finally:
        event.remove(desk.engine, "before_cursor_execute", note)
    return len(asked)


def test_more_mails_of_a_batch_take_no_more_statements(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    assert statements_for(desk, server, 3) == statements_for(desk, server, 30)


def test_the_next_window_is_fetched_while_one_is_filed(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    server.receive(*(raw_mail() for _ in range(server.window + 1)))
    desk.deliver(*desk.collect())
    assert [told.name for told in desk.collect()] == [
        "mailbox.sync",
        *["mail.file"] * server.window,
    ]


def test_mails_are_read_together_as_far_as_memory_allows(
    desk: IngestHarness, server: FakeMailServer, monkeypatch: Any
) -> None:
    monkeypatch.setattr(mails, "READ_AT_ONCE", 20_000)
    together: list[int] = []

    def reading(raws: Any) -> list[Mail | Unreadable]:
        together.append(sum(map(len, raws)))
        return read_all(raws)

    desk.adapters = desk.pipeline.transactions.adapters = replace(desk.adapters, read=reading)
    server.receive(*(raw_mail("x" * size) for size in (9_000, 9_000, 9_000, 50_000, 1, 1)))
    desk.poll()
    assert sum(together) == sum(map(len, server.mails))
    assert [size for size in together if size > 20_000] == [len(server.mails[3])]
    assert len(together) < len(server.mails)
