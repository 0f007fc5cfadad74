"""What `orders` can be told to do."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts import samples
from shared.contracts.message import Command
from shared.contracts.orders.cart_rules import CodeOrSlip
from shared.contracts.orders.parts import (
    By,
    Carrier,
    OrderedLine,
    Reference,
    StateDefinition,
    States,
)
from shared.contracts.orders.store_credit import PartOfTotal
from shared.contracts.orders.vouchers import NewVoucher
from shared.contracts.references import OrderId
from shared.contracts.snapshot import ExchangeRate, Exemption
from shared.contracts.values import (
    Address,
    Currency,
    Customer,
    Language,
    Money,
    Payment,
    Sku,
    StateKey,
    Text,
)


class PutState(Command, StateDefinition, name="state.put", subject="key"):
    """Adds a state to the shop's graph, or changes it: what is left out stays as it is.
    `comes_from` adds a move to it to each of those states, so that a new state can be reached.
    Orders keep what they once were.
    """

    example: ClassVar[dict[str, Any]] = samples.PUT_STATE

    comes_from: States = []


class SetStock(Command, name="stock.set", subject="sku"):
    """Sets the available stock of a product after a count. Orders that wait for it get theirs
    first.
    """

    example: ClassVar[dict[str, Any]] = {"sku": "MUG-BLUE", "quantity": 25}

    sku: Sku
    quantity: int = Field(ge=0, le=1_000_000_000, strict=True)


class AdjustStock(Command, name="stock.adjust", subject="sku"):
    """Changes the available stock of a product by some pieces, and says why: what came in, broke,
    or was found.
    """

    example: ClassVar[dict[str, Any]] = {
        "sku": "MUG-BLUE",
        "change": -1,
        "cause": "broken",
        "by": "anna@shop.test",
    }

    sku: Sku
    change: int = Field(
        ge=-1_000_000_000, le=1_000_000_000, strict=True, description="More, or less where negative"
    )
    cause: str = Field(min_length=1, max_length=60, description="Why, in a few words")
    by: By = "system"


class PlaceOrder(Command, name="order.place", subject="order_id"):
    """Places an order, from the checkout or by hand. Prices and tax rates come from the catalogue,
    unless an employee agreed others; `total` is what the customer was shown: if it differs, the
    order is refused with the difference.
    """

    example: ClassVar[dict[str, Any]] = samples.PLACE_ORDER

    order_id: UUID = Field(
        description="Chosen by the storefront, so that a repeated command is recognised"
    )
    reference: Reference
    customer: Customer
    language: Language
    currency: Currency
    prices: Literal["tax_included", "tax_excluded"] = "tax_included"
    lines: list[OrderedLine] = Field(min_length=1, max_length=1000)
    delivery_address: Address
    invoice_address: Address
    carrier: Carrier
    payment_method: Text
    total: Money
    initial_state: StateKey = Field(
        default="awaiting_bank_wire", description="With all that the state brings"
    )
    placed_by: By = "customer"
    voucher_codes: list[CodeOrSlip] = Field(
        default=[],
        max_length=20,
        description=(
            "Vouchers, and numbers of the customer's credit slips, which pay with their store"
            " credit; any that does not fit refuses the order"
        ),
    )
    store_credit: bool = Field(
        default=False, description="Pay with all store credit there is, up to the total"
    )
    store_credit_amount: PartOfTotal | None = Field(
        default=None,
        description=(
            "Pay exactly so much with store credit, as the customer was shown; else it is refused"
        ),
    )
    new_vouchers: list[NewVoucher] = Field(
        default=[],
        max_length=5,
        description="Made on the spot, with the order or not at all, and used by it",
    )
    gifts: list[Sku] | None = Field(
        default=None,
        max_length=50,
        description="Gifts that the customer was shown: others refuse the order",
    )
    invoice_note: Annotated[str, Field(max_length=2000)] | None = Field(
        default=None,
        description=(
            "Printed under the tax table of the invoice, also where the initial state brings it at"
            " once; null: the shop's note (`invoice_notes`)"
        ),
    )
    exemption: Exemption | None = Field(
        default=None,
        description=(
            "Why nothing of the order is taxed; prices are then those without tax. Reverse "
            "charge and intra-community supplies need the buyer's VAT number in the invoice address"
        ),
    )
    exchange_rate: ExchangeRate | None = Field(
        default=None,
        description=(
            "For the tax in the seller's own currency, which its invoices and credit slips state"
        ),
    )


class RecordPayment(Command, name="payment.record", subject="order_id"):
    """Records money that was received for an order. Repeating a `payment_id` changes nothing."""

    example: ClassVar[dict[str, Any]] = samples.RECORD_PAYMENT

    order_id: OrderId
    payment: Payment
    by: By = "system"


class TransitionOrder(Command, name="order.transition", subject="order_id"):
    """Moves an order to another state, with all that the state brings, whole or not at all. `force`
    goes where the graph does not lead; it is for employees, and needs a reason.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "to": "payment_accepted",
        "by": "anna@shop.test",
    }

    order_id: OrderId
    to: StateKey
    by: By = "system"
    force: bool = False
    reason: str = Field(default="", max_length=500)


class SetNote(Command, name="order.set_note", subject="order_id"):
    """Sets the private note of an order, for employees only; an empty one removes it."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "note": "Call before delivery.",
        "by": "anna@shop.test",
    }

    order_id: OrderId
    note: str = Field(max_length=2000)
    by: By = "system"
