"""Changing an order after it was placed: products, discounts, shipping, addresses. Issued documents
never change: what an edit adds or takes away after an invoice goes on an invoice or a credit slip
of its own.
"""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Command, Event, Value
from shared.contracts.orders import editing_samples
from shared.contracts.orders.cart_rules import Percent
from shared.contracts.orders.parts import By, DiscountView, OrderLineView, OrderSummary, Price
from shared.contracts.orders.refunds import LineNumber, Reason
from shared.contracts.references import OrderId
from shared.contracts.values import (
    Address,
    Customer,
    DocumentReference,
    Email,
    Money,
    Quantity,
    Sku,
    TaxRate,
    Text,
)


class AddedLine(Value):
    """A product that is added; price and rate of its tax are the catalogue's unless they are
    given.
    """

    sku: Sku
    quantity: Quantity
    unit_price: Price | None = None
    tax_rate: TaxRate | None = None


class EditedLine(Value):
    """What a line is to be; null stays as it is. A line of no pieces disappears."""

    line: LineNumber
    quantity: Annotated[int, Field(ge=0, le=1_000_000, strict=True)] | None = None
    unit_price: Price | None = None
    tax_rate: TaxRate | None = None


class CancelledLine(Value):
    """How many pieces of a line are not wanted any more."""

    line: LineNumber
    quantity: Quantity


class AddLines(Command, name="order.add_lines", subject="order_id"):
    """Adds products to an order: all of them, or none. Never more than the stock that is left,
    unless the shop lets orders wait for it. Before the first invoice they come on it (`existing`);
    after it on one of their own (`new`).
    """

    example: ClassVar[dict[str, Any]] = editing_samples.ADD_LINES

    order_id: OrderId
    lines: list[AddedLine] = Field(min_length=1, max_length=1000)
    invoice: Literal["existing", "new"] | None = Field(
        default=None, description="Refused where it is not so; null is whatever is possible"
    )
    by: By = "system"


class EditLines(Command, name="order.edit_lines", subject="order_id"):
    """Changes quantities, prices and rates of tax of lines: all of them, or none. Stock is taken
    and comes back accordingly.
    """

    example: ClassVar[dict[str, Any]] = editing_samples.EDIT_LINES

    order_id: OrderId
    lines: list[EditedLine] = Field(min_length=1, max_length=1000)
    reason: Reason = ""
    by: By = "system"


class CancelLines(Command, name="order.cancel_lines", subject="order_id"):
    """Takes products out of an order that is not paid yet; their stock comes back."""

    example: ClassVar[dict[str, Any]] = editing_samples.CANCEL_LINES

    order_id: OrderId
    lines: list[CancelledLine] = Field(min_length=1, max_length=1000)
    reason: Reason = ""
    by: By = "system"


class AddDiscount(Command, name="order.add_discount", subject="order_id"):
    """Takes something off an order that was not shipped: a percentage or an amount off the
    products, or the shipping. Give one of the three. With `invoice` it counts for the products of
    that invoice alone; without, it is of the whole order and follows its lines, those added later
    too, until an invoice states it.
    """

    example: ClassVar[dict[str, Any]] = editing_samples.ADD_DISCOUNT

    order_id: OrderId
    discount_id: UUID = Field(
        description="Chosen by who sends it, so that a repeated command is recognised"
    )
    discount_name: Text = Field(description="Printed on documents")
    percent: Percent | None = None
    amount: Annotated[int, Field(gt=0, lt=2**53, strict=True)] | None = Field(
        default=None, description="Minor units, in the order's currency and kind of prices"
    )
    free_shipping: bool = False
    invoice: UUID | None = Field(
        default=None, description="The `document_id` of an invoice; null: the whole order"
    )
    by: By = "system"


class RemoveDiscount(Command, name="order.remove_discount", subject="order_id"):
    """Takes a discount back, before shipping."""

    example: ClassVar[dict[str, Any]] = editing_samples.REMOVE_DISCOUNT

    order_id: OrderId
    discount_id: UUID
    by: By = "system"


class ChangeShipping(Command, name="order.change_shipping", subject="order_id"):
    """Changes carrier, price and tracking number; null stays as it is. The number can be set at any
    time, the rest only until the order is shipped.
    """

    example: ClassVar[dict[str, Any]] = editing_samples.CHANGE_SHIPPING

    order_id: OrderId
    carrier: Text | None = None
    price: Price | None = None
    tax_rate: TaxRate | None = None
    tracking_number: Annotated[str, Field(max_length=100)] | None = None
    by: By = "system"


class ChangeAddress(Command, name="order.change_address", subject="order_id"):
    """Sets the delivery or invoice address, or both: another one of the customer's by its id
    (`customer.get` tells them), an edited or a new one, which stays with the customer. Documents
    that were issued keep theirs. The order keeps its rates of tax: where others may be due it is
    refused, until somebody looked at them.
    """

    example: ClassVar[dict[str, Any]] = editing_samples.CHANGE_ADDRESS

    order_id: OrderId
    delivery_address: Address | None = None
    invoice_address: Address | None = None
    delivery_address_id: UUID | None = Field(
        default=None, description="One of the customer's, instead"
    )
    invoice_address_id: UUID | None = Field(
        default=None, description="One of the customer's, instead"
    )
    taxes_checked: bool = Field(
        default=False,
        description=(
            "Somebody looked: the rates stay, or are set by `order.edit_lines` and "
            "`order.change_shipping`"
        ),
    )
    by: By = "system"


