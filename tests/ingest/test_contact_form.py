"""Every contact form is either filed or mailed."""

from typing import Any
from uuid import uuid4

import pytest

from services.ingest.store.tables import submissions
from shared.contracts import samples
from shared.contracts.ingest import MailBounced
from tests.ingest.builders import IngestHarness
from tests.ingest.desk_actions import a_form, names, orders, refusal, writes
from tests.words import changed

MAIL_ONLY = {
    "key": "press",
    "names": {"en": "Press"},
    "email": "press@shop.test",
    "save_messages": False,
}


def mail_about(conversation: str, recipient: str) -> dict[str, Any]:
    """Return the view of a mail as `notify` publishes it."""
    mail = samples.MAIL_VIEW | {
        "conversation": conversation,
        "recipient": recipient,
        "order_id": None,
    }
    return {"mail_id": samples.MAIL_ID, "mail": mail}


def not_delivered(conversation: str, recipient: str = "press@shop.test") -> dict[str, Any]:
    return mail_about(conversation, recipient) | {"reason": "550 5.1.1 User unknown"}


# --- filed ----------------------------------------------------------------------------------------


def test_a_form_becomes_a_thread_and_is_confirmed(desk: IngestHarness) -> None:
    told = desk.tell("contact.submit", a_form(text="Is it blue?\nThe handle, too?"))
    assert names(told) == ["thread.opened", "thread.message_added", "contact.submitted"]
    submitted = told[-1].data
    assert (submitted["mailed"], submitted["attachments"], submitted["contact_details"]["key"]) == (
        False,
        [],
        "customer_service",
    )
    thread = submitted["thread"]
    assert submitted["conversation"] == thread["conversation"] == f"thread/{thread['thread_id']}"
    assert (
        thread["subject"],
        thread["status"],
        thread["contact"],
        thread["sku"],
        thread["customer_id"],
    ) == (
        "Is it blue?",
        "open",
        "customer_service",
        "MUG-BLUE",
        "c-1001",
    )
    (message,) = desk.thread(thread["thread_id"])["messages"]
    assert (message["direction"], message["author"], message["unread"], message["verified"]) == (
        "customer",
        "ada@example.test",
        True,
        True,
    )


def test_about_an_order_it_is_filed_with_that_order(desk: IngestHarness) -> None:
    order_id = orders(desk, order__reference="MINE")
    first, second = (writes(desk, order_reference="MINE", text=text) for text in ("One", "Two"))
    assert first == second
    (thread,) = desk.threads(order_id=order_id)
    assert (thread["order_reference"], thread["conversation"]) == ("MINE", f"order/{order_id}")


@pytest.mark.parametrize(
    "who",
    [
        {"email": "ADA@Example.Test", "customer_id": None},
        {"email": "ada@work.test", "customer_id": "c-1001"},
    ],
)
def test_an_order_belongs_to_its_customer_by_address_or_by_key(
    desk: IngestHarness, who: dict[str, Any]
) -> None:
    orders(desk, order__reference="MINE")
    assert writes(desk, order_reference="MINE", **who)


@pytest.mark.parametrize(
    "who",
    [
        {"email": "eve@evil.test", "customer_id": None},
        {"email": "eve@evil.test", "customer_id": "c-6666"},
    ],
)
def test_a_refusal_does_not_reveal_orders_of_others(
    desk: IngestHarness, who: dict[str, Any]
) -> None:
    orders(desk, order__reference="HERS")
    reasons = set()
    for reference in ("HERS", "NEVER"):
        (told,) = desk.tell("contact.submit", a_form(order_reference=reference, **who))
        assert (told.name, told.data["code"]) == ("contact.submit_refused", "unknown_order")
        reasons.add(told.data["reason"].replace(reference, "…"))
    assert len(reasons) == 1
    assert desk.threads() == []


def test_an_order_of_another_shop_is_none(desk: IngestHarness) -> None:
    orders(desk, order__reference="MINE")
    form = a_form(order_reference="MINE")
    assert refusal(desk, "contact.submit", form, shop="other") == (
        "unknown_order",
        "order_reference",
    )


def test_a_form_that_is_sent_again_is_taken_once(desk: IngestHarness) -> None:
    form = a_form()
    assert desk.tell("contact.submit", form)
    assert desk.tell("contact.submit", form) == []
    assert desk.tell("contact.submit", form, shop="other")
    assert len(desk.threads()) == 1


def test_a_shop_may_have_saved_forms_mailed_as_well(desk: IngestHarness) -> None:
    desk.tell("desk.put", {"mail_submissions": True})
    assert desk.tell("contact.submit", a_form())[-1].data["mailed"] is True


def test_invisible_characters_are_removed(desk: IngestHarness) -> None:
    told = desk.tell(
        "contact.submit",
        a_form(text="\u0007Is it\r\nblue?\u0000"[:-1], customer_name="Ada\u202e\nByron"),
    )
    thread = told[-1].data["thread"]
    assert (thread["customer_name"], thread["subject"]) == ("Ada Byron", "Is it")
    assert told[-1].data["text"] == "Is it\nblue?"


