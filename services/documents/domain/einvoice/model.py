"""The semantic model of EN 16931, as far as a shop's invoices need it. Amounts are in the invoice's currency."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

VatCategory = Literal["S", "Z", "E", "AE", "K", "G"]
"""UNTDID 5305: standard, zero rated, exempt, reverse charge, intra-community, export."""

INVOICE, CREDIT_NOTE = "380", "381"  # UNTDID 1001


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
class Party:
    """A seller or buyer (BG-4, BG-7). `legal_id` is a number in a register, `email` the electronic address."""

    name: str
    place: Place
    vat_id: str = ""
    legal_id: str = ""
    email: str = ""
    contact: str = ""


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
    """A line (BG-25). `price` is for one piece after discounts; `list_price`, where it differs, before them."""

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
    """How it is, or was, paid (BG-16). `code`: UNTDID 4461."""

    code: str
    text: str
    iban: str = ""
    bic: str = ""
    account_name: str = ""


@dataclass(frozen=True)
class Totals:
    """The document's totals (BG-22); `due` is `gross - paid`."""

    lines: Decimal
    charges: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    paid: Decimal
    due: Decimal


@dataclass(frozen=True)
class Preceding:
    """An invoice that this document changes (BG-3)."""

    number: str
    issued: date | None


@dataclass(frozen=True)
class Invoice:
    """An invoice or a credit note; amounts of a credit note are positive."""

    number: str
    type_code: str
    issued: date
    currency: str
    order_reference: str
    notes: tuple[str, ...]
    seller: Party
    buyer: Party
    deliver_to: Party
    items: tuple[Item, ...]
    freight: Freight | None
    vat: tuple[VatGroup, ...]
    totals: Totals
    payment: Payment
    terms: str
    delivered: date | None = None
    preceding: tuple[Preceding, ...] = ()
    accounting_tax: tuple[str, Decimal] | None = None

    @property
    def is_credit_note(self) -> bool:
        return self.type_code == CREDIT_NOTE
