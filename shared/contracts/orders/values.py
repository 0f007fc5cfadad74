"""Define the values that commands, events and answers of `orders` share."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.claims import Claim
from shared.contracts.message import Value
from shared.contracts.references import REFERENCE
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.values import (
    Customer,
    Language,
    Money,
    Price,
    Quantity,
    Sku,
    StateColour,
    StateKey,
    TaxRate,
    Text,
)

By = Annotated[
    str,
    Field(
        min_length=1,
        max_length=100,
        description="Author of the change: `customer`, `system`, or an employee",
    ),
    Claim.EMPLOYEE,
]
EmployeeName = Annotated[str, Field(min_length=1, max_length=100)]
"""An employee that a message is about, not its author."""
Prefix = Annotated[
    str, Field(pattern="^[A-Za-z0-9_-]{0,10}$", description="Prefix of a document's number")
]
Reference = Annotated[
    str, Field(pattern=REFERENCE, description="Short name of the order, for people")
]


Colour = Annotated[
    str, Field(pattern="^#[0-9A-Fa-f]{6}$", description="Colour for screens: `#34209E`")
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
    """A state of orders: its names, the effects of reaching it, and the moves out of it."""

    key: StateKey = Field(description="Short name of the state")
    labels: dict[Language, Text] = Field(
        min_length=1, max_length=50, description="Name per language"
    )
    colour: Colour = "#34209E"
    flags: list[StateFlag] = Field(
        default=[],
        max_length=20,
        description=(
            "Effects of reaching the state: `invoice` and `delivery_slip` issue these documents,"
            " `attach_invoice` and `attach_delivery_slip` attach them to its mail; `valid` counts"
            " the order as a sale; `shipped` ships the goods; `paid` records the rest as paid;"
            " `restock` returns the stock; `backorder` lets an order wait here for stock"
        ),
    )
    mail_template: Name | None = Field(
        default=None, description="Name of the mail to the customer; null: no mail"
    )
    next_states: States | None = Field(
        default=None,
        description=(
            "Keys of the states that may follow: null allows any, an empty list none (final)"
        ),
    )
    hidden: bool = Field(default=False, description="Whether the customer does not see the state")
    initial: bool = Field(default=False, description="Whether an order may be placed in this state")
    guards: list[Name] = Field(
        default=[],
        max_length=20,
        description="Names of conditions that an order must meet to reach the state",
    )
    when_short: StateKey | None = Field(
        default=None, description="State that an order reaches instead while it lacks stock"
    )
    when_paid: StateKey | None = Field(
        default=None, description="State that an order moves to when it is paid in full"
    )


class WantedLine(Value):
    """A product and its quantity."""

    sku: Sku
    quantity: Quantity = Field(description="Pieces")


class OrderedLine(WantedLine):
    """A product, its quantity, and a unit price if one was agreed."""

    unit_price: Annotated[Price | None, Claim.CONSENT] = Field(
        default=None,
        description=(
            "Price of one piece that an employee agreed, in the order's currency and kind of"
            " prices; null: the price in the catalogue"
        ),
    )


class ShippingTerms(Value):
    """The price and the tax rate of shipping, where they are not those of the shop's list."""

    shipping_price: Price | None = Field(
        default=None,
        description=(
            "Price of shipping in the order's currency and kind of prices; null: the price in the"
            " shop's list of carriers"
        ),
    )
    shipping_tax_rate: TaxRate | None = Field(
        default=None,
        description=(
            "Tax rate on shipping in percent; null: the rate in the shop's list, or 0 if"
            " `shipping_price` is given"
        ),
    )


