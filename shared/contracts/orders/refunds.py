"""Define refunds: money returned for goods, shipping, or as a gesture of goodwill."""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Command, Event, Query
from shared.contracts.orders import refund_samples
from shared.contracts.orders.refund_values import RefundableAmounts, RefundTerms, RefundView
from shared.contracts.orders.values import By, OrderSummary
from shared.contracts.references import OrderId
from shared.contracts.refusals import codes
from shared.contracts.snapshot import DocumentSnapshot
from shared.contracts.values import Money, Payment


class CreateRefund(Command, RefundTerms, name="refund.create", subject="order_id", key="refund_id"):
    """Refund pieces, shipping, or an amount of an order. An amount beyond the rest is refused with
    that rest; pieces cost at most the rest of their line. Unpaid parts reduce the amount due first,
    the remainder is given back. The same `refund_id` again is a repetition.
    """

    example: ClassVar[dict[str, Any]] = refund_samples.CREATE_REFUND
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "balance_too_large "
        "already_refunded customer_erased line_twice no_invoice not_possible nothing_asked "
        "nothing_came_back nothing_on_slip nothing_overpaid nothing_refunded order_cancelled "
        "pieces_need_slip shipping_twice too_many_pieces too_much unknown_line unknown_order "
        "unpaid_needs_slip whole_price_only "
        "wrong_currency"
    )

    refund_id: UUID = Field(
        description="Chosen by the sender; use the same one when you repeat the command"
    )
    by: By = "system"


class RefundPreview(Answer, name="refund.preview_answered"):
    """The refund as it would be, and the rest after it. Nothing was changed."""

    example: ClassVar[dict[str, Any]] = {
        "refund": refund_samples.REFUND,
        "refundable_amounts": refund_samples.REFUND_LEFT,
    }

    refund: RefundView = Field(description="The refund as it would be")
    refundable_amounts: RefundableAmounts = Field(
        description="Amounts that could still be refunded afterwards"
    )


class PreviewRefund(
    Query, RefundTerms, name="refund.preview", answer=RefundPreview, subject="order_id"
):
    """Return the amounts that a refund would have, without creating it. Refused exactly like
    `refund.create`.
    """

    example: ClassVar[dict[str, Any]] = {
        name: value
        for name, value in refund_samples.CREATE_REFUND.items()
        if name not in ("refund_id", "by")
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "customer_erased line_twice no_invoice not_possible nothing_asked nothing_came_back "
        "nothing_on_slip nothing_overpaid nothing_refunded order_cancelled pieces_need_slip "
        "shipping_twice too_many_pieces too_much unknown_line unknown_order unpaid_needs_slip "
        "whole_price_only "
        "wrong_currency"
    )


class RefundCreated(Event, name="refund.created", subject="order_id"):
    """A refund was created. If money is due, `payment.refund_due` follows."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "order": samples.ORDER_SUMMARY,
        "refund": refund_samples.REFUND,
        "refundable_amounts": refund_samples.REFUND_LEFT,
    }

    order_id: UUID
    order: OrderSummary
    refund: RefundView
    refundable_amounts: RefundableAmounts = Field(description="Amounts that can still be refunded")


class PaymentRefundDue(Event, name="payment.refund_due", subject="order_id"):
    """Money of a refund must be given back to the customer. Unless `by_hand` is set, the payment
    system must give it back and send `payment.mark_refunded`.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "refund_id": refund_samples.REFUND_ID,
        "amount": samples.euro(1190),
        "method": "Bank wire",
        "by_hand": True,
        "payments": [samples.PAYMENT],
    }

    order_id: UUID
    refund_id: UUID
    amount: Money = Field(description="Money to give back")
    method: str = Field(description="Payment method to give it back with")
    by_hand: bool = Field(
        description="Whether an employee gives the money back; false: the payment system does"
    )
    payments: list[Payment] = Field(description="Payments of the order, with their transactions")


class MarkRefunded(Command, name="payment.mark_refunded", subject="order_id"):
    """Mark the money of a refund as given back, by the payment system or by an employee."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "refund_id": refund_samples.REFUND_ID,
        "transaction_id": "RF-77",
        "by": "anna@shop.test",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes("nothing_due unknown_order unknown_refund")

    order_id: OrderId
    refund_id: UUID
    transaction_id: str = Field(
        default="", max_length=200, description="The payment system's number of the refund"
    )
    by: By = "system"


class PaymentRefunded(Event, name="payment.refunded", subject="order_id"):
    """The money of a refund was given back."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "refund_id": refund_samples.REFUND_ID,
        "amount": samples.euro(1190),
        "method": "Bank wire",
        "transaction_id": "RF-77",
        "by": "anna@shop.test",
        "at": samples.NOON,
    }

    order_id: UUID
    refund_id: UUID
    amount: Money = Field(description="Money given back")
    method: str = Field(description="Payment method it was given back with")
    transaction_id: str = Field(description="The payment system's number of the refund")
    by: str
    at: AwareDatetime


class RefundToStoreCredit(Command, name="refund.to_store_credit", subject="order_id"):
    """Convert the money of a refund that is still due into store credit, with the customer's
    consent. Refused once the payment system was asked to give it back.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "refund_id": refund_samples.REFUND_ID,
        "by": "anna@shop.test",
    }
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "balance_too_large "
        "customer_erased nothing_due refund_under_way unknown_order unknown_refund"
    )

    order_id: OrderId
    refund_id: UUID
    by: By = "system"


class RefundConverted(Event, name="refund.converted", subject="order_id"):
    """The money of a refund became store credit and is not due any more."""

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "order": samples.ORDER_SUMMARY,
        "refund": refund_samples.CONVERTED,
        "refundable_amounts": refund_samples.REFUND_LEFT,
        "amount": samples.euro(1190),
        "by": "anna@shop.test",
        "at": samples.NOON,
    }

    order_id: UUID
    order: OrderSummary
    refund: RefundView
    refundable_amounts: RefundableAmounts = Field(description="Amounts that can still be refunded")
    amount: Money = Field(description="Amount that became store credit")
    by: str
    at: AwareDatetime


class CreditSlipIssued(Event, name="credit_slip.issued", subject="order_id"):
    """A credit slip was issued and has its number. The snapshot is everything printed on it, for
    ever.
    """

    example: ClassVar[dict[str, Any]] = {
        "order_id": samples.ORDER_ID,
        "document": (
            samples.SNAPSHOT
            | {
                "kind": "credit_slip",
                "number": "CR000001",
                "corrects": "IN000001",
                "corrected": [samples.INVOICE_REFERENCE],
                "corrects_issued_at": samples.NOON,
            }
        ),
    }

    order_id: UUID
    document: DocumentSnapshot
