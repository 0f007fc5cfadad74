"""The desk and the post office side by side: what customers and employees write arrives, or comes
back as a thread.
"""

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.notify.domain.sending import Outcome
from shared.contracts import samples
from shared.contracts.ingest import MailBounced
from shared.runtime.rabbitmq.delivery import receive
from tests.ingest.builders import FakeMailServer, IngestHarness, order_placed, raw_mail
from tests.ingest.desk_actions import ANNA, BELA, FORM, a_form
from tests.notify.builders import FakeAdapters, NotifyHarness, opened
from tests.words import changed, sqlite_url

REFUSED = Outcome("permanent", "550 5.1.1 User unknown")
PRESS = {
    "key": "press",
    "names": {"en": "Press"},
    "email": "press@shop.test",
    "save_messages": False,
}


class Street:
    """`ingest` and `notify`, each with its database, and the events between them carried by
    hand.
    """

    def __init__(self, directory: Path) -> None:
        self.server, self.adapters = FakeMailServer(), FakeAdapters()
        self.desk = IngestHarness.at(sqlite_url(directory, "ingest"))
        self.desk.begin(self.server)
        self.post = NotifyHarness.at(sqlite_url(directory, "notify"), self.adapters)
        self.carried: set[str] = set()
        self.both("shop.changed", {"profile": samples.SHOP_PROFILE, "default_language": "en"})
        self.both("order.placed", order_placed())
        self.adapters.sent.clear()

    def both(self, name: str, data: dict[str, Any]) -> None:
        """Something of which both are told."""
        self.desk.tell(name, data)
        self.post.tell(name, data)
        self.carry()

    def does(self, name: str, data: dict[str, Any]) -> None:
        """A command to the desk, and all that follows from it."""
        self.desk.tell(name, data)
        self.carry()

    def carry(self) -> None:
        """Brings what each tells to the other, until both are silent."""
        while self._carry_once():
            pass

    def _carry_once(self) -> bool:
        self.desk.run(*self.desk.collect())
        self.post.run_own_commands()
        told = [(each, self.post) for each in self.desk.told] + [
            (each, self.desk) for each in self.post.events()
        ]
        new = [(each, target) for each, target in told if each.id not in self.carried]
        for each, target in new:
            self.carried.add(each.id)
            if each.type in target.service.handlings:
                (verdict,) = target.deliver(receive(each.encode()))
                assert verdict.error is None, verdict.error
        return bool(new)

    def mails(self) -> dict[str, EmailMessage]:
        """What was sent, the last of each recipient."""
        return {parcel.recipient: opened(parcel.content) for parcel in self.adapters.sent}

    def threads(self, **wanted: Any) -> list[dict[str, Any]]:
        return [self.desk.thread(thread["thread_id"]) for thread in self.desk.threads(**wanted)]


def answers_above(quoted: str, part: str, mail: EmailMessage, text: str) -> bytes:
    """Bela answers as mail programs do: above the whole mail, in a language that we do not know."""
    introduced = f"Vastas {mail['From']} {mail['Reply-To']}:"
    whole = f"{text}\n\n{introduced}\n\n{quoted}"
    if part == "html":
        whole = f"<p>{text}</p><p>{introduced}</p><div>{quoted}</div>"
    return raw_mail(
        whole.replace("\n", "\r\n"),
        from_=BELA,
        to=str(mail["Reply-To"]),
        in_reply_to=str(mail["Message-ID"]),
        subject=f"Re: {mail['Subject']}",
        content_type=f"text/{part}; charset=utf-8",
    )


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    with capture_logs():
        opened_street = Street(tmp_path)
        yield opened_street
    opened_street.desk.engine.dispose()
    opened_street.post.engine.dispose()


def test_a_form_to_a_contact_that_saves_nothing_is_mailed_and_confirmed(street: Street) -> None:
    street.desk.tell("contact.put", PRESS)
    street.does(
        "contact.submit", a_form(contact="press", attachments=samples.SUBMIT_CONTACT["attachments"])
    )
    mails = street.mails()
    assert set(mails) == {"press@shop.test", "ada@example.test"}
    assert mails["press@shop.test"]["Reply-To"] == "ada@example.test"
    assert [part.get_filename() for part in mails["press@shop.test"].iter_attachments()] == [
        "mug.png"
    ]
    assert street.threads() == []


def test_what_the_contacts_mail_server_refuses_becomes_a_thread(street: Street) -> None:
    street.desk.tell("contact.put", PRESS)
    street.adapters.answers = [REFUSED]
    street.does(
        "contact.submit", a_form(contact="press", attachments=samples.SUBMIT_CONTACT["attachments"])
    )
    assert set(street.mails()) == {"ada@example.test"}
    (found,) = street.threads(contact="press")
    assert (found["thread"]["status"], found["messages"][0]["text"]) == ("open", FORM["text"])
    assert [file["filename"] for file in found["messages"][0]["attachments"]] == ["mug.png"]


