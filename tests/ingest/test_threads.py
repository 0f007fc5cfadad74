"""Commands of employees for threads."""

from uuid import UUID, uuid4

import pytest

from shared.contracts.conversation import Conversation
from tests.ingest.builders import (
    NOON,
    ORDER,
    FakeMailServer,
    IngestHarness,
    mail_sent,
    raw_mail,
    reply_to,
)
from tests.ingest.desk_actions import (
    ANNA,
    BELA,
    a_form,
    a_third_party,
    does,
    moves,
    names,
    orders,
    refusal,
    refused,
    writes,
)
from tests.words import changed, delivery

STATUSES = ["open", "closed", "pending1", "pending2"]


def view(desk: IngestHarness, thread_id: str) -> dict[str, object]:
    found: dict[str, object] = desk.thread(thread_id)["thread"]
    return found


# --- statuses -------------------------------------------------------------------------------------


@pytest.mark.parametrize("came_from", STATUSES)
def test_any_status_may_follow_any(desk: IngestHarness, came_from: str) -> None:
    thread_id = writes(desk)
    does(desk, "set_status", thread_id, status=came_from)
    for status in [each for each in STATUSES if each != came_from]:
        (told,) = does(desk, "set_status", thread_id, status=status)
        assert (told.name, told.data["came_from"], told.data["status"]) == (
            "thread.status_changed",
            came_from,
            status,
        )
        assert view(desk, thread_id)["status"] == status
        does(desk, "set_status", thread_id, status=came_from)


def test_the_status_that_it_has_is_no_news(desk: IngestHarness) -> None:
    assert does(desk, "set_status", writes(desk), status="open") == []


def test_closing_ends_the_waiting_and_reopening_starts_it(
    desk: IngestHarness,
) -> None:
    thread_id = writes(desk)
    assert view(desk, thread_id)["waits_since"]
    does(desk, "set_status", thread_id, status="closed")
    assert view(desk, thread_id)["waits_since"] is None
    does(desk, "set_status", thread_id, status="open")
    assert view(desk, thread_id)["waits_since"]


# --- owners and forwarding ------------------------------------------------------------------------


def test_the_first_to_answer_becomes_the_owner(desk: IngestHarness) -> None:
    thread_id = writes(desk)
    does(desk, "reply", thread_id, text="Tomorrow.", by=BELA)
    does(desk, "reply", thread_id, text="Or the day after.")
    assert view(desk, thread_id)["owner"] == BELA


def test_a_thread_is_assigned_to_an_employee_and_to_none(desk: IngestHarness) -> None:
    thread_id = writes(desk)
    (told,) = does(desk, "assign", thread_id, owner=BELA)
    assert (told.name, told.data["came_from"], told.data["owner"]) == (
        "thread.assigned",
        None,
        BELA,
    )
    assert does(desk, "assign", thread_id, owner=BELA) == []
    (told,) = does(desk, "assign", thread_id, owner=None)
    assert (told.data["came_from"], told.data["owner"]) == (BELA, None)


def test_forwarding_to_an_employee_moves_the_ownership_and_leaves_a_private_note(
    desk: IngestHarness,
) -> None:
    thread_id = writes(desk, text="Where is it?")
    desk.clock.advance(minutes=1)
    does(desk, "reply", thread_id, text="Let me see.")
    told = does(desk, "forward", thread_id, email=BELA, employee=BELA, comment="Could you look?")
    assert names(told) == ["thread.message_added", "thread.forwarded"]
    added, forwarded = (each.data for each in told)
    assert (forwarded["email"], forwarded["comment"], forwarded["thread"]["owner"]) == (
        BELA,
        "Could you look?",
        BELA,
    )
    assert [each["text"] for each in forwarded["messages"]] == ["Where is it?", "Let me see."]
    assert (added["message"]["private"], added["message"]["text"]) == (
        True,
        f"→ {BELA}\n\nCould you look?",
    )
    assert added["message"]["message_id"] == forwarded["forward_id"]
    assert view(desk, thread_id)["owner"] == BELA


