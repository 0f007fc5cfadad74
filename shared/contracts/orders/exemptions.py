"""Define tax exemptions of orders, and exchange rates for the tax in the seller's own currency."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from shared.contracts.message import Command, Value
from shared.contracts.orders import editing_samples
from shared.contracts.orders.order_changes import OrderChange
from shared.contracts.orders.refund_values import LineNumber, Reason
from shared.contracts.orders.values import By, OrderLineView
from shared.contracts.references import OrderId
from shared.contracts.refusals import codes
from shared.contracts.snapshot import ExchangeRate, Exemption
from shared.contracts.values import Address, DocumentReference, Money, TaxRate

VatNumber = Annotated[str, Field(min_length=1, max_length=40)]


class LineTaxRate(Value):
    """The tax rate of a line."""

    line: LineNumber
    tax_rate: TaxRate


class SetExemption(Command, name="order.set_exemption", subject="order_id"):
    """Set, change or lift the tax exemption of an order. Net prices stay: if prices include tax,
    lines and shipping cost their net price while the order is exempt, and their earlier price again
    afterwards. Invoices are credited and issued anew. Possible after shipping too, but not after a
    refund.
    """

    example: ClassVar[dict[str, Any]] = editing_samples.SET_EXEMPTION
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "exemption_not_possible line_twice not_possible nothing_changes nothing_lifted "
        "something_refunded tax_rate_needed total_too_large unknown_line unknown_order "
        "vat_number_needed wrong_vat_number"
    )

    order_id: OrderId
    exemption: Exemption | None = Field(description="Why the order is not taxed; null: it is taxed")
    vat_number: VatNumber | None = Field(
        default=None,
        description="VAT number of the buyer, for the invoice address; null: unchanged",
    )
    tax_rates: list[LineTaxRate] = Field(
        default=[],
        max_length=1000,
        description=(
            "When the exemption is lifted: rates of lines that have none yet, or get another"
        ),
    )
    shipping_tax_rate: TaxRate | None = Field(
        default=None, description="When the exemption is lifted: rate of shipping"
    )
    reason: Reason = ""
    by: By = "system"


class SetExchangeRate(Command, name="order.set_exchange_rate", subject="order_id"):
    """Set the exchange rate with which invoices and credit slips of an order state their tax in the
    seller's own currency. Null removes it. Possible before the first invoice only: all documents of
    an order use the same rate.
    """

    example: ClassVar[dict[str, Any]] = editing_samples.SET_EXCHANGE_RATE
    refusal_codes: ClassVar[tuple[str, ...]] = codes(
        "invoice_issued nothing_changes rate_too_large same_currency unknown_order"
    )

    order_id: OrderId
    exchange_rate: ExchangeRate | None = Field(description="The rate; null: none")
    by: By = "system"


class OrderExemptionChanged(OrderChange, name="order.exemption_changed", subject="order_id"):
    """The tax exemption of an order was set, changed or lifted."""

    example: ClassVar[dict[str, Any]] = editing_samples.CHANGED | {
        "exemption": editing_samples.EXEMPTION,
        "exemption_before": None,
        "lines": [editing_samples.LINE],
        "invoice_address": editing_samples.BUSINESS_ADDRESS,
        "due": editing_samples.NOTHING,
    }

    exemption: Exemption | None = Field(
        description="Why the order is not taxed now; null: it is taxed"
    )
    exemption_before: Exemption | None = Field(description="Exemption before the change")
    lines: list[OrderLineView] = Field(description="Lines of the order, with their new amounts")
    invoice_address: Address
    due: Money = Field(description="Still to be paid now; negative: overpaid")
    attach: list[DocumentReference] = Field(
        default=[],
        description="Credit slip and invoice that the change issued, to be mailed to the customer",
    )


class OrderExchangeRateChanged(OrderChange, name="order.exchange_rate_changed", subject="order_id"):
    """The exchange rate for the tax in the seller's own currency was set or removed."""

    example: ClassVar[dict[str, Any]] = editing_samples.CHANGED | {
        "exchange_rate": editing_samples.EXCHANGE_RATE
    }

    exchange_rate: ExchangeRate | None = Field(description="The rate; null: removed")
