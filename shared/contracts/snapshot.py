"""The snapshot of a document: everything that is printed, fixed at the moment of issue. All amounts
in minor units.
"""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, PlainSerializer, WithJsonSchema

from shared.contracts.message import Value
from shared.contracts.values import (
    Address,
    Currency,
    Customer,
    DocumentKind,
    DocumentReference,
    Language,
    Money,
    Payment,
    ShopProfile,
    Sku,
    TaxRate,
)


class DocumentLine(Value):
    """A line: `unit_net` × quantity need not equal `net` to the cent; `net + tax = gross` always
    does. They are after all discounts; `unit_net` and `unit_gross` are before them.
    """

    line: int | None = Field(default=None, ge=1, description="Number of the line within the order")
    sku: Sku
    name: str
    quantity: int
    tax_rate: TaxRate
    unit_net: Money
    unit_gross: Money
    net: Money
    tax: Money
    gross: Money


class DocumentDiscount(Value):
    """What a discount takes off, as positive amounts that the lines and the shipping no longer
    contain.
    """

    name: str
    code: str = Field(default="", description="Of the voucher, if one was used")
    kind: Literal["percent", "amount", "free_shipping", "gift"]
    net: Money
    tax: Money
    gross: Money


class Exemption(Value):
    """Why what bears a rate of 0 is not taxed; `reason` is printed, and is one sentence of law."""

    category: Literal["exempt", "reverse_charge", "intra_community", "export"]
    reason: str = Field(min_length=1, max_length=500)


def _is_rate(rate: Decimal) -> Decimal:
    exponent = rate.as_tuple().exponent
    if not isinstance(exponent, int) or not -10 <= exponent <= 9 or not 0 < rate < 10**9:
        raise ValueError("an exchange rate is a decimal string above 0 with at most ten decimals")
    return Decimal(f"{rate:f}")


class ExchangeRate(Value):
    """How many units of the seller's own currency one unit of the order's currency is worth."""

    currency: Currency = Field(description="The seller's own, in which the tax is declared")
    rate: Annotated[
        Decimal,
        AfterValidator(_is_rate),
        PlainSerializer(str, return_type=str),
        WithJsonSchema(
            {"type": "string", "pattern": r"^\d{1,9}(\.\d{1,10})?$", "examples": ["11.2345"]}
        ),
    ]
    source: str = Field(
        default="", max_length=100, description="Where it is from and of which day, printed"
    )


class TaxRow(Value):
    """A row of the tax table: the sums of one rate, shipping included."""

    rate: TaxRate
    net: Money
    tax: Money
    gross: Money


class DocumentSnapshot(Value):
    """What a document says. `number` is fixed text, never computed again."""

    document_id: UUID
    kind: DocumentKind
    number: str = Field(min_length=1, max_length=60)
    issued_at: AwareDatetime
    language: Language
    shop: ShopProfile
    order_id: UUID
    order_reference: str
    ordered_at: AwareDatetime
    customer: Customer
    invoice_address: Address
    delivery_address: Address
    carrier: str
    tracking_number: str = ""
    payment_method: str
    payment_means: str = Field(
        default="",
        pattern="^([0-9]{1,2})?$",
        description="Code of the method on e-invoices (UNTDID 4461)",
    )
    by_transfer: bool = Field(
        default=True,
        description="Whether what is due is paid by transfer to the account of the shop's profile",
    )
    prices: Literal["tax_included", "tax_excluded"] = "tax_included"
    lines: list[DocumentLine] = Field(
        description="Of a supplementary invoice or a credit slip: what it is about"
    )
    discounts: list[DocumentDiscount] = []
    shipping: TaxRow
    taxes: list[TaxRow] = Field(
        description="A row for each rate that a line bears, also where its amounts are zero"
    )
    net: Money
    tax: Money
    gross: Money
    exemption: Exemption | None = Field(
        default=None, description="Without one, a rate of 0 is a rate like any other"
    )
    accounting_tax: Money | None = Field(
        default=None, description="`tax` in the currency of the seller's country"
    )
    exchange_rate: ExchangeRate | None = Field(
        default=None, description="At which `accounting_tax` was converted"
    )
    payments: list[Payment] = []
    due: Money | None = Field(default=None, description="Of an invoice: what is still to be paid")
    store_credit: Money | None = Field(
        default=None,
        description="Of a credit slip: what of it is store credit, used by the number of the slip",
    )
    paid_back: Money | None = Field(
        default=None,
        description=(
            "Of a credit slip of a refund: what of it is paid back as money; what is neither that"
            " nor store credit had not been paid"
        ),
    )
    pay_until: AwareDatetime | None = Field(
        default=None,
        description="Of an invoice that is not paid: the end of the last day for its payment",
    )
    supplied_at: AwareDatetime | None = Field(
        default=None, description="When the goods were sent, if they were"
    )
    rounding: Money | None = Field(
        default=None,
        description=(
            "What the rounding of cash adds to what is to be paid, or given back: no part of"
            " `gross`; `due` contains it"
        ),
    )
    corrected: list[DocumentReference] = Field(
        default=[], description="The invoices that it changes"
    )
    corrects: str = Field(
        default="", max_length=100_000, description="Their numbers, as they are read"
    )
    corrects_issued_at: AwareDatetime | None = Field(default=None, description="Of the only one")
    replaces: list[DocumentReference] = Field(
        default=[],
        description=(
            "Documents that it replaces: of an outdated delivery slip, or of corrected invoices"
        ),
    )
    replaced_by: str = Field(
        default="",
        max_length=60,
        description=(
            "Of a credit slip: number of the corrected invoice that takes the place of what it"
            " cancels"
        ),
    )
    reason: str = Field(default="", max_length=2000, description="Of a credit or return slip")
    return_until: AwareDatetime | None = Field(
        default=None,
        description="Of a return slip: the goods are to arrive before; it ends a day of the shop",
    )
    note: str = Field(default="", max_length=100_000)
