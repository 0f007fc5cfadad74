"""Define the snapshot of a document: everything printed on it, fixed when it is issued."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from shared.contracts.message import Value
from shared.contracts.problems import PROBLEMS
from shared.contracts.shop_profile import ShopProfile
from shared.contracts.strict_types import text_of_decimal
from shared.contracts.values import (
    Address,
    Currency,
    Customer,
    DocumentKind,
    DocumentReference,
    Language,
    Money,
    Payment,
    Sku,
    TaxRate,
)


class DocumentLine(Value):
    """A line of a document. `net + tax = gross` holds exactly; `unit_net` × quantity may differ
    from `net` by rounding.
    """

    line: int | None = Field(default=None, ge=1, description="Number of the line within the order")
    sku: Sku
    name: str = Field(description="Name of the product in the document's language")
    quantity: int = Field(description="Pieces")
    tax_rate: TaxRate
    unit_net: Money = Field(description="Price of one piece without tax, before discounts")
    unit_gross: Money = Field(description="Price of one piece with tax, before discounts")
    net: Money = Field(description="Price of the line without tax, after discounts")
    tax: Money = Field(description="Tax on the line")
    gross: Money = Field(description="Price of the line with tax, after discounts")


class DocumentDiscount(Value):
    """A discount on a document, as positive amounts. Lines and shipping are stated after it."""

    name: str = Field(description="Name of the discount")
    code: str = Field(default="", description="Code of the voucher; empty if no voucher was used")
    kind: Literal["percent", "amount", "free_shipping", "gift"] = Field(
        description=(
            "`percent` or `amount` off the products; `free_shipping`; `gift`: a product free of"
            " charge"
        )
    )
    net: Money = Field(description="Discount without tax")
    tax: Money = Field(description="Tax on the discount")
    gross: Money = Field(description="Discount with tax")


class Exemption(Value):
    """The legal reason why amounts with a tax rate of 0 are not taxed."""

    category: Literal["exempt", "reverse_charge", "intra_community", "export"] = Field(
        description=(
            "`exempt` by law; `reverse_charge`: the buyer owes the tax; `intra_community` supply"
            " within the EU; `export` out of the EU"
        )
    )
    reason: str = Field(
        min_length=1,
        max_length=500,
        description="Sentence printed on documents, with the legal basis",
    )


def _is_rate(rate: Decimal) -> Decimal:
    exponent = rate.as_tuple().exponent
    if not isinstance(exponent, int) or not -10 <= exponent <= 9 or not 0 < rate < 10**9:
        raise PydanticCustomError("exchange_rate", PROBLEMS["exchange_rate"])
    return Decimal(f"{rate:f}")


class ExchangeRate(Value):
    """The exchange rate from the order's currency to the seller's own."""

    currency: Currency = Field(description="The seller's own currency, in which tax is declared")
    rate: Annotated[
        Decimal,
        BeforeValidator(text_of_decimal),
        AfterValidator(_is_rate),
        PlainSerializer(str, return_type=str),
        WithJsonSchema(
            {"type": "string", "pattern": r"^\d{1,9}(\.\d{1,10})?$", "examples": ["11.2345"]}
        ),
    ] = Field(
        description=(
            "Units of the seller's own currency for one unit of the order's, as a decimal string"
        )
    )
    source: str = Field(
        default="", max_length=100, description="Origin and date of the rate, printed"
    )


class TaxRow(Value):
    """A row of the tax table: the sums of one rate, shipping included."""

    tax_rate: TaxRate = Field(description="Tax rate of the row, in percent")
    net: Money = Field(description="Sum without tax")
    tax: Money = Field(description="Sum of the tax")
    gross: Money = Field(description="Sum with tax")


class DocumentSnapshot(Value):
    """Everything printed on a document. It never changes after the document is issued."""

    document_id: UUID
    kind: DocumentKind
    number: str = Field(
        min_length=1,
        max_length=60,
        description="Number as printed; unique within its kind and shop, except for summaries",
    )
    issued_at: AwareDatetime = Field(
        description="When the document was issued; the date is printed in the shop's time zone"
    )
    language: Language = Field(description="Language of the document")
    shop: ShopProfile = Field(description="The shop as it was at issue")
    order_id: UUID
    order_reference: str = Field(description="Reference of the order")
    ordered_at: AwareDatetime = Field(description="When the order was placed")
    customer: Customer
    invoice_address: Address = Field(description="Address that the invoice is made out to")
    delivery_address: Address = Field(description="Address that the goods are sent to")
    carrier: str = Field(description="Name of the carrier")
    tracking_number: str = Field(default="", description="Number of the parcel; empty: none")
    payment_method: str = Field(description="Name of the payment method")
    payment_means: str = Field(
        default="",
        pattern="^([0-9]{1,2})?$",
        description="Code of the payment method on e-invoices (UNTDID 4461); empty: not stated",
    )
    by_transfer: bool = Field(
        default=True,
        description=(
            "Whether the amount due is paid by transfer to the account in the shop's profile"
        ),
    )
    prices: Literal["tax_included", "tax_excluded"] = Field(
        default="tax_included", description="Whether the unit prices are printed with tax"
    )
    lines: list[DocumentLine] = Field(
        description=(
            "Lines; of a supplementary invoice or a credit slip only those that it concerns"
        )
    )
    discounts: list[DocumentDiscount] = Field(
        default=[], description="Discounts, already subtracted from lines and shipping"
    )
    shipping_tax: TaxRow = Field(description="Shipping after discounts, with its tax")
    taxes: list[TaxRow] = Field(
        description="One row per tax rate of the lines, also if its amounts are zero"
    )
    net: Money = Field(description="Sum without tax")
    tax: Money = Field(description="Sum of the tax")
    gross: Money = Field(description="Sum with tax")
    exemption: Exemption | None = Field(
        default=None,
        description=(
            "Why the amounts with a rate of 0 are not taxed; null: 0 is a rate like any other"
        ),
    )
    accounting_tax: Money | None = Field(
        default=None,
        description="`tax` in the currency of the seller's country; null: the same currency",
    )
    exchange_rate: ExchangeRate | None = Field(
        default=None, description="Rate with which `accounting_tax` was converted"
    )
    payments: list[Payment] = Field(default=[], description="Payments of the order at issue")
    due: Money | None = Field(default=None, description="For an invoice: amount still to be paid")
    store_credit: Money | None = Field(
        default=None,
        description=(
            "For a credit slip: part that became store credit, usable with the number of the slip"
        ),
    )
    paid_back: Money | None = Field(
        default=None,
        description=(
            "For the credit slip of a refund: part that is given back as money. The rest beyond"
            " `store_credit` had not been paid"
        ),
    )
    pay_until: AwareDatetime | None = Field(
        default=None,
        description="For an unpaid invoice: end of the last day of its payment term",
    )
    supplied_at: AwareDatetime | None = Field(
        default=None, description="When the goods were shipped; null: not yet"
    )
    cash_rounding: Money | None = Field(
        default=None,
        description=(
            "Amount that cash rounding adds to the amount to pay or to give back. Contained in"
            " `due`, not in `gross`"
        ),
    )
    corrected: list[DocumentReference] = Field(
        default=[], description="Invoices that the document corrects"
    )
    corrects: str = Field(
        default="", max_length=100_000, description="Numbers of the corrected invoices, as printed"
    )
    corrects_issued_at: AwareDatetime | None = Field(
        default=None, description="When the corrected invoice was issued, if it is only one"
    )
    replaces: list[DocumentReference] = Field(
        default=[],
        description=(
            "Documents that this one replaces: an outdated delivery slip, or corrected invoices"
        ),
    )
    replaced_by: str = Field(
        default="",
        max_length=60,
        description="For a credit slip: number of the invoice that replaces the cancelled one",
    )
    reason: str = Field(
        default="", max_length=2000, description="Reason printed on a credit or return slip"
    )
    return_until: AwareDatetime | None = Field(
        default=None,
        description=(
            "For a return slip: the goods must arrive before this time, the end of a day in the"
            " shop's time zone"
        ),
    )
    note: str = Field(
        default="", max_length=100_000, description="Text printed below the tax table"
    )
