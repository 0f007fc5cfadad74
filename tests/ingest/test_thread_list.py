"""The list of threads: filters, search, pages."""

from datetime import timedelta
from typing import Any

import pytest

from shared.contracts import samples
from tests.ingest.builders import NOON, FakeMailServer, IngestHarness, raw_mail
from tests.ingest.desk_actions import ANNA, does, orders, refused, writes


def listed(desk: IngestHarness, **wanted: Any) -> list[str]:
    """Return the subjects of the listed threads, newest first."""
    return [thread["subject"] for thread in desk.threads(**wanted)]


@pytest.fixture
def office(desk: IngestHarness, server: FakeMailServer) -> IngestHarness:
    """Four threads, a minute apart: of the webmaster, in Persian, about an order, and by mail."""
    writes(
        desk, text="Broken link", contact="webmaster", customer_id="c-7", email="Max@Example.test"
    )
    desk.clock.advance(minutes=1)
    does(
        desk,
        "assign",
        writes(desk, text="لیوان من شكست", language="fa", customer_name="رضا کریمی"),
        owner=ANNA,
    )
    desk.clock.advance(minutes=1)
    orders(desk, order__reference="ORDERED")
    does(
        desk,
        "reply",
        writes(desk, text="Where is my order?", order_reference="ORDERED"),
        text="It left on Monday.",
    )
    desk.clock.advance(minutes=10)
    server.receive(
        raw_mail(
            "It arrived cracked, naïvely packed.",
            subject="A complaint",
            from_="Zoë <zoe@example.test>",
        )
    )
    desk.poll()
    return desk


ALL = ["A complaint", "Where is my order?", "لیوان من شكست", "Broken link"]


def test_threads_are_listed_newest_first(office: IngestHarness) -> None:
    # The mail lay on the server since the beginning, and is as old as that.
    assert sorted(listed(office)) == sorted(ALL)
    times = [thread["opened_at"] for thread in office.threads()]
    assert times == sorted(times, reverse=True)


def test_the_list_shows_how_the_latest_message_of_a_thread_begins(desk: IngestHarness) -> None:
    thread_id = writes(desk, text="When\nwill it arrive?")
    desk.clock.advance(minutes=1)
    does(desk, "reply", thread_id, text="Now. " * 60)
    (row,) = desk.threads()
    assert (row["message_count"], row["last_author"], row["last_private"]) == (2, ANNA, False)
    assert row["last_message_at"] == desk.thread(thread_id)["messages"][-1]["at"]
    assert row["last_text"] == ("Now. " * 40).strip() + "…"
    desk.clock.advance(minutes=1)
    does(desk, "add_note", thread_id, text="She called.")
    desk.tell("shop.changed", {"profile": samples.SHOP_PROFILE, "default_language": "en"})
    one = {"thread_id": thread_id}
    for name, data in (("list", {}), ("get", one), ("timeline", one)):
        assert desk.ask(f"thread.{name}", data).data["timezone"] == "Europe/Berlin"
    (row,) = desk.threads()
    assert (row["message_count"], row["last_text"], row["last_private"]) == (3, "She called.", True)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"contact": "webmaster"}, {"Broken link"}),
        ({"contact": "nobody"}, set()),
        ({"status": "closed"}, {"Where is my order?"}),
        ({"status": "pending1"}, set()),
        ({"owner": ANNA}, {"لیوان من شكست", "Where is my order?"}),
        ({"owner": ANNA.upper()}, {"لیوان من شكست", "Where is my order?"}),
        ({"nobodys": True}, {"Broken link", "A complaint"}),
        ({"customer_id": "c-7"}, {"Broken link"}),
        ({"email": "mAX@example.TEST"}, {"Broken link"}),
        ({"language": "fa"}, {"لیوان من شكست"}),
        ({"waiting": False}, {"Where is my order?"}),
        ({"waiting": True, "language": "en"}, {"Broken link", "A complaint"}),
        ({"unread": False}, {"Where is my order?"}),
        ({"opened_from": NOON + timedelta(minutes=2)}, {"Where is my order?"}),
        (
            {"opened_from": NOON, "opened_before": NOON + timedelta(minutes=1)},
            {"Broken link", "A complaint"},
        ),
    ],
)
def test_every_filter_chooses(
    office: IngestHarness, wanted: dict[str, Any], found: set[str]
) -> None:
    data = {
        name: value if not hasattr(value, "isoformat") else value.isoformat()
        for name, value in wanted.items()
    }
    assert set(listed(office, **data)) == found


@pytest.mark.parametrize(
    ("letters", "found"),
    [
        ("broken", "Broken link"),
        ("link bro", "Broken link"),
        ("max@ex", "Broken link"),  # subject and address
        ("ordered", "Where is my order?"),
        ("left monday", "Where is my order?"),  # reference; what an employee wrote
        ("شکست", "لیوان من شكست"),
        ("كريمي", "لیوان من شكست"),  # ی and ک as Arabic keyboards write them
        ("crack naive", "A complaint"),
        ("zoe", "A complaint"),
        ("complaint cracked", "A complaint"),
    ],
)
def test_words_are_found_by_their_first_letters(
    office: IngestHarness, letters: str, found: str
) -> None:
    assert listed(office, search=letters) == [found]


def test_every_word_must_be_there(office: IngestHarness) -> None:
    assert listed(office, search="broken cracked") == []


def test_of_a_long_text_the_first_words_are_found(desk: IngestHarness) -> None:
    writes(desk, text=" ".join(f"word{number}" for number in range(20_000))[:99_000])
    assert len(desk.threads(search="word1")) == 1
    assert desk.threads(search="word15000") == []


@pytest.mark.parametrize("limit", [1, 3, 7])
def test_pages_bring_every_thread_once(desk: IngestHarness, limit: int) -> None:
    for number in range(7):  # some of the same moment
        writes(desk, text=f"Number {number}")
        desk.clock.advance(minutes=number % 2)
    whole, cursor, paged = desk.threads(limit=200), None, []
    while True:
        page = desk.ask("thread.list", {"limit": limit, "cursor": cursor}).data
        paged += page["threads"]
        cursor = page["next"]
        if cursor is None:
            break
        desk.clock.advance(minutes=1)
        writes(desk, email="bob@example.test")
    assert paged == whole


@pytest.mark.parametrize(
    ("wanted", "code", "field"),
    [
        ({"search": "!?"}, "nothing_to_search", "search"),
        ({"cursor": "abc"}, "unknown_cursor", "cursor"),
        (
            {"opened_from": "2026-01-02T00:00:00Z", "opened_before": "2026-01-02T00:00:00Z"},
            "empty_range",
            "opened_before",
        ),
    ],
)
def test_a_list_that_cannot_be_is_refused(
    desk: IngestHarness, wanted: dict[str, Any], code: str, field: str
) -> None:
    assert refused(desk, "thread.list", wanted) == (code, field)


@pytest.mark.parametrize(
    "wanted",
    [
        {"limit": 0},
        {"limit": 201},
        {"status": "new"},
        {"email": "nobody"},
        {"search": ""},
        {"opened_from": "yesterday"},
    ],
)
def test_a_value_out_of_range_is_refused_with_its_field(
    desk: IngestHarness, wanted: dict[str, Any]
) -> None:
    told = desk.ask("thread.list", wanted)
    assert (told.name, told.data["code"]) == ("thread.list_refused", "invalid")
    assert told.data["details"]["faults"][0]["field"] in wanted
