"""The list of orders as CSV (RFC 4180), one row per order.

No text from outside begins a formula in a spreadsheet.
"""

import csv
from collections.abc import Iterable, Mapping
from io import StringIO

from services.orders.domain.listing import OrderEntry, label
from services.orders.domain.states import State
from shared.writing.currencies import decimal
from shared.writing.days import local
from shared.writing.text import clean

COLUMNS = (
    "reference",
    "placed_at",
    "customer",
    "email",
    "customer_id",
    "new_customer",
    "total",
    "paid",
    "currency",
    "payment_method",
    "delivery_country",
    "state",
    "state_label",
    "order_id",
)
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%")
"""First characters that make a spreadsheet compute a cell. Source: OWASP, CSV Injection."""


def to_csv(
    entries: Iterable[OrderEntry],
    states: Mapping[str, State],
    language: str,
    zone: str = "UTC",
    *,
    heading: bool,
) -> str:
    """Return the rows as CSV, with a row of column names if `heading`; times are in `zone`."""
    text = StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    if heading:
        rows.writerow(COLUMNS)
    rows.writerows(_row(entry, states, language, zone) for entry in entries)
    return text.getvalue()


def without_formula(text: str) -> str:
    """Return a text from outside as one line that no spreadsheet computes."""
    line = clean(text)
    return f"'{line}" if line.startswith(FORMULA) else line


def _row(
    entry: OrderEntry, states: Mapping[str, State], language: str, zone: str
) -> tuple[str, ...]:
    return (
        without_formula(entry.reference),
        local(entry.placed_at, zone).isoformat(timespec="seconds"),
        without_formula(entry.customer["name"]),
        without_formula(entry.customer["email"]),
        without_formula(entry.customer["customer_id"]),
        "yes" if entry.new_customer else "no",
        decimal(entry.total, entry.currency),
        decimal(entry.paid, entry.currency),
        entry.currency,
        without_formula(entry.payment_method),
        entry.delivery_country,
        entry.state,
        without_formula(label(states, entry.state, language)),
        str(entry.order_id),
    )
