"""The whole service through its pipeline, without RabbitMQ."""

import hashlib
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier
from uuid import uuid4

import pytest

from services.documents.adapters.render_pool import RenderingFailed
from services.documents.domain.branding import BUILT_IN, Branding
from services.documents.domain.rendered import Rendered
from services.documents.domain.sample import KINDS, sample
from services.documents.worker import service
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import DocumentKind
from shared.runtime.rabbitmq.delivery import DONE, Fate
from tests.conditions import FAR
from tests.documents.builders import (
    EVENTS,
    INVOICE_ID,
    SLIP_ID,
    RenderPool,
    a_delivery_slip,
    an_invoice,
    issued,
    money,
    outside,
    read,
)
from tests.words import ServiceHarness, delivery, harness

INVOICE = issued(an_invoice())


def test_an_invoice_goes_from_event_to_paper_and_is_handed_out(small_desk: ServiceHarness) -> None:
    rendered, content = small_desk.tell(EVENTS["invoice"], INVOICE)
    assert [rendered.name, content.name] == ["document.rendered", "document.content"]
    assert rendered.subject == content.subject == str(INVOICE_ID)
    pdf = b64decode(content.data["content"])
    assert "IN000001" in read(pdf)
    answer = small_desk.ask("document.get", {"document_id": str(INVOICE_ID)})
    assert answer.name == "document.get_answered"
    assert b64decode(answer.data["content"]) == pdf
    assert answer.data["document"]["sha256"] == hashlib.sha256(pdf).hexdigest()
    assert answer.data["document"]["size"] == len(pdf)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_kept_by_its_own_event(kind: DocumentKind, desk: ServiceHarness) -> None:
    rendered, _content = desk.tell(EVENTS[kind], issued(sample(kind)))
    assert (rendered.name, rendered.data["document"]["kind"]) == ("document.rendered", kind)
    other = next(one for one in KINDS if one != kind)
    (failed,) = desk.tell(EVENTS[other], issued(sample(kind, document_id=uuid4(), number="X")))
    assert (failed.name, failed.data["code"]) == ("document.failed", "kind_differs")


def test_an_order_has_as_many_summaries_as_were_issued(desk: ServiceHarness) -> None:
    desk.tell(EVENTS["order_summary"], issued(sample("order_summary")))
    later = sample("order_summary", document_id=uuid4(), issued_at="2026-11-21T13:00:00Z")
    rendered, _content = desk.tell(EVENTS["order_summary"], issued(later))
    assert rendered.data["document"]["number"] == "XKBKNABJK 20261121T140000.000000+0100"
    assert (
        rendered.data["document"]["filename"]
        == "order-summary-XKBKNABJK-20261121T140000-000000-0100.pdf"
    )


def test_the_same_delivery_twice_is_rendered_and_told_once(
    desk: ServiceHarness, press: RenderPool
) -> None:
    twice = delivery(EVENTS["invoice"], INVOICE)
    assert desk.deliver(twice) + desk.deliver(twice) == [DONE, DONE]
    assert desk.deliver(twice, twice) == [DONE, DONE]
    assert press.printed == ["IN000001"]
    assert len(desk.outbox()) == 2


def test_another_event_for_a_kept_document_changes_nothing(
    desk: ServiceHarness, press: RenderPool
) -> None:
    desk.tell(EVENTS["invoice"], INVOICE)
    assert desk.tell(EVENTS["invoice"], issued(an_invoice(note="changed"))) == []
    assert press.printed == ["IN000001"]


def test_a_batch_keeps_every_document_and_harms_no_neighbour(
    desk: ServiceHarness, press: RenderPool
) -> None:
    wrong = issued(an_invoice(document_id=uuid4(), number="IN000002", gross=money(1)))
    verdicts = desk.deliver(
        delivery(EVENTS["invoice"], INVOICE),
        delivery(EVENTS["invoice"], wrong),
        delivery(EVENTS["delivery_slip"], issued(a_delivery_slip())),
    )
    assert verdicts == [DONE] * 3
    assert press.printed == ["IN000001", "DE000001"]
    assert [told.name for told in desk.outbox()].count("document.failed") == 1


