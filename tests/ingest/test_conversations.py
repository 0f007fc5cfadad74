"""Mails, orders and answers are connected in any order of arrival."""

from base64 import b64decode
from dataclasses import replace
from uuid import uuid4

from services.ingest.domain.mailbox_state import FetchRequest, FetchResult
from services.ingest.store.tables import inbound_mails, known_mails, raw_mails
from shared.contracts import samples
from shared.contracts.conversation import Conversation
from shared.runtime.errors import NotYet
from tests.ingest.builders import (
    CUSTOMER,
    ORDER,
    ORDER_ID,
    STRANGERS_KEYS,
    FakeMailServer,
    IngestHarness,
    mail_sent,
    order_placed,
    our_id,
    raw_mail,
    reply_to,
)
from tests.words import delivery


def arrives(desk: IngestHarness, server: FakeMailServer, *mails: bytes) -> list[str]:
    """Add mails to the server, and poll."""
    server.receive(*mails)
    return desk.poll(minutes=1)


def place_order(desk: IngestHarness, **changes: object) -> None:
    assert desk.tell("order.placed", order_placed(**changes)) == []


def thread_of_the_order(desk: IngestHarness) -> dict[str, object]:
    (thread,) = desk.threads(order_id=str(ORDER_ID))
    return desk.thread(thread["thread_id"])


def texts(thread: dict[str, object]) -> list[str]:
    return [message["text"] for message in thread["messages"]]  # type: ignore[attr-defined]


def answer(
    desk: IngestHarness, thread_id: str, text: str = "It left.", by: str = "anna@shop.test"
) -> list[str]:
    told = desk.tell("thread.reply", {"thread_id": thread_id, "text": text, "by": by})
    desk.run(*desk.collect())
    return [envelope.name for envelope in told]


# --- orders ---------------------------------------------------------------------------------------


