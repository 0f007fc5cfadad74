"""The handlers with the simplest store and renderer."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from unittest.mock import ANY
from uuid import UUID, uuid4

import pytest

from services.documents.domain.branding import BUILT_IN, Branding
from services.documents.domain.document import DocumentFilter, StoredDocument
from services.documents.domain.rendered import Rendered
from services.documents.handlers.rendering import claim, render, store_document
from services.documents.handlers.stored_documents import list_documents, service as stored_documents
from services.documents.work import Adapters
from shared.contracts import samples
from shared.contracts.cursor import Cursor
from shared.contracts.documents import (
    Document,
    DocumentContent,
    DocumentFailed,
    DocumentRendered,
    DocumentView,
    GetDocument,
    ListDocuments,
)
from shared.contracts.e_invoices import EInvoice, GetEInvoice
from shared.contracts.message import Event, Query
from shared.contracts.orders import DeliverySlipIssued, InvoiceIssued
from shared.contracts.reason import Reason
from shared.contracts.snapshot import DocumentSnapshot
from shared.runtime.storage.locks import LockSequence
from tests.documents.builders import (
    INVOICE_ID,
    RenderPool,
    a_delivery_slip,
    a_line,
    an_invoice,
    money,
    outside,
)
from tests.documents.rules import CII, UBL_INVOICE, broken

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass
class Shelf:
    kept: dict[UUID, StoredDocument] = field(default_factory=dict)

    def get(self, document_id: UUID) -> StoredDocument | None:
        return self.kept.get(document_id)

    def save(self, document_id: UUID, document: StoredDocument) -> None:
        self.kept[document_id] = document

    def find_number(self, shop: str, kind: str, number: str) -> UUID | None:
        found = (
            one
            for one in self.kept.values()
            if (one.shop, one.kind, one.number) == (shop, kind, number)
        )
        return next((one.document_id for one in found), None)

    def page(self, wanted: DocumentFilter, limit: int, after: Cursor | None) -> list[DocumentView]:
        fitting = (
            one
            for one in self.kept.values()
            if (one.shop, [one.order_id]) == (wanted.shop, wanted.order_ids)
        )
        return [one.view() for one in fitting][:limit]

    def orders(self, shop: str, wanted: str) -> list[UUID]:
        return [UUID(wanted)]

    def count(self, wanted: DocumentFilter) -> int:
        return len(self.page(wanted, 1000, None))


@dataclass
class ServiceHarness:
    documents: Shelf = field(default_factory=Shelf)
    shop: str = "default"
    now: datetime = NOON
    adapters: Adapters = field(default_factory=lambda: outside(RenderPool()))

    locks: LockSequence = field(default_factory=lambda: LockSequence([], {}))

    def branding(self, kind: str, language: str) -> Branding:
        return BUILT_IN

    def document(self, document_id: UUID) -> StoredDocument | None:
        document = self.documents.get(document_id)
        return document if document and document.shop == self.shop else None


def ask(query: Query, work: Any) -> Any:
    """The answer, as the pipeline gets it."""
    handlings = {handling.message: handling for handling in stored_documents.handlings}
    return handlings[type(query)].decide(query, work)


def invoice_issued(snapshot: DocumentSnapshot) -> InvoiceIssued:
    return InvoiceIssued(order_id=snapshot.order_id, document=snapshot)


def go_through(event: Any, work: Any, press: RenderPool) -> list[Event]:
    """All five beats."""
    claimed = claim(event, work)
    return (
        []
        if claimed is None
        else list(store_document(event, work, render(claimed, outside(press))))
    )


@pytest.fixture
def work() -> Any:
    return ServiceHarness()


def test_an_invoice_is_rendered_kept_and_told_with_its_bytes(work: Any, press: RenderPool) -> None:
    rendered, content = go_through(invoice_issued(an_invoice()), work, press)
    kept = work.documents.get(INVOICE_ID)
    assert isinstance(rendered, DocumentRendered)
    assert isinstance(content, DocumentContent)
    assert (kept.content, kept.rendered_at) == (b"%PDF IN000001", NOON)
    assert rendered.document == content.document == kept.view()
    assert content.content == kept.content


def test_what_is_told_survives_the_wire(work: Any, press: RenderPool) -> None:
    content = go_through(invoice_issued(an_invoice()), work, press)[1]
    assert DocumentContent.model_validate_json(content.model_dump_json()) == content


def test_a_delivery_slip_goes_the_same_way(work: Any, press: RenderPool) -> None:
    slip = a_delivery_slip()
    go_through(DeliverySlipIssued(order_id=slip.order_id, document=slip), work, press)
    assert work.documents.get(slip.document_id).filename == "delivery-slip-DE000001.pdf"


def test_what_is_kept_is_not_rendered_again(work: Any, press: RenderPool) -> None:
    go_through(invoice_issued(an_invoice()), work, press)
    assert go_through(invoice_issued(an_invoice(note="changed")), work, press) == []
    assert press.printed == ["IN000001"]


def test_the_second_of_two_that_were_rendered_at_once_keeps_nothing(
    work: Any, press: RenderPool
) -> None:
    event = invoice_issued(an_invoice())
    go_through(event, work, press)
    assert list(store_document(event, work, Rendered(b"other", "press 2"))) == []
    assert work.documents.get(INVOICE_ID).content == b"%PDF IN000001"


def test_a_document_that_does_not_add_up_is_told_and_not_printed(
    work: Any, press: RenderPool
) -> None:
    (failed,) = go_through(invoice_issued(an_invoice(gross=money(2871))), work, press)
    assert isinstance(failed, DocumentFailed)
    assert (failed.code, failed.number) == ("sums_differ", "IN000001")
    assert press.printed == []
    assert work.documents.kept == {}


def test_a_taken_number_is_told(work: Any, press: RenderPool) -> None:
    go_through(invoice_issued(an_invoice()), work, press)
    found = claim(invoice_issued(an_invoice(document_id=uuid4())), work)
    assert isinstance(found, Reason)
    assert found.code == "number_taken"


def test_a_document_is_handed_out_with_its_bytes(work: Any, press: RenderPool) -> None:
    go_through(invoice_issued(an_invoice()), work, press)
    answer = ask(GetDocument(document_id=INVOICE_ID), work)
    assert isinstance(answer, Document)
    assert answer.content == b"%PDF IN000001"


@pytest.mark.parametrize(("syntax", "rules"), [("cii", CII), ("ubl", UBL_INVOICE)])
def test_an_invoice_is_handed_out_as_data_that_keeps_the_rules(
    syntax: Any, rules: tuple[str, str], work: Any, press: RenderPool
) -> None:
    go_through(invoice_issued(an_invoice()), work, press)
    answer = ask(GetEInvoice(document_id=INVOICE_ID, syntax=syntax), work)
    assert isinstance(answer, EInvoice)
    assert broken(answer.content, rules) == []


def test_what_is_no_e_invoice_is_refused_with_the_reason(work: Any, press: RenderPool) -> None:
    query = GetEInvoice(document_id=INVOICE_ID)
    assert ask(query, work).code == "unknown_document"
    go_through(invoice_issued(an_invoice([a_line(currency="KWD")])), work, press)
    refused = ask(query, work)
    assert isinstance(refused, Reason)
    assert (refused.code, refused.field) == ("rule_violated", "document_id")
    assert refused.details["violations"] == [{"rule": "BR-DEC-14", "reason": ANY}]


def test_a_pdf_without_data_says_why(work: Any, press: RenderPool) -> None:
    rendered, _ = go_through(invoice_issued(an_invoice(payments=[], pay_until=None)), work, press)
    assert "`payment_days`" in rendered.no_e_invoice  # type: ignore[attr-defined]
    assert rendered.no_e_invoice.endswith("(BR-CO-25).")  # type: ignore[attr-defined]


def test_a_pdf_that_holds_its_data_or_whose_shop_wants_none_says_nothing(
    work: Any, press: RenderPool
) -> None:
    rendered, _ = go_through(invoice_issued(an_invoice()), work, press)
    assert rendered.no_e_invoice == ""  # type: ignore[attr-defined]
    unwanted = {**samples.SHOP_PROFILE, "e_invoice": False}
    other = an_invoice(
        shop=unwanted, number="IN2", document_id=uuid4(), payments=[], pay_until=None
    )
    rendered, _ = go_through(invoice_issued(other), work, press)
    assert rendered.no_e_invoice == ""  # type: ignore[attr-defined]


def test_peppol_is_ubl_and_says_what_is_missing(work: Any, press: RenderPool) -> None:
    go_through(invoice_issued(an_invoice()), work, press)
    refused = ask(GetEInvoice(document_id=INVOICE_ID, standard="peppol"), work)
    assert isinstance(refused, Reason)
    assert refused.details["rule"] == "PEPPOL-EN16931-R020"
    wrong = ask(GetEInvoice(document_id=INVOICE_ID, standard="peppol", syntax="cii"), work)
    assert isinstance(wrong, Reason)
    assert (wrong.code, wrong.field) == ("wrong_syntax", "syntax")


def test_an_unknown_document_and_one_of_another_shop_are_refused_alike(
    work: Any, press: RenderPool
) -> None:
    query = GetDocument(document_id=INVOICE_ID)
    unknown = ask(query, work)
    go_through(invoice_issued(an_invoice()), work, press)
    work.shop = "other"
    assert ask(query, work) == unknown
    sentence = f"There is no document {INVOICE_ID} in this shop."
    assert unknown == Reason("unknown_document", sentence, field="document_id")


def test_the_documents_of_an_order_are_listed(work: Any, press: RenderPool) -> None:
    invoice = an_invoice()
    go_through(invoice_issued(invoice), work, press)
    assert [
        one.number
        for one in list_documents(ListDocuments(order_id=str(invoice.order_id)), work).documents  # type: ignore[union-attr]
    ] == ["IN000001"]
    assert list_documents(ListDocuments(order_id=str(uuid4())), work).documents == []  # type: ignore[union-attr]