def test_someone_else_gets_no_ownership_and_sees_no_note(desk: IngestHarness) -> None:
    thread_id = writes(desk, text="Where is it?")
    does(
        desk, "forward", thread_id, email=BELA, employee=BELA, comment="This customer is difficult."
    )
    _, forwarded = does(
        desk, "forward", thread_id, email="carrier@example.test", comment="Where is this parcel?"
    )
    assert [each["text"] for each in forwarded.data["messages"]] == ["Where is it?"]
    assert (forwarded.data["employee"], forwarded.data["thread"]["owner"]) == (None, BELA)
    _, forwarded = does(desk, "forward", thread_id, email=ANNA, employee=ANNA)
    assert len(forwarded.data["messages"]) == 3


def test_a_long_thread_is_forwarded_from_its_end(desk: IngestHarness) -> None:
    thread_id = writes(desk, text="a" * 100_000)
    for number in range(25):
        desk.clock.advance(minutes=1)
        does(desk, "reply", thread_id, text=f"Answer {number}")
    _, forwarded = does(desk, "forward", thread_id, email=BELA, employee=BELA)
    told = forwarded.data["messages"]
    assert (told[0]["text"], told[-1]["text"], forwarded.data["omitted"]) == (
        "Answer 5",
        "Answer 24",
        6,
    )


def test_forwarded_messages_fit_into_a_mail(desk: IngestHarness) -> None:
    thread_id = writes(desk)
    for letter_of in "ab":
        desk.clock.advance(minutes=1)
        does(desk, "reply", thread_id, text=letter_of * 600_000)
    _, forwarded = does(desk, "forward", thread_id, email=BELA)
    assert [each["text"] for each in forwarded.data["messages"]] == ["b" * 200_000]
    assert forwarded.data["omitted"] == 2


# --- answers --------------------------------------------------------------------------------------


def test_after_an_answer_the_thread_has_the_status_that_the_shop_wants(desk: IngestHarness) -> None:
    assert does(desk, "reply", writes(desk), text="Yes.")[-1].data["thread"]["status"] == "closed"
    desk.tell("desk.put", {"status_after_reply": "pending1"})
    assert does(desk, "reply", writes(desk), text="Yes.")[-1].data["thread"]["status"] == "pending1"
    assert (
        does(desk, "reply", writes(desk), text="Yes.", status="open")[-1].data["thread"]["status"]
        == "open"
    )


def test_a_customers_answer_reopens_it(desk: IngestHarness) -> None:
    order_id = orders(desk, order__reference="REOPENED")
    desk.tell("thread.post_order_message", {"order_id": order_id, "text": "Sent.", "by": ANNA})
    (closed,) = desk.threads(order_id=order_id)
    assert closed["status"] == "closed"
    assert writes(desk, order_reference="REOPENED") == closed["thread_id"]
    assert view(desk, closed["thread_id"])["status"] == "open"


