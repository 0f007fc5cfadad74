"""Merge two threads of one conversation."""

from uuid import UUID, uuid4

import pytest

from shared.contracts.conversation import Conversation
from tests.ingest.builders import (
    CUSTOMER,
    ORDER,
    ORDER_ID,
    FakeMailServer,
    IngestHarness,
    mail_sent,
    order_placed,
    raw_mail,
    reply_to,
)
from tests.ingest.desk_actions import ANNA, does, orders, refusal


def two_threads(desk: IngestHarness, server: FakeMailServer) -> tuple[str, str]:
    """Two threads of Ada's, from two addresses."""
    server.receive(raw_mail("From home", message_id="<home@x.test>"))
    desk.poll(minutes=1)
    (home,) = desk.threads()
    server.receive(raw_mail("From work", from_="ada@work.test", message_id="<work@x.test>"))
    desk.poll(minutes=1)
    (work,) = (thread for thread in desk.threads() if thread != home)
    return home["thread_id"], work["thread_id"]


def test_the_messages_of_both_stand_in_one(desk: IngestHarness, server: FakeMailServer) -> None:
    home, work = two_threads(desk, server)
    (told,) = does(desk, "merge", work, into=home)
    assert (told.name, told.data["message_count"], told.data["into"]) == ("thread.merged", 1, home)
    left, joined = desk.thread(work), desk.thread(home)
    assert [message["text"] for message in joined["messages"]] == ["From home", "From work"]
    assert (joined["thread"]["unread_messages"], joined["thread"]["participants"]) == (
        2,
        ["ada@work.test"],
    )
    assert left["messages"] == []
    assert (left["thread"]["status"], left["thread"]["merged_into"]) == ("closed", home)
    statistics = desk.ask("desk.statistics", {}).data
    assert (statistics["customer_messages"], statistics["unread_messages"]) == (2, 2)


def test_mails_follow(desk: IngestHarness, server: FakeMailServer) -> None:
    home, work = two_threads(desk, server)
    does(desk, "merge", work, into=home)
    server.receive(raw_mail("Once more", from_="ada@work.test", in_reply_to="<work@x.test>"))
    desk.poll(minutes=1)
    messages = desk.thread(home)["messages"]
    assert [(message["text"], message["verified"]) for message in messages][-1] == (
        "Once more",
        True,
    )


def test_a_thread_is_merged_into_that_of_an_order(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    home, _ = two_threads(desk, server)
    desk.tell("order.placed", order_placed())
    server.receive(raw_mail("About it", to=reply_to(ORDER)))
    desk.poll(minutes=1)
    (order,) = desk.threads(order_id=str(ORDER_ID))
    does(desk, "merge", home, into=order["thread_id"])
    joined = desk.thread(order["thread_id"])
    assert len(joined["messages"]) == 2
    assert (joined["thread"]["participants"], joined["thread"]["customer_email"]) == ([], CUSTOMER)
    wrong = {"thread_id": order["thread_id"], "into": home, "by": "anna"}
    assert refusal(desk, "thread.merge", wrong) == ("about_an_order", "thread_id")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"into": str(uuid4())}, ("unknown_thread", "into")),
        ({"thread_id": str(uuid4())}, ("unknown_thread", "thread_id")),
        ({"into": "same"}, ("same_thread", "into")),
    ],
)
def test_threads_that_cannot_be_merged_are_refused(
    desk: IngestHarness, server: FakeMailServer, change: dict[str, str], expected: tuple[str, str]
) -> None:
    home, work = two_threads(desk, server)
    wrong = {"thread_id": work, "into": home, "by": "anna", **change}
    wrong = wrong | ({"into": work} if wrong["into"] == "same" else {})
    assert refusal(desk, "thread.merge", wrong) == expected
    assert len(desk.thread(work)["messages"]) == 1


def test_a_merged_thread_is_not_merged_again(desk: IngestHarness, server: FakeMailServer) -> None:
    home, work = two_threads(desk, server)
    does(desk, "merge", work, into=home)
    again = {"thread_id": work, "into": home, "by": "anna"}
    assert refusal(desk, "thread.merge", again) == ("merged_before", "thread_id")
    back = {"thread_id": home, "into": work, "by": "anna"}
    assert refusal(desk, "thread.merge", back) == ("merged_before", "into")


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("reply", {"text": "It left."}),
        ("add_note", {"text": "She called."}),
        ("set_status", {"status": "pending1"}),
        ("assign", {"owner": "bela@shop.test"}),
        ("forward", {"email": "bela@shop.test"}),
        ("mark_read", {}),
    ],
)
def test_commands_for_a_merged_thread_change_its_target(
    desk: IngestHarness, server: FakeMailServer, command: str, fields: dict[str, str]
) -> None:
    home, work = two_threads(desk, server)
    last = orders_thread(desk)
    does(desk, "merge", work, into=home)
    does(desk, "merge", home, into=last)
    before = desk.thread(work)
    told = does(desk, command, work, **fields)
    assert {each.data["thread_id"] for each in told} == {last}
    assert desk.thread(work) == before
    assert desk.thread(last)["thread"] != before


def test_an_answer_that_does_not_arrive_opens_the_thread_that_its_own_became(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    home, work = two_threads(desk, server)
    does(desk, "reply", work, text="It left.")
    does(desk, "merge", work, into=home)
    does(desk, "set_status", home, status="closed")
    conversation = Conversation("thread", UUID(work))
    desk.tell("mail.failed", mail_sent("<a@shop.test>", conversation, work) | {"reason": "550 no"})
    assert desk.thread(home)["thread"]["status"] == "open"
    assert "550 no" in [each["undelivered"] for each in desk.thread(home)["messages"]]


def orders_thread(desk: IngestHarness) -> str:
    """Open the thread of an order with a message, and return its id."""
    order_id = orders(desk)
    told = desk.tell(
        "thread.post_order_message",
        {"order_id": order_id, "text": "Late.", "private": True, "by": ANNA},
    )
    return str(told[0].data["thread_id"])
