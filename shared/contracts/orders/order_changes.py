"""Define the events of changes to an order after it was placed."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Event, Value
from shared.contracts.orders import editing_samples
from shared.contracts.orders.values import DiscountView, OrderLineView, OrderSummary
from shared.contracts.values import (
    Address,
    Customer,
    DocumentReference,
    Money,
    Sku,
    TaxRate,
)


class LineChange(Value):
    """The change of a line by an edit."""

    line: int = Field(description="Number of the line within the order")
    sku: Sku
    name: str = Field(description="Name of the product")
    quantity_before: int = Field(description="Pieces before; 0: the line is new")
    quantity: int = Field(description="Pieces now")
    unit_price_before: Money = Field(description="Price of one piece before")
    unit_price: Money = Field(description="Price of one piece now")
    tax_rate_before: TaxRate | None = Field(default=None, description="Tax rate before, in percent")
    tax_rate: TaxRate | None = Field(default=None, description="Tax rate now, in percent")


class FixedDiscount(Value):
    """A discount that an edit did not change, because an invoice states it."""

    discount_id: UUID
    name: str = Field(description="Name of the discount")
    off: Money = Field(description="Amount that it takes off the order now")
    line_numbers: list[int] = Field(
        description="Numbers of the lines on the invoice that it applies to"
    )
    invoice_number: str = Field(description="Number of the invoice that fixed it")
    reason: str = Field(description="Why it did not change, in one sentence")


class OrderChange(Event):
    """An order was changed."""

    order_id: UUID
    order: OrderSummary
    by: str
    at: AwareDatetime


class OrderEdited(OrderChange, name="order.edited", subject="order_id"):
    """The lines of an order were edited, added or cancelled."""

    example: ClassVar[dict[str, Any]] = editing_samples.ORDER_EDITED

    lines: list[OrderLineView] = Field(description="Lines of the order now")
    changes: list[LineChange] = Field(
        description="Lines that changed, with their values before and after"
    )
    due: Money = Field(
        description="Still to be paid; negative: overpaid, can be refunded with `refund_overpaid`"
    )
    attach: list[DocumentReference] = Field(
        default=[],
        description=(
            "Invoices and credit slips that the change issued, to be mailed to the customer"
        ),
    )
    fixed_discounts: list[FixedDiscount] = Field(
        default=[],
        description="Discounts that stay as invoiced, and why; all others follow the order's lines",
    )


class OrderDiscounted(OrderChange, name="order.discounted", subject="order_id"):
    """A discount was added to an order, or removed from it."""

    example: ClassVar[dict[str, Any]] = editing_samples.CHANGED | {
        "discount": editing_samples.DISCOUNT,
        "due": samples.euro(-238),
    }

    discount: DiscountView = Field(description="The discount")
    removed: bool = Field(default=False, description="Whether the discount was removed")
    due: Money = Field(description="Still to be paid; negative: overpaid")
    attach: list[DocumentReference] = Field(
        default=[],
        description=(
            "Invoices and credit slips that the change issued, to be mailed to the customer"
        ),
    )


class OrderShippingChanged(OrderChange, name="order.shipping_changed", subject="order_id"):
    """Carrier, price of shipping or tracking number of an order were changed."""

    example: ClassVar[dict[str, Any]] = editing_samples.CHANGED | {
        "carrier_before": "Swift Post",
        "tracking_number_before": "",
        "tracking_number": "SP-4711",
        "due": samples.euro(0),
        "shipped": True,
    }

    carrier_before: str = Field(description="Name of the carrier before")
    tracking_number_before: str = Field(description="Tracking number before")
    tracking_number: str = Field(description="Tracking number now")
    shipped: bool = Field(description="Whether the goods were shipped")
    due: Money = Field(description="Still to be paid; negative: overpaid")
    attach: list[DocumentReference] = Field(
        default=[],
        description=(
            "Invoices and credit slips that the change issued, to be mailed to the customer"
        ),
    )


class OrderAddressChanged(OrderChange, name="order.address_changed", subject="order_id"):
    """The delivery or invoice address of an order was set."""

    example: ClassVar[dict[str, Any]] = editing_samples.CHANGED | {
        "delivery_address": samples.ADDRESS,
        "invoice_address": samples.ADDRESS,
    }

    delivery_address: Address
    invoice_address: Address


class OrderCustomerChanged(OrderChange, name="order.customer_changed", subject="order_id"):
    """The e-mail address or name of an order's customer was corrected."""

    example: ClassVar[dict[str, Any]] = editing_samples.CHANGED | {
        "customer_before": samples.CUSTOMER | {"email": "ada@exampel.test"},
    }

    customer_before: Customer = Field(
        description="The customer before the correction; `order` has the new values"
    )


class OrderChangeAnnounced(OrderChange, name="order.change_announced", subject="order_id"):
    """A mail about the current state of an order was requested; the event contains everything that
    the mail needs.
    """

    example: ClassVar[dict[str, Any]] = editing_samples.CHANGED | {
        "lines": [editing_samples.LINE],
        "delivery_address": samples.ADDRESS,
        "invoice_address": samples.ADDRESS,
        "due": samples.euro(0),
        "text": editing_samples.NOTIFY_CHANGE["text"],
    }

    lines: list[OrderLineView]
    delivery_address: Address
    invoice_address: Address
    due: Money
    text: str = Field(description="Text of the employee")