# --- mailed ---------------------------------------------------------------------------------------


@pytest.fixture
def mailed(desk: IngestHarness) -> dict[str, Any]:
    """Submit a form to a contact that saves nothing; return the event."""
    desk.tell("contact.put", MAIL_ONLY)
    (told,) = desk.tell(
        "contact.submit", a_form(contact="press", text="An interview?", language="fr")
    )
    assert told.name == "contact.submitted"
    return told.data


def test_a_contact_that_saves_nothing_is_mailed(
    desk: IngestHarness, mailed: dict[str, Any]
) -> None:
    assert (mailed["mailed"], mailed["thread"], mailed["contact_details"]["email"]) == (
        True,
        None,
        "press@shop.test",
    )
    assert mailed["conversation"].startswith("thread/")
    assert desk.threads() == []


def test_a_form_that_could_not_be_mailed_becomes_a_thread(
    desk: IngestHarness, mailed: dict[str, Any]
) -> None:
    told = desk.tell("mail.failed", not_delivered(mailed["conversation"]))
    assert names(told) == ["thread.opened", "thread.message_added"]
    (thread,) = desk.threads()
    assert (thread["contact"], thread["subject"], thread["language"]) == (
        "press",
        "An interview?",
        "fr",
    )
    assert desk.tell("mail.failed", not_delivered(mailed["conversation"])) == []


def test_a_confirmation_that_failed_changes_nothing(
    desk: IngestHarness, mailed: dict[str, Any]
) -> None:
    for name, data in (
        ("mail.failed", not_delivered(mailed["conversation"], "Ada@example.test")),
        ("mail.sent", mail_about(mailed["conversation"], "ada@example.test")),
    ):
        assert desk.tell(name, data) == []
    assert desk.tell("mail.failed", not_delivered(mailed["conversation"]))


def came_back(conversation: str, recipient: str = "press@shop.test") -> dict[str, Any]:
    return changed(MailBounced.example, conversation=conversation, recipient=recipient)


@pytest.mark.parametrize("recipient", ["press@shop.test", ""])
def test_a_form_whose_mail_bounces_becomes_a_thread(
    desk: IngestHarness, mailed: dict[str, Any], recipient: str
) -> None:
    desk.tell("mail.sent", mail_about(mailed["conversation"], "press@shop.test"))
    assert desk.poll(days=5) == []
    desk.tell("mail.bounced", came_back(mailed["conversation"], "ada@example.test"))
    assert desk.threads() == []
    told = desk.tell("mail.bounced", came_back(mailed["conversation"], recipient))
    assert names(told) == ["thread.opened", "thread.message_added"]
    assert [thread["subject"] for thread in desk.threads()] == ["An interview?"]


def test_a_form_is_removed_once_its_mail_cannot_bounce_any_more(
    desk: IngestHarness, mailed: dict[str, Any]
) -> None:
    (row,) = desk.rows(submissions)
    assert row.held["text"] == "An interview?"
    desk.tell("mail.sent", mail_about(mailed["conversation"], "press@shop.test"))
    desk.poll(days=8)
    (row,) = desk.rows(submissions)
    assert row.held is None
    assert desk.tell("mail.failed", not_delivered(mailed["conversation"])) == []
    assert desk.tell("mail.bounced", came_back(mailed["conversation"])) == []
    assert desk.threads() == []


def test_the_mails_of_other_conversations_are_none_of_its_business(
    desk: IngestHarness, mailed: dict[str, Any]
) -> None:
    for conversation in (f"thread/{uuid4()}", f"order/{uuid4()}"):
        assert desk.tell("mail.failed", not_delivered(conversation)) == []
    assert desk.tell("mail.failed", not_delivered(mailed["conversation"]), shop="other") == []


# --- what cannot be -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"contact": "nobody"}, "unknown_contact", "contact"),
        ({"text": " \n "}, "empty_text", "text"),
        ({"order_reference": "NEVER"}, "unknown_order", "order_reference"),
    ],
)
def test_a_form_that_cannot_be_is_refused(
    desk: IngestHarness, changes: dict[str, Any], code: str, field: str
) -> None:
    assert refusal(desk, "contact.submit", a_form(**changes)) == (code, field)
    assert (desk.threads(), desk.rows(submissions)) == ([], [])


def test_a_contact_that_is_not_offered_is_refused_but_has_its_threads(
    desk: IngestHarness,
) -> None:
    writes(desk, contact="webmaster")
    desk.tell("contact.put", changed(samples.CONTACT, key="webmaster", offered=False))
    assert refusal(desk, "contact.submit", a_form(contact="webmaster")) == (
        "unknown_contact",
        "contact",
    )
    assert len(desk.threads(contact="webmaster")) == 1
