"""Messages of the service `orders`: what it takes and what it tells."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query, Value
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import (
    Address,
    Currency,
    Customer,
    DocumentKind,
    Language,
    Money,
    Payment,
    Quantity,
    ShopProfile,
    Sku,
    StateKey,
    TaxRate,
    Text,
)

By = Annotated[str, Field(min_length=1, max_length=100, description="Who: `customer`, `system`, or an employee")]
Reference = Annotated[str, Field(pattern="^[A-Z0-9-]{3,32}$", description="What people call the order")]


class WantedLine(Value):
    """A product and how many of it."""

    sku: Sku
    quantity: Quantity


class Carrier(Value):
    """How the goods travel, and what that costs (in the order's currency and kind of price)."""

    name: Text
    price: Annotated[int, Field(ge=0, lt=2**53, description="Minor units")] = 0
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


# --- commands ---------------------------------------------------------------------------------------------------------


class PutShop(Command, name="shop.put"):
    """Sets the profile of the shop that the envelope names (`shop`), and how it numbers its documents."""

    example: ClassVar[dict[str, Any]] = samples.PUT_SHOP

    profile: ShopProfile
    default_language: Language = "en"
    invoice_prefix: str = Field(default="IN", max_length=10)
    delivery_prefix: str = Field(default="DE", max_length=10)


class PutProduct(Command, name="product.put", subject="sku"):
    """Adds a product (or combination) to the catalogue, or replaces it. Placed orders keep what they were sold at."""

    example: ClassVar[dict[str, Any]] = samples.PUT_PRODUCT

    sku: Sku
    names: dict[Language, Text] = Field(min_length=1, description="Name per language")
    price: Money = Field(description="Unit price, tax included or not as `prices` of the order says")
    tax_rate: TaxRate
    weight_grams: int = Field(default=0, ge=0, le=10_000_000)


class SetStock(Command, name="stock.set", subject="sku"):
    """Sets the available stock of a product after a count."""

    example: ClassVar[dict[str, Any]] = {"sku": "MUG-BLUE", "quantity": 25}

    sku: Sku
    quantity: int = Field(ge=0, le=1_000_000_000)


class PlaceOrder(Command, name="order.place", subject="order_id"):
    """Places an order, from the checkout or by hand. Prices and tax rates come from the catalogue; `total` is what the
    customer was shown: if it differs, the order is refused with the difference.
    """

    example: ClassVar[dict[str, Any]] = samples.PLACE_ORDER

    order_id: UUID = Field(description="Chosen by the storefront, so that a repeated command is recognised")
    reference: Reference
    customer: Customer
    language: Language
    currency: Currency
    prices: Literal["tax_included", "tax_excluded"] = "tax_included"
    lines: list[WantedLine] = Field(min_length=1, max_length=1000)
    delivery_address: Address
    invoice_address: Address
    carrier: Carrier
    payment_method: Text
    total: Money
    initial_state: StateKey = "awaiting_bank_wire"
    placed_by: By = "customer"


class RecordPayment(Command, name="payment.record", subject="order_id"):
    """Records money that was received for an order. Repeating a `payment_id` changes nothing."""

    example: ClassVar[dict[str, Any]] = samples.RECORD_PAYMENT

    order_id: UUID
    payment: Payment
    by: By = "system"


class TransitionOrder(Command, name="order.transition", subject="order_id"):
    """Moves an order to another state, with all that the state brings, whole or not at all."""

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID, "to": "payment_accepted", "by": "anna@shop.test"}

    order_id: UUID
    to: StateKey
    by: By = "system"
    force: bool = False
    reason: str = Field(default="", max_length=500)


# --- queries ----------------------------------------------------------------------------------------------------------


class HistoryEntry(Value):
    """One change of state: never rewritten."""

    state: StateKey
    at: AwareDatetime
    by: str
    forced: bool = False
    reason: str = ""


class OrderLineView(Value):
    """A line as it was sold."""

    sku: Sku
    name: str
    quantity: int
    unit_price: Money
    tax_rate: TaxRate
    total: Money


class OrderDetail(Answer, name="order.get_answered"):
    """An order with all that belongs to it."""

    example: ClassVar[dict[str, Any]] = samples.ORDER_DETAIL

    order: OrderSummary
    state: StateKey
    lines: list[OrderLineView]
    shipping: Money
    net: Money
    tax: Money
    delivery_address: Address
    invoice_address: Address
    history: list[HistoryEntry]
    payments: list[Payment]
    documents: list[DocumentReference]


class GetOrder(Query, name="order.get", answer=OrderDetail, subject="order_id"):
    """Asks for one order, by its id."""

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID}

    order_id: UUID


# --- events -----------------------------------------------------------------------------------------------------------


class ShopChanged(Event, name="shop.changed"):
    """The profile of the shop that the envelope names is now this."""

    example: ClassVar[dict[str, Any]] = {"profile": samples.SHOP_PROFILE, "default_language": "en"}

    profile: ShopProfile
    default_language: Language


class ProductChanged(Event, name="product.changed", subject="sku"):
    """A product was added to the catalogue or replaced."""

    example: ClassVar[dict[str, Any]] = samples.PUT_PRODUCT

    sku: Sku
    names: dict[Language, Text]
    price: Money
    tax_rate: TaxRate
    weight_grams: int


class StockChanged(Event, name="stock.changed", subject="sku"):
    """The available stock changed by `change` to `available`, because of `cause`."""

    example: ClassVar[dict[str, Any]] = {"sku": "MUG-BLUE", "change": -2, "available": 23, "cause": "order.place"}

    sku: Sku
    change: int
    available: int
    cause: str
    order_id: UUID | None = None


class OrderPlaced(Event, name="order.placed", subject="order_id"):
    """An order was placed; it stands in its first state."""

    example: ClassVar[dict[str, Any]] = samples.ORDER_PLACED

    order_id: UUID
    order: OrderSummary
    state: StateView
    lines: list[OrderLineView]


class PaymentRecorded(Event, name="payment.recorded", subject="order_id"):
    """Money was received; `due` is what is still missing (negative: too much was paid)."""

    example: ClassVar[dict[str, Any]] = samples.PAYMENT_RECORDED

    order_id: UUID
    payment: Payment
    due: Money


class OrderTransitioned(Event, name="order.transitioned", subject="order_id"):
    """An order moved to another state. `attach` names the documents that the state's mail takes along."""

    example: ClassVar[dict[str, Any]] = samples.ORDER_TRANSITIONED

    order_id: UUID
    order: OrderSummary
    came_from: StateKey
    state: StateView
    by: str
    at: AwareDatetime
    forced: bool = False
    attach: list[DocumentReference] = []


class InvoiceIssued(Event, name="invoice.issued", subject="order_id"):
    """An invoice got its number; the snapshot is all that will ever be printed on it."""

    example: ClassVar[dict[str, Any]] = {"order_id": samples.ORDER_ID, "document": samples.SNAPSHOT}

    order_id: UUID
    document: DocumentSnapshot


class DeliverySlipIssued(Event, name="delivery_slip.issued", subject="order_id"):
    """A delivery slip got its number; the snapshot is all that will ever be printed on it."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "document": samples.SNAPSHOT | {"kind": "delivery_slip", "number": "DE000001"},
    }

    order_id: UUID
    document: DocumentSnapshot
