"""Rules of XRechnung 3.0, the German way to use EN 16931."""

from collections.abc import Iterator

from services.documents.domain.einvoice.model import Invoice
from services.documents.domain.einvoice.rules import germany
from services.documents.domain.snapshot_checks import Violation


def violations(invoice: Invoice) -> Iterator[Violation]:
    """Yield the XRechnung rules that the invoice breaks."""
    yield from germany.violations(invoice, "BR-DE-{}".format)
