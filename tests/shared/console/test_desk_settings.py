"""The settings of customer service: statuses, replies, the contact form, contacts, messages."""

from typing import get_args

import pytest
from starlette.testclient import TestClient

from shared.console.language import TAGS, languages
from shared.console.users import Users
from shared.contracts.ingest.mailboxes import MailboxFault
from tests.shared.console.fakes import Data, FakeBus

SETTINGS = {
    "statuses.pending1.labels.en": "Waits for the supplier",
    "statuses.pending1.labels.fa": "",
    "statuses.pending1.meanings.en": "We asked.",
    "statuses.pending1.colour": "#8A2BE2",
    "status_after_reply": "closed",
    "default_replies.en": "Dear {customer_name},\r\n",
    "form_files.allowed": ["off", "on"],
    "form_files.media_types": "image/png\r\napplication/pdf",
    "form_files.largest": "۱۰۲۴",
    "form_files.most": "2",
    "form_limits.per_sender": "10",
    "form_limits.per_client": "0",
    "mail_submissions": ["off"],
}


def test_the_settings_of_the_desk(browser: TestClient, bus: FakeBus) -> None:
    page = browser.get("/desk/settings").text
    assert "We asked the supplier" in page
    answer = browser.post("/desk/settings", data=SETTINGS)
    assert answer.headers["location"] == "/desk/settings"
    assert bus.sent[0].data == {
        "statuses": {
            "pending1": {
                "labels": {"en": "Waits for the supplier"},
                "colour": "#8A2BE2",
                "meanings": {"en": "We asked."},
            }
        },
        "status_after_reply": "closed",
        "default_replies": {"en": "Dear {customer_name},"},
        "form_files": {
            "allowed": True,
            "media_types": ["image/png", "application/pdf"],
            "largest": 1048576,
            "most": 2,
        },
        "form_limits": {"per_sender": 10, "per_client": 0},
        "mail_submissions": False,
    }


def test_wrong_settings_are_shown_at_their_fields(browser: TestClient, bus: FakeBus) -> None:
    page = browser.post("/desk/settings", data=SETTINGS | {"form_files.most": "many"})
    assert page.status_code == 422
    assert 'value="many"' in page.text
    assert "whole number" in page.text
    bus.refuse("desk.put", "unknown_placeholder", "'{x}' is none.", field="default_replies")
    page = browser.post("/desk/settings", data=SETTINGS | {"default_replies.en": "Dear {x},"})
    assert "Dear {x}," in page.text


def test_contacts(browser: TestClient, bus: FakeBus) -> None:
    assert "warranty@shop.test" in browser.get("/desk/contacts").text
    assert "Warranty" in browser.get("/desk/contacts/warranty").text
    form: Data = {"key": "press", "names.en": "Press", "email": "", "save_messages": ["off"]}
    form["offered"] = ["off", "on"]
    assert browser.post("/desk/contacts/new", data=form).status_code == 303
    assert bus.sent[-1].data == {
        "key": "press",
        "names": {"en": "Press"},
        "descriptions": {},
        "email": None,
        "save_messages": False,
        "offered": True,
    }
    bus.refuse("contact.put", "invalid", "It needs a name.", field="names")
    page = browser.post("/desk/contacts/warranty", data=form)
    assert page.status_code == 422
    assert "It needs a name." in page.text


def test_predefined_messages(browser: TestClient, bus: FakeBus) -> None:
    assert "Delay" in browser.get("/desk/canned").text
    assert browser.get("/desk/canned/new").status_code == 200
    form = {"names.en": "Delay", "texts.en": "Later, {customer_name}."}
    assert browser.post("/desk/canned/delay", data=form).headers["location"] == "/desk/canned"
    assert bus.sent[-1].data["texts"] == {"en": "Later, {customer_name}."}
    browser.post("/desk/canned/delay", data=form | {"_remove": "yes"})
    assert (bus.sent[-1].name, bus.sent[-1].data) == ("canned_message.remove", {"key": "delay"})
    bus.answer("canned_message.list", messages=[])
    assert browser.get("/desk/canned").status_code == 200


def test_mailboxes_and_their_check(browser: TestClient, bus: FakeBus) -> None:
    page = browser.get("/desk/mailboxes").text
    for part in ("mail.shop.test:993", "refused the login", "separate password for programs"):
        assert part in page
    answer = browser.post("/desk/mailboxes/service/check")
    assert answer.headers["location"] == "/desk/mailboxes"
    assert (bus.sent[0].name, bus.sent[0].data) == ("mailbox.sync", {"mailbox": "service"})
    bus.refuse("mailbox.sync", "unknown_mailbox", "There is no such mailbox.")
    assert "no such mailbox" in browser.post("/desk/mailboxes/none/check").text
    bus.answer("mailbox.list", mailboxes=[])
    assert "No mailbox" in browser.get("/desk/mailboxes").text


@pytest.mark.parametrize("tag", TAGS)
def test_faults_of_mailboxes_have_advice(tag: str) -> None:
    assert all(languages()[tag].has(f"desk_fault.{code}") for code in get_args(MailboxFault))


@pytest.mark.parametrize(
    "page", ["mailboxes", "settings", "contacts", "contacts/new", "canned", "canned/new"]
)
def test_only_managers_define(browser: TestClient, users: Users, page: str) -> None:
    users.set_roles("anna@shop.test", ["desk"])
    assert browser.get(f"/desk/{page}").status_code == 403
    assert f"/desk/{page}" not in browser.get("/desk").text
