"""Taxes of an order that depend on its buyer or its currency: exemptions, the rate for the seller's
own currency.
"""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from shared.contracts.message import Command, Value
from shared.contracts.orders import editing_samples
from shared.contracts.orders.editing import OrderChange
from shared.contracts.orders.parts import By, OrderLineView
from shared.contracts.orders.refunds import LineNumber, Reason
from shared.contracts.references import OrderId
from shared.contracts.snapshot import ExchangeRate, Exemption
from shared.contracts.values import Address, DocumentReference, Money, TaxRate

VatNumber = Annotated[str, Field(min_length=1, max_length=40)]


class LineTaxRate(Value):
    """The tax rate of a line."""

    line: LineNumber
    tax_rate: TaxRate


class SetExemption(Command, name="order.set_exemption", subject="order_id"):
    """Sets why nothing of an order is taxed, changes that, or lifts it (`exemption` is null). The
    net prices stay: where the order's prices include tax, its lines and shipping then cost their
    price without it, and cost what they did before when it is lifted. What was invoiced is credited
    and invoiced anew. It is possible after shipping too, not once something was refunded.
    """

    example: ClassVar[dict[str, Any]] = editing_samples.SET_EXEMPTION

    order_id: OrderId
    exemption: Exemption | None = Field(description="Null: the order is taxed")
    vat_number: VatNumber | None = Field(
        default=None,
        description="The buyer's, for the invoice address; null: the one that is there stays",
    )
    tax_rates: list[LineTaxRate] = Field(
        default=[],
        max_length=1000,
        description=(
            "When it is lifted: the rates of lines that have none yet, or are to have another"
        ),
    )
    shipping_tax_rate: TaxRate | None = Field(default=None, description="The same for the shipping")
    reason: Reason = ""
    by: By = "system"


class SetExchangeRate(Command, name="order.set_exchange_rate", subject="order_id"):
    """Sets the rate at which the invoices and credit slips of an order state their tax in the
    seller's own currency; null removes it. Possible until the first invoice, all documents of the
    order use the same.
    """

    example: ClassVar[dict[str, Any]] = editing_samples.SET_EXCHANGE_RATE

    order_id: OrderId
    exchange_rate: ExchangeRate | None
    by: By = "system"


class OrderExemptionChanged(OrderChange, name="order.exemption_changed", subject="order_id"):
    """Nothing of an order is taxed any more, or for another reason, or it is taxed again."""

    example: ClassVar[dict[str, Any]] = editing_samples.CHANGED | {
        "exemption": editing_samples.EXEMPTION,
        "exemption_before": None,
        "lines": [editing_samples.LINE],
        "invoice_address": editing_samples.BUSINESS_ADDRESS,
        "due": editing_samples.NOTHING,
    }

    exemption: Exemption | None
    exemption_before: Exemption | None
    lines: list[OrderLineView]
    invoice_address: Address
    due: Money
    attach: list[DocumentReference] = Field(
        default=[],
        description=(
            "The credit slip and the invoice that it brought: the customer gets them by mail"
        ),
    )


class OrderExchangeRateChanged(OrderChange, name="order.exchange_rate_changed", subject="order_id"):
    """The rate for the tax in the seller's own currency is now this one; null: none."""

    example: ClassVar[dict[str, Any]] = editing_samples.CHANGED | {
        "exchange_rate": editing_samples.EXCHANGE_RATE
    }

    exchange_rate: ExchangeRate | None
