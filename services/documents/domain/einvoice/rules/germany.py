"""Rules of Germany: those of XRechnung, which Peppol applies between two German companies under
numbers of its own.
"""

from collections.abc import Callable, Iterator

from services.documents.domain.einvoice.model import Invoice, Place
from services.documents.domain.snapshot_checks import Violation

PROFILE = "the address in the shop's profile"


def violations(invoice: Invoice, rule: Callable[[int], str]) -> Iterator[Violation]:
    """Yield the German rules that the invoice breaks; `rule` formats the name of a rule from its
    number.
    """
    if not invoice.buyer_reference:
        yield Violation(
            rule(15),
            "Give what the customer wants to find on invoices: `buyer_reference` of the invoice"
            " address, for authorities the Leitweg-ID.",
        )
    if invoice.seller.contact is None or not invoice.seller.contact.phone:
        yield Violation(rule(6), f"Give the shop's telephone number: `phone` of {PROFILE}.")
    yield from _place(invoice.seller.place, rule, 3, PROFILE)
    yield from _place(invoice.buyer.place, rule, 8, "the invoice address")
    yield from _place(invoice.deliver_to.place, rule, 10, "the delivery address")
    if invoice.terms.startswith("#"):
        yield Violation(
            rule(18),
            "A '#' begins a cash discount: let `payment_terms` of the profile begin otherwise.",
        )


def _place(place: Place, rule: Callable[[int], str], first: int, name: str) -> Iterator[Violation]:
    if not place.city:
        yield Violation(rule(first), f"Give the `city` of {name}.")
    if not place.postcode:
        yield Violation(rule(first + 1), f"Give the `postcode` of {name}.")
