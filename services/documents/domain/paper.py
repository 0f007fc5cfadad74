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
    """A line, without tax; `unit` is before discounts and `unit_after` after them, as is `total`."""

    reference: str
    product: str
    rate: str
    unit: str
    unit_after: str
    quantity: str
    total: str


@dataclass(frozen=True)
class AmountsText:
    """A row of the tax table, labelled with its rate; or what a discount took off lines and shipping, by its name."""

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
    """How to pay what is due; `code` is what a QR code of it says, empty for none; `swiss` puts a cross upon it."""

    facts: list[Labelled]
    code: str
    swiss: bool


@dataclass(frozen=True)
class Paper:
    """A whole document. `issued` is for the file's properties (RFC 3339); `currency` is that of all bare amounts, and
    `amounts_in` says so above the lines; `wide` when one of them needs much room; `discounted` when a line costs less
    than its unit price says; `reason` is that of a credit or return slip; `bank` is there where something is due.
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
    discounted: bool
    lines: list[LineText]
    items: str
    discounts: list[AmountsText]
    taxes: list[AmountsText]
    totals: list[Labelled]
    payments: list[PaymentText]
    bank: BankText | None
    reason: list[str]
    note: list[str]
    legal: list[str]
