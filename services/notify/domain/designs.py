"""The blocks that each mail shows besides its text."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Design:
    """The layout of one mail template.

    `details`: values listed with their labels; `items`: show the order's lines, total and
    addresses; `tracking`: show a link to track the parcel; `personal`: written by a person, so
    without greeting and closing, and each paragraph has its own direction; `automatic`: mark as
    automatically generated (RFC 3834); `to`: employees are not greeted.
    """

    details: tuple[str, ...] = ("reference",)
    items: bool = False
    tracking: bool = False
    personal: bool = False
    automatic: bool = True
    to: Literal["customer", "employee"] = "customer"

    @property
    def framed(self) -> bool:
        """Return whether the mail has a greeting and a closing."""
        return self.to == "customer" and not self.personal


DESIGNS = {
    "order_conf": Design(("reference", "payment_method", "carrier"), items=True),
    "order_changed": Design(("reference", "payment_method", "carrier", "due"), items=True),
    "cheque": Design(("reference", "due")),
    "bankwire": Design(("reference", "due", "account_holder", "iban", "bic")),
    "cashondelivery": Design(("reference", "carrier", "due")),
    "payment": Design(("reference", "payment_method", "paid")),
    "preparation": Design(("reference", "carrier")),
    "shipped": Design(("reference", "carrier", "tracking_number"), tracking=True),
    "in_transit": Design(("reference", "carrier", "tracking_number"), tracking=True),
    "credit_slip": Design(("reference", "amount")),
    "voucher": Design(("code", "amount", "percent", "until")),
    "store_credit": Design(("amount", "code", "balance", "until")),
    "contact_form": Design(("reference", "product", "files")),
    "contact": Design(
        ("name", "email", "contact", "reference", "product", "files"), to="employee", personal=True
    ),
    "forward_msg": Design(
        ("subject", "name", "email", "reference", "files", "left_out"),
        to="employee",
        personal=True,
        automatic=False,
    ),
    "order_merchant_comment": Design((), personal=True, automatic=False),
    "reply_msg": Design((), personal=True, automatic=False),
}


def design_of(template: str) -> Design:
    """Return the design of a template; the default design if it has none of its own."""
    return DESIGNS.get(template, Design())
