"""The snapshot of a document: everything that is printed, fixed at the moment of issue. All amounts in minor units."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.message import Value
from shared.contracts.values import Address, Customer, DocumentKind, Language, Money, Payment, ShopProfile, Sku, TaxRate


class DocumentLine(Value):
    """A line: `unit_net` × quantity need not equal `net` to the cent; `net + tax = gross` always does."""

    sku: Sku
    name: str
    quantity: int
    tax_rate: TaxRate
    unit_net: Money
    unit_gross: Money
    net: Money
    tax: Money
    gross: Money


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
    lines: list[DocumentLine] = Field(min_length=1)
    shipping: TaxRow
    taxes: list[TaxRow]
    net: Money
    tax: Money
    gross: Money
    payments: list[Payment] = []
    note: str = Field(default="", max_length=100_000)
