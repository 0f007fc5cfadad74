"""Rules of Peppol BIS Billing 3.0."""

from collections.abc import Callable, Iterator

from services.documents.domain.einvoice.model import Id, Invoice, Party
from services.documents.domain.einvoice.rules import codes, national
from services.documents.domain.einvoice.rules.identifiers import (
    is_australian,
    is_belgian,
    is_danish,
    is_gln,
    is_norwegian,
    is_swedish,
)
from services.documents.domain.snapshot_checks import Violation

CHECKED: dict[str, tuple[str, str, Callable[[str], bool]]] = {
    "0088": ("PEPPOL-COMMON-R040", "a GLN", is_gln),
    "0192": ("PEPPOL-COMMON-R041", "a Norwegian organisation number", is_norwegian),
    "0184": ("PEPPOL-COMMON-R042", "a Danish CVR number", is_danish),
    "0208": ("PEPPOL-COMMON-R043", "a Belgian enterprise number", is_belgian),
    "0007": ("PEPPOL-COMMON-R049", "a Swedish organisation number", is_swedish),
    "0151": ("PEPPOL-COMMON-R050", "an Australian business number", is_australian),
}
SELLER = ("shop", "PEPPOL-EN16931-R020", "the address in the shop's profile")
BUYER = ("customer", "PEPPOL-EN16931-R010", "the invoice address")


def violations(invoice: Invoice) -> Iterator[Violation]:
    """Yield the Peppol rules that the invoice breaks, including those of the seller's country."""
    yield from _party(invoice.seller, *SELLER)
    yield from _party(invoice.buyer, *BUYER)
    yield from _accounting(invoice)
    yield from national.violations(invoice)


def _party(party: Party, who: str, missing: str, place: str) -> Iterator[Violation]:
    address = party.electronic
    if address is None:
        yield Violation(
            missing,
            f"Give the {who}'s electronic address in Peppol: `electronic_address` of {place}.",
        )
    elif address.scheme not in codes.PEPPOL_ADDRESSES:
        yield Violation(
            "PEPPOL-EN16931-CL008",
            f"Peppol knows no electronic address of the scheme {address.scheme} ({place}).",
        )
    for identifier in {address, party.legal_id}:
        if identifier:
            yield from _well_formed(identifier, place)


def _well_formed(identifier: Id, place: str) -> Iterator[Violation]:
    rule, what, is_one = CHECKED.get(identifier.scheme, ("", "", lambda _: True))
    if not is_one(identifier.id):
        yield Violation(
            rule,
            f"'{identifier.id}' is not {what}, as the scheme {identifier.scheme} says ({place}).",
        )


def _accounting(invoice: Invoice) -> Iterator[Violation]:
    if invoice.accounting_tax is None:
        return
    currency, tax = invoice.accounting_tax
    if currency == invoice.currency:
        yield Violation(
            "PEPPOL-EN16931-R005", f"The invoice is in {currency}: it needs no second currency."
        )
    if tax * invoice.totals.tax < 0:
        yield Violation(
            "PEPPOL-EN16931-R055",
            f"Of the tax in {invoice.currency} and in {currency}, one is negative.",
        )
