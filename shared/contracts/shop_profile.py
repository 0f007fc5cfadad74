"""Define the profile of a shop, as its documents and mails present it."""

import re
from functools import cache
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from shared.contracts.links import OrderPage
from shared.contracts.message import Value
from shared.contracts.partial import Settings
from shared.contracts.problems import PROBLEMS
from shared.contracts.reason import Reason
from shared.contracts.values import Address, Email, Text

NO_PROFILE = Reason("unknown_shop", "This shop has no profile yet: send shop.put first.")
"""Why a command or query is refused that needs the profile of its shop."""


@cache
def _time_zones() -> set[str]:
    return available_timezones()


def _is_time_zone(name: str) -> str:
    if name not in _time_zones():
        raise PydanticCustomError("time_zone", PROBLEMS["time_zone"], {"example": "Europe/Berlin"})
    return name


TimeZone = Annotated[
    str,
    Field(max_length=60, description="Time zone, IANA name: `Europe/Berlin`"),
    AfterValidator(_is_time_zone),
]


def _is_iban(text: str) -> str:
    iban = text.replace(" ", "").upper()
    if not re.fullmatch("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", iban):
        raise PydanticCustomError("iban", PROBLEMS["iban"])
    if int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97 != 1:
        raise PydanticCustomError("iban", PROBLEMS["iban"])
    return iban


class BankAccount(Value):
    """Account for payments to the shop, printed on unpaid invoices."""

    holder: str = Field(
        default="",
        max_length=70,
        description=(
            "Account holder, if not the `company` of the shop's address or, without one, its `name`"
        ),
    )
    iban: Annotated[str, Field(max_length=42), AfterValidator(_is_iban)] = Field(
        description="With valid check digits; spaces are removed"
    )
    bic: str = Field(
        default="",
        pattern="^([A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?)?$",
        description="8 or 11 characters; empty: not printed",
    )
    pay_code: Literal["none", "epc", "swiss"] = Field(
        default="none",
        description=(
            "QR code on unpaid invoices: `epc` for a SEPA transfer (EUR), `swiss` for a Swiss"
            " QR-bill"
        ),
    )


class ShopProfile(Settings):
    """The shop as its documents and mails present it."""

    name: Text = Field(description="Name of the shop")
    email: Email = Field(
        description="Customer service: sender of the mails, and mailbox for replies"
    )
    address: Address = Field(description="The seller's address, printed on documents")
    website: str = Field(
        default="", max_length=200, description="Web address, printed on documents"
    )
    registration: str = Field(
        default="", max_length=100, description="Trade register number, printed on documents"
    )
    tax_number: str = Field(
        default="",
        max_length=60,
        description=(
            "Number at the shop's tax office (BT-32), printed on documents; e-invoices need it if"
            " there is no VAT number. In Norway `Foretaksregisteret`, in Sweden `Godkänd för"
            " F-skatt`"
        ),
    )
    payment_days: Annotated[int, Field(ge=0, le=365, strict=True)] | None = Field(
        default=None,
        description=(
            "Unpaid invoices are due this many days after their date; null: they print no due date"
        ),
    )
    payment_terms: str = Field(
        default="",
        max_length=300,
        description="Terms of payment as text, printed on unpaid invoices",
    )
    supply_date: Literal["shipped", "issued"] = Field(
        default="shipped",
        description=(
            "Date of supply on an invoice issued before shipping: `shipped` leaves it open,"
            " `issued` uses the date of the invoice, for shops that always send goods with their"
            " invoice"
        ),
    )
    legal_text: str = Field(
        default="",
        max_length=2000,
        description="Printed at the foot of documents, as the law of the seller's country requires",
    )
    e_invoice: bool = Field(
        default=True,
        description=(
            "Whether PDFs of invoices and credit slips contain the invoice as data (Factur-X, EN"
            " 16931); needs a VAT number in `address`"
        ),
    )
    bank: BankAccount | None = Field(
        default=None, description="Printed on unpaid invoices; null: none"
    )
    order_url: OrderPage = ""
    timezone: TimeZone = Field(
        default="UTC",
        description=(
            "Time zone of dates on documents, in mails and in lists, and of periods counted in days"
        ),
    )
    toman: bool = Field(
        default=False,
        description=(
            "Whether documents and mails write Iranian Rial in Toman (ten Rial); amounts in"
            " messages are always Rial"
        ),
    )
