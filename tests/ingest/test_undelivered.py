"""Employees' messages that did not arrive are marked in their thread."""

from uuid import UUID

import pytest

from shared.contracts import samples
from shared.contracts.conversation import Conversation
from shared.contracts.envelope import Envelope
from shared.contracts.ingest import MailBounced
from tests.ingest.builders import FakeMailServer, IngestHarness, mail_sent, raw_mail
from tests.ingest.desk_actions import does, writes
from tests.words import changed

REFUSED = "550 5.1.1 User unknown"


def view(desk: IngestHarness, thread_id: str) -> dict[str, object]:
    found: dict[str, object] = desk.thread(thread_id)["thread"]
    return found


def not_sent(
    desk: IngestHarness, thread_id: str, name: str = "mail.failed", **mail: object
) -> list[Envelope]:
    """Report that the mail with the thread's answer was not sent."""
    sent = mail_sent("<a@shop.test>", Conversation("thread", UUID(thread_id)), thread_id)
    told = changed(sent, **{f"mail__{key}": value for key, value in mail.items()})
    return desk.tell(name, told | {"reason": REFUSED})


def undelivered(desk: IngestHarness, thread_id: str) -> list[tuple[str, str]]:
    """Return the answers known as undelivered, with the reasons."""
    return [
        (each["text"], each["undelivered"])
        for each in desk.thread(thread_id)["messages"]
        if each["undelivered"]
    ]


@pytest.mark.parametrize("name", ["mail.failed", "mail.suppressed"])
def test_an_answer_that_was_not_sent_opens_its_thread_again_and_says_why(
    name: str, desk: IngestHarness
) -> None:
    thread_id = writes(desk)
    does(desk, "reply", thread_id, text="It is on its way.")
    assert (view(desk, thread_id)["status"], view(desk, thread_id)["waits_since"]) == (
        "closed",
        None,
    )
    (told,) = not_sent(desk, thread_id, name)
    assert (told.name, told.data["status"], told.data["by"]) == (
        "thread.status_changed",
        "open",
        "mail",
    )
    assert view(desk, thread_id)["waits_since"]
    assert desk.ask("thread.next_unanswered", {}).data["thread"]["thread_id"] == thread_id
    assert undelivered(desk, thread_id) == [("It is on its way.", REFUSED)]
    assert not_sent(desk, thread_id, name) == []


def test_an_answer_sent_after_a_failure_is_marked_as_sent_the_newer_one_first(
    desk: IngestHarness,
) -> None:
    thread_id = writes(desk)
    does(desk, "reply", thread_id, text="It is on its way.")
    not_sent(desk, thread_id)
    does(desk, "reply", thread_id, text="Did you get my mail?")
    conversation = Conversation("thread", UUID(thread_id))
    desk.tell("mail.sent", mail_sent("<second@shop.test>", conversation, thread_id))
    assert undelivered(desk, thread_id) == [("It is on its way.", REFUSED)]
    desk.tell("mail.sent", mail_sent("<first@shop.test>", conversation, thread_id))
    assert undelivered(desk, thread_id) == []


def test_a_pending_thread_opens_and_waits_again(desk: IngestHarness) -> None:
    thread_id = writes(desk)
    does(desk, "reply", thread_id, text="We look into it.", status="pending1")
    assert [told.name for told in not_sent(desk, thread_id)] == ["thread.status_changed"]
    assert (view(desk, thread_id)["status"], bool(view(desk, thread_id)["waits_since"])) == (
        "open",
        True,
    )


def answered_and_sent(desk: IngestHarness) -> str:
    """Return a thread with an answer that was sent."""
    thread_id = writes(desk)
    does(desk, "reply", thread_id, text="It is on its way.")
    desk.tell(
        "mail.sent", mail_sent("<a@shop.test>", Conversation("thread", UUID(thread_id)), thread_id)
    )
    return thread_id


def comes_back(desk: IngestHarness, answered: str, **changes: object) -> list[Envelope]:
    return desk.tell(
        "mail.bounced",
        changed(
            MailBounced.example,
            **{
                "mail_message_id": "<a@shop.test>",
                "conversation": f"thread/{answered}",
                "thread_id": answered,
                "recipient": view(desk, answered)["customer_email"],
                "reason": REFUSED,
                **changes,
            },
        ),
    )


@pytest.mark.parametrize("permanent", [True, False])
def test_an_answer_that_bounces_becomes_unread_and_opens_no_thread(
    permanent: bool, desk: IngestHarness
) -> None:
    thread_id = answered_and_sent(desk)
    does(desk, "mark_read", thread_id)
    assert comes_back(desk, thread_id, permanent=permanent) == []
    assert undelivered(desk, thread_id) == [("It is on its way.", REFUSED)]
    assert (view(desk, thread_id)["status"], view(desk, thread_id)["unread_messages"]) == (
        "closed",
        1,
    )
    assert [each["text"] for each in desk.thread(thread_id)["messages"] if each["unread"]] == [
        "It is on its way."
    ]
    assert [
        row["thread_id"] for row in desk.ask("thread.list", {"unread": True}).data["threads"]
    ] == [thread_id]
    assert comes_back(desk, thread_id) == []
    assert view(desk, thread_id)["unread_messages"] == 1
    does(desk, "mark_read", thread_id)
    assert view(desk, thread_id)["unread_messages"] == 0


