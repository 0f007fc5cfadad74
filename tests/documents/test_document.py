import hashlib
from datetime import UTC, datetime

import pytest

from services.documents.domain.document import filename, stored_document
from services.documents.domain.rendered import Rendered
from shared.contracts.snapshot import DocumentSnapshot
from tests.documents.builders import an_invoice

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "number", "name"),
    [
        ("invoice", "IN000001", "invoice-IN000001.pdf"),
        ("delivery_slip", "DE000001", "delivery-slip-DE000001.pdf"),
        ("invoice", "2026/IN 7", "invoice-2026-IN-7.pdf"),
        ("invoice", "../../etc/passwd\x00", "invoice-etc-passwd.pdf"),
        ("invoice", "۱۲", "invoice.pdf"),
        ("credit_slip", "X" * 60, f"credit-slip-{'X' * 60}.pdf"),
    ],
)
def test_file_names_are_safe_everywhere(kind: str, number: str, name: str) -> None:
    assert filename(kind, number) == name


def test_a_document_is_kept_with_everything_about_it() -> None:
    snapshot = an_invoice(note="آبی")
    document = stored_document(snapshot, Rendered(b"%PDF", "press 1"), shop="tea", at=NOON)
    assert (document.shop, document.size, document.engine, document.rendered_at) == (
        "tea",
        4,
        "press 1",
        NOON,
    )
    assert document.sha256 == hashlib.sha256(b"%PDF").hexdigest() == document.view().sha256
    assert DocumentSnapshot.model_validate(document.snapshot) == snapshot