def test_an_answer_to_a_mail_about_an_order_stands_in_the_orders_thread(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    place_order(desk)
    arrives(
        desk,
        server,
        raw_mail("By address", to=reply_to(ORDER)),
        raw_mail("By id", in_reply_to=our_id(ORDER)),
    )
    thread = thread_of_the_order(desk)
    assert texts(thread) == ["By address", "By id"]
    assert thread["thread"]["order_reference"] == "XKBKNABJK"  # type: ignore[index]
    assert [row.found_by for row in desk.rows(inbound_mails)].count("signed_id") == 1


def test_a_mail_waits_for_the_order_that_it_is_about(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    assert arrives(desk, server, raw_mail(to=reply_to(ORDER))) == []
    assert [type(verdict.error) for verdict in desk.failed] == [NotYet]
    place_order(desk)
    assert "mail.received" in desk.run(*desk.again)
    assert len(thread_of_the_order(desk)["messages"]) == 1  # type: ignore[arg-type]


def test_a_mail_about_an_order_that_never_comes_gets_a_thread_of_its_own(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    arrives(desk, server, raw_mail(to=reply_to(ORDER)))
    desk.clock.advance(minutes=10)
    assert "thread.opened" in desk.run(*desk.again)
    assert desk.threads()[0]["order_id"] is None


def test_a_mail_waits_alone(desk: IngestHarness, server: FakeMailServer) -> None:
    assert (
        arrives(desk, server, raw_mail(to=reply_to(ORDER)), raw_mail("Hello")).count(
            "mail.received"
        )
        == 1
    )


def test_one_order_has_one_thread_even_within_a_batch(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    place_order(desk)
    told = arrives(
        desk, server, *(raw_mail(str(number), to=reply_to(ORDER)) for number in range(5))
    )
    assert (told.count("thread.opened"), told.count("thread.message_added")) == (1, 5)


def test_a_repeated_event_of_an_order_is_stored_once(desk: IngestHarness) -> None:
    place_order(desk)
    place_order(desk, order__customer__email="new@example.test")


def test_a_third_party_is_filed_as_such(desk: IngestHarness, server: FakeMailServer) -> None:
    place_order(desk)
    arrives(desk, server, raw_mail("It is mine!", from_="Eve <eve@evil.test>", to=reply_to(ORDER)))
    thread = thread_of_the_order(desk)
    assert [message["verified"] for message in thread["messages"]] == [False]  # type: ignore[attr-defined]
    assert thread["thread"]["customer_email"] == CUSTOMER  # type: ignore[index]


def test_a_forged_token_leads_nowhere(desk: IngestHarness, server: FakeMailServer) -> None:
    place_order(desk)
    arrives(
        desk,
        server,
        raw_mail(to=reply_to(ORDER, STRANGERS_KEYS), in_reply_to=our_id(ORDER, STRANGERS_KEYS)),
    )
    assert desk.threads(order_id=str(ORDER_ID)) == []
    assert len(desk.threads()) == 1


def test_an_order_of_another_shop_is_not_found(desk: IngestHarness, server: FakeMailServer) -> None:
    desk.tell("order.placed", order_placed(), shop="other-shop")
    arrives(desk, server, raw_mail(to=reply_to(ORDER)))
    (thread,) = desk.threads()
    assert thread["order_id"] is None


# --- threads --------------------------------------------------------------------------------------


def test_a_follow_up_goes_into_the_thread_of_the_mail_it_answers(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    first, second = (
        raw_mail("One", message_id="<one@x.test>"),
        raw_mail("Two", in_reply_to="<one@x.test>"),
    )
    arrives(desk, server, first, second)
    arrives(desk, server, raw_mail("Three", references="<zero@x.test> <one@x.test> <other@y.test>"))
    (thread,) = desk.threads()
    assert texts(desk.thread(thread["thread_id"])) == ["One", "Two", "Three"]


def test_an_answer_to_our_answer_goes_into_the_thread(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    arrives(desk, server, raw_mail())
    (thread,) = desk.threads()
    conversation = Conversation.parse(thread["conversation"])
    arrives(desk, server, raw_mail("And now?", to=reply_to(conversation)))
    assert len(desk.threads()) == 1


def test_a_thread_that_is_not_there_leads_to_a_new_one(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    arrives(desk, server, raw_mail(to=reply_to(Conversation("thread", uuid4()))))
    assert len(desk.threads()) == 1


def test_an_answer_to_our_mail_with_a_rewritten_id_is_found(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    place_order(desk)
    desk.tell("mail.sent", mail_sent("<rewritten@relay.test>", ORDER))
    arrives(desk, server, raw_mail(in_reply_to="<rewritten@relay.test>"))
    assert len(thread_of_the_order(desk)["messages"]) == 1  # type: ignore[arg-type]


# --- answers --------------------------------------------------------------------------------------


def test_an_employees_answer_has_all_fields_of_the_mail(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    place_order(desk)
    ours = our_id(ORDER)
    arrives(
        desk, server, raw_mail(in_reply_to=ours, references=ours, message_id="<c1@example.test>")
    )
    thread_id = str(thread_of_the_order(desk)["thread"]["thread_id"])  # type: ignore[index]
    assert answer(desk, thread_id) == ["thread.message_added", "thread.replied"]
    replied = desk.last("thread.replied")
    assert (replied["in_reply_to"], replied["references"]) == (
        "<c1@example.test>",
        [ours, "<c1@example.test>"],
    )
    assert (replied["thread"]["owner"], replied["thread"]["status"]) == ("anna@shop.test", "closed")
    assert replied["thread"]["conversation"] == f"order/{samples.ORDER_ID}"
    message = desk.thread(thread_id)["messages"][-1]
    assert (message["direction"], message["author"], message["verified"]) == (
        "employee",
        "anna@shop.test",
        True,
    )
    assert message == replied["message"]


def test_later_answers_refer_to_sent_mails(desk: IngestHarness, server: FakeMailServer) -> None:
    arrives(desk, server, raw_mail(message_id="<c1@example.test>"))
    (thread,) = desk.threads()
    conversation = Conversation.parse(thread["conversation"])
    for number in (1, 2):
        answer(desk, thread["thread_id"], f"Answer {number}")
    sent = [our_id(conversation), our_id(conversation)]
    for message_id in sent:
        desk.tell("mail.sent", mail_sent(message_id, conversation, thread["thread_id"]))
        desk.clock.advance(seconds=1)
    messages = desk.thread(thread["thread_id"])["messages"]
    assert sorted(message["mail_message_id"] for message in messages) == sorted(
        ["<c1@example.test>", *sent]
    )
    answer(desk, thread["thread_id"], "Answer 3")
    assert desk.last("thread.replied")["references"] == [*sent, "<c1@example.test>"]


def test_a_mail_in_the_second_of_an_answer_sorts_after_it(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    def at_once(request: FetchRequest) -> FetchResult:
        found = server(request)
        to_the_second = desk.clock.now.replace(microsecond=0)
        return replace(
            found, mails=tuple(replace(mail, arrived_at=to_the_second) for mail in found.mails)
        )

    desk.reads_by(at_once)
    arrives(desk, server, raw_mail("one", message_id="<one@x.test>"))
    thread_id = desk.threads()[0]["thread_id"]
    desk.clock.advance(seconds=59.3)
    answer(desk, thread_id, "two")
    server.receive(raw_mail("three", in_reply_to="<one@x.test>"))
    desk.poll(seconds=0.7)
    desk.clock.advance(seconds=0.2)
    answer(desk, thread_id, "four")
    server.receive(raw_mail("five", in_reply_to="<one@x.test>"))
    desk.clock.advance(seconds=0.1)
    desk.run(delivery("mailbox.sync", {"mailbox": "service"}))
    assert texts(desk.thread(thread_id)) == ["one", "two", "three", "four", "five"]


def test_a_customer_reopens_the_thread_and_the_owner_stays(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    arrives(desk, server, raw_mail())
    (thread,) = desk.threads()
    answer(desk, thread["thread_id"])
    assert desk.threads(status="open") == []
    conversation = Conversation.parse(thread["conversation"])
    arrives(desk, server, raw_mail("But …", in_reply_to=our_id(conversation)))
    (thread,) = desk.threads(status="open")
    answer(desk, thread["thread_id"], by="ben@shop.test")
    assert desk.threads()[0]["owner"] == "anna@shop.test"


def test_only_threads_that_exist_are_answered_and_shown(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    arrives(desk, server, raw_mail())
    known, unknown = desk.threads()[0]["thread_id"], str(uuid4())
    for thread_id, shop in ((unknown, "default"), (known, "other-shop")):
        command = {"thread_id": thread_id, "text": "Hello", "by": "anna"}
        (refusal,) = desk.tell("thread.reply", command, shop=shop)
        assert (refusal.name, refusal.data["code"]) == ("thread.reply_refused", "unknown_thread")
        assert thread_id in refusal.data["reason"]
        assert desk.thread(thread_id, shop=shop)["code"] == "unknown_thread"
    assert desk.ask("thread.list", {}, shop="other-shop").data["threads"] == []


def test_threads_are_listed_newest_first(desk: IngestHarness, server: FakeMailServer) -> None:
    for subject in ("one", "two", "three"):
        arrives(desk, server, raw_mail(subject=subject))
    assert [thread["subject"] for thread in desk.threads()] == ["three", "two", "one"]


# --- what wakes nobody ----------------------------------------------------------------------------


def test_an_automatic_answer_is_filed_and_reopens_nothing(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    place_order(desk)
    arrives(desk, server, raw_mail(to=reply_to(ORDER)))
    thread_id = str(thread_of_the_order(desk)["thread"]["thread_id"])  # type: ignore[index]
    answer(desk, thread_id)
    arrives(
        desk,
        server,
        raw_mail("I am away.", to=reply_to(ORDER), headers=["Auto-Submitted: auto-replied"]),
    )
    thread = thread_of_the_order(desk)
    assert len(thread["messages"]) == 3  # type: ignore[arg-type]
    assert thread["thread"]["status"] == "closed"  # type: ignore[index]


def test_our_own_mail_is_stored_without_an_event(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    place_order(desk)
    assert (
        arrives(
            desk, server, raw_mail("Dear Ada", from_="service@shop.test", message_id=our_id(ORDER))
        )
        == []
    )
    assert [row.state for row in desk.rows(inbound_mails)] == ["own"]
    assert desk.threads() == []


def test_an_unreadable_mail_is_stored_and_published_and_blocks_no_other(
    desk: IngestHarness, server: FakeMailServer
) -> None:
    hopeless = bytes(range(256)) * 10
    told = arrives(desk, server, hopeless, raw_mail("Hello"))
    assert (
        told.count("mail.received"),
        told.count("mail.unreadable"),
        told.count("thread.opened"),
    ) == (1, 1, 2)
    unreadable = desk.last("mail.unreadable")
    thread = desk.thread(unreadable["thread_id"])
    (message,) = thread["messages"]
    assert (thread["thread"]["status"], message["kind"], message["verified"]) == (
        "open",
        "unreadable",
        False,
    )
    assert unreadable["reason"] in message["text"]
    (file,) = message["attachments"]
    content = desk.ask("attachment.get", {"attachment_id": file["attachment_id"]}).data["content"]
    assert b64decode(content) == hopeless
    assert hopeless in [bytes(row.content) for row in desk.rows(raw_mails)]


def test_a_message_id_is_stored_once(desk: IngestHarness, server: FakeMailServer) -> None:
    arrives(
        desk,
        server,
        raw_mail("one", message_id="<same@x.test>"),
        raw_mail("two", message_id="<same@x.test>"),
    )
    arrives(desk, server, raw_mail("three", message_id="<same@x.test>"))
    assert len(desk.rows(known_mails)) == 1
    assert len(desk.threads()) == 3


def test_mails_in_persian_go_all_the_way(desk: IngestHarness, server: FakeMailServer) -> None:
    text = "سلام، سفارش من کجاست؟ می‌خواهم بدانم."
    arrives(desk, server, raw_mail(text, subject="سفارش من", from_=f"آدا <{CUSTOMER}>"))
    (thread,) = desk.threads()
    assert (thread["subject"], thread["customer_name"]) == ("سفارش من", "آدا")
    assert texts(desk.thread(thread["thread_id"])) == [text]


def test_health_is_answered(desk: IngestHarness) -> None:
    assert desk.ask("service.health", {}).data["service"] == "ingest"