@pytest.mark.parametrize(
    ("recipient", "said"),
    [
        (
            "ada@gmail.test",
            f"May not have arrived. A mail server reports about ada@gmail.test: {REFUSED}",
        ),
        ("", f"May not have arrived. A mail server reports: {REFUSED}"),
    ],
)
def test_a_bounce_of_a_forwarding_address_means_the_answer_may_not_have_arrived(
    recipient: str, said: str, desk: IngestHarness
) -> None:
    thread_id = answered_and_sent(desk)
    does(desk, "mark_read", thread_id)
    assert comes_back(desk, thread_id, recipient=recipient) == []
    assert undelivered(desk, thread_id) == [("It is on its way.", said)]
    assert (view(desk, thread_id)["status"], view(desk, thread_id)["unread_messages"]) == (
        "closed",
        1,
    )


@pytest.mark.parametrize(
    "changes", [{"mail_message_id": "<other@shop.test>"}, {"thread_id": samples.THREAD_ID}]
)
def test_a_report_about_another_mail_opens_nothing(
    changes: dict[str, str], desk: IngestHarness
) -> None:
    thread_id = answered_and_sent(desk)
    assert comes_back(desk, thread_id, **changes) == []
    assert (view(desk, thread_id)["status"], undelivered(desk, thread_id)) == ("closed", [])


def test_an_answer_that_arrives_after_all_ends_the_waiting(desk: IngestHarness) -> None:
    thread_id = writes(desk)
    does(desk, "reply", thread_id, text="It is on its way.")
    not_sent(desk, thread_id)
    assert view(desk, thread_id)["waits_since"]
    conversation = Conversation("thread", UUID(thread_id))
    desk.tell("mail.sent", mail_sent("<again@shop.test>", conversation, thread_id))
    assert undelivered(desk, thread_id) == []
    assert view(desk, thread_id)["waits_since"] is None
    assert "<again@shop.test>" in [
        each["mail_message_id"] for each in desk.thread(thread_id)["messages"]
    ]


def test_unless_the_customer_wrote_meanwhile_or_another_answer_did_not_arrive(
    desk: IngestHarness,
) -> None:
    asked, never_sent = answered_and_sent(desk), writes(desk)
    comes_back(desk, asked)
    desk.clock.advance(minutes=1)
    server = FakeMailServer([raw_mail("Hello?", in_reply_to="<a@shop.test>")])
    desk.reads_by(server)
    desk.poll(minutes=1)
    for text in ("It is on its way.", "Did you get my mail?"):
        desk.clock.advance(minutes=1)
        does(desk, "reply", never_sent, text=text)
        not_sent(desk, never_sent)
    for thread_id in (asked, never_sent):
        sent = mail_sent(
            f"<{thread_id}@shop.test>", Conversation("thread", UUID(thread_id)), thread_id
        )
        desk.tell("mail.sent", sent)
        assert view(desk, thread_id)["waits_since"]
    assert len(desk.thread(asked)["messages"]) == 3


def test_a_forward_that_does_not_arrive_marks_its_note(
    desk: IngestHarness,
) -> None:
    thread_id = writes(desk)
    for email in ("bela@shop.test", "carrier@example.test"):
        told = does(desk, "forward", thread_id, email=email, comment="Where is it?")
    forward = f"forward/{told[-1].data['forward_id']}"
    mail = {"template": "forward_msg", "conversation": forward, "recipient": "carrier@example.test"}
    does(desk, "reply", thread_id, text="We ask the carrier.")
    assert not_sent(desk, thread_id, **mail) == []
    assert undelivered(desk, thread_id) == [("→ carrier@example.test\n\nWhere is it?", REFUSED)]
    assert (view(desk, thread_id)["status"], view(desk, thread_id)["unread_messages"]) == (
        "closed",
        1,
    )
    sent = mail_sent("<f@shop.test>", Conversation("thread", UUID(thread_id)), thread_id)
    told = changed(sent, **{f"mail__{name}": value for name, value in mail.items()})  # type: ignore[assignment]
    desk.tell("mail.sent", changed(told, mail__copy_of="carrier@example.test"))  # type: ignore[arg-type]
    assert undelivered(desk, thread_id) != []
    desk.tell("mail.sent", told)  # type: ignore[arg-type]
    assert undelivered(desk, thread_id) == []
    does(desk, "mark_read", thread_id)
    assert view(desk, thread_id)["unread_messages"] == 0


def test_other_mails_of_a_thread_open_nothing(desk: IngestHarness) -> None:
    thread_id = writes(desk)
    does(desk, "reply", thread_id, text="It is on its way.")
    assert not_sent(desk, thread_id, template="forward_msg") == []
    assert view(desk, thread_id)["status"] == "closed"
    assert undelivered(desk, thread_id) == []


def test_an_answer_refers_to_the_confirmation_that_the_customer_got(desk: IngestHarness) -> None:
    opened, *_ = desk.tell("contact.submit", changed(samples.SUBMIT_CONTACT, order_reference=None))
    thread_id = opened.data["thread_id"]
    sent = mail_sent("<confirmed@shop.test>", Conversation("thread", UUID(thread_id)), thread_id)
    desk.tell("mail.sent", changed(sent, mail__template="contact_form"))
    replied = next(
        told
        for told in does(desk, "reply", thread_id, text="Blue.")
        if told.name == "thread.replied"
    )
    assert replied.data["references"] == ["<confirmed@shop.test>"]


def test_a_confirmation_that_does_not_arrive_says_nothing_of_the_answer(
    desk: IngestHarness,
) -> None:
    opened, *_ = desk.tell("contact.submit", changed(samples.SUBMIT_CONTACT, order_reference=None))
    thread_id = opened.data["thread_id"]
    does(desk, "reply", thread_id, text="Blue.")
    assert not_sent(desk, thread_id, template="contact_form") == []
    assert (view(desk, thread_id)["status"], undelivered(desk, thread_id)) == ("closed", [])
