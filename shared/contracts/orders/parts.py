"""What commands, events and answers of `orders` are made of."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, PlainSerializer, WithJsonSchema

from shared.contracts.message import Value
from shared.contracts.references import REFERENCE
from shared.contracts.values import (
    Customer,
    Language,
    Money,
    Quantity,
    ShopProfile,
    Sku,
    StateKey,
    TaxRate,
    Text,
)

By = Annotated[
    str,
    Field(min_length=1, max_length=100, description="Who: `customer`, `system`, or an employee"),
]
Prefix = Annotated[
    str, Field(pattern="^[A-Za-z0-9_-]{0,10}$", description="Stands before a document's number")
]
Reference = Annotated[str, Field(pattern=REFERENCE, description="What people call the order")]


Price = Annotated[
    int,
    Field(
        ge=0,
        lt=2**53,
        strict=True,
        description="Minor units, in the order's currency and kind of prices",
    ),
]
Colour = Annotated[
    str, Field(pattern="^#[0-9A-Fa-f]{6}$", description="As CSS writes it: `#34209E`")
]
Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,39}$")]
StateFlag = Literal[
    "invoice",
    "attach_invoice",
    "valid",
    "delivery_slip",
    "attach_delivery_slip",
    "shipped",
    "paid",
    "restock",
    "backorder",
]
DiscountKind = Literal["percent", "amount", "free_shipping", "gift"]
States = Annotated[list[StateKey], Field(max_length=200)]


class StateDefinition(Value):
    """A state: its names, what reaching it brings, and where it leads."""

    key: StateKey
    labels: dict[Language, Text] = Field(
        min_length=1, max_length=50, description="Name per language"
    )
    colour: Colour = "#34209E"
    flags: list[StateFlag] = Field(
        default=[],
        max_length=20,
        description=(
            "What it brings: documents, and whether its mail takes them along; the payment of the"
            " rest (`paid`); the stock given back (`restock`); `backorder`: an order may wait here"
            " for stock"
        ),
    )
    mail_template: Name | None = Field(
        default=None, description="Mail to the customer; none: no mail"
    )
    moves: States | None = Field(
        default=None, description="Where it leads: null is anywhere, empty is nowhere (final)"
    )
    hidden: bool = Field(default=False, description="Not shown to the customer")
    initial: bool = Field(default=False, description="An order may be placed in it")
    guards: list[Name] = Field(
        default=[], max_length=20, description="Conditions, by name, that reaching it asks for"
    )
    when_short: StateKey | None = Field(
        default=None, description="Where an order comes instead while it lacks stock"
    )
    when_paid: StateKey | None = Field(
        default=None, description="Where an order goes on when it is paid in full"
    )


class WantedLine(Value):
    """A product and how many of it."""

    sku: Sku
    quantity: Quantity


class OrderedLine(WantedLine):
    """A product, how many of it, and a price of its own if one was agreed."""

    unit_price: Price | None = Field(
        default=None,
        description="Agreed by an employee, minor units; null: what the catalogue says",
    )


class Carrier(Value):
    """How the goods travel, and what that costs (in the order's currency and kind of price)."""

    name: Text
    price: Price | None = Field(
        default=None, description="Minor units; null: what the shop's list of carriers says"
    )
    tax_rate: TaxRate | None = Field(
        default=None, description="Null: what the list says, or 0 beside a `price`"
    )
    tracking_number: str = Field(default="", max_length=100)


class DiscountView(Value):
    """What a discount takes off an order. `value` is in percent, or in minor units, as the kind
    says; `off` is in the order's kind of prices.
    """

    discount_id: UUID
    name: str
    kind: DiscountKind
    value: Annotated[
        Decimal, PlainSerializer(str, return_type=str), WithJsonSchema({"type": "string"})
    ]
    code: str = Field(default="", description="Of the voucher, if one was used")
    off: Money
    invoice: UUID | None = Field(
        default=None, description="The invoice that it was given for; null: the whole order"
    )
    lines: list[int] | None = Field(
        default=None,
        description=(
            "Numbers of the lines that it may take something off; null: all, those added later too"
        ),
    )
    cheapest: bool = Field(
        default=False, description="It takes something off one piece of the cheapest of them only"
    )
    fixed: bool = Field(
        default=False,
        description=(
            "An invoice states it: its part of each line follows that line alone, lines added later"
            " have none. Until then it follows the order's lines"
        ),
    )


class OrderSummary(Value):
    """What the readers of an order's events need to know of it, so that nobody has to ask."""

    order_id: UUID
    reference: Reference
    placed_at: AwareDatetime
    language: Language
    customer: Customer
    total: Money
    paid: Money
    payment_method: Text
    carrier: str
    tracking_number: str = ""
    shop: ShopProfile
    shipping: Money | None = Field(
        default=None, description="Before discounts, in the order's kind of prices"
    )
    discounts: list[DiscountView] = []
    tax: Money | None = Field(default=None, description="Contained in `total`")
    prices: Literal["tax_included", "tax_excluded"] = Field(
        default="tax_included",
        description="Kind of the prices of its lines, shipping and discounts",
    )
    tracking_url: str = Field(
        default="", description="Where the parcel is followed, if the carrier shows it"
    )
    order_url: str = Field(
        default="", description="Page of the storefront that shows the order, if there is one"
    )
    due: Money | None = Field(
        default=None,
        description=(
            "Still to be paid, after refunds; negative: paid too much, and not refunded yet"
        ),
    )
    refunded: Money | None = Field(
        default=None, description="What refunds give back, done or still due"
    )
    refund_due: Money | None = Field(
        default=None, description="Of `refunded`: money that is still to be given back"
    )


class StateView(Value):
    """A state in an event: its key, its names, and what it brings."""

    key: StateKey
    label: str = Field(description="Its name in the order's language")
    colour: str
    mail_template: str | None = None
    hidden: bool = False
    valid: bool = Field(default=False, description="Whether an order in this state is a sale")
    labels: dict[Language, str] = Field(
        default={}, description="Its name per language, for employees, who may read another one"
    )


class OrderLineView(Value):
    """A line as it was sold."""

    sku: Sku
    name: str
    quantity: int
    unit_price: Money
    tax_rate: TaxRate
    total: Money
    missing: int = Field(default=0, description="How many of them the order still waits for")
    line: int | None = Field(
        default=None, description="Its number within the order, for ever the same"
    )
    discount: Money | None = Field(default=None, description="What was taken off `total`")
    refunded: int = Field(default=0, description="Pieces that were refunded")


class Reservation(Value):
    """What an order got of the stock that came in, and what its lines still lack of that
    product.
    """

    order_id: UUID
    quantity: int
    missing: int


class Possibility(Value):
    """Something that may be done with an order now, or why not."""

    name: str = Field(description="Name of a command, or key of a state")
    kind: str = Field(
        default="", description="Of `refund.create`: `standard`, `partial` or `return`"
    )
    label: str = Field(default="", description="A state's name in the order's language")
    possible: bool
    reason: str = Field(default="", description="Why not, in one sentence")
