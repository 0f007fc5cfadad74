"""What a command would bring, asked before it is sent. The answer comes from the handler of the
command itself, so it is refused as the command would be, and says what the command would do.
"""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts import samples
from shared.contracts.message import Answer, Query, Value
from shared.contracts.orders.parts import DiscountView, OrderLineView, Reference
from shared.contracts.references import OrderId
from shared.contracts.values import DocumentKind, Money, Sku, StateKey

PreviewedChange = Literal[
    "order.add_lines",
    "order.edit_lines",
    "order.cancel_lines",
    "order.add_discount",
    "order.remove_discount",
    "order.change_shipping",
    "order.change_address",
    "order.set_exemption",
    "order.transition",
]
"""The commands that change what an order costs or what is due of it; `refund.preview` previews
refunds.
"""
SUMS: dict[str, Any] = {
    "state": "payment_accepted",
    "total": samples.euro(2870),
    "tax": samples.euro(458),
    "shipping": samples.euro(490),
    "discounts": [],
    "paid": samples.euro(2870),
    "due": samples.euro(0),
    "refund_due": samples.euro(0),
}


class OrderSums(Value):
    """How an order stands."""

    state: StateKey
    total: Money
    tax: Money = Field(description="Part of the total")
    shipping: Money = Field(description="In the order's kind of prices, after discounts")
    discounts: list[DiscountView]
    paid: Money
    due: Money = Field(description="Still to be paid; negative: paid too much")
    refund_due: Money = Field(description="What refunds give back and was not given back yet")


class OrderPreview(Answer, name="order.preview_answered"):
    """The order as it is, and as the command would leave it. Nothing was changed."""

    example: ClassVar[dict[str, Any]] = {
        "before": SUMS,
        "after": SUMS
        | {"total": samples.euro(1680), "tax": samples.euro(268), "due": samples.euro(-1190)},
        "lines": [samples.ORDER_LINE | {"quantity": 1, "total": samples.euro(1190)}],
        "issues": ["credit_slip"],
        "attaches": ["credit_slip"],
        "mail_template": None,
        "events": ["order.edited", "credit_slip.issued", "stock.changed"],
    }

    before: OrderSums
    after: OrderSums
    lines: list[OrderLineView] = Field(description="The lines as they would be")
    issues: list[DocumentKind] = Field(description="Kinds of the documents that it would issue")
    attaches: list[DocumentKind] = Field(
        description="Kinds of the documents that the customer would get by mail"
    )
    mail_template: str | None = Field(
        description="Mail of a state that the order would come to; null: none"
    )
    events: list[str] = Field(description="Names of the events that it would cause, in order")


class PreviewOrder(Query, name="order.preview", answer=OrderPreview, subject="order_id"):
    """Asks what a command would make of an order: total, what is due, documents and mails. Refused
    as the command would be.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "command": "order.edit_lines",
        "data": {"lines": [{"line": 1, "quantity": 1}]},
    }

    order_id: OrderId
    command: PreviewedChange
    data: dict[str, Any] = Field(
        default={}, description="The fields of that command, without `order_id`"
    )


class ServedOrder(Value):
    """An order that waits for a product and would get some of it."""

    order_id: UUID
    reference: Reference
    state: StateKey
    quantity: int = Field(description="Pieces that it would get")
    missing: int = Field(description="Pieces of the product that it would still wait for")
    filled: bool = Field(description="Whether it would wait for no product any more")


class StockPreview(Answer, name="stock.preview_answered"):
    """The stock as it is, and as the command would leave it. Nothing was changed."""

    example: ClassVar[dict[str, Any]] = {
        "sku": "MUG-BLUE",
        "before": 0,
        "after": 3,
        "served": [
            {
                "order_id": samples.ORDER_ID,
                "reference": "XKBKNABJK",
                "state": "backorder_paid",
                "quantity": 2,
                "missing": 0,
                "filled": True,
            }
        ],
    }

    sku: Sku
    before: int = Field(description="Available pieces now")
    after: int = Field(description="Available pieces once the waiting orders got theirs")
    served: list[ServedOrder] = Field(description="The waiting orders that get pieces, in turn")


class PreviewStock(Query, name="stock.preview", answer=StockPreview, subject="sku"):
    """Asks which waiting orders a change of the stock would serve. Refused as the command would
    be.
    """

    example: ClassVar[dict[str, Any]] = {
        "sku": "MUG-BLUE",
        "command": "stock.set",
        "data": {"quantity": 5},
    }

    sku: Sku
    command: Literal["stock.set", "stock.adjust"]
    data: dict[str, Any] = Field(
        default={}, description="The fields of that command, without `sku`"
    )
