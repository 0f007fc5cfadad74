"""Define the commands of `orders` on stock, states and the life of an order."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts import samples
from shared.contracts.claims import Claim
from shared.contracts.message import Command
from shared.contracts.orders.cart_rules import CodeOrSlip
from shared.contracts.orders.values import (
    By,
    OrderedLine,
    Reference,
    ShippingTerms,
    StateDefinition,
    States,
)
from shared.contracts.orders.vouchers import NewVoucher
from shared.contracts.references import OrderId
from shared.contracts.refusals import codes
from shared.contracts.snapshot import ExchangeRate, Exemption
from shared.contracts.values import (
    Address,
    Currency,
    Customer,
    Language,
    Money,
    Payment,
    PositiveMoney,
    Sku,
    StateKey,
    Text,
)


class PutState(Command, StateDefinition, name="state.put", subject="key"):
    """Add a state to the shop's state graph, or change it. Fields that are left out stay as they
    are. `comes_from` adds a move into it to each of those states, so that a new state can be
    reached. The history of orders does not change.
    """

    example: ClassVar[dict[str, Any]] = samples.PUT_STATE
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "flags_contradict leads_to_itself no_backorder too_many_states unknown_guard "
        "unknown_shop unknown_source unknown_target unreachable"
    )

    comes_from: States = Field(
        default=[], description="Keys of states that get a move into this one"
    )


class SetStock(Command, name="stock.set", subject="sku"):
    """Set the available stock of a product after a count. Orders that wait for the product receive
    theirs first, the oldest first.
    """

    example: ClassVar[dict[str, Any]] = {"sku": "MUG-BLUE", "quantity": 25}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_product")

    sku: Sku
    quantity: int = Field(ge=0, le=1_000_000_000, strict=True, description="Pieces available")


class AdjustStock(Command, name="stock.adjust", subject="sku"):
    """Add pieces to the available stock of a product, or remove some. `cause` says why: a delivery,
    breakage, a find.
    """

    example: ClassVar[dict[str, Any]] = {
        "sku": "MUG-BLUE",
        "change": -1,
        "cause": "broken",
        "by": "anna@shop.test",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "not_enough_stock nothing_changes too_much_stock unknown_product"
    )

    sku: Sku
    change: int = Field(
        ge=-1_000_000_000,
        le=1_000_000_000,
        strict=True,
        description="Pieces to add; negative to remove",
    )
    cause: str = Field(
        min_length=1, max_length=60, description="Why, in a few words; recorded with the movement"
    )
    by: By = "system"


class PlaceOrder(Command, ShippingTerms, name="order.place", subject="order_id", key="order_id"):
    """Place an order, from the checkout or by an employee. Prices and tax rates come from the
    catalogue unless an employee agreed others. `total` is the amount that the customer saw: if it
    differs, the order is refused with the difference. The same `order_id` again is a
    repetition, with other content a `conflict`.
    """

    example: ClassVar[dict[str, Any]] = samples.PLACE_ORDER
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "balance_too_large "
        "below_minimum code_taken customer_erased customer_needed disabled does_not_combine "
        "ends_before_it_begins exemption_not_possible expired fewer_than_used gift_sold_out "
        "gift_unknown gifts_differ gives_nothing guard_objects more_than_due "
        "negative_minimum no_carrier_price not_an_initial_state not_delivered_there "
        "not_enough_store_credit not_positive not_yet_valid nothing_chosen nothing_due "
        "nothing_left order_exists other_carrier other_country other_currency "
        "other_customer other_group other_prices out_of_stock price_by_customer "
        "products_missing rate_too_large reference_taken refund_under_way same_currency "
        "shipping_taxed takes_nothing_off total_differs total_too_large two_currencies "
        "two_discounts unknown_carrier unknown_credit_slip unknown_product unknown_shop "
        "unknown_state unknown_voucher used_up used_up_by_customer vat_number_needed "
        "voucher_exists wrong_currency wrong_vat_number "
        "choose_combination not_sold"
    )

    order_id: UUID = Field(
        description="Chosen by the storefront; use the same one when you repeat the command"
    )
    reference: Reference
    customer: Customer
    language: Language | None = Field(
        default=None,
        description=(
            "Language of documents and mails, BCP 47; null: the customer's, or the shop's"
            " `default_language` for a new customer"
        ),
    )
    currency: Currency = Field(description="Currency of all prices of the order")
    prices: Literal["tax_included", "tax_excluded"] = Field(
        default="tax_included", description="Whether the prices of the order include tax"
    )
    lines: list[OrderedLine] = Field(
        min_length=1, max_length=1000, description="Products of the order, one line each"
    )
    delivery_address: Address = Field(description="Where the goods are sent")
    invoice_address: Address = Field(description="Address that the invoice is made out to")
    carrier: Text = Field(
        description="Name of the carrier, as in the shop's list or, with a price, another one"
    )
    tracking_number: str = Field(
        default="", max_length=100, description="Number of the parcel; empty: none yet"
    )
    payment_method: Text = Field(
        description="Name of a payment method, from the shop's list or another"
    )
    total: Money = Field(description="Amount that the customer saw, tax included")
    initial_state: StateKey = Field(
        default="awaiting_bank_wire",
        description="State in which the order is placed, with its effects",
    )
    placed_by: By = "customer"
    voucher_codes: list[CodeOrSlip] = Field(
        default=[],
        max_length=20,
        description=(
            "Codes of vouchers, and numbers of the customer's credit slips, which pay with their"
            " store credit; a code that does not apply refuses the order"
        ),
    )
    use_store_credit: bool = Field(
        default=False, description="Whether to pay with all available store credit, up to the total"
    )
    store_credit_amount: PositiveMoney | None = Field(
        default=None,
        description=(
            "Amount to pay with store credit, as the customer saw it; refused if it is not"
            " available"
        ),
    )
    new_vouchers: list[NewVoucher] = Field(
        default=[],
        max_length=5,
        description="Vouchers created together with the order, and used by it",
    )
    gifts: list[Sku] | None = Field(
        default=None,
        max_length=50,
        description="Gifts that the customer saw: if the rules add others, the order is refused",
    )
    invoice_note: Annotated[str, Field(max_length=2000)] | None = Field(
        default=None,
        description=(
            "Printed below the tax table of the invoice; null: the shop's note (`invoice_notes`)"
        ),
    )
    exemption: Exemption | None = Field(
        default=None,
        description=(
            "Why the order is not taxed; all prices are then without tax. Reverse charge and"
            " intra-community supplies need the buyer's VAT number in the invoice address"
        ),
    )
    exchange_rate: ExchangeRate | None = Field(
        default=None,
        description="For the tax in the seller's own currency, stated on invoices and credit slips",
    )


class RecordPayment(Command, name="payment.record", subject="order_id", key="payment.payment_id"):
    """Record money received for an order. The same `payment_id` again is a repetition, with other
    content a `conflict`; a known transaction is refused with `transaction_recorded`. An order that
    is paid in full moves on from a state that waits for payment.
    """

    example: ClassVar[dict[str, Any]] = samples.RECORD_PAYMENT
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "already_in_state already_recorded guard_objects move_not_possible not_money "
        "not_positive not_privileged order_credited out_of_stock payment_too_large "
        "reason_missing reverse_instead store_credit_gone transaction_recorded unknown_order "
        "unknown_state wrong_currency"
    )

    order_id: OrderId
    payment: Payment = Field(
        description="The payment; must be positive and in the order's currency"
    )
    by: By = "system"


class TransitionOrder(Command, name="order.transition", subject="order_id"):
    """Move an order to another state, with all effects of the state or none. `force` allows a move
    that the graph lacks; it is for employees, and needs a reason.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "to": "payment_accepted",
        "by": "anna@shop.test",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "balance_too_large "
        "already_in_state guard_objects move_not_possible not_privileged order_credited "
        "out_of_stock reason_missing store_credit_gone unknown_order unknown_state "
        "voucher_gone"
    )

    order_id: OrderId
    to: StateKey = Field(description="Key of the new state")
    by: By = "system"
    force: Annotated[bool, Claim.FORCE] = Field(
        default=False, description="Whether to move although the graph has no such move"
    )
    reason: str = Field(
        default="", max_length=500, description="Recorded in the history; required with `force`"
    )


class SetNote(Command, name="order.set_note", subject="order_id"):
    """Set the private note of an order, for employees only. An empty note removes it."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "note": "Call before delivery.",
        "by": "anna@shop.test",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_order")

    order_id: OrderId
    note: str = Field(max_length=2000, description="The note; empty removes it")
    by: By = "system"
