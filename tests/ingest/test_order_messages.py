"""Messages of employees on orders: notes, and mails to the customer."""

from uuid import uuid4

import pytest

from shared.contracts import samples
from tests.ingest.builders import ORDER_ID, IngestHarness, order_placed
from tests.ingest.desk_actions import ANNA, a_form, names, orders, refusal, writes


def test_a_message_on_an_order_is_stored_in_its_thread_and_goes_to_the_customer(
    desk: IngestHarness,
) -> None:
    desk.tell("order.placed", order_placed())
    told = desk.tell(
        "thread.post_order_message", {"order_id": str(ORDER_ID), "text": "It is late.", "by": ANNA}
    )
    assert names(told) == ["thread.opened", "thread.message_added", "thread.order_message_posted"]
    posted = told[-1].data
    assert (posted["message"]["text"], posted["message"]["private"]) == ("It is late.", False)
    assert posted["thread"]["customer_email"] == "ada@example.test"
    assert (posted["thread"]["conversation"], posted["thread"]["owner"]) == (
        f"order/{ORDER_ID}",
        ANNA,
    )
    assert posted["thread"]["status"] == "closed"
    named = {
        "order_id": posted["thread"]["order_reference"].lower(),
        "text": "It comes.",
        "by": ANNA,
    }
    assert desk.tell("thread.post_order_message", named)[-1].data["thread"]["order_id"] == str(
        ORDER_ID
    )
    assert refusal(desk, "thread.post_order_message", named | {"order_id": "NOBODY"}) == (
        "unknown_order",
        "order_id",
    )


def test_a_corrected_address_is_where_answers_go_from_then_on(desk: IngestHarness) -> None:
    placed = order_placed(order__customer__email="ada@exampel.test")
    desk.tell("order.placed", placed)
    post = {"order_id": str(ORDER_ID), "text": "It is late.", "by": ANNA}
    assert (
        desk.tell("thread.post_order_message", post)[-1].data["thread"]["customer_email"]
        == "ada@exampel.test"
    )
    wrong = placed["order"]["customer"]
    desk.tell(
        "order.customer_changed",
        {
            "order_id": str(ORDER_ID),
            "order": order_placed()["order"],
            "by": ANNA,
            "at": samples.NOON,
            "customer_before": wrong,
        },
    )
    assert (
        desk.tell("thread.post_order_message", post)[-1].data["thread"]["customer_email"]
        == "ada@example.test"
    )


def test_a_private_message_is_not_mailed(desk: IngestHarness) -> None:
    desk.tell("order.placed", order_placed())
    told = desk.tell(
        "thread.post_order_message",
        {
            "order_id": str(ORDER_ID),
            "text": "Call before delivery.",
            "by": ANNA,
            "private": True,
        },
    )
    assert names(told) == ["thread.opened", "thread.message_added"]
    (thread,) = desk.threads()
    assert (thread["owner"], thread["status"], thread["waits_since"]) == (None, "closed", None)
    assert desk.thread(thread["thread_id"])["messages"][0]["private"] is True


def test_a_predefined_one_is_filled_in_in_the_language_of_the_order(desk: IngestHarness) -> None:
    desk.tell("canned_message.put", samples.CANNED_MESSAGE)
    desk.tell("shop.changed", {"profile": samples.SHOP_PROFILE, "default_language": "en"})
    order_id = orders(
        desk, order__language="fa-IR", order__customer__name="رضا", order__reference="FARSI"
    )
    command = {"order_id": order_id, "canned_message": "delay", "by": "آنا"}
    posted = desk.tell("thread.post_order_message", command)[-1].data
    assert posted["message"]["text"] == "رضا گرامی،\nسفارش FARSI با کمی تأخیر ارسال می‌شود.\nآنا"


def test_own_words_follow_a_predefined_message_before_there_is_a_thread(
    desk: IngestHarness,
) -> None:
    desk.tell("canned_message.put", samples.CANNED_MESSAGE)
    order_id = orders(desk, order__reference="ADDED")
    assert desk.threads() == []
    draft = desk.ask(
        "thread.draft", {"order_id": order_id, "by": ANNA, "canned_message": "delay"}
    ).data
    assert (draft["language"], draft["text"].splitlines()[0]) == ("en", "Dear Ada Byron,")
    assert desk.threads() == []
    words = {
        "canned_message": "delay",
        "text": "Dear {customer_name}, {order_reference} comes on {day}.",
    }
    posted = desk.tell("thread.post_order_message", {"order_id": order_id, **words, "by": ANNA})[
        -1
    ].data
    assert (
        posted["message"]["text"] == f"{draft['text']}\n\nDear Ada Byron, ADDED comes on {{day}}."
    )
    assert posted["thread"]["thread_id"] == draft["thread_id"]


