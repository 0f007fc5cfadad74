"""What commands, events and answers of `orders` are made of."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.message import Value
from shared.contracts.values import (
    Customer,
    DocumentKind,
    Language,
    Money,
    Quantity,
    ShopProfile,
    Sku,
    StateKey,
    TaxRate,
    Text,
)

By = Annotated[str, Field(min_length=1, max_length=100, description="Who: `customer`, `system`, or an employee")]
Prefix = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{0,10}$", description="Stands before a document's number")]
Reference = Annotated[str, Field(pattern="^[A-Z0-9-]{3,32}$", description="What people call the order")]


class WantedLine(Value):
    """A product and how many of it."""

    sku: Sku
    quantity: Quantity


class Carrier(Value):
    """How the goods travel, and what that costs (in the order's currency and kind of price)."""

    name: Text
    price: Annotated[int, Field(ge=0, lt=2**53, strict=True, description="Minor units")] = 0
    tax_rate: TaxRate = Field(default="0", validate_default=True)
    tracking_number: str = Field(default="", max_length=100)


class DocumentReference(Value):
    """A document that was issued, by its number."""

    document_id: UUID
    kind: DocumentKind
    number: str


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


class StateView(Value):
    """A state as an event tells it: its key, its name in the order's language, and what it brings."""

    key: StateKey
    label: str
    colour: str
    mail_template: str | None = None
    hidden: bool = False


class OrderLineView(Value):
    """A line as it was sold."""

    sku: Sku
    name: str
    quantity: int
    unit_price: Money
    tax_rate: TaxRate
    total: Money
