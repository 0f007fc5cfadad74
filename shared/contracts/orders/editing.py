"""Define changes of an order after it was placed: products, discounts, shipping, addresses.

Issued documents never change: additions and removals after an invoice are stated on a further
invoice or a credit slip.
"""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.claims import Claim
from shared.contracts.message import Command, Value
from shared.contracts.orders import editing_samples
from shared.contracts.orders.cart_rules import Percent
from shared.contracts.orders.refund_values import LineNumber, Reason
from shared.contracts.orders.values import By
from shared.contracts.references import OrderId
from shared.contracts.refusals import codes
from shared.contracts.values import (
    Address,
    Email,
    PositiveMoney,
    Price,
    Quantity,
    Sku,
    TaxRate,
    Text,
)


class AddedLine(Value):
    """A product to add to an order."""

    sku: Sku
    quantity: Quantity = Field(description="Pieces")
    unit_price: Annotated[Price | None, Claim.CONSENT] = Field(
        default=None,
        description=(
            "Price of one piece, in the order's currency and kind of prices; null: the price in the"
            " catalogue"
        ),
    )
    tax_rate: TaxRate | None = Field(
        default=None, description="Tax rate in percent; null: the rate in the catalogue"
    )


class EditedLine(Value):
    """New values for a line; null leaves a value unchanged."""

    line: LineNumber
    quantity: Annotated[int, Field(ge=0, le=1_000_000, strict=True)] | None = Field(
        default=None, description="Pieces; 0 removes the line"
    )
    unit_price: Annotated[Price | None, Claim.CONSENT] = Field(
        default=None,
        description=(
            "New price of one piece, in the order's currency and kind of prices; null: unchanged"
        ),
    )
    tax_rate: TaxRate | None = Field(
        default=None, description="New tax rate in percent; null: unchanged"
    )


class CancelledLine(Value):
    """Pieces of a line to cancel."""

    line: LineNumber
    quantity: Quantity = Field(description="Pieces to cancel")


class AddLines(Command, name="order.add_lines", subject="order_id"):
    """Add products to an order, all of them or none. More than the stock is refused unless the shop
    allows backorders. Before the first invoice they belong to it (`existing`), afterwards to a
    supplementary one (`new`).
    """

    example: ClassVar[dict[str, Any]] = editing_samples.ADD_LINES
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "invoice_issued no_invoice not_possible order_exempt out_of_stock total_too_large "
        "unknown_order unknown_product wrong_currency "
        "choose_combination not_sold"
    )

    order_id: OrderId
    lines: list[AddedLine] = Field(
        min_length=1, max_length=1000, description="Products to add, one line each"
    )
    expected_invoice: Literal["existing", "new"] | None = Field(
        default=None, description="Refuse the command unless this invoice is used; null: either"
    )
    by: By = "system"


class EditLines(Command, name="order.edit_lines", subject="order_id"):
    """Change quantities, prices and tax rates of an order's lines: all of them or none. The stock
    changes accordingly.
    """

    example: ClassVar[dict[str, Any]] = editing_samples.EDIT_LINES
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "line_refunded line_twice not_possible nothing_changes order_exempt out_of_stock "
        "too_many_pieces total_too_large unknown_line unknown_order "
        "wrong_currency"
    )

    order_id: OrderId
    lines: list[EditedLine] = Field(min_length=1, max_length=1000, description="Lines to change")
    reason: Reason = Field(default="", description="Printed on the credit slip")
    by: By = "system"


class CancelLines(Command, name="order.cancel_lines", subject="order_id"):
    """Cancel pieces of an unpaid order; they return to stock."""

    example: ClassVar[dict[str, Any]] = editing_samples.CANCEL_LINES
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "line_refunded line_twice not_possible nothing_changes order_exempt out_of_stock "
        "too_many_pieces total_too_large unknown_line unknown_order"
    )

    order_id: OrderId
    lines: list[CancelledLine] = Field(
        min_length=1, max_length=1000, description="Lines with the pieces to cancel"
    )
    reason: Reason = Field(default="", description="Printed on the credit slip")
    by: By = "system"


