"""What a cart costs: asked before it is bought."""

from decimal import Decimal
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts import samples
from shared.contracts.message import Answer, Query, Value
from shared.contracts.orders.cart_rules import CodeOrSlip
from shared.contracts.orders.lists import CustomerKey
from shared.contracts.orders.parts import Carrier, DiscountKind, OrderedLine
from shared.contracts.orders.store_credit import PartOfTotal
from shared.contracts.orders.vouchers import NewVoucher
from shared.contracts.references import OrderId
from shared.contracts.snapshot import Exemption
from shared.contracts.values import Country, Currency, Language, Money, Sku, TaxRate, Text

NO_CARRIER = Carrier(name="-", price=0, tax_rate=Decimal(0))


class PricedLine(Value):
    """A line of a cart: `total` is what it is stated at, of which `discount` is taken off."""

    sku: Sku
    name: str
    quantity: int
    unit_price: Money
    tax_rate: TaxRate
    total: Money
    discount: Money
    available: int = Field(description="Stock left")
    gift: bool = Field(
        default=False,
        description="Whether a rule adds it for nothing: `order.place` does not name it",
    )


class CartDiscount(Value):
    """What a rule takes off, in the cart's kind of prices; a gift's is its price."""

    name: str
    code: str = Field(default="", description="Of the voucher; empty where the rule needs none")
    kind: DiscountKind
    taken: Money


class RejectedCode(Value):
    """A code that does nothing for this cart, and why."""

    voucher_code: str
    code: str = Field(description="Machine-readable")
    reason: str = Field(description="One sentence for people")


class CartPrice(Answer, name="cart.price_answered"):
    """What a cart costs now. `order.place` with the same lines, carrier and codes (without those
    that are rejected) comes to this `total`, or is refused with what differs.
    """

    example: ClassVar[dict[str, Any]] = samples.CART_PRICE

    lines: list[PricedLine]
    unknown: list[Sku] = Field(
        default=[], description="What an earlier cart or order held and is sold no more"
    )
    products_total: Money = Field(description="Before discounts")
    shipping: Money = Field(description="Before discounts")
    discounts: list[CartDiscount]
    rejected: list[RejectedCode]
    net: Money
    tax: Money
    total: Money = Field(description="What the cart costs, whatever it is paid with")
    store_credit: Money | None = Field(
        default=None,
        description="What of the total the customer's store credit pays, as it was asked",
    )
    store_credit_available: Money | None = Field(
        default=None,
        description=(
            "All that the customer has, with what the credit slips named are still worth in money"
        ),
    )
    to_pay: Money | None = Field(
        default=None,
        description=(
            "What remains to be paid in money; rounded to the coin where `payment_method` is cash"
        ),
    )


class PriceCart(Query, name="cart.price", answer=CartPrice):
    """Asks what a cart costs, with all rules that fit and the vouchers that are named. The products
    are those of `lines`, or of an earlier cart or order of this customer.
    """

    example: ClassVar[dict[str, Any]] = {
        "lines": [{"sku": "MUG-BLUE", "quantity": 2}],
        "currency": "EUR",
        "customer_id": "c-1001",
        "carrier": {"name": "Swift Post", "price": 490, "tax_rate": "19"},
        "delivery_country": "GB",
        "voucher_codes": ["THANKS-ADA", "TOO-LATE"],
    }

    lines: list[OrderedLine] = Field(default=[], max_length=1000)
    cart_id: UUID | None = Field(
        default=None, description="In the place of `lines`: an earlier cart"
    )
    order_id: OrderId | None = Field(
        default=None, description="In the place of `lines`: an earlier order"
    )
    customer_id: CustomerKey | None = Field(
        default=None, description="Without it nothing fits that is for some"
    )
    language: Language = "en"
    currency: Currency
    prices: Literal["tax_included", "tax_excluded"] = "tax_included"
    carrier: Carrier = Field(default=NO_CARRIER, description="Without it no shipping is reckoned")
    delivery_country: Country | None = None
    payment_method: Text | None = Field(default=None, description="As `order.place` will say it")
    voucher_codes: list[CodeOrSlip] = Field(
        default=[],
        max_length=20,
        description="Vouchers, and numbers of the customer's credit slips",
    )
    new_vouchers: list[NewVoucher] = Field(
        default=[],
        max_length=5,
        description="Priced as if `order.place` made them on the spot; nothing is made",
    )
    store_credit: bool = Field(default=False, description="As `order.place` will say it")
    store_credit_amount: PartOfTotal | None = Field(
        default=None, description="As `order.place` will say it"
    )
    exemption: Exemption | None = Field(default=None, description="As `order.place` will say it")
