"""What stands on the paper, every value as the text that is printed. A template gets this and no more."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Labelled:
    """A text with its label; `key` tells a template which one it is."""

    key: str
    label: str
    text: str


@dataclass(frozen=True)
class LineText:
    """A line; `unit` and `total` are without tax."""

    reference: str
    product: str
    rate: str
    unit: str
    quantity: str
    total: str


@dataclass(frozen=True)
class TaxText:
    """A row of the tax table."""

    rate: str
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
class Paper:
    """A whole document. `issued` is for the file's properties (RFC 3339); `currency` is that of all bare amounts, and
    `amounts_in` says so above the lines; `wide` when one of them needs much room.
    """

    language: str
    direction: str
    texts: dict[str, str]
    kind: str
    title: str
    number: str
    issued: str
    facts: list[Labelled]
    shop: str
    shop_lines: list[str]
    invoice_address: list[str]
    delivery_address: list[str]
    currency: str
    amounts_in: str
    wide: bool
    lines: list[LineText]
    items: str
    taxes: list[TaxText]
    totals: list[Labelled]
    payments: list[PaymentText]
    note: list[str]
    legal: list[str]
