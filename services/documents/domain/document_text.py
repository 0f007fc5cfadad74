"""The printed text of a document, every value as text. A template gets this and nothing else."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Labelled:
    """A text with its label; `key` identifies it in templates."""

    key: str
    label: str
    text: str


@dataclass(frozen=True)
class FactsRow:
    """Facts side by side at the top of a document; `widths` in percent."""

    facts: list[Labelled]
    widths: list[float]


@dataclass(frozen=True)
class LineText:
    """A line, without tax; `unit` is before discounts, `unit_after` and `total` after them.
    `unit_pad` and `unit_after_pad` are invisible figures printed after a price with fewer decimals
    than others, so that decimal marks align. `remark` is printed beneath the product.
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
    """The table of lines: `widths` of its columns in em; the product gets the rest. `beneath` names
    values without a column of their own: `reference` and `rate` are printed beneath the product,
    `unit_after` beneath the unit price.
    """

    widths: dict[str, float]
    beneath: frozenset[str]


@dataclass(frozen=True)
class SumsLayout:
    """The tax table and the totals, `beside` each other or one below the other. Widths in em: of
    the columns of `amounts`, of the column of the totals, of the tax table with all its `details`.
    `discounts_below`: print the discounts below both.
    """

    amounts: dict[str, float]
    total: float
    beside: bool
    details: float
    discounts_below: bool


@dataclass(frozen=True)
class AmountsText:
    """A row of the tax table, labelled with its rate; or a discount, labelled with its name."""

    label: str
    net: str
    tax: str
    gross: str


@dataclass(frozen=True)
class PaymentText:
    """A received payment. `day` is empty if it is unknown."""

    method: str
    day: str
    transaction: str
    amount: str


@dataclass(frozen=True)
class BankText:
    """How to pay the amount due; `code` is the content of the QR code, empty for none; `swiss` adds
    a Swiss cross to it.
    """

    facts: list[Labelled]
    code: str
    swiss: bool


@dataclass(frozen=True)
class DocumentText:
    """A whole document. `issued` is for the file's properties (RFC 3339); `facts` are printed at
    the top, arranged in `facts_rows`.

    `currency` is that of all amounts without one, and `amounts_in` names it above the lines;
    `unit_label` is the head of the unit prices, which are credited amounts on a credit slip;
    `discounted`: a line costs less than its unit price says; `reason` is that of a credit or return
    slip; `bank` is present if an amount is due; `credited` says how the customer gets the amount of
    a credit slip. `lines_layout` and `sums_layout` arrange the tables.
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
