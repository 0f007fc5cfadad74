"""The settings of a desk."""

from typing import Any

import pytest

from shared.contracts import samples
from tests.ingest.builders import FakeMailServer, IngestHarness, raw_mail
from tests.ingest.desk_actions import a_form, does, refusal, refused, writes
from tests.words import changed

SECOND_SHOP = {"shop": "second"}


def contacts(desk: IngestHarness, **attributes: Any) -> dict[str, dict[str, Any]]:
    found = desk.ask("contact.list", {}, **attributes).data["contacts"]
    return {contact["key"]: contact for contact in found}


# --- contacts -------------------------------------------------------------------------------------


def test_two_contacts_are_there_from_the_start(desk: IngestHarness) -> None:
    found = contacts(desk)
    assert list(found) == ["customer_service", "webmaster"]
    assert found["customer_service"]["names"]["fa"] == "خدمات مشتری"
    assert all(contact["save_messages"] and contact["offered"] for contact in found.values())


def test_a_contact_is_added_and_replaced_in_its_shop(desk: IngestHarness) -> None:
    (told,) = desk.tell("contact.put", samples.CONTACT)
    assert (told.name, told.subject, told.data) == ("contact.changed", "warranty", samples.CONTACT)
    desk.tell("contact.put", changed(samples.CONTACT, key="webmaster", names={"en": "Shop system"}))
    assert list(contacts(desk)) == ["customer_service", "warranty", "webmaster"]
    assert contacts(desk)["webmaster"]["names"] == {"en": "Shop system"}
    assert contacts(desk, **SECOND_SHOP)["webmaster"]["names"]["en"] == "Webmaster"
    assert list(contacts(desk, **SECOND_SHOP)) == ["customer_service", "webmaster"]


def test_each_contact_has_its_unread_messages_and_waiting_threads(desk: IngestHarness) -> None:
    first, _, _ = (
        writes(desk, contact=key) for key in ("customer_service", "customer_service", "webmaster")
    )
    does(desk, "mark_read", first)
    found = contacts(desk)
    assert {
        key: (contact["unread_messages"], contact["waiting_threads"])
        for key, contact in found.items()
    } == {
        "customer_service": (1, 2),
        "webmaster": (1, 1),
    }


@pytest.mark.parametrize(
    ("to", "contact"),
    [
        ("warranty@shop.test", "warranty"),
        ("Shop <Warranty+token@SHOP.test>", "warranty"),
        ("service@shop.test", "customer_service"),
        ("no-warranty@shop.test", "customer_service"),
    ],
)
def test_a_mail_goes_to_the_contact_that_it_was_written_to(
    desk: IngestHarness, server: FakeMailServer, to: str, contact: str
) -> None:
    desk.tell("contact.put", samples.CONTACT)
    server.receive(raw_mail(to=to))
    desk.poll()
    assert [thread["contact"] for thread in desk.threads()] == [contact]


# --- options --------------------------------------------------------------------------------------


def test_the_statuses_have_default_names_and_colours(desk: IngestHarness) -> None:
    found = desk.ask("desk.get", {}).data
    assert {status: look["labels"]["fa"] for status, look in found["statuses"].items()} == {
        "open": "باز",
        "closed": "بسته",
        "pending1": "در انتظار ۱",
        "pending2": "در انتظار ۲",
    }
    assert len({look["colour"] for look in found["statuses"].values()}) == 4
    assert (found["status_after_reply"], found["default_replies"], found["mail_submissions"]) == (
        "closed",
        {},
        False,
    )
    assert found["form_files"]["allowed"] is True


def test_a_shop_defines_the_meaning_of_its_statuses(desk: IngestHarness) -> None:
    (told,) = desk.tell("desk.put", samples.DESK)
    found = desk.ask("desk.get", {}).data
    assert (told.name, told.data) == ("desk.changed", found)
    assert found["statuses"]["pending1"]["labels"]["en"] == "Waits for the supplier"
    assert found["statuses"]["open"]["labels"]["en"] == "Open"
    assert found["form_files"]["media_types"] == ["application/pdf", "image/png"]
    desk.tell("desk.put", {})
    assert desk.ask("desk.get", {}).data == found
    desk.tell("desk.put", found)
    assert desk.ask("desk.get", {}).data == found
    desk.tell("desk.put", {"statuses": {"pending1": None}, "form_files": {"most": 1}})
    after = desk.ask("desk.get", {}).data
    assert after["statuses"]["pending1"]["labels"]["en"] == "Pending 1"
    assert after["form_files"] == found["form_files"] | {"most": 1}
    assert after["default_replies"] == found["default_replies"]


def test_a_contact_is_got_and_a_partial_put_changes_only_what_it_names(desk: IngestHarness) -> None:
    desk.tell("contact.put", samples.CONTACT)
    found = desk.ask("contact.get", {"key": "warranty"}).data
    assert found == samples.CONTACT
    desk.tell("contact.put", found)
    desk.tell("contact.put", {"key": "warranty", "names": samples.CONTACT["names"]})
    assert desk.ask("contact.get", {"key": "warranty"}).data == found
    desk.tell("contact.put", {"key": "webmaster", "names": {"en": "Web"}, "email": "web@shop.test"})
    assert desk.ask("contact.get", {"key": "webmaster"}).data["names"] == {"en": "Web"}
    assert desk.ask("contact.get", {"key": "nobody"}).data["code"] == "unknown_contact"


