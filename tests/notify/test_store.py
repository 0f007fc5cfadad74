import re
import threading
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from services.notify.domain.documents import ExpectedDocument
from services.notify.domain.mail import Mail
from services.notify.domain.mime import Attachment
from services.notify.domain.shop import Shop
from services.notify.work import Work
from shared.contracts import samples
from shared.contracts.ingest import MailBounced
from shared.contracts.notify import ListMails
from shared.contracts.shop_profile import ShopProfile
from shared.runtime.rabbitmq.delivery import DONE
from shared.runtime.storage.database import reading
from tests.conditions import FAR, until
from tests.notify.builders import (
    NOON,
    PDF,
    FakeAdapters,
    NotifyHarness,
    confirmation,
    content_of,
    replied,
    state_mail,
    transitioned,
)
from tests.words import delivery


def keep(desk: NotifyHarness, *mails: Mail) -> None:
    with desk.engine.begin() as connection:
        work = Work(connection, FakeAdapters())  # type: ignore[arg-type]
        for mail in mails:
            work.mails.get(mail.mail_id)
            work.mails.save(mail.mail_id, mail)
        work.keep()
        work.write()


def kept(desk: NotifyHarness, mail_id: UUID) -> Mail | None:
    with desk.engine.begin() as connection:
        return Work(connection, FakeAdapters()).mails.get(mail_id)  # type: ignore[arg-type]


def test_a_mail_comes_back_as_it_was_kept(desk: NotifyHarness) -> None:
    mail = replace(
        state_mail(order__language="fa"),
        missing=frozenset({uuid4()}),
        attached=("invoice.pdf",),
        state="deferred",
        attempts=2,
        doubts=1,
        reason="451 بعداً",
        changed_at=NOON,
        claimed_at=NOON,
        thread_id=uuid4(),
        position=1,
    )
    keep(desk, mail)
    assert kept(desk, mail.mail_id) == mail


def test_a_changed_mail_replaces_what_was_kept(desk: NotifyHarness) -> None:
    mail = replace(state_mail(), changed_at=NOON)
    keep(desk, mail)
    changed = replace(mail, state="sent", attempts=1, attached=("invoice.pdf",))
    keep(desk, changed)
    assert kept(desk, mail.mail_id) == changed


def test_one_mail_has_one_row_whatever_its_id(desk: NotifyHarness) -> None:
    mail = state_mail()
    keep(desk, mail)
    with pytest.raises(IntegrityError):
        keep(desk, replace(mail, mail_id=uuid4()))


def test_a_state_that_is_none_is_refused_by_the_database(desk: NotifyHarness) -> None:
    with pytest.raises(IntegrityError):
        keep(desk, replace(state_mail(), state="perhaps"))  # type: ignore[arg-type]


def test_mails_are_found_by_order_and_thread_within_their_shop(desk: NotifyHarness) -> None:
    order = {"order_id": samples.ORDER_ID, "order__order_id": samples.ORDER_ID}
    first, thread_id = confirmation(**order), uuid4()
    second = replace(state_mail(**order), position=1, thread_id=thread_id)
    keep(desk, second, first, state_mail(attach=[], new_state__mail_template="refund"))
    with reading(desk.engine) as connection:
        mails = Work(connection, FakeAdapters()).mails  # type: ignore[arg-type]
        assert [
            mail.mail_id for mail in mails.of("default", ListMails(order_id=samples.ORDER_ID))
        ] == [
            second.mail_id,
            first.mail_id,
        ]
        assert [mail.mail_id for mail in mails.of("default", ListMails(thread_id=thread_id))] == [
            second.mail_id
        ]
        assert mails.of("other", ListMails(order_id=samples.ORDER_ID)) == []


def test_a_document_has_a_row_as_soon_as_it_is_asked_for(desk: NotifyHarness) -> None:
    document_id, mail_id = uuid4(), uuid4()
    with desk.engine.begin() as connection:
        work = Work(connection, FakeAdapters())  # type: ignore[arg-type]
        assert work.documents.get(document_id) == ExpectedDocument()
        work.documents.save(document_id, ExpectedDocument().awaited(mail_id))
        work.keep()
        work.write()
    with desk.engine.begin() as connection:
        assert Work(connection, FakeAdapters()).documents.get(document_id) == ExpectedDocument(  # type: ignore[arg-type]
            awaited_by=(mail_id,)
        )