def test_what_comes_back_or_is_never_sent_because_something_came_back_becomes_a_thread_too(
    street: Street,
) -> None:
    street.desk.tell("contact.put", PRESS)
    street.does("contact.submit", a_form(contact="press", text="The first"))
    assert street.threads(contact="press") == []
    sent = next(
        each.data["mail"]
        for each in street.post.events()
        if each.data["mail"]["template"] == "contact"
    )
    told = {
        name: sent[name] for name in ("mail_id", "mail_message_id", "conversation", "recipient")
    }
    street.both("mail.bounced", changed(MailBounced.example, **told))
    street.does("contact.submit", a_form(contact="press", text="The second"))
    assert [each.name for each in street.post.events()].count("mail.suppressed") == 1
    assert sorted(each["thread"]["subject"] for each in street.threads(contact="press")) == [
        "The first",
        "The second",
    ]


def test_a_contact_without_an_address_is_the_shop(street: Street) -> None:
    street.desk.tell("contact.put", changed(PRESS, email=None))
    street.does("contact.submit", a_form(contact="press"))
    assert set(street.mails()) == {"service@shop.test", "ada@example.test"}


def test_an_answer_goes_to_the_customer_and_his_answer_comes_back_into_the_thread(
    street: Street,
) -> None:
    street.does("contact.submit", a_form(text="Is it blue?"))
    (asked,) = street.desk.threads()
    street.desk.clock.advance(seconds=1)
    street.does("thread.reply", {"thread_id": asked["thread_id"], "text": "It is.", "by": ANNA})
    mail = street.mails()["ada@example.test"]
    assert "It is." in mail.get_body(("plain",)).get_content()
    (found,) = street.threads()
    assert (found["thread"]["status"], found["messages"][-1]["mail_message_id"]) == (
        "closed",
        mail["Message-ID"],
    )
    street.server.receive(
        raw_mail("Thank you.", in_reply_to=mail["Message-ID"], subject=f"Re: {mail['Subject']}")
    )
    street.desk.poll(minutes=1)
    (found,) = street.threads()
    assert (found["thread"]["status"], [each["text"] for each in found["messages"]]) == (
        "open",
        ["Is it blue?", "It is.", "Thank you."],
    )


def test_someone_else_sees_the_thread_without_its_notes_and_answers_into_it(street: Street) -> None:
    street.does("contact.submit", a_form(text="Where is my parcel?"))
    (asked,) = street.desk.threads()
    forward = {"thread_id": asked["thread_id"], "by": ANNA}
    street.does(
        "thread.forward",
        {
            **forward,
            "email": "bela@shop.test",
            "employee": "bela@shop.test",
            "comment": "This customer is difficult.",
        },
    )
    street.does(
        "thread.forward", {**forward, "email": "carrier@example.test", "comment": "Do you have it?"}
    )
    text = street.mails()["carrier@example.test"].get_body(("plain",)).get_content()
    assert "Do you have it?" in text
    assert "Where is my parcel?" in text
    assert "difficult" not in text
    reply_to = street.mails()["carrier@example.test"]["Reply-To"]
    street.server.receive(raw_mail("We have it.", from_="carrier@example.test", to=str(reply_to)))
    street.desk.poll(minutes=1)
    (found,) = street.threads()
    answer = found["messages"][-1]
    assert (answer["text"], answer["private"]) == ("We have it.", True)
    assert found["thread"]["owner"] == "bela@shop.test"
    assert "ada@example.test" not in {parcel.recipient for parcel in street.adapters.sent[2:]}


@pytest.mark.parametrize("part", ["plain", "html"])
def test_an_employee_answers_the_customer_by_mail_without_what_is_internal(
    street: Street, part: str
) -> None:
    street.does("contact.submit", a_form(text="Where is my parcel?"))
    (asked,) = street.desk.threads()
    street.desk.clock.advance(seconds=1)
    forward = {"email": BELA, "employee": BELA, "comment": "This customer is difficult. PIN 4711"}
    street.does("thread.forward", {"thread_id": asked["thread_id"], "by": ANNA, **forward})
    mail = street.mails()[BELA]
    quoted = mail.get_body((part,)).get_content()
    street.server.receive(answers_above(quoted, part, mail, "It is at the post office."))
    street.desk.poll(minutes=1)
    street.carry()
    sent = street.mails()["ada@example.test"]
    text = sent.get_body(("plain",)).get_content()
    assert text.startswith("It is at the post office.\r\n\r\n-- \r\n")
    whole = street.adapters.sent[-1].content.decode()
    assert sent["From"] == "Corner Shop <service@shop.test>"
    for internal in ("difficult", "PIN 4711", "Forwarded", BELA, str(mail["Reply-To"])):
        assert internal not in text + whole
    (found,) = street.threads()
    assert (found["thread"]["status"], found["messages"][-1]["author"]) == ("closed", BELA)
    assert found["messages"][-1]["mail_message_id"] == sent["Message-ID"]


def test_a_message_on_an_order_is_mailed_unless_it_is_private(street: Street) -> None:
    command = {"order_id": samples.ORDER_ID, "by": ANNA}
    street.does(
        "thread.post_order_message", {**command, "text": "Call before delivery.", "private": True}
    )
    assert street.mails() == {}
    street.does("thread.post_order_message", {**command, "text": "It is a little late."})
    (parcel,) = street.adapters.sent
    assert "It is a little late." in opened(parcel.content).get_body(("plain",)).get_content()
    (found,) = street.threads()
    assert [bool(each["mail_message_id"]) for each in found["messages"] if not each["private"]] == [
        True
    ]
