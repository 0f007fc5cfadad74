"""Personal data of customers: exported, and erased."""

from typing import Any

import pytest
from sqlalchemy import MetaData, select

from services.notify.domain.sending import Outcome
from shared.contracts import samples
from shared.contracts.ingest import ContactSubmitted, MailBounced
from shared.runtime.storage import message_tables
from shared.runtime.storage.database import reading
from tests.notify.builders import FakeAdapters, NotifyHarness, content_of, transitioned

ERASE = {"customer_id": "c-1001", "emails": ["Ada@example.test"]}
JOURNAL = ("outbox", "inbox", "schedule", "sequence", "alembic_version")
PERSONAL = ("ada@example.test", "Ada Byron", "When will it arrive?", "c-1001", "%PDF")


def fill(desk: NotifyHarness) -> dict[str, Any]:
    """An order's mail with its invoice, a form with a file, and a bounce; the mail that came
    back.
    """
    desk.tell("shop.changed", {"profile": samples.SHOP_PROFILE, "default_language": "en"})
    event = transitioned()
    desk.tell("document.content", content_of(event))
    desk.tell("order.transitioned", event)
    desk.tell("contact.submitted", ContactSubmitted.example)
    desk.run_own_commands()
    mail: dict[str, Any] = desk.ask("mail.list", {"order_id": event["order_id"]}).data["mails"][0]
    named = {name: mail[name] for name in ("mail_id", "mail_message_id", "recipient")}
    desk.tell("mail.bounced", MailBounced.example | named)
    return mail


def kept(desk: NotifyHarness) -> str:
    """Everything in the service's own tables, as text."""
    tables = MetaData()
    tables.reflect(desk.engine)
    with reading(desk.engine) as connection:
        own = [table for table in tables.sorted_tables if table.name not in JOURNAL]
        return "\n".join(
            repr(tuple(row)) for table in own for row in connection.execute(select(table))
        )


def counted(desk: NotifyHarness) -> list[str]:
    """Return the subjects of all published events."""
    with reading(desk.engine) as connection:
        return list(connection.scalars(select(message_tables.sequence.c.subject)))


def test_nothing_personal_is_left_of_an_erased_customer(desk: NotifyHarness) -> None:
    fill(desk)
    before = kept(desk)
    assert [text for text in PERSONAL if text not in before] == []
    assert "default/ada@example.test" in counted(desk)
    (erased,) = desk.tell("customer.erase", ERASE)
    assert erased.data["erased"] == {"mails": 3, "documents": 2, "suppressions": 1}
    assert erased.data["kept"] == []
    after = kept(desk)
    assert [text for text in PERSONAL if text in after] == []
    assert "default/ada@example.test" not in counted(desk)
    (again,) = desk.tell("customer.erase", ERASE)
    assert set(again.data["erased"].values()) == {0}


def test_another_customer_keeps_everything(desk: NotifyHarness, adapters: FakeAdapters) -> None:
    other = transitioned(
        attach=[],
        order__customer={"customer_id": "c-2", "email": "bob@example.test", "name": "Bob Moran"},
    )
    desk.tell("order.transitioned", other)
    fill(desk)
    desk.tell("customer.erase", ERASE)
    (mail,) = desk.ask("mail.list", {"order_id": other["order_id"]}).data["mails"]
    assert (mail["recipient"], mail["state"]) == ("bob@example.test", "sent")
    assert "Bob Moran" in kept(desk)


def test_a_mail_that_is_still_to_be_sent_is_kept_and_named(
    desk: NotifyHarness, adapters: FakeAdapters
) -> None:
    adapters.answers = [Outcome("temporary", "451 later")]
    event = transitioned()
    desk.tell("document.content", content_of(event))
    desk.tell("order.transitioned", event)
    desk.run_own_commands()
    (erased,) = desk.tell("customer.erase", ERASE)
    assert erased.data["erased"]["documents"] == 0
    assert [
        (record["what"], record["count"], record["code"]) for record in erased.data["kept"]
    ] == [
        ("mails", 1, "running"),
    ]


def test_an_erased_mail_cannot_be_sent_again(small_desk: NotifyHarness) -> None:
    mail = fill(small_desk)
    small_desk.tell("customer.erase", ERASE)
    (refusal,) = small_desk.tell("mail.resend", {"mail_id": mail["mail_id"]})
    assert refusal.data["code"] == "erased"


def test_a_customer_is_told_all_mails_about_him(desk: NotifyHarness) -> None:
    fill(desk)
    (exported,) = desk.tell("customer.export", ERASE)
    mails = exported.data["records"]["mails"]
    assert (exported.data["part"], exported.data["parts"], len(mails)) == (1, 1, 3)
    assert {mail["recipient"] for mail in mails} == {"ada@example.test", samples.CONTACT["email"]}
    assert all(mail["text"] for mail in mails)


@pytest.mark.parametrize("shop", ["other"])
def test_another_shop_s_customer_of_the_same_name_is_another(
    small_desk: NotifyHarness, shop: str
) -> None:
    fill(small_desk)
    (erased,) = small_desk.tell("customer.erase", ERASE, shop=shop)
    assert set(erased.data["erased"].values()) == {0}
