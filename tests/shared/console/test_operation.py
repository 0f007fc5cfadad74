"""Operation: health, queues, live events, dead letters."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from shared.clients.dead_letters import DeadLetter, DeadLetterQueue
from shared.console.bus import BrokerAway
from shared.console.operation import letters as letters_module
from shared.console.operation.event_feed import REMEMBERED, WAITING, EventFeed, Reader
from shared.console.operation.letters import LetterFilter, find_letters, settle_letters, shown
from shared.console.operation.plots import plot
from shared.console.operation.traffic import Traffic
from shared.console.pages.operation import events as events_page
from shared.console.users import Users
from tests.shared.console.fake_operations import NOW, SERVICES, XSS, FakeOperations, event, letter

PAGES = ("/operation", "/operation/queues", "/operation/events", "/operation/dead-letters")
LIST = "/operation/dead-letters"


@pytest.mark.parametrize("path", [*PAGES, "/operation/events/stream", f"{LIST}/orders/x"])
def test_operation_is_for_operators(browser: TestClient, users: Users, path: str) -> None:
    users.set_roles("anna@shop.test", ["manager"])
    assert browser.get(path).status_code == 403
    for form in ("review", "settle"):
        assert browser.post(f"{LIST}/{form}", data={"action": "drop"}).status_code == 403


def test_health_shows_problems_and_leads_to_dead_letters(
    browser: TestClient, operations: FakeOperations
) -> None:
    page = browser.get("/operation").text
    assert "All services work." in page
    assert "/operation/dead-letters?service=orders" in page
    operations.report.error = "RabbitMQ at localhost:5672 cannot be reached: start it."
    page = browser.get("/operation").text
    assert "cannot be reached" in page
    assert "All services work." not in page


def test_queues_are_plotted_with_their_figures(
    browser: TestClient, operations: FakeOperations
) -> None:
    page = browser.get("/operation/queues").text
    assert "<polyline" in page
    assert "In 2.0/s, out 2.0/s; highest 3.0/s" in page
    assert "amq.gen-x" in page
    operations.rates = Traffic(error="RabbitMQ's management API refuses the user or password.")
    assert "refuses the user" in browser.get("/operation/queues").text


def test_a_plot_ends_now_and_fills_its_height() -> None:
    drawn = plot([0, 5, 10], samples=5, width=84, height=24)
    assert drawn.lines == ["42.0,22.0 62.0,12.0 82.0,2.0"]
    assert drawn.top == 10
    assert plot([], [0, 0], samples=2).lines[0] == ""


def test_events_of_the_shop_are_shown_and_link_to_their_pages(
    browser: TestClient, operations: FakeOperations
) -> None:
    operations.events.add(event("order.placed", order_id="o-1", reference=XSS))
    operations.events.add(event("mail.failed", mail_id="m-1", reason=XSS))
    operations.events.add(event("thread.replied", shop="other", thread_id="t-1"))
    page = browser.get("/operation/events").text
    assert 'href="/orders/o-1"' in page
    assert 'href="/mails/m-1"' in page
    assert "t-1" not in page
    assert "<script>alert" not in page
    assert "<img" not in page
    only = browser.get("/operation/events?name=mail").text
    assert "mail.failed" in only
    assert "order.placed" not in only


@pytest.mark.parametrize("value", ["javascript:alert(1)", "../logout", 'a"b', "a/b", ""])
def test_no_event_leads_to_an_address_of_its_own(value: str) -> None:
    assert events_page.shown(event(order_id=value)).path == ""


def test_new_events_are_sent_to_open_pages_of_their_shop() -> None:
    async def read() -> list[Any]:
        feed = EventFeed("amqp://nobody@localhost")
        found = []
        following = feed.follow("default", "order.#", pause=0.01)
        assert await anext(following) is None
        for one in (event("order.placed"), event("mail.sent"), event("order.edited", "other")):
            feed.add(one)
        feed.add(event("order.placed"))  # read again after a reconnect
        found.append(await anext(following))
        found.append(await anext(following))
        await following.aclose()  # type: ignore[attr-defined]
        assert not feed._readers
        return found

    found = asyncio.run(read())
    assert [one and one.name for one in found] == ["order.placed", None]


def test_a_slow_page_skips_old_events_and_memory_is_bounded() -> None:
    async def fill() -> int:
        reader = Reader("default", ["#"], asyncio.get_running_loop())
        for _ in range(WAITING + 5):
            reader.offer(event())
        await asyncio.sleep(0)
        return reader.events.qsize()

    assert asyncio.run(fill()) == WAITING
    feed = EventFeed("amqp://nobody@localhost")
    for number in range(REMEMBERED + 5):
        feed.add(event().model_copy(update={"id": str(number)}))
    assert len(feed.recent("default")) == REMEMBERED
    assert feed.recent("default")[0].id == str(REMEMBERED + 4)


def test_the_stream_says_when_rabbitmq_is_away_and_ends_when_the_user_loses_the_role(
    browser: TestClient, users: Users, operations: FakeOperations, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def follow(*_: object, **__: object) -> Any:
        yield event("order.placed", note=XSS)
        operations.events._error = "RabbitMQ is away"
        yield None
        yield None
        operations.events._error = ""
        yield None
        users.set_roles("anna@shop.test", ["look"])
        yield event("order.placed")
        raise AssertionError("the stream went on")

    monkeypatch.setattr(operations.events, "follow", follow)
    answer = browser.get("/operation/events/stream")
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in answer.text.splitlines() if line]
    assert all(line.startswith(("data: ", ": ", "event: ")) for line in lines)
    assert [line for line in lines if "lost" in line or "connected" in line] == [
        "data: lost",
        "data: connected",
    ]
    assert sum("order.placed" in line for line in lines) == 1
    assert "<script>" not in answer.text


def test_dead_letters_are_filtered_and_their_texts_are_inert(
    browser: TestClient, operations: FakeOperations
) -> None:
    operations.letters = [letter(reason=XSS), letter("notify", subject=XSS, id="n-1")]
    page = browser.get(LIST).text
    assert "orders" in page
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "n-1" not in browser.get(f"{LIST}?service=orders").text
    assert "No dead letter matches." in browser.get(f"{LIST}?reason=other").text
    assert "No dead letter matches." in browser.get(f"{LIST}?name=mail").text
    one = browser.get(f"{LIST}/notify/n-1")
    assert "ValueError: no such thing" in one.text
    assert "<script>alert" not in one.text
    assert browser.get(f"{LIST}/notify/gone").status_code == 404


@pytest.mark.parametrize("action", ["replay", "drop"])
def test_letters_are_looked_at_before_they_are_settled(
    browser: TestClient, operations: FakeOperations, action: str
) -> None:
    operations.letters = [letter(id="a"), letter(id="b"), letter("notify", id="c")]
    review = browser.post(f"{LIST}/review", data={"action": action, "letter": "orders a"})
    assert 'value="orders a"' in review.text
    assert 'value="orders b"' not in review.text
    assert not operations.settled
    matching = {"action": action, "which": "matching", "service": "orders"}
    review = browser.post(f"{LIST}/review", data=matching)
    assert 'value="orders b"' in review.text
    assert "notify c" not in review.text
    form = {"action": action, "letter": ["orders a", "orders b"]}
    assert browser.post(f"{LIST}/settle", data=form).headers["location"] == LIST
    assert operations.settled == [(["orders a", "orders b"], action, "anna@shop.test")]
    assert ": 2" in browser.get(LIST).text


def test_an_unknown_action_is_refused_and_nothing_chosen_is_said(browser: TestClient) -> None:
    assert browser.post(f"{LIST}/settle", data={"action": "burn"}).status_code == 400
    assert "none was chosen" in browser.post(f"{LIST}/review", data={"action": "drop"}).text


def test_what_was_chosen_is_not_lost(browser: TestClient, operations: FakeOperations) -> None:
    operations.error = BrokerAway("away", sent=True)
    page = browser.post(f"{LIST}/settle", data={"action": "drop", "letter": "orders a"})
    assert page.status_code == 503
    assert "orders a" in page.text


def test_an_old_letter_is_marked() -> None:
    assert not shown(letter(), NOW + timedelta(days=29)).old
    assert shown(letter(), NOW + timedelta(days=31)).old


class Box:
    """Dead letter queues in memory."""

    def __init__(self, letters: list[DeadLetter]) -> None:
        self.letters, self.done = letters, list[tuple[str, str]]()

    def count(self, queue: DeadLetterQueue) -> int | None:
        if queue.service == "ingest":
            return None
        return len([one for one in self.letters if one.queue == queue])

    def read(self, queue: DeadLetterQueue, limit: int) -> list[DeadLetter]:
        return [one for one in self.letters if one.queue == queue][:limit]

    def replay(self, one: DeadLetter) -> None:
        self.done.append(("replay", one.id))

    def drop(self, one: DeadLetter) -> None:
        self.done.append(("drop", one.id))


def test_only_letters_of_the_named_queue_are_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """An event may be dead in two services, with the same id."""
    box = Box([letter(id="a"), letter("notify", id="a"), letter("unrouted", id="u")])

    @contextmanager
    def opened(_: str) -> Iterator[Box]:
        yield box

    monkeypatch.setattr(letters_module, "open_dead_letters", opened)
    assert settle_letters("", SERVICES, ["notify a", "unrouted u", "nowhere x"], "replay") == 2
    assert settle_letters("", SERVICES, ["orders a"], "drop") == 1
    assert box.done == [("replay", "a"), ("replay", "u"), ("drop", "a")]
    found = find_letters("", SERVICES, LetterFilter(name="order."), limit=2)
    assert found.counts["ingest"] is None
    assert (len(found.letters), found.matching) == (2, 3)