class ChangeCustomer(Command, name="order.change_customer", subject="order_id"):
    """Corrects the e-mail or the name of the customer of an order; null stays as it is. Mails from
    now on go to the new address. What the shop knows of the customer is corrected as well, where it
    was the same. Documents that were issued stay as they are.
    """

    example: ClassVar[dict[str, Any]] = editing_samples.CHANGE_CUSTOMER

    order_id: OrderId
    email: Email | None = None
    customer_name: Text | None = None
    by: By = "system"


class NotifyChange(Command, name="order.notify_change", subject="order_id"):
    """Has the customer told what the order is now, with a few words of the employee's."""

    example: ClassVar[dict[str, Any]] = editing_samples.NOTIFY_CHANGE

    order_id: OrderId
    message: str = Field(default="", max_length=2000)
    by: By = "system"


class LineChange(Value):
    """What an edit made of a line; a new one had no pieces before."""

    line: int
    sku: Sku
    name: str
    quantity_before: int
    quantity: int
    unit_price_before: Money
    unit_price: Money
    tax_rate_before: TaxRate | None = None
    tax_rate: TaxRate | None = None


class FixedDiscount(Value):
    """A discount that an edit did not change, since an invoice states it."""

    discount_id: UUID
    name: str
    off: Money = Field(description="What it takes off the order now")
    lines: list[int] = Field(description="Numbers of the lines that it was invoiced for")
    invoice: str = Field(description="Number of the invoice that fixed it")
    reason: str = Field(description="One sentence for people")


class OrderChange(Event):
    """An order is now this; `by` changed it."""

    order_id: UUID
    order: OrderSummary
    by: str
    at: AwareDatetime


class OrderEdited(OrderChange, name="order.edited", subject="order_id"):
    """The products of an order are now these. `due` is what is still to be paid; negative: what was
    paid too much, and can be refunded.
    """

    example: ClassVar[dict[str, Any]] = editing_samples.ORDER_EDITED

    lines: list[OrderLineView]
    changes: list[LineChange]
    due: Money
    attach: list[DocumentReference] = Field(
        default=[],
        description="Invoices and credit slips that it brought: the customer gets them by mail",
    )
    fixed_discounts: list[FixedDiscount] = Field(
        default=[],
        description=(
            "Discounts that stay as they were invoiced, and why; others follow the order's lines"
        ),
    )


class OrderDiscounted(OrderChange, name="order.discounted", subject="order_id"):
    """A discount was given, or taken back."""

    example: ClassVar[dict[str, Any]] = editing_samples.CHANGED | {
        "discount": editing_samples.DISCOUNT,
        "due": samples.euro(-238),
    }

    discount: DiscountView
    removed: bool = False
    due: Money
    attach: list[DocumentReference] = Field(
        default=[],
        description="Invoices and credit slips that it brought: the customer gets them by mail",
    )


class OrderShippingChanged(OrderChange, name="order.shipping_changed", subject="order_id"):
    """Carrier, price or tracking number are now what the order says; what they were is beside
    it.
    """

    example: ClassVar[dict[str, Any]] = editing_samples.CHANGED | {
        "carrier_before": "Swift Post",
        "tracking_number_before": "",
        "tracking_number": "SP-4711",
        "due": samples.euro(0),
        "shipped": True,
    }

    carrier_before: str
    tracking_number_before: str
    tracking_number: str
    shipped: bool = Field(description="Whether the goods are on their way")
    due: Money
    attach: list[DocumentReference] = Field(
        default=[],
        description="Invoices and credit slips that it brought: the customer gets them by mail",
    )


class OrderAddressChanged(OrderChange, name="order.address_changed", subject="order_id"):
    """The addresses of an order are now these."""

    example: ClassVar[dict[str, Any]] = editing_samples.CHANGED | {
        "delivery_address": samples.ADDRESS,
        "invoice_address": samples.ADDRESS,
    }

    delivery_address: Address
    invoice_address: Address


class OrderCustomerChanged(OrderChange, name="order.customer_changed", subject="order_id"):
    """The customer of an order has another e-mail or name now, as `order` says; what they were is
    beside it.
    """

    example: ClassVar[dict[str, Any]] = editing_samples.CHANGED | {
        "customer_before": samples.CUSTOMER | {"email": "ada@exampel.test"},
    }

    customer_before: Customer


class OrderChangeAnnounced(OrderChange, name="order.change_announced", subject="order_id"):
    """The customer is to be told what the order is now: everything that a mail about it needs."""

    example: ClassVar[dict[str, Any]] = editing_samples.CHANGED | {
        "lines": [editing_samples.LINE],
        "delivery_address": samples.ADDRESS,
        "invoice_address": samples.ADDRESS,
        "due": samples.euro(0),
        "message": editing_samples.NOTIFY_CHANGE["message"],
    }

    lines: list[OrderLineView]
    delivery_address: Address
    invoice_address: Address
    due: Money
    message: str