class AddDiscount(Command, name="order.add_discount", subject="order_id", key="discount_id"):
    """Add a discount to an order before shipping. It is a percentage or an amount off the products,
    or free shipping; exactly one of the three. With `invoice_id` it applies to the products of that
    invoice only; without, to the whole order, including lines added later, until an invoice states
    it. The same `discount_id` again is a repetition.
    """

    example: ClassVar[dict[str, Any]] = editing_samples.ADD_DISCOUNT
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "already_given not_possible one_kind shipping_refunded takes_nothing_off too_much "
        "total_too_large unknown_invoice unknown_order "
        "wrong_currency"
    )

    order_id: OrderId
    discount_id: UUID = Field(
        description="Chosen by the sender; use the same one when you repeat the command"
    )
    discount_name: Text = Field(description="Name as printed on documents")
    percent: Percent | None = Field(default=None, description="Percentage off the products")
    amount: PositiveMoney | None = Field(
        default=None,
        description="Amount off the products, in the order's currency and kind of prices",
    )
    free_shipping: bool = Field(default=False, description="Whether shipping is free")
    invoice_id: UUID | None = Field(
        default=None, description="Id of an invoice; null: the whole order"
    )
    by: By = "system"


class RemoveDiscount(Command, name="order.remove_discount", subject="order_id"):
    """Remove a discount from an order, before shipping."""

    example: ClassVar[dict[str, Any]] = editing_samples.REMOVE_DISCOUNT
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "discount_refunded not_possible total_too_large unknown_discount unknown_order"
    )

    order_id: OrderId
    discount_id: UUID
    by: By = "system"


class ChangeShipping(Command, name="order.change_shipping", subject="order_id"):
    """Change carrier, price or tracking number of an order. Null leaves a value unchanged. The
    tracking number can be set at any time, the others only before shipping.
    """

    example: ClassVar[dict[str, Any]] = editing_samples.CHANGE_SHIPPING
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "carrier_fixed nothing_changes order_exempt shipping_refunded total_too_large "
        "unknown_order "
        "wrong_currency"
    )

    order_id: OrderId
    carrier: Text | None = Field(default=None, description="Name of the carrier; null: unchanged")
    shipping_price: Price | None = Field(
        default=None,
        description=(
            "Price of shipping, in the order's currency and kind of prices; null: unchanged"
        ),
    )
    shipping_tax_rate: TaxRate | None = Field(
        default=None, description="Tax rate on shipping in percent; null: unchanged"
    )
    tracking_number: Annotated[str, Field(max_length=100)] | None = Field(
        default=None, description="Number of the parcel; null: unchanged"
    )
    by: By = "system"


class ChangeAddress(Command, name="order.change_address", subject="order_id"):
    """Set the delivery or invoice address of an order, or both. Give an edited or new address,
    which is added to the customer's addresses, or the id of one of these (see `customer.get`).
    Issued documents keep their addresses, and the order keeps its tax rates: if others may apply,
    the command is refused until an employee checked them.
    """

    example: ClassVar[dict[str, Any]] = editing_samples.CHANGE_ADDRESS
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "exemption_not_possible nothing_changes taxes_may_differ unknown_address "
        "unknown_order vat_number_needed which wrong_vat_number"
    )

    order_id: OrderId
    delivery_address: Address | None = Field(default=None, description="Null: unchanged")
    invoice_address: Address | None = Field(default=None, description="Null: unchanged")
    delivery_address_id: UUID | None = Field(
        default=None,
        description="Id of one of the customer's addresses, in place of `delivery_address`",
    )
    invoice_address_id: UUID | None = Field(
        default=None,
        description="Id of one of the customer's addresses, in place of `invoice_address`",
    )
    taxes_checked: Annotated[bool, Claim.CONSENT] = Field(
        default=False,
        description=(
            "Confirms that an employee checked the taxes: rates stay, or are set by"
            " `order.edit_lines` and `order.change_shipping`"
        ),
    )
    by: By = "system"


class ChangeCustomer(Command, name="order.change_customer", subject="order_id"):
    """Correct the e-mail address or the name of an order's customer. Null leaves a value unchanged.
    Later mails go to the new address. The customer's record is corrected too, if it had the same
    value. Issued documents do not change.
    """

    example: ClassVar[dict[str, Any]] = editing_samples.CHANGE_CUSTOMER
    refusal_codes: ClassVar[tuple[str, ...]] = codes("erased nothing_changes unknown_order")

    order_id: OrderId
    email: Email | None = Field(default=None, description="New address; null: unchanged")
    customer_name: Text | None = Field(default=None, description="New name; null: unchanged")
    by: By = "system"


class NotifyChange(Command, name="order.notify_change", subject="order_id"):
    """Mail the current state of an order to the customer, with a text of the employee."""

    example: ClassVar[dict[str, Any]] = editing_samples.NOTIFY_CHANGE
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_order")

    order_id: OrderId
    text: str = Field(
        default="", max_length=2000, description="Text of the employee, added to the mail"
    )
    by: By = "system"
