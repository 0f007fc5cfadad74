"""National rules of Peppol BIS Billing 3.0 for sellers of a country."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from services.documents.domain.einvoice.model import Invoice, Party, Place
from services.documents.domain.einvoice.rules import germany
from services.documents.domain.einvoice.rules.identifiers import is_norwegian, is_swedish
from services.documents.domain.snapshot_checks import Violation

PROFILE = "the address in the shop's profile"
SWEDISH_DIGITS = 10
SWEDISH_RATES = (Decimal(25), Decimal(12), Decimal(6))
DUTCH_REGISTERS, DANISH_REGISTER, ICELANDIC_REGISTER = ("0106", "0190"), "0184", "0196"
DUTCH_MEANS = ("30", "48", "49", "57", "58", "59")
DANISH_MEANS = ("1", "10", "31", "42", "48", "49", "50", "58", "59", "93", "97")


def violations(invoice: Invoice) -> Iterator[Violation]:
    """Yield the national rules that the invoice breaks. Some countries apply them by the seller's
    address, some by its VAT number.
    """
    by_address, by_number = invoice.seller.place.country, country_of_vat(invoice.seller)
    for country in {by_address, by_number}:
        if country in OF_COUNTRY:
            yield from OF_COUNTRY[country](invoice)


def country_of_vat(party: Party) -> str:
    """Return the country of a party's VAT number, else that of its address."""
    prefix = party.vat_id[:2] or party.place.country
    return "GR" if prefix == "EL" else prefix


def _germany(invoice: Invoice) -> Iterator[Violation]:
    if invoice.seller.place.country == invoice.buyer.place.country == "DE":
        yield from germany.violations(invoice, "DE-R-{:03}".format)


def _netherlands(invoice: Invoice) -> Iterator[Violation]:
    seller, buyer = invoice.seller, invoice.buyer
    if seller.place.country != "NL":
        return
    if invoice.is_credit_note and not invoice.preceding:
        yield Violation("NL-R-001", "The credit slip names no invoice.")
    yield from _whole(seller.place, "NL-R-002", PROFILE)
    if seller.legal_id and seller.legal_id.scheme not in DUTCH_REGISTERS:
        yield Violation(
            "NL-R-003",
            f"Give the shop's KVK or OIN number: `legal_id` of {PROFILE}, scheme 0106 or 0190.",
        )
    if buyer.place.country != "NL":
        return
    yield from _whole(buyer.place, "NL-R-004", "the invoice address")
    if buyer.legal_id and buyer.legal_id.scheme not in DUTCH_REGISTERS:
        yield Violation(
            "NL-R-005", "`legal_id` of a Dutch customer has the scheme 0106 (KVK) or 0190 (OIN)."
        )
    if invoice.payment and invoice.payment.code not in DUTCH_MEANS:
        yield Violation(
            "NL-R-008", "Give the account that the customer pays to: `bank` of the shop's profile."
        )


def _whole(place: Place, rule: str, name: str) -> Iterator[Violation]:
    if not (place.line1 and place.city and place.postcode):
        yield Violation(rule, f"Give street, city and postcode of {name}.")


def _denmark(invoice: Invoice) -> Iterator[Violation]:
    seller, payment = invoice.seller, invoice.payment
    if seller.place.country != "DK":
        return
    if seller.legal_id is None:
        yield Violation(
            "DK-R-002", f"Give the shop's CVR number: `legal_id` of {PROFILE}, scheme 0184."
        )
    elif seller.legal_id.scheme != DANISH_REGISTER:
        yield Violation(
            "DK-R-014", f"`legal_id` of {PROFILE} has the scheme 0184 in Denmark (CVR)."
        )
    domestic = invoice.buyer.place.country == "DK" and not invoice.is_credit_note
    if domestic and payment and payment.code not in DANISH_MEANS:
        yield Violation(
            "DK-R-005", "Give a Danish account for payments in DKK: `bank` of the shop's profile."
        )


