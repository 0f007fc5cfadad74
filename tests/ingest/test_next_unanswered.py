"""The next thread to answer, and the draft of the answer."""

from typing import Any

from shared.contracts import samples
from tests.ingest.builders import IngestHarness
from tests.ingest.desk_actions import does, orders, writes


def next_one(desk: IngestHarness, **wanted: Any) -> dict[str, Any]:
    return desk.ask("thread.next_unanswered", wanted).data


def test_the_next_thread_has_waited_longest_for_that_contact(desk: IngestHarness) -> None:
    waiting = []
    for contact in ("customer_service", "webmaster", "customer_service"):
        waiting.append(writes(desk, contact=contact))
        desk.clock.advance(minutes=1)
    first, webmasters, last = waiting
    assert next_one(desk)["waiting_threads"] == 3
    found = next_one(desk, contact="customer_service")
    assert (found["thread"]["thread_id"], found["waiting_threads"]) == (first, 2)
    assert next_one(desk, contact="webmaster")["thread"]["thread_id"] == webmasters
    passed_by = next_one(desk, contact="customer_service", after_thread_id=first)
    assert passed_by["thread"]["thread_id"] == last
    does(desk, "reply", first, text="Yes.")
    assert next_one(desk, contact="customer_service")["thread"]["thread_id"] == last
    does(desk, "set_status", last, status="closed")
    assert next_one(desk, contact="customer_service") == {"thread": None, "waiting_threads": 0}


def test_a_pending_thread_returns_with_a_new_message(desk: IngestHarness) -> None:
    orders(desk, order__reference="LATER")
    thread_id = writes(desk, order_reference="LATER")
    does(desk, "mark_read", thread_id)
    does(desk, "set_status", thread_id, status="pending1")
    assert next_one(desk)["thread"] is None
    writes(desk, order_reference="LATER")
    assert next_one(desk)["thread"]["status"] == "open"
    does(desk, "mark_read", thread_id)
    assert next_one(desk)["thread"]["unread_messages"] == 0


# --- drafts ---------------------------------------------------------------------------------------


def test_an_answer_begins_as_the_shop_wants_in_the_customers_language(desk: IngestHarness) -> None:
    desk.tell("shop.changed", {"profile": samples.SHOP_PROFILE, "default_language": "en"})
    desk.tell(
        "desk.put",
        {
            "default_replies": {
                "en": "Dear {customer_name},\n\n{employee}, {shop_name}",
                "fa": "{customer_name} گرامی،",
            }
        },
    )
    for language, told, text in (
        ("fa-IR", "fa", "Ada Byron گرامی،"),
        ("en", "en", "Dear Ada Byron,\n\nAnna, Corner Shop"),
        ("fr", "en", "Dear Ada Byron,\n\nAnna, Corner Shop"),
    ):
        draft = desk.ask(
            "thread.draft", {"thread_id": writes(desk, language=language), "by": "Anna"}
        ).data
        assert (draft["language"], draft["text"]) == (told, text)


def test_it_begins_as_a_predefined_message_or_as_nothing(desk: IngestHarness) -> None:
    thread_id = writes(desk)
    assert desk.ask("thread.draft", {"thread_id": thread_id, "by": "Anna"}).data["text"] == ""
    desk.tell("canned_message.put", samples.CANNED_MESSAGE)
    draft = desk.ask(
        "thread.draft", {"thread_id": thread_id, "by": "Anna", "canned_message": "delay"}
    ).data
    assert draft["text"].startswith("Dear Ada Byron,\nyour order  leaves")
