"""Mails that were kept before an upgrade are found after it."""

from typing import Any

from services.notify.store.tables import mails
from services.notify.worker import service
from shared.runtime.storage import migrations
from shared.runtime.storage.database import engine_for
from tests.notify.words import NOON, NotifyDesk, Office, state_mail


def row(mail: Any) -> dict[str, Any]:
    """As the first revision kept it."""
    return {
        "mail_id": mail.mail_id,
        "shop": "default",
        "event_key": "e1",
        "recipient": "Ada@example.test",
        "template": mail.template,
        "position": 0,
        "conversation": mail.conversation,
        "order_id": mail.order_id,
        "message_id": mail.letter.message_id,
        "facts": mail.facts.model_dump(mode="json"),
        "letter": mail.letter.model_dump(mode="json"),
        "wanted": [],
        "missing": [],
        "attached": [],
        "state": "sent",
        "attempts": 1,
        "doubts": 0,
        "reason": "250 OK",
        "created_at": NOON,
        "changed_at": NOON,
    }


def test_a_mail_of_before_is_listed_and_belongs_to_its_customer(url: str) -> None:
    engine, mail = engine_for(url), state_mail(attach=[])
    migrations.upgrade(service, engine, "0001")
    with engine.begin() as connection:
        connection.execute(mails.insert(), [row(mail)])
    engine.dispose()
    desk = NotifyDesk.at(url, Office())
    listed = desk.ask("mail.list", {"order_id": str(mail.order_id)}).data["mails"]
    assert [found["mail_id"] for found in listed] == [str(mail.mail_id)]
    assert desk.ask("mail.list", {"order_id": "XKBKNABJK"}).data["mails"] == listed
    for named in (
        {"customer_id": "c-1001"},
        {"customer_id": "unknown", "emails": ["ada@example.test"]},
    ):
        (exported,) = desk.tell("customer.export", named)
        assert len(exported.data["records"]["mails"]) == 1
    desk.engine.dispose()
