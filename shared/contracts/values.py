"""Values that many messages share: money, addresses, people, shops."""

import re
from decimal import Decimal
from functools import cache
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, AwareDatetime, Field, PlainSerializer, WithJsonSchema

from shared.contracts.links import OrderPage
from shared.contracts.message import Value
from shared.contracts.partial import Settings

Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217")]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
Language = Annotated[
    str, Field(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35, description="BCP 47")
]
MAIL_CHARACTER = r"[^@\s\x00-\x1f\x7f<>,;:\"()\[\]\\]"
Email = Annotated[
    str, Field(pattern=f"^{MAIL_CHARACTER}{{1,64}}@{MAIL_CHARACTER}{{1,190}}$", max_length=254)
]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Sku = Annotated[
    str, Field(min_length=1, max_length=64, description="Reference of a product or combination")
]
StateKey = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,39}$")]
Quantity = Annotated[int, Field(gt=0, le=1_000_000, strict=True)]
DocumentKind = Literal["invoice", "delivery_slip", "credit_slip", "return_slip", "order_summary"]


def _is_percent(rate: Decimal) -> Decimal:
    exponent = rate.as_tuple().exponent
    if not isinstance(exponent, int) or not -4 <= exponent <= 2 or not 0 <= rate <= 100:
        raise ValueError(
            "a tax rate is a decimal string in percent from 0 to 100 with at most four decimals"
        )
    return Decimal(f"{rate:f}")


@cache
def _time_zones() -> set[str]:
    return available_timezones()


def _is_time_zone(name: str) -> str:
    if name not in _time_zones():
        raise ValueError("a time zone is a name of the IANA database, such as Europe/Berlin")
    return name


TimeZone = Annotated[
    str, Field(max_length=60, description="IANA name"), AfterValidator(_is_time_zone)
]
TaxRate = Annotated[
    Decimal,
    AfterValidator(_is_percent),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,3}(\.\d{1,4})?$", "examples": ["19.6"]}),
]
"""Percent as a decimal string: `"19.6"`."""
ShopZone = Annotated[str, Field(description="Of the shop: where people read these times")]
"""Time zone (IANA) that an answer with times carries."""


class Money(Value):
    """An amount in the currency's minor units (ISO 4217): `{"amount": 1999, "currency": "EUR"}` is
    19.99 euro. Iranian Rial count whole: `{"amount": 1250000, "currency": "IRR"}` is 1,250,000
    Rial, 125,000 Toman.
    """

    amount: int = Field(
        gt=-(2**53), lt=2**53, strict=True, description="Exact in every language that reads JSON"
    )
    currency: Currency


class Identifier(Value):
    """An identifier and the list that it belongs to: `{"scheme": "0106", "id": "12345678"}` is a
    KVK number.
    """

    scheme: str = Field(
        pattern="^([0-9]{4}|[A-Z]{2})$",
        description=(
            "Code of the list of ISO 6523 (ICD) or of Peppol's electronic addresses (EAS): 0088 is"
            " a GLN, 0106 KVK, 0184 CVR, 0192 the Norwegian, 0007 the Swedish organisation number,"
            " 9930 a German VAT number"
        ),
    )
    id: str = Field(min_length=1, max_length=100)


class Address(Value):
    """A postal address as it is printed. The last four fields are for e-invoices: of the customer
    in the invoice address, of the shop in the address of its profile.
    """

    name: Text
    company: str = Field(default="", max_length=200)
    line1: Text
    line2: str = Field(default="", max_length=200)
    postcode: str = Field(default="", max_length=20)
    city: Text
    region: str = Field(default="", max_length=100)
    country: Country
    phone: str = Field(default="", max_length=40)
    vat_number: str = Field(
        default="", max_length=40, description="With the prefix of its country: DE123456789"
    )
    legal_id: Identifier | None = Field(
        default=None, description="In a register of companies (BT-30, BT-47)"
    )
    electronic_address: Identifier | None = Field(
        default=None,
        description="Where e-invoices reach the company, as Peppol knows it (BT-34, BT-49)",
    )
    buyer_reference: str = Field(
        default="",
        max_length=100,
        description=(
            "What the buyer wants to find on invoices, of German authorities the Leitweg-ID (BT-10)"
        ),
    )
    purchase_order: str = Field(
        default="", max_length=100, description="The buyer's own number of the order (BT-13)"
    )

    @property
    def legal_name(self) -> str:
        """Return the name that contracts and accounts are in: the company's, or without one the
        person's.
        """
        return self.company.strip() or self.name