def _sweden(invoice: Invoice) -> Iterator[Violation]:
    seller = invoice.seller
    if seller.place.country != "SE":
        return
    if seller.vat_id.startswith("SE"):
        if len(seller.vat_id) != len("SE123456789001"):
            yield Violation(
                "SE-R-001", f"A Swedish VAT number has 14 characters, '{seller.vat_id}' has not."
            )
        if not seller.vat_id[2:].isdigit():
            yield Violation(
                "SE-R-002",
                f"A Swedish VAT number has digits behind SE, not as in '{seller.vat_id}'.",
            )
        yield from _swedish_rates(invoice)
    if seller.legal_id is None:
        return
    number = seller.legal_id.id
    if not is_swedish(number):
        rule = "SE-R-013"
        if not number.isdigit():
            rule = "SE-R-003"
        elif len(number) != SWEDISH_DIGITS:
            rule = "SE-R-004"
        yield Violation(
            rule, f"Give the shop's organisation number: `legal_id` of {PROFILE}, scheme 0007."
        )
    if seller.tax_number and seller.tax_number.upper() != "GODKÄND FÖR F-SKATT":
        yield Violation(
            "SE-R-005",
            "`tax_number` of a Swedish shop's profile is 'Godkänd för F-skatt' or empty.",
        )


def _swedish_rates(invoice: Invoice) -> Iterator[Violation]:
    rates = set()
    for vat in invoice.line_vat:
        if vat.category == "S":
            rates.add(vat.rate)
    for rate in sorted(rates):
        if rate not in SWEDISH_RATES:
            yield Violation("SE-R-006", f"Swedish VAT is 25, 12 or 6 %, not {rate:f} %.")


def _norway(invoice: Invoice) -> Iterator[Violation]:
    number = invoice.seller.vat_id
    form = re.fullmatch("NO([0-9]{9})MVA", number)
    if number.startswith("NO") and not (form and is_norwegian(form[1])):
        yield Violation(
            "NO-R-001",
            f"A Norwegian VAT number is NO, the organisation number and MVA, not '{number}'.",
        )


def _italy(invoice: Invoice) -> Iterator[Violation]:
    seller = invoice.seller
    if country_of_vat(seller) != "IT":
        return
    if seller.tax_number and not re.fullmatch("[A-Z0-9]{11,16}", seller.tax_number):
        yield Violation(
            "IT-R-001", "`tax_number` of an Italian shop's profile has 11 to 16 letters and digits."
        )
    for rule, text, name in (
        ("IT-R-002", seller.place.line1, "line1"),
        ("IT-R-003", seller.place.city, "city"),
        ("IT-R-004", seller.place.postcode, "postcode"),
    ):
        if not text:
            yield Violation(rule, f"Give the `{name}` of {PROFILE}.")


def _iceland(invoice: Invoice) -> Iterator[Violation]:
    seller, buyer = invoice.seller, invoice.buyer
    if seller.place.country != "IS":
        return
    if seller.legal_id is None or seller.legal_id.scheme != ICELANDIC_REGISTER:
        yield Violation(
            "IS-R-002", f"Give the shop's kennitala: `legal_id` of {PROFILE}, scheme 0196."
        )
    if not (seller.place.line1 and seller.place.postcode):
        yield Violation("IS-R-003", f"Give street and postcode of {PROFILE}.")
    if buyer.place.country != "IS":
        return
    if buyer.legal_id is None or buyer.legal_id.scheme != ICELANDIC_REGISTER:
        yield Violation(
            "IS-R-004",
            "Give the customer's kennitala: `legal_id` of the invoice address, scheme 0196.",
        )
    if not (buyer.place.line1 and buyer.place.postcode):
        yield Violation("IS-R-005", "Give street and postcode of the invoice address.")


def _greece(invoice: Invoice) -> Iterator[Violation]:
    if country_of_vat(invoice.seller) != "GR":
        return
    rule = "GR-R-004-1" if invoice.seller.place.country == "GR" else "GR-R-001-1"
    yield Violation(
        rule,
        "Greek invoices carry the MARK of the tax office (myDATA): send them through its"
        " providers.",
    )


OF_COUNTRY: dict[str, Callable[[Invoice], Iterator[Violation]]] = {
    "DE": _germany,
    "DK": _denmark,
    "GR": _greece,
    "IS": _iceland,
    "IT": _italy,
    "NL": _netherlands,
    "NO": _norway,
    "SE": _sweden,
}
