"""An answer does not close a thread over messages that the employee has not seen."""

from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from tests.ingest.builders import IngestHarness
from tests.ingest.desk_actions import ANNA, does, orders, refusal, writes


class Talk(NamedTuple):
    """A thread in which a customer wrote twice."""

    thread_id: str
    order_id: str
    first: str
    second: str


def state(desk: IngestHarness, thread_id: str) -> tuple[str, int, bool]:
    """Return the status, the number of unread messages, and whether the thread is among the waiting
    ones.
    """
    thread = desk.thread(thread_id)["thread"]
    waits = [each["thread_id"] for each in desk.threads(waiting=True)]
    return thread["status"], thread["unread_messages"], thread_id in waits


def ids(desk: IngestHarness, thread_id: str) -> list[str]:
    return [each["message_id"] for each in desk.thread(thread_id)["messages"]]


@pytest.fixture
def talk(desk: IngestHarness) -> Talk:
    order_id = orders(desk, order__reference="MEANWHILE")
    thread_id = writes(desk, order_reference="MEANWHILE", text="Where is it?")
    desk.clock.advance(minutes=1)
    writes(desk, order_reference="MEANWHILE", text="Please cancel it!")
    desk.clock.advance(minutes=1)
    return Talk(thread_id, order_id, *ids(desk, thread_id))


@pytest.mark.parametrize("status", [None, "closed", "pending1"])
def test_an_answer_leaves_a_thread_open_over_a_message_that_was_not_seen(
    desk: IngestHarness, talk: Talk, status: str | None
) -> None:
    _, replied = does(
        desk, "reply", talk.thread_id, text="Tomorrow.", seen=talk.first, status=status
    )
    assert replied.data["unseen"] == [talk.second]
    assert (replied.data["thread"]["status"], replied.data["thread"]["unread_messages"]) == (
        "open",
        1,
    )
    assert state(desk, talk.thread_id) == ("open", 1, True)
    assert [each["unread"] for each in desk.thread(talk.thread_id)["messages"]] == [
        False,
        True,
        False,
    ]
    assert desk.thread(talk.thread_id)["thread"]["waits_since"] == "2026-11-21T12:01:00Z"


def test_an_answer_to_all_that_was_seen_closes_it(desk: IngestHarness, talk: Talk) -> None:
    _, replied = does(desk, "reply", talk.thread_id, text="It is cancelled.", seen=talk.second)
    assert (replied.data["unseen"], state(desk, talk.thread_id)) == ([], ("closed", 0, False))


def test_without_seen_the_read_marks_decide(desk: IngestHarness, talk: Talk) -> None:
    does(desk, "mark_read", talk.thread_id, seen=talk.first)
    assert state(desk, talk.thread_id) == ("open", 1, True)
    does(desk, "reply", talk.thread_id, text="Tomorrow.")
    assert state(desk, talk.thread_id) == ("open", 1, True)
    desk.clock.advance(minutes=1)
    does(desk, "reply", talk.thread_id, text="It is cancelled.")
    assert state(desk, talk.thread_id) == ("closed", 0, False)


def test_of_two_unread_messages_an_answer_sees_the_first(desk: IngestHarness, talk: Talk) -> None:
    does(desk, "reply", talk.thread_id, text="Tomorrow.")
    assert state(desk, talk.thread_id) == ("open", 1, True)


def test_a_message_on_the_order_leaves_an_unread_customer_waiting(
    desk: IngestHarness, talk: Talk
) -> None:
    told = {"order_id": talk.order_id, "text": "It is delayed.", "by": ANNA}
    desk.tell("thread.post_order_message", told | {"seen": talk.first})
    assert state(desk, talk.thread_id)[2] is True
    desk.clock.advance(minutes=1)
    desk.tell("thread.post_order_message", told | {"seen": talk.second})
    assert state(desk, talk.thread_id)[2] is False


@pytest.mark.parametrize("status", ["closed", "pending1", "pending2"])
def test_a_thread_with_an_unseen_message_can_only_be_opened(
    desk: IngestHarness, talk: Talk, status: str
) -> None:
    command: dict[str, Any] = {"thread_id": talk.thread_id, "status": status, "by": ANNA}
    assert refusal(desk, "thread.set_status", command | {"seen": talk.first}) == (
        "unseen_messages",
        "seen",
    )
    does(desk, "mark_read", talk.thread_id, seen=talk.first)
    assert refusal(desk, "thread.set_status", command) == ("unseen_messages", "seen")
    does(desk, "set_status", talk.thread_id, status="open", seen=talk.first)
    desk.tell("thread.set_status", command | {"seen": talk.second})
    assert state(desk, talk.thread_id)[0] == status


def test_to_read_is_not_to_answer(desk: IngestHarness, talk: Talk) -> None:
    does(desk, "mark_read", talk.thread_id)
    assert state(desk, talk.thread_id) == ("open", 0, True)
    assert desk.ask("thread.next_unanswered", {}).data["waiting_threads"] == 1


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("reply", {"text": "Yes."}),
        ("set_status", {"status": "closed"}),
        ("mark_read", {}),
    ],
)
def test_seen_must_be_a_message_of_this_thread(
    desk: IngestHarness, talk: Talk, command: str, fields: dict[str, Any]
) -> None:
    other = ids(desk, writes(desk))[0]
    before = desk.thread(talk.thread_id)
    for wrong in (str(uuid4()), other):
        data = {"thread_id": talk.thread_id, "by": ANNA, "seen": wrong, **fields}
        assert refusal(desk, f"thread.{command}", data) == ("unknown_message", "seen")
    assert desk.thread(talk.thread_id) == before