def test_an_unattended_sender_cannot_be_answered(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    server.receive(
        raw_mail("I could not deliver.", from_="", headers=["Auto-Submitted: auto-replied"])
    )
    desk.poll()
    (thread,) = desk.threads()
    command = {"thread_id": thread["thread_id"], "text": "Why?", "by": ANNA}
    assert refusal(desk, "thread.reply", command) == ("nobody_to_answer", "thread_id")


def test_a_mail_of_an_unknown_sender_is_shown_and_never_answered(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    server.receive(raw_mail("Where is it?", from_="Ada"), raw_mail("Another", from_=""))
    desk.poll()
    thread, other = sorted(
        desk.threads(), key=lambda each: str(each["customer_name"]), reverse=True
    )
    (message,) = desk.thread(thread["thread_id"])["messages"]
    assert (thread["subject"], thread["customer_name"], thread["status"]) == (
        "A question",
        "Ada",
        "open",
    )
    assert (message["text"], message["marks"], message["verified"]) == (
        "Where is it?",
        ["sender_unknown"],
        False,
    )
    assert message["unread"]
    assert other["customer_email"] != thread["customer_email"]
    command = {"thread_id": thread["thread_id"], "text": "Who are you?", "by": ANNA}
    assert refusal(desk, "thread.reply", command) == ("nobody_to_answer", "thread_id")


# --- read marks -----------------------------------------------------------------------------------


def test_a_message_is_unread_until_an_employee_reads_it(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    server.receive(raw_mail("One"), raw_mail("I am away", headers=["Auto-Submitted: auto-replied"]))
    desk.poll()
    unread = {each["subject"]: each for each in desk.threads(unread=True)}
    assert len(unread) == 1
    thread_id = desk.threads(unread=True)[0]["thread_id"]
    (told,) = does(desk, "mark_read", thread_id)
    assert (told.name, told.data["message_count"], told.data["by"]) == ("thread.viewed", 1, ANNA)
    assert desk.threads(unread=True) == []
    assert [each["unread"] for each in desk.thread(thread_id)["messages"]] == [False]
    assert does(desk, "mark_read", thread_id) == []


def test_an_answer_marks_the_messages_as_read(desk: IngestHarness) -> None:
    thread_id = writes(desk)
    does(desk, "reply", thread_id, text="Yes.")
    assert (
        view(desk, thread_id)["unread_messages"],
        [each["unread"] for each in desk.thread(thread_id)["messages"]],
    ) == (
        0,
        [False, False],
    )


def test_a_message_after_mark_read_in_the_same_batch_is_unread(desk: IngestHarness) -> None:
    orders(desk, order__reference="BATCH")
    thread_id = writes(desk, order_reference="BATCH")
    desk.clock.advance(minutes=1)
    desk.deliver(
        delivery("thread.mark_read", {"thread_id": thread_id, "by": ANNA}),
        delivery("contact.submit", a_form(order_reference="BATCH", text="And another thing.")),
    )
    assert [each["unread"] for each in desk.thread(thread_id)["messages"]] == [False, True]
    assert view(desk, thread_id)["unread_messages"] == 1


# --- third parties --------------------------------------------------------------------------------


def test_an_approved_sender_may_post_from_then_on(desk: IngestHarness) -> None:
    command = a_third_party(desk)
    (message,) = desk.thread(command["thread_id"])["messages"]
    assert message["verified"] is False
    (told,) = desk.tell("thread.confirm_sender", command)
    assert (told.name, told.data["email"]) == ("thread.sender_confirmed", "ada@work.test")
    assert [each["verified"] for each in desk.thread(command["thread_id"])["messages"]] == [True]
    assert (
        view(desk, command["thread_id"])["participants"],
        view(desk, command["thread_id"])["customer_email"],
    ) == (
        ["ada@work.test"],
        "ada@example.test",
    )
    assert desk.tell("thread.confirm_sender", command) == []
    desk.reads_by(
        FakeMailServer([b"", raw_mail("And again.", from_="ADA@work.test", to=reply_to(ORDER))])
    )
    desk.poll(minutes=5)
    assert [each["verified"] for each in desk.thread(command["thread_id"])["messages"]] == [
        True,
        True,
    ]


def test_only_the_sender_of_a_message_of_that_thread_is_confirmed(desk: IngestHarness) -> None:
    command, other = a_third_party(desk), writes(desk)
    does(desk, "reply", other, text="Yes.")
    messages = desk.thread(other)["messages"]
    (ours,) = (each["message_id"] for each in messages if each["direction"] == "employee")
    for wrong in (str(uuid4()), messages[0]["message_id"]):
        assert refusal(desk, "thread.confirm_sender", {**command, "message_id": wrong}) == (
            "unknown_message",
            "message_id",
        )
    wrong_side = {"thread_id": other, "message_id": ours, "by": ANNA}
    assert refusal(desk, "thread.confirm_sender", wrong_side) == ("unknown_message", "message_id")
    assert refusal(desk, "thread.confirm_sender", command, shop="other") == (
        "unknown_thread",
        "thread_id",
    )


# --- what cannot be -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("thread.reply", {"text": "Yes."}),
        ("thread.set_status", {"status": "open"}),
        ("thread.assign", {"owner": BELA}),
        ("thread.forward", {"email": BELA}),
        ("thread.mark_read", {}),
    ],
)
def test_there_is_no_such_thread_in_this_shop(
    desk: IngestHarness, command: str, fields: dict[str, str]
) -> None:
    data = {"thread_id": writes(desk), "by": ANNA, **fields}
    before = desk.thread(data["thread_id"])
    assert refusal(desk, command, data, shop="other") == ("unknown_thread", "thread_id")
    assert refusal(desk, command, {**data, "thread_id": str(uuid4())}) == (
        "unknown_thread",
        "thread_id",
    )
    assert desk.thread(data["thread_id"]) == before


def test_an_answer_says_something(desk: IngestHarness) -> None:
    thread_id = writes(desk)
    for text in (" ", "\n\t\n", "\u0001"):
        command = {"thread_id": thread_id, "text": text, "by": ANNA}
        assert refusal(desk, "thread.reply", command) == ("empty_text", "text")
    assert view(desk, thread_id)["status"] == "open"


def test_the_order_of_a_thread_is_shown_as_it_is_now(desk: IngestHarness) -> None:
    order_id = orders(desk, order__reference="SHOWN")
    thread_id = writes(desk, order_reference="SHOWN")
    moves(desk, order_id, order__reference="SHOWN")
    found = desk.thread(thread_id)["order"]
    assert (found["reference"], found["state_label"], found["paid"]["amount"]) == (
        "SHOWN",
        "Payment accepted",
        2870,
    )
    assert view(desk, thread_id)["opened_at"] == NOON.isoformat().replace("+00:00", "Z")


def test_a_mail_gives_its_id_to_the_answer_that_it_carries_and_to_nothing_else(
    desk: IngestHarness,
) -> None:
    thread_id = writes(desk)
    does(desk, "forward", thread_id, email="carrier@example.test", comment="Where is it?")
    desk.clock.advance(minutes=1)
    does(desk, "reply", thread_id, text="We ask the carrier.")
    conversation = Conversation("thread", UUID(thread_id))
    for template, message_id in (
        ("contact_form", "<confirmed@shop.test>"),
        ("forward_msg", "<forwarded@shop.test>"),
        ("reply_msg", "<a@shop.test>"),
    ):
        desk.tell(
            "mail.sent",
            changed(mail_sent(message_id, conversation, thread_id), mail__template=template),
        )
    ids = {each["text"]: each["mail_message_id"] for each in desk.thread(thread_id)["messages"]}
    assert (
        [found for found in ids.values() if found]
        == [ids["We ask the carrier."]]
        == ["<a@shop.test>"]
    )
    replied = does(desk, "reply", thread_id, text="It is found.")[-1].data
    assert replied["references"] == ["<confirmed@shop.test>", "<a@shop.test>"]


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_a_long_thread_is_read_from_its_end(desk: IngestHarness, limit: int) -> None:
    thread_id = writes(desk, text="0")
    for number in range(1, 7):
        desk.clock.advance(minutes=number % 2)  # some of the same moment
        does(desk, "reply", thread_id, text=str(number))
    whole, cursor, read = desk.thread(thread_id)["messages"], None, list[dict[str, object]]()
    while True:
        page = desk.ask(
            "thread.get", {"thread_id": thread_id, "limit": limit, "cursor": cursor}
        ).data
        read = page["messages"] + read
        cursor = page["earlier"]
        if cursor is None:
            break
    assert (read, len(read)) == (whole, 7)
    assert refused(desk, "thread.get", {"thread_id": thread_id, "cursor": "x"}) == (
        "unknown_cursor",
        "cursor",
    )


def test_a_thread_that_is_not_there_is_a_refusal_with_its_id(desk: IngestHarness) -> None:
    key = str(uuid4())
    (told,) = desk.tell("thread.mark_read", {"thread_id": key, "by": ANNA})
    assert (told.subject, told.data["reason"]) == (key, f"There is no thread {key} in this shop.")
