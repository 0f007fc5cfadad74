"""What stands on the page, every value as the text that is printed. A template gets this and no
more.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Labelled:
    """A text with its label; `key` tells a template which one it is."""

    key: str
    label: str
    text: str


@dataclass(frozen=True)
class FactsRow:
    """Facts that stand side by side in the head; `widths` in percent."""

    facts: list[Labelled]
    widths: list[float]


@dataclass(frozen=True)
class LineText:
    """A line, without tax; `unit` is before discounts and `unit_after` after them, as is `total`. A
    price may have more decimals than others: `unit_pad` and `unit_after_pad` are figures that are
    printed unseen after it, so that decimal marks stand below each other. `remark` is set beneath
    the product.
    """

    reference: str
    product: str
    rate: str
    unit: str
    unit_after: str
    quantity: str
    total: str
    unit_pad: str = ""
    unit_after_pad: str = ""
    remark: str = ""


@dataclass(frozen=True)
class LinesLayout:
    """The table of lines: `widths` of its columns in em, the product has the rest. `beneath` names
    what is no column of its own: `reference` and `rate` are set beneath the product, `unit_after`
    beneath the unit price.
    """

    widths: dict[str, float]
    beneath: frozenset[str]


@dataclass(frozen=True)
class SumsLayout:
    """The tax table and the totals, `beside` each other or one below the other. Widths in em: of
    the columns of `amounts`, of the column of the totals, of the tax table with all its `details`.
    `discounts_below`: they stand below both.
    """

    amounts: dict[str, float]
    total: float
    beside: bool
    details: float
    discounts_below: bool


@dataclass(frozen=True)
class AmountsText:
    """A row of the tax table, labelled with its rate; or what a discount took off lines and
    shipping, by its name.
    """

    label: str
    net: str
    tax: str
    gross: str


@dataclass(frozen=True)
class PaymentText:
    """A payment that was received."""

    method: str
    transaction: str
    amount: str


@dataclass(frozen=True)
class BankText:
    """How to pay what is due; `code` is what a QR code of it says, empty for none; `swiss` puts a
    cross upon it.
    """

    facts: list[Labelled]
    code: str
    swiss: bool


@dataclass(frozen=True)
class DocumentText:
    """A whole document. `issued` is for the file's properties (RFC 3339); `facts` stand in its
    head, arranged in `facts_rows`; `currency` is that of all bare amounts, and `amounts_in` says so
    above the lines; `unit_label` stands above their unit prices, which are what is credited on a
    credit slip; `discounted` when a line costs less than its unit price says; `reason` is that of a
    credit or return slip; `bank` is there where something is due; `credited` says how the amount of
    a credit slip comes to the customer. `lines_layout` and `sums_layout` arrange the tables.
    """

    language: str
    direction: str
    texts: dict[str, str]
    kind: str
    title: str
    number: str
    issued: str
    facts: list[Labelled]
    facts_rows: list[FactsRow]
    shop: str
    shop_lines: list[str]
    invoice_address: list[str]
    delivery_address: list[str]
    currency: str
    amounts_in: str
    unit_label: str
    discounted: bool
    lines: list[LineText]
    lines_layout: LinesLayout
    items: str
    discounts: list[AmountsText]
    taxes: list[AmountsText]
    totals: list[Labelled]
    sums_layout: SumsLayout
    payments: list[PaymentText]
    credited: str
    bank: BankText | None
    reason: list[str]
    note: list[str]
    legal: list[str]