# --- predefined messages --------------------------------------------------------------------------


def predefined(desk: IngestHarness, **attributes: Any) -> list[str]:
    return [
        each["key"] for each in desk.ask("canned_message.list", {}, **attributes).data["messages"]
    ]


def test_predefined_messages_come_and_go(desk: IngestHarness) -> None:
    assert predefined(desk) == []
    for key in ("delay", "ask_address"):
        (told,) = desk.tell("canned_message.put", changed(samples.CANNED_MESSAGE, key=key))
        assert (told.name, told.subject) == ("canned_message.changed", key)
    assert predefined(desk) == ["ask_address", "delay"]
    assert predefined(desk, **SECOND_SHOP) == []
    (told,) = desk.tell("canned_message.remove", {"key": "delay"})
    assert (told.name, told.data) == ("canned_message.removed", {"key": "delay"})
    assert predefined(desk) == ["ask_address"]
    assert refusal(desk, "canned_message.remove", {"key": "delay"}) == (
        "unknown_canned_message",
        "key",
    )
    desk.tell("canned_message.put", samples.CANNED_MESSAGE)
    assert predefined(desk) == ["ask_address", "delay"]
    assert desk.ask("canned_message.get", {"key": "delay"}).data == samples.CANNED_MESSAGE
    assert desk.ask("canned_message.get", {"key": "none"}).data["code"] == "unknown_canned_message"


@pytest.mark.parametrize(
    "text", ["Dear {customer}", "{}", "{ customer_name }", "{customer_name.__class__}"]
)
def test_a_placeholder_that_there_is_not_is_refused(desk: IngestHarness, text: str) -> None:
    message = changed(samples.CANNED_MESSAGE, texts={"en": "Fine.", "fa": text})
    assert refusal(desk, "canned_message.put", message) == ("unknown_placeholder", "texts.fa")
    options = {"default_replies": {"fa": text}}
    assert refusal(desk, "desk.put", options) == ("unknown_placeholder", "default_replies.fa")
    assert (predefined(desk), desk.ask("desk.get", {}).data["default_replies"]) == ([], {})


# --- how it is doing ------------------------------------------------------------------------------


def statistics(desk: IngestHarness, **wanted: Any) -> dict[str, Any]:
    found: dict[str, Any] = desk.ask("desk.statistics", wanted).data
    return found


def test_an_empty_desk_has_nothing_to_average(desk: IngestHarness) -> None:
    found = statistics(desk)
    averages = (found.pop("first_response_seconds"), found.pop("messages_per_closed_thread"))
    assert (averages, found.pop("days"), found.pop("contacts")) == ((None, None), 30, None)
    assert set(found.values()) == {0}


def test_threads_and_messages_are_counted(desk: IngestHarness) -> None:
    answered, noted, pending, _ = (writes(desk, contact="webmaster") for _ in range(4))
    writes(desk)
    desk.clock.advance(hours=2)
    does(desk, "reply", answered, text="Yes.")
    does(desk, "forward", noted, email="bela@shop.test", employee="bela@shop.test")
    does(desk, "set_status", pending, status="pending2")
    assert statistics(desk, contact="webmaster") == {
        "all_threads": 4,
        "open_threads": 2,
        "pending_threads": 1,
        "closed_threads": 1,
        "waiting_threads": 2,
        "unread_threads": 3,
        "unread_messages": 3,
        "customer_messages": 4,
        "employee_messages": 1,
        "days": 30,
        "first_response_seconds": 7200.0,
        "messages_per_closed_thread": 2.0,
        "contacts": None,
    }
    whole = statistics(desk, with_contacts=True)
    assert whole["all_threads"] == 5
    assert whole["contacts"] == list(contacts(desk).values())


def test_averages_cover_the_given_days(desk: IngestHarness) -> None:
    old, new = writes(desk), None
    desk.clock.advance(hours=1)
    does(desk, "reply", old, text="Yes.")
    desk.clock.advance(days=40)
    new = writes(desk)
    desk.clock.advance(hours=3)
    does(desk, "reply", new, text="Yes.")
    assert statistics(desk)["first_response_seconds"] == 3 * 3600
    assert statistics(desk, days=50)["first_response_seconds"] == 2 * 3600
    does(desk, "reply", new, text="Sorry, no.")
    assert statistics(desk)["messages_per_closed_thread"] == 3
    assert statistics(desk, days=50)["messages_per_closed_thread"] == 2.5


@pytest.mark.parametrize("query", ["desk.statistics", "thread.next_unanswered"])
def test_a_contact_that_there_is_not_has_no_figures(desk: IngestHarness, query: str) -> None:
    assert refused(desk, query, {"contact": "nobody"}) == ("unknown_contact", "contact")


def test_a_form_to_a_contact_of_another_shop_is_refused(desk: IngestHarness) -> None:
    desk.tell("contact.put", samples.CONTACT, **SECOND_SHOP)
    assert refusal(desk, "contact.submit", a_form(contact="warranty")) == (
        "unknown_contact",
        "contact",
    )