def test_a_failed_document_is_told_once_and_kept_never(
    desk: ServiceHarness, press: RenderPool
) -> None:
    twice = delivery(EVENTS["invoice"], issued(an_invoice(gross=money(2871))))
    desk.deliver(twice)
    desk.deliver(twice)
    (failed,) = desk.outbox()
    assert (failed.name, failed.data["code"]) == ("document.failed", "sums_differ")
    assert (
        desk.ask("document.get", {"document_id": str(INVOICE_ID)}).data["code"]
        == "unknown_document"
    )
    assert press.printed == []


def test_a_number_that_is_taken_is_told(desk: ServiceHarness) -> None:
    desk.tell(EVENTS["invoice"], INVOICE)
    (failed,) = desk.tell(EVENTS["invoice"], issued(an_invoice(document_id=uuid4())))
    assert failed.data["code"] == "number_taken"
    assert (
        len(desk.tell(EVENTS["invoice"], issued(an_invoice(document_id=uuid4())), shop="other"))
        == 2
    )


def test_shops_see_their_own_documents(desk: ServiceHarness) -> None:
    desk.tell(EVENTS["invoice"], INVOICE, shop="tea")
    desk.tell(EVENTS["delivery_slip"], issued(a_delivery_slip()), shop="tea")
    query = {"order_id": INVOICE["order_id"]}
    listed = desk.ask("document.list", query, shop="tea").data["documents"]
    assert {one["document_id"] for one in listed} == {str(INVOICE_ID), str(SLIP_ID)}
    assert desk.ask("document.list", query).data["documents"] == []
    assert desk.ask("document.get", {"document_id": str(INVOICE_ID)}).name == "document.get_refused"


@dataclass
class Meeting(RenderPool):
    """Both have claimed before either has printed."""

    barrier: Barrier = field(default_factory=lambda: Barrier(2, timeout=FAR))

    def render(self, snapshot: DocumentSnapshot, branding: Branding = BUILT_IN) -> Rendered:
        self.barrier.wait()
        return super().render(snapshot, branding)


@dataclass
class Jammed(RenderPool):
    """Prints nothing at first."""

    jams: int = 2

    def render(self, snapshot: DocumentSnapshot, branding: Branding = BUILT_IN) -> Rendered:
        self.jams -= 1
        if self.jams >= 0:
            raise RenderingFailed("it took longer than 60 s")
        return super().render(snapshot, branding)


def test_a_document_that_was_not_rendered_is_tried_again_and_nothing_is_lost(url: str) -> None:
    desk = harness(service, url, outside(Jammed()))
    event = delivery(EVENTS["invoice"], INVOICE)
    verdicts = [verdict for _ in range(2) for verdict in desk.deliver(event)]
    assert [verdict.fate for verdict in verdicts] == [Fate.RETRY] * 2
    assert str(verdicts[0].error) == "it took longer than 60 s"
    assert desk.outbox() == []
    assert desk.deliver(event) == [DONE]
    assert [told.name for told in desk.outbox()] == ["document.rendered", "document.content"]
    desk.engine.dispose()


def test_an_event_with_a_part_missing_is_buried_with_its_name(
    desk: ServiceHarness, press: RenderPool
) -> None:
    without = {
        **INVOICE,
        "document": {key: part for key, part in INVOICE["document"].items() if key != "taxes"},
    }
    (verdict,) = desk.deliver(delivery(EVENTS["invoice"], without))
    assert verdict.fate is Fate.BURY
    assert "document.taxes" in str(verdict.error)
    assert press.printed == []


def test_two_workers_with_the_same_document_at_once_keep_one(url: str) -> None:
    desk = harness(service, url, outside(Meeting()))
    event = delivery(EVENTS["invoice"], INVOICE)
    again = delivery(EVENTS["invoice"], INVOICE)
    with ThreadPoolExecutor(2) as workers:
        verdicts = [
            verdict for found in workers.map(desk.deliver, (event, again)) for verdict in found
        ]
    assert Fate.DONE in [verdict.fate for verdict in verdicts]
    assert {verdict.fate for verdict in verdicts} <= {Fate.DONE, Fate.RETRY}
    assert sorted(told.name for told in desk.outbox()) == ["document.content", "document.rendered"]
    desk.engine.dispose()


def test_it_is_in_good_health(desk: ServiceHarness) -> None:
    answer = desk.ask("service.health", {})
    assert (answer.data["service"], answer.data["healthy"]) == ("documents", True)