class DiscountView(Value):
    """A discount on an order."""

    discount_id: UUID
    name: str = Field(description="Name as printed on documents")
    kind: DiscountKind = Field(
        description=(
            "`percent` or `amount` off the products; `free_shipping`; `gift`: a product free of"
            " charge"
        )
    )
    percent: TaxRate | None = Field(
        default=None, description="Percentage off the products, of the kind `percent`; else null"
    )
    amount: Money | None = Field(
        default=None, description="Amount off the products, of the kind `amount`; else null"
    )
    code: str = Field(default="", description="Code of the voucher; empty if no voucher was used")
    off: Money = Field(
        description="Amount taken off the order, positive, in the order's kind of prices"
    )
    invoice_id: UUID | None = Field(
        default=None,
        description="Id of the invoice that the discount was given for; null: the whole order",
    )
    line_numbers: list[int] | None = Field(
        default=None,
        description=(
            "Numbers of the lines that the discount applies to; null: all, including lines added"
            " later"
        ),
    )
    cheapest: bool = Field(
        default=False,
        description="Whether it applies to one piece of the cheapest of these lines only",
    )
    fixed: bool = Field(
        default=False,
        description=(
            "True once an invoice states it: the share of each line follows that line alone, and"
            " lines added later get none. Before, it follows the order's lines"
        ),
    )


class OrderSummary(Value):
    """An order in an event: the facts that readers need without a query."""

    order_id: UUID
    reference: Reference
    placed_at: AwareDatetime = Field(description="When the order was placed")
    language: Language = Field(description="Language of the order's documents and mails")
    customer: Customer
    total: Money = Field(description="Price of the order after discounts, tax included")
    paid: Money = Field(description="Sum of the payments, before refunds")
    payment_method: Text = Field(description="Name of the payment method")
    carrier: str = Field(description="Name of the carrier")
    tracking_number: str = Field(default="", description="Number of the parcel; empty: none yet")
    shop: ShopProfile = Field(description="Profile of the shop at the time of the event")
    shipping: Money | None = Field(
        default=None,
        description="Price of shipping before discounts, in the order's kind of prices",
    )
    discounts: list[DiscountView] = Field(default=[], description="Discounts that apply now")
    tax: Money | None = Field(default=None, description="Tax contained in `total`")
    prices: Literal["tax_included", "tax_excluded"] = Field(
        default="tax_included",
        description="Whether prices of lines, shipping and discounts include tax",
    )
    tracking_url: str = Field(
        default="", description="Page of the carrier that tracks the parcel; empty: none"
    )
    order_url: str = Field(
        default="", description="Page of the storefront that shows the order; empty: none"
    )
    due: Money | None = Field(
        default=None,
        description="Still to be paid, after refunds; negative: overpaid and not refunded yet",
    )
    refunded_amount: Money | None = Field(
        default=None, description="Sum of all refunds, whether the money was given back yet or not"
    )
    refund_due: Money | None = Field(
        default=None, description="Part of `refunded` that is money still to be given back"
    )


class StateView(Value):
    """A state in an event."""

    key: StateKey = Field(description="Short name of the state")
    label: str = Field(description="Name in the order's language")
    colour: StateColour
    mail_template: str | None = Field(
        default=None, description="Name of the mail to the customer; null: no mail"
    )
    hidden: bool = Field(default=False, description="Whether the customer does not see the state")
    valid: bool = Field(
        default=False, description="Whether an order in this state counts as a sale"
    )
    labels: dict[Language, str] = Field(
        default={},
        description=(
            "Name per language, for employees, who may read another language than the customer"
        ),
    )


class OrderLineView(Value):
    """A line of an order, as sold."""

    sku: Sku
    name: str = Field(description="Name of the product in the order's language")
    quantity: int = Field(description="Pieces sold now, after edits")
    unit_price: Money = Field(
        description="Price of one piece before discounts, in the order's kind of prices"
    )
    tax_rate: TaxRate
    total: Money = Field(
        description="Price of the line before discounts, in the order's kind of prices"
    )
    missing: int = Field(default=0, description="Pieces that the order still waits for")
    line: int | None = Field(
        default=None, description="Number of the line within the order; it never changes"
    )
    off: Money | None = Field(
        default=None, description="Amount that discounts take off `total`, positive"
    )
    refunded: int = Field(default=0, description="Pieces that were refunded")


class Reservation(Value):
    """Stock that an order received from a delivery."""

    order_id: UUID
    quantity: int = Field(description="Pieces that the order received")
    missing: int = Field(description="Pieces of the product that the order still waits for")
