"""Define the price of a cart, before it is ordered."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts import samples
from shared.contracts.explanation import Explanation
from shared.contracts.message import Answer, Query, Value
from shared.contracts.orders.cart_rules import CodeOrSlip
from shared.contracts.orders.lists import CustomerKey
from shared.contracts.orders.values import DiscountKind, OrderedLine, ShippingTerms
from shared.contracts.orders.vouchers import NewVoucher
from shared.contracts.references import OrderId
from shared.contracts.refusals import codes
from shared.contracts.snapshot import Exemption
from shared.contracts.values import (
    Country,
    Currency,
    Language,
    Money,
    PositiveMoney,
    Sku,
    TaxRate,
    Text,
)

NO_CARRIER = "-"


class PricedLine(Value):
    """A line of a cart with its price."""

    sku: Sku
    name: str = Field(description="Name of the product in the language of the cart")
    quantity: int = Field(description="Pieces")
    unit_price: Money = Field(description="Price of one piece before discounts")
    tax_rate: TaxRate
    total: Money = Field(description="Price of the line before discounts")
    off: Money = Field(description="Amount that discounts take off `total`, positive")
    available: int = Field(description="Pieces available")
    gift: bool = Field(
        default=False,
        description="Whether a rule adds the line free of charge; leave it out of `order.place`",
    )


class CartDiscount(Value):
    """A discount on a cart."""

    name: str = Field(description="Name in the requested language")
    code: str = Field(default="", description="Code of the voucher; empty if the rule has none")
    kind: DiscountKind = Field(
        description=(
            "`percent` or `amount` off the products; `free_shipping`; `gift`: a product free of"
            " charge"
        )
    )
    off: Money = Field(
        description="Amount taken off, in the cart's kind of prices; of a gift, its price"
    )


class RejectedCode(Explanation):
    """A code that does not apply to this cart, and the reason."""

    voucher_code: str = Field(description="The code as it was sent")


class CartPrice(Answer, name="cart.price_answered"):
    """The price of a cart now. `order.place` with the same lines, carrier and codes (without the
    rejected ones) has this `total`, or is refused with the difference.
    """

    example: ClassVar[dict[str, Any]] = samples.CART_PRICE

    lines: list[PricedLine] = Field(description="Lines of the cart, with gifts")
    unknown: list[Sku] = Field(
        default=[], description="SKUs in the earlier cart or order that are not sold any more"
    )
    products_total: Money = Field(description="Price of the products before discounts")
    shipping: Money = Field(description="Price of shipping before discounts")
    discounts: list[CartDiscount] = Field(description="Discounts that apply")
    rejected: list[RejectedCode] = Field(description="Codes that do not apply")
    net: Money = Field(description="Price of the cart without tax")
    tax: Money = Field(description="Tax contained in `total`")
    total: Money = Field(
        description="Price of the cart after discounts, tax included, however it is paid"
    )
    store_credit: Money | None = Field(
        default=None,
        description="Part of the total that the customer's store credit pays, as requested",
    )
    store_credit_available: Money | None = Field(
        default=None,
        description=(
            "All store credit of the customer, and the unpaid money of the credit slips that were"
            " named"
        ),
    )
    to_pay: Money | None = Field(
        default=None,
        description=(
            "Part to pay in money; rounded to the smallest coin if `payment_method` is cash"
        ),
    )


class PriceCart(Query, ShippingTerms, name="cart.price", answer=CartPrice):
    """Return the price of a cart, with all rules that apply and the vouchers given. The products
    are those in `lines`, or in an earlier cart or order of the same customer.
    """

    example: ClassVar[dict[str, Any]] = {
        "lines": [{"sku": "MUG-BLUE", "quantity": 2}],
        "currency": "EUR",
        "customer_id": "c-1001",
        "carrier": "Swift Post",
        "shipping_price": samples.euro(490),
        "shipping_tax_rate": "19",
        "delivery_country": "GB",
        "voucher_codes": ["THANKS-ADA", "TOO-LATE"],
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "below_minimum code_taken customer_erased customer_needed disabled does_not_combine "
        "ends_before_it_begins expired fewer_than_used gift_sold_out gift_unknown "
        "gives_nothing more_than_due negative_minimum no_carrier_price not_delivered_there "
        "not_enough_store_credit not_positive not_yet_valid nothing_chosen nothing_due "
        "nothing_left one_source other_carrier other_country other_currency other_customer "
        "other_group other_prices price_by_customer products_missing refund_under_way "
        "shipping_taxed takes_nothing_off total_too_large two_currencies two_discounts "
        "unknown_carrier unknown_cart unknown_credit_slip unknown_order unknown_product "
        "unknown_shop unknown_voucher used_up used_up_by_customer voucher_exists "
        "wrong_currency "
        "choose_combination not_sold"
    )

    lines: list[OrderedLine] = Field(
        default=[], max_length=1000, description="Products of the cart"
    )
    cart_id: UUID | None = Field(default=None, description="An earlier cart, in place of `lines`")
    order_id: OrderId | None = Field(
        default=None, description="An earlier order, in place of `lines`"
    )
    customer_id: CustomerKey | None = Field(
        default=None, description="Without it, rules for certain customers do not apply"
    )
    language: Language | None = Field(
        default=None,
        description=(
            "Language of names, BCP 47; null: the customer's, or the shop's `default_language` for"
            " an unknown one"
        ),
    )
    currency: Currency = Field(description="Currency of the cart")
    prices: Literal["tax_included", "tax_excluded"] = Field(
        default="tax_included", description="Whether the prices of the cart include tax"
    )
    carrier: Text = Field(
        default=NO_CARRIER,
        description="Name of the carrier; without it, shipping costs nothing",
    )
    delivery_country: Country | None = Field(
        default=None, description="Country that the goods are sent to, for rules and taxes"
    )
    payment_method: Text | None = Field(
        default=None, description="Name of the payment method, as in `order.place`"
    )
    voucher_codes: list[CodeOrSlip] = Field(
        default=[],
        max_length=20,
        description="Codes of vouchers, and numbers of the customer's credit slips",
    )
    new_vouchers: list[NewVoucher] = Field(
        default=[],
        max_length=5,
        description="Vouchers to price as if `order.place` created them; none is created",
    )
    use_store_credit: bool = Field(
        default=False,
        description="Whether to pay with all available store credit, as in `order.place`",
    )
    store_credit_amount: PositiveMoney | None = Field(
        default=None, description="Amount to pay with store credit, as in `order.place`"
    )
    exemption: Exemption | None = Field(
        default=None, description="Why the cart is not taxed, as in `order.place`"
    )
