"""The default states and moves, as data: table *States* of the specification, one line a state.

Moves: None = any other state, empty = final. What is once true of an order (paid, shipped, invoiced) stays true.
"""

from dataclasses import dataclass
from typing import Literal

BLUE, SKY, GREEN, RED, DARK = "#34209E", "#3498D8", "#01B887", "#E74C3C", "#2C3E50"

Flag = Literal["invoice", "attach_invoice", "valid", "delivery_slip", "shipped", "paid", "restock"]


@dataclass(frozen=True)
class State:
    """A state: its names per language, and what reaching it brings (`flags`)."""

    key: str
    colour: str
    labels: dict[str, str]
    flags: frozenset[Flag] = frozenset()
    mail_template: str | None = None
    moves: frozenset[str] | None = None
    hidden: bool = False

    def has(self, flag: Flag) -> bool:
        return flag in self.flags

    def label(self, language: str) -> str:
        """The name in a language, or in English."""
        return self.labels.get(language) or self.labels.get(language.partition("-")[0]) or self.labels["en"]


def _state(key: str, colour: str, flags: str, mail: str | None, moves: str | None, en: str, fa: str) -> State:
    return State(
        key, colour, {"en": en, "fa": fa}, frozenset(flags.split()), mail,  # type: ignore[arg-type]
        None if moves is None else frozenset(moves.split()),
    )


UNPAID = "payment_accepted remote_payment_accepted payment_error backorder_unpaid backorder_paid processing cancelled"
PAID = "processing shipped backorder_paid cancelled refunded"
INVOICED = "invoice valid"

DEFAULT_STATES = {
    state.key: state
    for state in (
        _state("awaiting_cheque", BLUE, "", "cheque", UNPAID, "Awaiting cheque payment", "منتظر پرداخت چک"),
        _state("awaiting_bank_wire", BLUE, "", "bankwire", UNPAID,
               "Awaiting bank wire payment", "در انتظار بررسی پرداخت"),
        _state("awaiting_cod", BLUE, "", "cashondelivery", UNPAID,
               "Awaiting cash on delivery validation", "منتظر پرداخت در محل"),
        _state("awaiting_paypal", BLUE, "", None, UNPAID, "Awaiting PayPal payment", "در انتظار پرداخت PayPal"),
        _state("payment_accepted", SKY, f"{INVOICED} attach_invoice paid", "payment", PAID,
               "Payment accepted", "پرداخت پذیرفته شد"),
        _state("remote_payment_accepted", SKY, f"{INVOICED} paid", "payment", PAID,
               "Remote payment accepted", "پرداخت از راه دور تأیید شده"),
        _state("payment_error", RED, "", "payment_error",
               f"{UNPAID} awaiting_cheque awaiting_bank_wire awaiting_paypal",
               "Payment error", "خطای پرداخت"),
        _state("backorder_unpaid", BLUE, "", "outofstock", UNPAID,
               "On backorder (not paid)", "در انتظار موجودی (پرداخت نشده)"),
        _state("backorder_paid", SKY, f"{INVOICED} paid", "outofstock", PAID,
               "On backorder (paid)", "در انتظار موجودی (پرداخت شده)"),
        _state("processing", SKY, f"{INVOICED} delivery_slip", "preparation",
               "shipped cancelled refunded backorder_paid",
               "Processing in progress", "در حال آماده‌سازی"),
        _state("shipped", GREEN, f"{INVOICED} delivery_slip shipped", "shipped", "delivered refunded",
               "Shipped", "ارسال شده"),
        _state("delivered", GREEN, f"{INVOICED} delivery_slip shipped", None, "refunded",
               "Delivered", "تحویل داده شده"),
        _state("cancelled", DARK, "restock", "order_canceled", "", "Cancelled", "لغو شده"),
        _state("refunded", GREEN, "", "refund", "", "Refunded", "بازپرداخت شده"),
    )
}
