"""Define previews: the effect of a command, without executing it.

The handler of the command computes the answer, so a preview is refused exactly like the command.
"""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts import samples
from shared.contracts.message import Answer, Query, Value
from shared.contracts.orders.values import DiscountView, OrderLineView, Reference
from shared.contracts.references import OrderId
from shared.contracts.refusals import codes
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
"""Commands that change the price of an order or its amount due; refunds have `refund.preview`."""
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
    """The amounts of an order."""

    state: StateKey = Field(description="Key of the state")
    total: Money = Field(description="Price of the order after discounts, tax included")
    tax: Money = Field(description="Tax contained in the total")
    shipping: Money = Field(
        description="Price of shipping after discounts, in the order's kind of prices"
    )
    discounts: list[DiscountView] = Field(description="Discounts that apply")
    paid: Money = Field(description="Sum of the payments, before refunds")
    due: Money = Field(description="Still to be paid; negative: overpaid")
    refund_due: Money = Field(description="Refunded money that is still to be given back")


class OrderPreview(Answer, name="order.preview_answered"):
    """The order before and after the command. Nothing was changed."""

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

    before: OrderSums = Field(description="The order as it is")
    after: OrderSums = Field(description="The order as the command would leave it")
    lines: list[OrderLineView] = Field(description="The lines after the command")
    issues: list[DocumentKind] = Field(
        description="Kinds of the documents that the command would issue"
    )
    attaches: list[DocumentKind] = Field(
        description="Kinds of the documents that the customer would get by mail"
    )
    mail_template: str | None = Field(
        description="Mail of a state that the order would reach; null: none"
    )
    events: list[str] = Field(
        description="Names of the events that the command would cause, in order"
    )


class PreviewOrder(Query, name="order.preview", answer=OrderPreview, subject="order_id"):
    """Return the effect of a command on an order: total, amount due, documents and mails. Refused
    exactly like the command.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "command": "order.edit_lines",
        "data": {"lines": [{"line": 1, "quantity": 1}]},
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "already_given already_in_state carrier_fixed discount_refunded "
        "exemption_not_possible guard_objects invalid invoice_issued line_refunded line_twice "
        "move_not_possible no_invoice not_possible not_privileged nothing_changes "
        "nothing_lifted one_kind order_credited order_exempt out_of_stock reason_missing "
        "shipping_refunded something_refunded store_credit_gone takes_nothing_off "
        "tax_rate_needed taxes_may_differ too_many_pieces too_much total_too_large "
        "unknown_address unknown_discount unknown_invoice unknown_line unknown_order "
        "unknown_product unknown_state vat_number_needed voucher_gone which wrong_currency "
        "wrong_vat_number "
        "choose_combination not_sold"
    )

    order_id: OrderId
    command: PreviewedChange = Field(description="Name of the command to preview")
    data: dict[str, Any] = Field(default={}, description="Data of the command, without `order_id`")


class ServedOrder(Value):
    """A waiting order that would receive stock."""

    order_id: UUID
    reference: Reference
    state: StateKey = Field(description="Key of the state")
    quantity: int = Field(description="Pieces that the order would receive")
    missing: int = Field(description="Pieces of the product that the order would still wait for")
    filled: bool = Field(description="Whether the order would wait for no product any more")


class StockPreview(Answer, name="stock.preview_answered"):
    """The stock before and after the command. Nothing was changed."""

    example: ClassVar[dict[str, Any]] = {
        "sku": "MUG-BLUE",
        "available_before": 0,
        "available_after": 3,
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
    available_before: int = Field(description="Available pieces now")
    available_after: int = Field(
        description="Available pieces after waiting orders received theirs"
    )
    served: list[ServedOrder] = Field(
        description="Waiting orders that would receive pieces, the oldest first"
    )


class PreviewStock(Query, name="stock.preview", answer=StockPreview, subject="sku"):
    """Return the waiting orders that a change of stock would serve. Refused exactly like the
    command.
    """

    example: ClassVar[dict[str, Any]] = {
        "sku": "MUG-BLUE",
        "command": "stock.set",
        "data": {"quantity": 5},
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "invalid not_enough_stock nothing_changes too_much_stock unknown_product"
    )

    sku: Sku
    command: Literal["stock.set", "stock.adjust"] = Field(
        description="Name of the command to preview"
    )
    data: dict[str, Any] = Field(default={}, description="Data of the command, without `sku`")
