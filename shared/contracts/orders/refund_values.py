"""Define the values that commands, events and answers of refunds share."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.message import Value
from shared.contracts.references import OrderId
from shared.contracts.values import DocumentReference, Money, PositiveMoney, Sku

RefundKind = Literal["standard", "partial", "return"]


RecordedRefundKind = Literal["standard", "partial", "return", "cancelled"]


LineNumber = Annotated[
    int, Field(ge=1, le=100_000, strict=True, description="Number of the line within the order")
]


Reason = Annotated[str, Field(max_length=500, description="Printed on the credit slip")]


class WantedRefundLine(Value):
    """Pieces of a line to refund at their full price; or, in a partial refund or a return, an
    `amount` of its own. A gesture of goodwill has an amount and no pieces.
    """

    line: LineNumber
    quantity: int = Field(default=0, ge=0, le=1_000_000, strict=True, description="Pieces; 0: none")
    amount: PositiveMoney | None = Field(
        default=None,
        description="Amount for the pieces, with tax; null: their full price",
    )


class RefundOptions(Value):
    """Options of a refund. Null selects the default of its kind."""

    refund_shipping: bool = Field(
        default=False, description="Whether to refund the rest of the shipping"
    )
    shipping_amount: PositiveMoney | None = Field(
        default=None,
        description="Part of the shipping to refund, with tax, in place of the rest",
    )
    restock: bool | None = Field(
        default=None,
        description="Whether the pieces return to stock; default: yes, but no for a partial refund",
    )
    issue_credit_slip: bool | None = Field(
        default=None,
        description=(
            "Whether to issue a credit slip; default: yes if the order has an invoice. False"
            " makes it a compensation: an amount without pieces that was paid before and that no"
            " document states, now or later"
        ),
    )
    to_store_credit: bool = Field(
        default=False, description="Whether the customer gets store credit in place of money"
    )
    reason: Reason = Field(default="", description="Printed on the credit slip")


class RefundTerms(RefundOptions):
    """The terms of a refund."""

    order_id: OrderId
    kind: RefundKind = Field(
        description=(
            "`standard` for pieces at full price, `partial` for amounts, `return` for returned"
            " goods"
        )
    )
    lines: list[WantedRefundLine] = Field(
        default=[], max_length=1000, description="Lines to refund; empty: none"
    )
    refund_overpaid: bool = Field(
        default=False,
        description=(
            "Whether to give back payments beyond the price of the order; not stated on a credit"
            " slip"
        ),
    )


class RefundedLine(Value):
    """A refunded line."""

    line: int = Field(description="Number of the line within the order")
    sku: Sku
    name: str = Field(description="Name of the product")
    quantity: int = Field(description="Pieces refunded")
    net: Money = Field(description="Refund without tax")
    tax: Money = Field(description="Tax on the refund")
    gross: Money = Field(description="Refund with tax")
    restocked: int = Field(description="Pieces that returned to stock")


class RefundView(Value):
    """A refund. `gross` is the sum of `store_credit`, `money` and `settled`, except for rounding of
    cash.
    """

    refund_id: UUID
    kind: RecordedRefundKind = Field(
        description=(
            "`standard`: pieces at full price; `partial`: amounts; `return`: returned goods;"
            " `cancelled`: created when the order was cancelled, to give back the payments"
        )
    )
    at: AwareDatetime
    by: str
    reason: str = Field(default="", description="Printed on the credit slip")
    lines: list[RefundedLine] = Field(description="Refunded lines")
    shipping: Money = Field(description="Refund of shipping, with tax")
    overpaid: Money | None = Field(
        default=None,
        description="Part of `net` and `gross` that was paid beyond the price of the order",
    )
    settled: Money | None = Field(
        default=None,
        description="Part of `gross` that had not been paid yet, so that it reduces the amount due",
    )
    net: Money = Field(description="Refund without tax")
    tax: Money = Field(description="Tax on the refund")
    gross: Money = Field(description="Refund with tax")
    store_credit: Money | None = Field(
        default=None, description="Part of it that became the customer's store credit"
    )
    given_back: Money | None = Field(
        default=None,
        description=(
            "Part of `store_credit` that the order had been paid with; store credit is given back"
            " first"
        ),
    )
    money: Money | None = Field(default=None, description="Part of it that goes back as money")
    voucher_amount: Money | None = Field(
        default=None,
        description=(
            "Amount that vouchers had taken off the refunded pieces, in the order's kind of"
            " prices: it was not paid, so it is not given back"
        ),
    )
    method: str = Field(
        description="Payment method for the money; `store_credit` if no money goes back"
    )
    outstanding: bool = Field(description="Whether the money is still to be given back")
    by_hand: bool = Field(
        description="Whether an employee gives the money back; false: the payment system does"
    )
    done_at: AwareDatetime | None = Field(
        default=None, description="When the money was given back; null: not yet"
    )
    transaction_id: str = Field(default="", description="The payment system's number of the refund")
    credit_slip: DocumentReference | None = Field(
        default=None, description="Credit slip of the refund; null: none"
    )


class RefundableLine(Value):
    """The pieces and the amount of a line that can still be refunded."""

    line: int = Field(description="Number of the line within the order")
    sku: Sku
    quantity: int = Field(description="Pieces that can still be refunded")
    amount: Money = Field(description="Amount that can still be refunded, with tax")


class RefundableAmounts(Value):
    """The amounts of an order that can still be refunded."""

    lines: list[RefundableLine] = Field(description="Lines with pieces or amounts left")
    shipping: Money = Field(description="Shipping that can still be refunded, with tax")
    paid: Money = Field(description="Payments less the money given back")
    overpaid: Money | None = Field(
        default=None, description="Part of `paid` beyond the price of the order"
    )