class Customer(Value):
    """Who bought, as the storefront knows him; `customer_id` is the storefront's own key."""

    customer_id: str = Field(min_length=1, max_length=64)
    email: Email
    name: Text


def _is_iban(text: str) -> str:
    iban = text.replace(" ", "").upper()
    if not re.fullmatch("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", iban):
        raise ValueError("an IBAN is two letters, two digits and up to 30 letters and digits")
    if int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97 != 1:
        raise ValueError("the check digits of this IBAN are wrong: look for a typing error")
    return iban


class BankAccount(Value):
    """Where money for a shop is paid to, printed on its unpaid invoices."""

    holder: str = Field(
        default="",
        max_length=70,
        description=(
            "Where it is not the `company` of the shop's address, or without one its `name`"
        ),
    )
    iban: Annotated[str, Field(max_length=42), AfterValidator(_is_iban)]
    bic: str = Field(default="", pattern="^([A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?)?$")
    pay_code: Literal["none", "epc", "swiss"] = Field(
        default="none",
        description="QR code on unpaid invoices: of a SEPA transfer (EUR), or of a Swiss QR-bill",
    )


class ShopProfile(Settings):
    """What the papers and mails of a shop say about it."""

    name: Text
    email: Email = Field(
        description="Customer service: sender of the mails, and the mailbox that answers come to"
    )
    address: Address
    website: str = Field(default="", max_length=200)
    registration: str = Field(
        default="", max_length=100, description="Trade register number, printed on documents"
    )
    tax_number: str = Field(
        default="",
        max_length=60,
        description=(
            "Of the shop at its tax office (BT-32), printed on documents; e-invoices need it where"
            " there is no VAT number. In Norway `Foretaksregisteret`, in Sweden `Godkänd för"
            " F-skatt`"
        ),
    )
    payment_days: Annotated[int, Field(ge=0, le=365, strict=True)] | None = Field(
        default=None,
        description=(
            "Invoices that are not paid are due this many days after their date; null: they name"
            " no day"
        ),
    )
    payment_terms: str = Field(
        default="",
        max_length=300,
        description="Terms of payment in words, printed on invoices that are not paid",
    )
    supply_date: Literal["shipped", "issued"] = Field(
        default="shipped",
        description=(
            "What an invoice that is issued before the goods are shipped gives as the date of"
            " supply: none (`shipped`), or its own date (`issued`), where goods always leave with"
            " their invoice"
        ),
    )
    legal_text: str = Field(default="", max_length=2000)
    e_invoice: bool = Field(
        default=True,
        description=(
            "Whether invoices and credit slips hold themselves as data (Factur-X, EN 16931), where"
            " the address bears a VAT number"
        ),
    )
    bank: BankAccount | None = None
    order_url: OrderPage = ""
    timezone: TimeZone = Field(
        default="UTC",
        description="Whose days papers, mails and lists show, and periods of days end with",
    )
    toman: bool = Field(
        default=False,
        description=(
            "Documents and mails write Iranian Rial in Toman, ten of them; messages count Rial"
        ),
    )


class Payment(Value):
    """A payment that was received, in money or from the customer's store credit. A negative one
    takes another back.
    """

    payment_id: UUID
    kind: Literal["money", "store_credit"] = "money"
    method: Text
    amount: Money
    transaction_id: str = Field(default="", max_length=200)
    reverses: UUID | None = Field(
        default=None, description="The payment that this entry takes back"
    )
    reason: str = Field(default="", max_length=500, description="Of a reversal")
    at: AwareDatetime | None = Field(
        default=None, description="When it was received; null: when it is recorded"
    )


class RecordedPayment(Payment):
    """A payment as it stands in an order."""

    by: str = Field(default="", description="Who recorded it")


class DocumentReference(Value):
    """A document that was issued, by its number."""

    document_id: UUID
    kind: DocumentKind
    number: str
    issued_at: AwareDatetime | None = None
    replaces: list[UUID] = Field(
        default=[],
        max_length=10_000,
        description=(
            "Ids of the documents that it replaces, which count no more: of an outdated delivery"
            " slip, of invoices that were corrected"
        ),
    )
