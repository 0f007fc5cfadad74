"""The semantic model of EN 16931, limited to invoices of shops. Amounts are in the invoice's
currency.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from shared.contracts.values import InvoiceProfile

VatCategory = Literal["S", "Z", "E", "AE", "K", "G"]
"""UNTDID 5305: standard, zero rated, exempt, reverse charge, intra-community, export."""

INVOICE, CREDIT_NOTE = "380", "381"  # UNTDID 1001
PEPPOL_BILLING = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"


@dataclass(frozen=True)
class Profile:
    """A specification that an invoice follows (BT-24), and its business process (BT-23)."""

    name: InvoiceProfile
    specification: str
    process: str = ""


PROFILES = {
    "en16931": Profile("en16931", "urn:cen.eu:en16931:2017"),
    "peppol": Profile(
        "peppol",
        "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
        PEPPOL_BILLING,
    ),
    "xrechnung": Profile(
        "xrechnung",
        "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0",
        PEPPOL_BILLING,
    ),
}


@dataclass(frozen=True)
class Id:
    """An identifier; `scheme` is the list that it belongs to, if known."""

    id: str
    scheme: str = ""


@dataclass(frozen=True)
class Place:
    """A postal address (BG-5, BG-8, BG-15)."""

    country: str
    city: str = ""
    postcode: str = ""
    line1: str = ""
    line2: str = ""
    region: str = ""


@dataclass(frozen=True)
class Contact:
    """The contact for questions about the invoice (BG-6)."""

    name: str
    phone: str
    email: str


@dataclass(frozen=True)
class Party:
    """A seller or buyer (BG-4, BG-7). `name` is that of the legal entity (BT-27, BT-44),
    `trading_name` the public name if it differs (BT-28); `legal_id` is a number in a register,
    `electronic` the electronic address.
    """

    name: str
    place: Place
    trading_name: str = ""
    vat_id: str = ""
    tax_number: str = ""
    legal_id: Id | None = None
    electronic: Id | None = None
    contact: Contact | None = None


@dataclass(frozen=True)
class Vat:
    """A category and rate (BT-151, BT-152); `reason` says why there is no tax (BT-120)."""

    category: VatCategory
    rate: Decimal
    reason: str = ""


@dataclass(frozen=True)
class VatGroup:
    """A row of the VAT breakdown (BG-23)."""

    vat: Vat
    basis: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Item:
    """A line (BG-25). `price` is for one piece after discounts, `list_price` before them if it
    differs.
    """

    number: int
    sku: str
    name: str
    quantity: int
    price: Decimal
    net: Decimal
    vat: Vat
    list_price: Decimal | None = None


@dataclass(frozen=True)
class Freight:
    """Shipping, as a charge on the whole document (BG-21)."""

    net: Decimal
    vat: Vat
    reason: str


@dataclass(frozen=True)
class Payment:
    """The means of payment (BG-16). `code`: UNTDID 4461. `domestic` holds account and registration
    number for countries that use these instead of an IBAN.
    """

    code: str
    text: str
    iban: str = ""
    bic: str = ""
    holder: str = ""
    reference: str = ""
    domestic: tuple[str, str] | None = None


@dataclass(frozen=True)
class Totals:
    """The document's totals (BG-22); `due` is `gross - paid + rounding`."""

    lines: Decimal
    charges: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    paid: Decimal
    due: Decimal
    rounding: Decimal = Decimal(0)


@dataclass(frozen=True)
class Preceding:
    """An invoice that this document corrects (BG-3)."""

    number: str
    issued: date | None


@dataclass(frozen=True)
class Invoice:
    """An invoice or a credit note; amounts of a credit note are positive. `purchase_order` is the
    buyer's order number (BT-13), `sales_order` the seller's (BT-14).
    """

    profile: Profile
    number: str
    type_code: str
    issued: date
    currency: str
    buyer_reference: str
    purchase_order: str
    sales_order: str
    notes: tuple[str, ...]
    seller: Party
    buyer: Party
    deliver_to: Party
    items: tuple[Item, ...]
    freight: Freight | None
    vat: tuple[VatGroup, ...]
    totals: Totals
    payment: Payment | None
    terms: str
    due_date: date | None = None
    delivered: date | None = None
    preceding: tuple[Preceding, ...] = ()
    accounting_tax: tuple[str, Decimal] | None = None

    @property
    def line_vat(self) -> tuple[Vat, ...]:
        """Return the VAT of each line and charge."""
        freight = (self.freight.vat,) if self.freight else ()
        return (*(item.vat for item in self.items), *freight)

    @property
    def is_credit_note(self) -> bool:
        return self.type_code == CREDIT_NOTE
