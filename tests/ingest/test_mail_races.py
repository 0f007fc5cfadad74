"""Several workers on PostgreSQL file mails at once, each thread and message only once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from services.ingest.domain.mailbox_state import FetchRequest, FetchResult
from services.ingest.store.tables import mailboxes, thread_messages, threads
from shared.runtime.rabbitmq.delivery import Delivery, Fate
from tests.ingest.builders import (
    ORDER,
    FakeMailServer,
    IngestHarness,
    order_placed,
    raw_mail,
    reply_to,
)
from tests.words import delivery


def both(workers: list[IngestHarness], act: Callable[[IngestHarness], Any]) -> list[Any]:
    """Run a function in both workers at the same time, and return the results."""
    with ThreadPoolExecutor(len(workers)) as pool:
        return list(pool.map(act, workers))


def test_one_worker_reads_a_mailbox_that_two_want_to_read(workers: list[IngestHarness]) -> None:
    server, start = FakeMailServer([raw_mail()]), Barrier(2)

    def fetch(request: FetchRequest) -> FetchResult:
        return server(request)

    def ask(desk: IngestHarness) -> list[Fate]:
        start.wait()
        return [
            verdict.fate
            for verdict in desk.deliver(delivery("mailbox.sync", {"mailbox": "service"}))
        ]

    for desk in workers:
        desk.begin(fetch)
    assert both(workers, ask) == [[Fate.DONE], [Fate.DONE]]
    desk = workers[0]
    assert desk.poll().count("mail.received") == 1
    assert [row.holder for row in desk.rows(mailboxes)] == [None]
    assert len(desk.due()) == 1


def test_two_first_mails_about_one_order_stand_in_one_thread(workers: list[IngestHarness]) -> None:
    one, other = workers
    for _ in range(5):
        server, start = (
            FakeMailServer([raw_mail(str(number), to=reply_to(ORDER)) for number in range(6)]),
            Barrier(2),
        )
        other.begin(server)
        one.begin(server)
        one.tell("order.placed", order_placed())
        one.deliver(*one.collect())
        filing = one.collect()
        halves = {id(one): filing[:3], id(other): filing[:2:-1]}

        def file(
            desk: IngestHarness, halves: dict[int, list[Delivery]] = halves, start: Barrier = start
        ) -> list[Fate]:
            start.wait()
            return [verdict.fate for verdict in desk.deliver(*halves[id(desk)])]

        assert both(workers, file) == [[Fate.DONE] * 3] * 2
        assert len(one.rows(threads)) == 1
        assert len(one.rows(thread_messages)) == 6
        one.collect()
        assert [envelope.name for envelope in one.told].count("thread.opened") == 1


def test_the_same_mail_filed_by_two_at_once_is_filed_once(workers: list[IngestHarness]) -> None:
    one, other = workers
    server, start = FakeMailServer([raw_mail()]), Barrier(2)
    other.begin(server)
    one.begin(server)
    one.deliver(*one.collect())
    filing = one.collect()

    def file(desk: IngestHarness) -> list[Fate]:
        start.wait()
        return [verdict.fate for verdict in desk.deliver(*filing)]

    assert both(workers, file) == [[Fate.DONE]] * 2
    assert len(one.rows(thread_messages)) == 1


def test_copies_filed_by_two_at_once_are_filed_once(workers: list[IngestHarness]) -> None:
    one, other = workers
    for number in range(5):
        copies = [
            raw_mail("x", message_id=f"<{number}@x.test>", headers=[f"Received: by {way}"])
            for way in "ab"
        ]
        server, start = FakeMailServer(copies), Barrier(2)
        other.begin(server)
        one.begin(server)
        one.deliver(*one.collect())
        first, second = one.collect()
        halves = {id(one): first, id(other): second}

        def file(
            desk: IngestHarness, halves: dict[int, Delivery] = halves, start: Barrier = start
        ) -> list[Fate]:
            start.wait()
            return [verdict.fate for verdict in desk.deliver(halves[id(desk)])]

        assert both(workers, file) == [[Fate.DONE]] * 2
        assert len(one.rows(thread_messages)) == 1