def test_an_answer_may_begin_with_a_predefined_message(desk: IngestHarness) -> None:
    desk.tell("canned_message.put", samples.CANNED_MESSAGE)
    orders(desk, order__reference="ANSWER")
    thread_id = writes(desk, order_reference="ANSWER")
    words = {
        "thread_id": thread_id,
        "canned_message": "delay",
        "text": "{employee} wrote this.",
        "by": ANNA,
    }
    text = desk.tell("thread.reply", words)[-1].data["message"]["text"]
    assert text.splitlines()[0] == "Dear Ada Byron,"
    assert text.endswith(f"\n\n{ANNA} wrote this.")
    assert refusal(desk, "thread.reply", {"thread_id": thread_id, "by": ANNA}) == (
        "no_text",
        "text",
    )


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({}, "which", "thread_id"),
        ({"order_id": str(uuid4())}, "unknown_order", "order_id"),
        ({"thread_id": str(uuid4()), "order_id": str(ORDER_ID)}, "which", "thread_id"),
    ],
)
def test_a_draft_is_for_a_thread_or_an_order(
    desk: IngestHarness, fields: dict[str, str], code: str, field: str
) -> None:
    answer = desk.ask("thread.draft", {"by": ANNA, **fields})
    assert (answer.data["code"], answer.data["details"]["field"]) == (code, field)


def test_a_message_on_an_order_ends_the_waiting(desk: IngestHarness) -> None:
    order_id = orders(desk, order__reference="WAITING")
    thread_id = writes(desk, order_reference="WAITING")
    desk.tell("thread.post_order_message", {"order_id": order_id, "text": "Tomorrow.", "by": ANNA})
    thread = desk.thread(thread_id)["thread"]
    assert (thread["status"], thread["waits_since"]) == ("open", None)


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({}, "no_text", "text"),
        ({"text": "Late.", "canned_message": "never"}, "unknown_canned_message", "canned_message"),
        ({"text": " \n"}, "empty_text", "text"),
        ({"canned_message": "never"}, "unknown_canned_message", "canned_message"),
    ],
)
def test_a_message_on_an_order_that_cannot_be(
    desk: IngestHarness, fields: dict[str, str], code: str, field: str
) -> None:
    desk.tell("order.placed", order_placed())
    command = {"order_id": str(ORDER_ID), "by": ANNA, **fields}
    assert refusal(desk, "thread.post_order_message", command) == (code, field)
    assert desk.threads() == []


def test_an_order_of_another_shop_is_no_order_here(desk: IngestHarness) -> None:
    desk.tell("order.placed", order_placed())
    for order_id, shop in ((str(ORDER_ID), "other"), (str(uuid4()), "default")):
        command = {"order_id": order_id, "text": "Late.", "by": ANNA}
        assert refusal(desk, "thread.post_order_message", command, shop=shop) == (
            "unknown_order",
            "order_id",
        )


def test_what_needs_a_mail_is_refused_until_the_shop_has_a_profile(desk: IngestHarness) -> None:
    """`notify` needs the profile for the sender; a private note needs no mail."""
    desk.tell("order.placed", order_placed(), shop="new-shop")
    about = {"order_id": str(ORDER_ID), "text": "Late.", "by": ANNA}
    note = about | {"private": True}
    opened, *_ = desk.tell("thread.post_order_message", note, shop="new-shop")
    thread = {"thread_id": opened.data["thread_id"], "by": ANNA}
    mailed = [
        ("thread.post_order_message", about),
        ("thread.reply", thread | {"text": "Late."}),
        ("thread.forward", thread | {"email": "bela@shop.test"}),
        ("contact.submit", a_form()),
    ]
    for name, data in mailed:
        (told,) = desk.tell(name, data, shop="new-shop")
        assert (told.name, told.data["code"]) == (f"{name}_refused", "unknown_shop")
    profile = {"profile": samples.SHOP_PROFILE, "default_language": "en"}
    desk.tell("shop.changed", profile, shop="new-shop")
    for name, data in mailed:
        told = desk.tell(name, data, shop="new-shop")[-1]
        assert not told.name.endswith("_refused"), told.data
