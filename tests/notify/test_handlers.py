"""The handlers with fakes: dictionaries for stores, adapters that send nothing."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

import pytest

from services.notify.domain.branding import BUILT_IN, Branding
from services.notify.domain.commands import DeliverMail
from services.notify.domain.documents import ExpectedDocument
from services.notify.domain.mail import Mail, Occasion
from services.notify.domain.mime import Attachment, OutgoingMail
from services.notify.domain.pictures import Picture
from services.notify.domain.sending import Outcome
from services.notify.domain.sending_limits import RecentClaims
from services.notify.domain.shop import Shop
from services.notify.handlers import delivery, documents, orders, queries, threads
from shared.contracts import samples
from shared.contracts.documents import DocumentContent
from shared.contracts.envelope import Envelope
from shared.contracts.ingest import ThreadReplied
from shared.contracts.notify import ListMails, MailDeferred, MailList, MailSent
from shared.contracts.orders import OrderPlaced, OrderTransitioned, ShopChanged
from shared.contracts.reason import Reason
from shared.runtime.errors import NotYet, Unprocessable
from shared.runtime.handlers import Later
from tests.notify.builders import (
    LEASE,
    NOON,
    PDF,
    WAIT,
    FakeAdapters,
    content_of,
    placed,
    replied,
    transitioned,
)

K = TypeVar("K")
V = TypeVar("V")


class Kept(Generic[K, V]):
    """A store in memory."""

    def __init__(self) -> None:
        self.values: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        return self.values.get(key)

    def save(self, key: K, value: V) -> None:
        self.values[key] = value


class Mails(Kept[UUID, Mail]):
    def existing(self, mail: Mail) -> Mail | None:
        return self.get(mail.mail_id)


class DocumentContents:
    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def add(self, **row: Any) -> None:
        self.rows.append(row)


class Attempts:
    def __init__(self) -> None:
        self.noted: list[Outcome] = []

    def note(self, mail: Mail, outcome: Outcome) -> None:
        self.noted.append(outcome)


class FakeWork:
    """What handlers touch, in memory."""

    def __init__(self) -> None:
        self.adapters = FakeAdapters()
        self.rules, self.composer = self.adapters.rules, self.adapters.composer
        self.documents: Kept[UUID, ExpectedDocument] = Kept()
        self.mails = Mails()
        self.shops: Kept[str, Shop] = Kept()
        self.contents = DocumentContents()
        self.attempts = Attempts()
        self.shop, self.now, self.previous_claim_unstarted = "default", NOON, None
        self.shop_zone = "UTC"
        self.envelope = Envelope(id="e1", source="/aftercart/orders", type="t", time=NOON)

    @property
    def occasion(self) -> Occasion:
        return Occasion(self.shop, f"{self.envelope.source}/{self.envelope.id}", self.now)

    def attachments(self, mail: Mail) -> list[Attachment]:
        kept = {row["document_id"]: row["content"] for row in self.contents.rows}
        found = [
            (document.document_id, kept[document.document_id])
            for document in mail.available_documents
        ]
        return [
            Attachment(key, self.documents.values[key].filename or "", content)
            for key, content in found
        ]

    def pictures_of(self, mail: Mail) -> dict[str, Picture]:
        return {}

    def branding_of(self, shop: str) -> Branding:
        return BUILT_IN

    def suppressed(self, mail: Mail) -> None:
        return None

    def recent_claims(self, mail: Mail) -> RecentClaims:
        return RecentClaims()

    @property
    def only_mail(self) -> Mail:
        (mail,) = self.mails.values.values()
        return mail


@pytest.fixture
def work() -> Any:
    return FakeWork()


def told(answer: Iterable[Any]) -> list[Any]:
    return list(answer)


def announce(work: Any, event: dict[str, Any]) -> list[Any]:
    return told(orders.send_state_mail(OrderTransitioned.model_validate(event), work))


def test_the_mail_of_a_first_state_waits_for_its_document_as_any_other(work: Any) -> None:
    event = placed(attach=transitioned()["attach"], new_state=samples.STATE)
    told(orders.confirm_order(OrderPlaced.model_validate(event), work))
    assert [(mail.template, mail.state) for mail in work.mails.values.values()] == [
        ("order_conf", "queued"),
        ("payment", "waiting"),
    ]


def bring(work: Any, event: dict[str, Any]) -> list[Any]:
    return told(documents.store_document(DocumentContent.model_validate(content_of(event)), work))


def deliver(work: Any, outcome: Outcome, attempt: int = 1) -> list[Any]:
    """All five beats of an attempt."""
    command = DeliverMail(mail_id=work.only_mail.mail_id, attempt=attempt)
    outgoing = delivery.claim_mail(command, work)
    assert isinstance(outgoing, OutgoingMail)
    return told(delivery.record_delivery(command, work, replace(outcome, attempt=outgoing.attempt)))


def test_a_placed_order_sends_its_mails_at_once(work: Any) -> None:
    answer = told(orders.confirm_order(OrderPlaced.model_validate(placed()), work))
    assert {told.mail_id for told in answer} == set(work.mails.values)
    assert [mail.state for mail in work.mails.values.values()] == ["queued", "queued"]


def test_the_same_event_again_adds_nothing(work: Any) -> None:
    event = OrderPlaced.model_validate(placed())
    told(orders.confirm_order(event, work))
    assert told(orders.confirm_order(event, work)) == []


def test_a_mail_waits_for_its_document_up_to_a_limit(work: Any) -> None:
    (later,) = announce(work, transitioned())
    assert isinstance(later, Later)
    assert later.at == NOON + WAIT
    assert work.only_mail.state == "waiting"


def test_the_document_releases_the_mail(work: Any) -> None:
    event = transitioned()
    announce(work, event)
    assert bring(work, event) == [DeliverMail(mail_id=work.only_mail.mail_id)]
    assert work.only_mail.state == "queued"


def test_a_mail_whose_document_came_first_does_not_wait(work: Any) -> None:
    event = transitioned()
    assert bring(work, event) == []
    assert announce(work, event) == [DeliverMail(mail_id=work.only_mail.mail_id)]


def test_a_mail_waits_for_the_last_of_its_documents(work: Any) -> None:
    slip = samples.INVOICE_REFERENCE | {
        "document_id": str(UUID(int=7)),
        "kind": "delivery_slip",
        "number": "DE000001",
    }
    event = transitioned()
    event["attach"].append(slip)
    announce(work, event)
    assert bring(work, event) == []
    event["attach"].reverse()
    assert len(bring(work, event)) == 1


def test_two_mails_may_wait_for_one_document(work: Any) -> None:
    event = transitioned()
    announce(work, event)
    work.envelope = work.envelope.model_copy(update={"id": "e2"})
    announce(work, event)
    assert len(bring(work, event)) == 2


def test_a_document_that_comes_again_changes_nothing(work: Any) -> None:
    event = transitioned()
    bring(work, event)
    assert bring(work, event) == []
    assert len(work.contents.rows) == 1


def test_a_mail_is_claimed_with_its_documents_and_recorded_as_sent(work: Any) -> None:
    event = transitioned()
    bring(work, event)
    announce(work, event)
    outgoing = delivery.claim_mail(DeliverMail(mail_id=work.only_mail.mail_id), work)
    assert isinstance(outgoing, OutgoingMail)
    assert b"invoice-IN000001.pdf" in outgoing.content
    assert (work.only_mail.state, work.only_mail.claimed_at) == ("claimed", NOON)
    (sent,) = told(
        delivery.record_delivery(
            DeliverMail(mail_id=work.only_mail.mail_id),
            work,
            delivery.send_mail(outgoing, work.adapters),
        )
    )
    assert isinstance(sent, MailSent)
    assert sent.mail.attachment_names == ["invoice-IN000001.pdf"]
    assert work.adapters.sent == [outgoing]


def test_at_the_limit_the_mail_goes_without_its_document(work: Any) -> None:
    (later,) = announce(work, transitioned())
    work.now = later.at
    outgoing = delivery.claim_mail(later.message, work)
    assert isinstance(outgoing, OutgoingMail)
    assert b"application/pdf" not in outgoing.content
    assert work.only_mail.attached == ()
    assert work.only_mail.missing


def test_a_document_that_comes_after_the_limit_goes_in_a_mail_of_its_own(work: Any) -> None:
    event = transitioned()
    (later,) = announce(work, event)
    delivery.claim_mail(later.message, work)
    (late,) = bring(work, event)
    assert [(mail.template, mail.state) for mail in work.mails.values.values()] == [
        ("payment", "claimed"),
        ("late_document", "queued"),
    ]
    assert work.mails.values[late.mail_id].purpose == "late_document"


def test_a_document_that_comes_while_its_mail_is_put_off_goes_along_after_all(work: Any) -> None:
    event = transitioned()
    announce(work, event)
    deliver(work, Outcome("temporary", "451 later"))
    assert "IN000001" not in work.only_mail.content.body.text
    assert bring(work, event) == []
    assert "IN000001" in work.only_mail.content.body.text
    outgoing = delivery.claim_mail(DeliverMail(mail_id=work.only_mail.mail_id, attempt=2), work)
    assert isinstance(outgoing, OutgoingMail)
    assert b"application/pdf" in outgoing.content


def test_a_deferred_mail_is_told_and_planned_in_the_place_of_what_was_planned_before(
    work: Any,
) -> None:
    (planned,) = announce(work, transitioned())
    deferred, again = deliver(work, Outcome("temporary", "451 later"))
    assert isinstance(deferred, MailDeferred)
    assert (again.at, again.key) == (deferred.again_at, planned.key)
    assert again.message.attempt == 2


def test_a_claimed_mail_comes_again_until_the_lease_ends(work: Any) -> None:
    announce(work, transitioned(attach=[]))
    command = DeliverMail(mail_id=work.only_mail.mail_id)
    delivery.claim_mail(command, work)
    work.now += LEASE - timedelta(seconds=1)
    with pytest.raises(NotYet):
        delivery.claim_mail(command, work)
    work.now += timedelta(seconds=1)
    assert delivery.claim_mail(command, work) is not None
    assert work.only_mail.attempts == 2


def test_a_sent_mail_is_not_claimed_again(work: Any) -> None:
    announce(work, transitioned(attach=[]))
    deliver(work, Outcome("sent", "250 OK"))
    assert delivery.claim_mail(DeliverMail(mail_id=work.only_mail.mail_id), work) is None


def test_a_mail_that_does_not_exist_is_a_dead_letter(work: Any) -> None:
    with pytest.raises(Unprocessable):
        delivery.claim_mail(DeliverMail(mail_id=UUID(int=1)), work)


def test_a_reply_waits_for_the_shop_s_profile(work: Any) -> None:
    event = ThreadReplied.model_validate(replied())
    with pytest.raises(NotYet):
        threads.send_reply(event, work)
    threads.store_shop(ShopChanged.model_validate(ShopChanged.example), work)
    assert len(told(threads.send_reply(event, work))) == 1
    assert work.only_mail.template == "reply_msg"


def test_mails_are_listed_by_one_of_two_things(work: Any) -> None:
    both = {"order_id": samples.ORDER_ID, "thread_id": samples.THREAD_ID}
    answer = queries.list_mails(ListMails.model_validate(both), work)
    assert isinstance(answer, Reason)
    assert answer.code == "which"


def test_the_answer_lists_views(work: Any) -> None:
    announce(work, transitioned(attach=[]))
    work.mails.of = lambda shop, query, before: [work.only_mail]
    answer = queries.list_mails(ListMails(order_id=str(work.only_mail.order_id)), work)
    assert isinstance(answer, MailList)
    assert answer.mails[0].subject == "Order XKBKNABJK: your payment has arrived"


def test_bytes_of_a_document_are_kept_as_they_came(work: Any) -> None:
    bring(work, transitioned())
    assert work.contents.rows[0]["content"] == PDF
