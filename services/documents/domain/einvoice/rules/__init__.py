"""The rules of e-invoices that a shop's data can break, by their official numbers. Rules that the
writers ensure (order, formats, sums) are not checked here; the tests run the official rules over
the written XML.
"""

from collections.abc import Callable, Iterator

from services.documents.domain.einvoice.model import Invoice
from services.documents.domain.einvoice.rules import core, peppol, xrechnung
from services.documents.domain.snapshot_checks import Violation
from shared.contracts.values import InvoiceProfile

OF_PROFILE: dict[InvoiceProfile, tuple[Callable[[Invoice], Iterator[Violation]], ...]] = {
    "en16931": (core.violations,),
    "peppol": (core.violations, peppol.violations),
    "xrechnung": (core.violations, xrechnung.violations),
}


def violations(invoice: Invoice) -> Iterator[Violation]:
    """Yield every rule of its profile that the invoice breaks."""
    for rules in OF_PROFILE[invoice.profile.name]:
        yield from rules(invoice)