def test_contents_are_read_in_the_order_asked(desk: NotifyHarness) -> None:
    first, second = uuid4(), uuid4()
    with desk.engine.begin() as connection:
        work = Work(connection, FakeAdapters())  # type: ignore[arg-type]
        for document_id, name in ((second, "b.pdf"), (first, "a.pdf")):
            work.documents.get(document_id)
            work.documents.save(document_id, ExpectedDocument(name))
            work.contents.add(document_id=document_id, content=PDF)
        work.keep()
        work.write()
    with reading(desk.engine) as connection:
        found = Work(connection, FakeAdapters()).contents.read([first, uuid4(), second])  # type: ignore[arg-type]
    assert found == [Attachment(first, "a.pdf", PDF), Attachment(second, "b.pdf", PDF)]


def test_a_shop_s_profile_is_kept_with_its_number(desk: NotifyHarness) -> None:
    shop = Shop(ShopProfile.model_validate(samples.SHOP_PROFILE), 1)
    data = {"profile": samples.SHOP_PROFILE, "default_language": "en"}
    desk.tell("shop.changed", data, sequence="000000000001")
    with reading(desk.engine) as connection:
        assert Work(connection, FakeAdapters()).shops.get("default") == shop  # type: ignore[arg-type]


def test_a_mail_and_its_document_that_come_at_the_same_moment_meet(desk: NotifyHarness) -> None:
    event = transitioned()
    document_id = UUID(event["attach"][0]["document_id"])
    mail = replace(state_mail(**event), state="waiting", missing=frozenset({document_id}))
    rival = threading.Thread(
        target=desk.deliver, args=[delivery("document.content", content_of(event))]
    )
    with desk.engine.begin() as connection:
        work = Work(connection, FakeAdapters())  # type: ignore[arg-type]
        expected = work.documents.get(document_id)
        assert expected
        rival.start()  # while the mail's transaction is open and the mail not written
        if desk.engine.dialect.name == "postgresql":
            until(desk.waits_for_a_lock)
        work.documents.save(document_id, expected.awaited(mail.mail_id))
        work.mails.save(mail.mail_id, mail)
        work.keep()
        work.write()
    rival.join(FAR)
    released = kept(desk, mail.mail_id)
    assert released is not None
    assert released.state == "queued"
    assert [errand.data["mail_id"] for errand in desk.own_commands()] == [str(mail.mail_id)]


def locked(desk: NotifyHarness) -> list[str]:
    """Return the tables in which transactions lock rows from now on, in order."""
    tables: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FOR UPDATE" in statement:
            tables.extend(re.findall(r"FROM (\w+)", statement))

    event.listen(desk.engine, "before_cursor_execute", note)
    return tables


def test_a_mail_that_is_sent_again_locks_its_document_before_itself(desk: NotifyHarness) -> None:
    first = transitioned()
    desk.tell("order.transitioned", first)
    desk.tell("document.content", content_of(first))
    desk.run_own_commands()
    (mail,) = desk.mails(first["order_id"])
    tables = locked(desk)
    desk.tell("mail.resend", {"mail_id": str(mail.mail_id)})
    if desk.engine.dialect.name == "postgresql":
        assert tables == ["papers", "mails", "suppressions"]
    assert {again.state for again in desk.mails(first["order_id"])} == {"sent", "queued"}


def test_a_batch_locks_everything_in_one_order_whatever_the_order_of_its_messages(
    desk: NotifyHarness,
) -> None:
    desk.tell("shop.changed", {"profile": samples.SHOP_PROFILE, "default_language": "en"})
    event = transitioned()
    desk.tell("order.transitioned", event)
    (mail,) = desk.mails(event["order_id"])
    named = {
        "mail_id": str(mail.mail_id),
        "message_id": mail.content.message_id,
        "recipient": mail.recipient,
    }
    tables = locked(desk)
    verdicts = desk.deliver(
        delivery("suppression.release", {"email": "bob@example.test"}),
        delivery("thread.replied", replied()),
        delivery("mail.bounced", MailBounced.example | named),
        delivery("document.content", content_of(event)),
    )
    assert verdicts == [DONE] * 4
    if desk.engine.dialect.name == "postgresql":
        assert tables == ["papers", "mails", "shops", "suppressions"]
