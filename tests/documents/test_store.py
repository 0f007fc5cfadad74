"""Both databases hold what the code believes, and never let go of a document."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from services.documents.domain.document import (
    DocumentFilter,
    StoredDocument,
    stored_document,
)
from services.documents.domain.rendered import Rendered
from services.documents.work import Work
from services.documents.worker import service
from shared.runtime.storage import migrations
from shared.runtime.storage.database import reading
from tests.documents.builders import INVOICE_ID, RenderPool, a_delivery_slip, an_invoice, outside
from tests.words import ServiceHarness

NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)


def a_document(**changes: Any) -> StoredDocument:
    document = stored_document(
        an_invoice(note="آبی"), Rendered(bytes(range(256)), "press 1"), shop="default", at=NOON
    )
    return replace(document, **changes)


def keep(desk: ServiceHarness, *documents: StoredDocument) -> None:
    with desk.engine.begin() as connection:
        work = Work(connection, outside(RenderPool()))
        for document in documents:
            work.documents.get(document.document_id)
            work.documents.save(document.document_id, document)
        work.keep()
        work.write()


def kept(desk: ServiceHarness) -> StoredDocument | None:
    with reading(desk.engine) as connection:
        return Work(connection, outside(RenderPool())).documents.get(INVOICE_ID)


def test_migrating_again_changes_nothing(desk: ServiceHarness) -> None:
    keep(desk, a_document())
    assert migrations.upgrade(service, desk.engine) == migrations.require(service, desk.engine)
    assert kept(desk) == a_document()


def test_a_document_comes_back_as_it_was_kept(desk: ServiceHarness) -> None:
    keep(desk, a_document())
    assert kept(desk) == a_document()


def test_a_document_that_is_saved_again_is_refused_and_stays(desk: ServiceHarness) -> None:
    keep(desk, a_document())
    with pytest.raises(IntegrityError):
        keep(desk, a_document(content=b"other", size=5))
    assert kept(desk) == a_document()


def test_a_number_is_given_once_in_a_shop_and_kind(desk: ServiceHarness) -> None:
    keep(desk, a_document())
    with pytest.raises(IntegrityError):
        keep(desk, a_document(document_id=uuid4()))
    keep(
        desk,
        a_document(document_id=uuid4(), shop="other"),
        a_document(document_id=uuid4(), kind="credit_slip"),
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents SET number = 'X'",
        "UPDATE documents SET content = content",
        "DELETE FROM documents",
        "INSERT INTO documents SELECT * FROM documents",
    ],
)
def test_the_database_itself_refuses_to_change_or_drop_a_document(
    statement: str, desk: ServiceHarness
) -> None:
    keep(desk, a_document())
    with pytest.raises(DBAPIError), desk.engine.begin() as connection:
        connection.execute(text(statement))
    assert kept(desk) == a_document()


def test_neither_does_a_database_replace_or_empty(desk: ServiceHarness) -> None:
    keep(desk, a_document())
    upsert = (
        "INSERT INTO documents SELECT * FROM documents WHERE true ON CONFLICT (document_id) DO"
        " UPDATE SET size = 1"
    )
    replacing = "INSERT OR REPLACE INTO documents SELECT * FROM documents"
    for statement in (
        upsert,
        replacing if desk.engine.dialect.name == "sqlite" else "TRUNCATE documents",
    ):
        with pytest.raises(DBAPIError), desk.engine.begin() as connection:
            connection.execute(text(statement))
    assert kept(desk) == a_document()


def test_a_number_leads_to_its_document(desk: ServiceHarness) -> None:
    keep(desk, a_document())
    with reading(desk.engine) as connection:
        found = Work(connection, outside(RenderPool())).documents
        assert found.find_number("default", "invoice", "IN000001") == INVOICE_ID
        assert found.find_number("other", "invoice", "IN000001") is None
        assert found.find_number("default", "credit_slip", "IN000001") is None


def test_the_documents_of_an_order_are_listed_newest_first(desk: ServiceHarness) -> None:
    slip = stored_document(a_delivery_slip(), Rendered(b"slip", "press 1"), shop="default", at=NOON)
    later = replace(slip, issued_at=NOON + timedelta(days=1))
    elsewhere = a_document(document_id=uuid4(), shop="other")
    keep(desk, later, a_document(), elsewhere)
    with reading(desk.engine) as connection:
        found = Work(connection, outside(RenderPool())).documents
        assert found.page(DocumentFilter("default", [slip.order_id]), 9) == [
            later.view(),
            a_document().view(),
        ]
        assert found.page(DocumentFilter("default", [uuid4()]), 9) == []


def test_a_list_tells_the_day_that_is_printed(desk: ServiceHarness) -> None:
    late = {"issued_at": datetime(2026, 12, 31, 23, 30, tzinfo=UTC)}  # in Berlin it is the new year
    document = stored_document(
        an_invoice(**late),  # type: ignore[arg-type]
        Rendered(b"", "press 1"),
        shop="default",
        at=NOON,
    )
    older = replace(document, document_id=uuid4(), number="IN000000", snapshot={"shop": {}})
    keep(desk, document, older)
    with reading(desk.engine) as connection:
        shown = Work(connection, outside(RenderPool())).documents.page(
            DocumentFilter("default"), 10
        )
    assert {view.number: str(view.issued_on) for view in shown} == {
        "IN000001": "2027-01-01",
        "IN000000": "2026-12-31",
    }
    assert str(document.view().issued_on) == "2027-01-01"
