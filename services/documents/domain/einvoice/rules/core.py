"""Rules of EN 16931 itself (CEN)."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from services.documents.domain.einvoice.model import Id, Invoice, Party, VatCategory, VatGroup
from services.documents.domain.einvoice.rules import codes
from services.documents.domain.snapshot_checks import Violation

CENT = Decimal("0.01")
FAMILIES: dict[VatCategory, str] = {"S": "S", "Z": "Z", "E": "E", "AE": "AE", "K": "IC", "G": "G"}
STRICT = ("K", "G")  # categories for which a tax number is not enough
SELLER, BUYER = "shop", "customer"


def violations(invoice: Invoice) -> Iterator[Violation]:
    """Yield the core rules that the invoice breaks."""
    yield from _names(invoice)
    yield from _parties(invoice)
    yield from _currencies(invoice)
    yield from _categories(invoice)
    yield from _groups(invoice)
    yield from _amounts(invoice)


def _names(invoice: Invoice) -> Iterator[Violation]:
    if not invoice.number:
        yield Violation("BR-02", "The document has no number.")
    if not invoice.seller.name:
        yield Violation(
            "BR-06",
            "Give the shop's legal name: `company` or `name` of the address in its profile.",
        )
    if not invoice.buyer.name:
        yield Violation(
            "BR-07", "Give the customer's name: `company` or `name` of the invoice address."
        )
    for item in invoice.items:
        if not item.name:
            yield Violation("BR-25", f"Line {item.number} has no name.")


def _parties(invoice: Invoice) -> Iterator[Violation]:
    for party, who in ((invoice.seller, SELLER), (invoice.buyer, BUYER)):
        yield from _party(party, who)
    for country in {
        invoice.seller.place.country,
        invoice.buyer.place.country,
        invoice.deliver_to.place.country,
    }:
        if country not in codes.COUNTRIES:
            yield Violation("BR-CL-14", f"'{country}' is no country of ISO 3166-1.")


def _party(party: Party, who: str) -> Iterator[Violation]:
    if party.vat_id and party.vat_id[:2] not in codes.VAT_PREFIXES:
        yield Violation(
            "BR-CO-09",
            f"The VAT number '{party.vat_id}' of the {who} needs the prefix of its country, such"
            " as DE.",
        )
    if party.electronic and party.electronic.scheme not in codes.ADDRESSES:
        yield Violation("BR-CL-25", _unknown(party.electronic, f"electronic address of the {who}"))
    if party.legal_id and party.legal_id.scheme and party.legal_id.scheme not in codes.REGISTERS:
        yield Violation("BR-CL-11", _unknown(party.legal_id, f"`legal_id` of the {who}"))


def _unknown(identifier: Id, name: str) -> str:
    return f"The {name} has the scheme {identifier.scheme}, which is not on the list."


def _currencies(invoice: Invoice) -> Iterator[Violation]:
    if invoice.currency not in codes.CURRENCIES:
        yield Violation("BR-CL-04", f"'{invoice.currency}' is no currency of ISO 4217.")
    if invoice.accounting_tax and invoice.accounting_tax[0] not in codes.CURRENCIES:
        yield Violation("BR-CL-05", f"'{invoice.accounting_tax[0]}' is no currency of ISO 4217.")


def _categories(invoice: Invoice) -> Iterator[Violation]:
    """Check the numbers of seller and buyer that each category of tax needs: 02 is the rule of
    lines, 04 that of charges.
    """
    seller, buyer = invoice.seller, invoice.buyer
    of_lines = {item.vat.category for item in invoice.items}
    for category in sorted({vat.category for vat in invoice.line_vat}):
        family = f"BR-{FAMILIES[category]}"
        rule = f"{family}-02" if category in of_lines else f"{family}-04"
        if not seller.vat_id and (category in STRICT or not seller.tax_number):
            yield Violation(
                rule, "Give the shop's VAT number: `vat_number` of the address in its profile."
            )
        if category == "K" and not buyer.vat_id:
            yield Violation(rule, _buyer_number("An intra-community supply"))
        if category == "AE" and not (buyer.vat_id or buyer.legal_id):
            yield Violation(rule, _buyer_number("Reverse charge"))
        if category == "K" and not invoice.delivered:
            yield Violation(
                f"{family}-11",
                "An intra-community supply needs its date: issue the invoice when the order is"
                " shipped, or set `supply_date` of the shop's profile to 'issued'.",
            )


def _buyer_number(what: str) -> str:
    return f"{what} needs the customer's VAT number: `vat_number` of the invoice address."


def _groups(invoice: Invoice) -> Iterator[Violation]:
    rows = {group.vat for group in invoice.vat}
    for vat in sorted(set(invoice.line_vat) - rows, key=lambda vat: (vat.category, vat.rate)):
        yield Violation(
            f"BR-{FAMILIES[vat.category]}-01", f"The tax table has no row for {vat.rate:f} %."
        )
    for group in invoice.vat:
        if group.vat.rate == 0 and group.tax != 0:
            rule = f"BR-{FAMILIES[group.vat.category]}-09"
            yield Violation(
                rule, f"The tax table says a tax of {group.tax} where the rate is zero."
            )
        elif not _is_the_rate_of_its_basis(group):
            yield Violation(
                "BR-CO-17",
                f"{group.tax} is not {group.vat.rate:f} % of {group.basis} within one unit; shops"
                " that send e-invoices round taxes by the total.",
            )


def _is_the_rate_of_its_basis(group: VatGroup) -> bool:
    reckoned = (abs(group.basis) * group.vat.rate / 100).quantize(CENT, ROUND_HALF_UP)
    return abs(abs(group.tax) - reckoned) < 1


def _amounts(invoice: Invoice) -> Iterator[Violation]:
    for item in invoice.items:
        if item.price < 0:
            yield Violation("BR-27", f"The price of line {item.number} is negative.")
    unpaid = invoice.totals.due > 0 and not invoice.is_credit_note
    if unpaid and not (invoice.terms or invoice.due_date):
        yield Violation(
            "BR-CO-25",
            "Say when invoices are to be paid: `payment_days` or `payment_terms` of the shop's"
            " profile.",
        )
