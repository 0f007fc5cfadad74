"""Define values that many messages share: money, addresses, customers, shops, payments."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from shared.contracts.message import Value
from shared.contracts.problems import PROBLEMS
from shared.contracts.strict_types import text_of_decimal

Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", description="Currency, ISO 4217: `EUR`")]


Country = Annotated[
    str, Field(pattern="^[A-Z]{2}$", description="Country, ISO 3166-1 alpha-2: `GB`")
]


Language = Annotated[
    str,
    Field(
        pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        max_length=35,
        description="Language, BCP 47: `en`",
    ),
]


MAIL_CHARACTER = r"""[^@\s\x00-\x1f\x7f<>,;:"()\[\]\\]"""


Email = Annotated[
    str, Field(pattern=f"^{MAIL_CHARACTER}{{1,64}}@{MAIL_CHARACTER}{{1,190}}$", max_length=254)
]


Text = Annotated[str, Field(min_length=1, max_length=200)]


Sku = Annotated[
    str, Field(min_length=1, max_length=64, description="SKU of a product or combination")
]


StateKey = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,39}$")]


StateColour = Annotated[str, Field(description="Colour of the state on screens: `#34209E`")]


Quantity = Annotated[int, Field(gt=0, le=1_000_000, strict=True)]


DocumentKind = Literal["invoice", "delivery_slip", "credit_slip", "return_slip", "order_summary"]
InvoiceProfile = Literal["en16931", "peppol", "xrechnung"]


def _is_percent(rate: Decimal) -> Decimal:
    exponent = rate.as_tuple().exponent
    if not isinstance(exponent, int) or not -4 <= exponent <= 2 or not 0 <= rate <= 100:
        raise PydanticCustomError("tax_rate", PROBLEMS["tax_rate"])
    return Decimal(f"{rate:f}")


TaxRate = Annotated[
    Decimal,
    BeforeValidator(text_of_decimal),
    AfterValidator(_is_percent),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,3}(\.\d{1,4})?$", "examples": ["19.6"]}),
]
"""Percent as a decimal string: `"19.6"`."""


ShopZone = Annotated[
    str, Field(description="Time zone of the shop (IANA), for displaying the times of this answer")
]


class Money(Value):
    """An amount of money in minor units of its currency (ISO 4217). `{"amount": 1999, "currency":
    "EUR"}` is 19.99 EUR. Iranian Rial have no minor unit here: `{"amount": 1250000, "currency":
    "IRR"}` is 1,250,000 Rial, 125,000 Toman.
    """

    amount: int = Field(
        gt=-(2**53),
        lt=2**53,
        strict=True,
        description="In minor units; within ±2^53, so that every JSON parser reads it exactly",
    )
    currency: Currency


class Price(Money):
    """A price in minor units of its currency (ISO 4217), zero or more. `{"amount": 490, "currency":
    "EUR"}` is 4.90 EUR.
    """

    amount: int = Field(
        ge=0,
        lt=2**53,
        strict=True,
        description="In minor units, zero or more; below 2^53, so that JSON parsers read it",
    )


class PositiveMoney(Money):
    """An amount of money in minor units of its currency (ISO 4217), more than zero."""

    amount: int = Field(
        gt=0,
        lt=2**53,
        strict=True,
        description="In minor units, more than zero; below 2^53, so that JSON parsers read it",
    )


class MoneySum(Value):
    """A sum of money over any number of orders, in minor units of its currency. The sum is text,
    since it may be larger than the numbers that every JSON parser reads exactly (2^53): `{"sum":
    "9007199254740993", "currency": "IRR"}`.
    """

    sum: str = Field(
        pattern="^-?[0-9]{1,30}$",
        description="In minor units, as a text: read it with a type for large whole numbers",
    )
    currency: Currency


class Identifier(Value):
    """An identifier and the register that issued it: `{"scheme": "0106", "id": "12345678"}` is a
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
    id: str = Field(
        min_length=1,
        max_length=100,
        description="The identifier within that register, without spaces",
    )


class Address(Value):
    """A postal address as printed. The last four fields are for e-invoices: in the invoice address
    they describe the customer, in the shop's profile the shop.
    """

    name: Text = Field(description="Name of the person")
    company: str = Field(
        default="",
        max_length=200,
        description="Name of the company, printed above the person's name",
    )
    line1: Text = Field(description="Street and house number")
    line2: str = Field(
        default="", max_length=200, description="Second line, such as floor, building or care of"
    )
    postcode: str = Field(
        default="", max_length=20, description="Postal code, as written in the country"
    )
    city: Text = Field(description="Town or city")
    region: str = Field(default="", max_length=100, description="State, province or region")
    country: Country
    phone: str = Field(default="", max_length=40, description="Phone number, in any notation")
    vat_number: str = Field(
        default="", max_length=40, description="With its country prefix: `DE123456789`"
    )
    legal_id: Identifier | None = Field(
        default=None, description="Number in a register of companies (BT-30, BT-47)"
    )
    electronic_address: Identifier | None = Field(
        default=None,
        description=(
            "Address at which the company receives e-invoices, as registered with Peppol (BT-34,"
            " BT-49)"
        ),
    )
    buyer_reference: str = Field(
        default="",
        max_length=100,
        description=(
            "Reference that the buyer requires on invoices; for German authorities the Leitweg-ID"
            " (BT-10)"
        ),
    )
    purchase_order: str = Field(
        default="", max_length=100, description="The buyer's own number for the order (BT-13)"
    )

    @property
    def legal_name(self) -> str:
        """Return the name for contracts and accounts: the company's, or the person's if there is no
        company.
        """
        return self.company.strip() or self.name


class Customer(Value):
    """The buyer, as the storefront identifies them."""

    customer_id: str = Field(
        min_length=1, max_length=64, description="The storefront's own key of the customer"
    )
    email: Email = Field(description="Address that mails about the order go to")
    name: Text = Field(description="Full name, as printed and greeted")


class Payment(Value):
    """A payment that was received, in money or from the customer's store credit. A negative payment
    reverses another.
    """

    payment_id: UUID = Field(
        description="Chosen by the sender; the same id again is a repetition of the payment"
    )
    kind: Literal["money", "store_credit"] = Field(
        default="money", description="`store_credit` if paid from the customer's store credit"
    )
    method: Text = Field(
        description="Name of the payment method, as in the order or another of the shop"
    )
    amount: Money = Field(description="Positive; negative if it reverses another payment")
    transaction_id: str = Field(
        default="",
        max_length=200,
        description=(
            "The payment system's number of the transaction; the same one is recorded once per"
            " order"
        ),
    )
    reverses: UUID | None = Field(
        default=None, description="Id of the payment that this one reverses"
    )
    reason: str = Field(default="", max_length=500, description="Why a payment was reversed")
    at: AwareDatetime | None = Field(
        default=None, description="When the money was received; null in a command: now"
    )


class RecordedPayment(Payment):
    """A payment as recorded in an order."""

    by: str = Field(default="", description="Who recorded it: `customer`, `system`, or an employee")


class DocumentReference(Value):
    """A document that was issued."""

    document_id: UUID
    kind: DocumentKind
    number: str = Field(description="Number as printed, such as `IN000001`")
    issued_at: AwareDatetime | None = None
    replaced_document_ids: list[UUID] = Field(
        default=[],
        max_length=10_000,
        description=(
            "Ids of the documents that this one replaces and makes void: an outdated delivery"
            " slip, or corrected invoices"
        ),
    )
