"""The list as CSV: RFC 4180, one row an order. No cell of a stranger's begins a formula in a
spreadsheet.
"""

import csv
from collections.abc import Iterable, Mapping
from io import StringIO

from services.orders.domain.listing import Entry, label
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
"""How spreadsheets see that a cell is to be computed. Source: OWASP, CSV Injection."""


def written(
    entries: Iterable[Entry],
    states: Mapping[str, State],
    language: str,
    zone: str = "UTC",
    *,
    heading: bool,
) -> str:
    """The rows as CSV, with the names of the columns before them or without; times as clocks in
    `zone` show them.
    """
    text = StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    if heading:
        rows.writerow(COLUMNS)
    rows.writerows(_row(entry, states, language, zone) for entry in entries)
    return text.getvalue()


def harmless(text: str) -> str:
    """A stranger's text as one line that no spreadsheet computes."""
    line = clean(text)
    return f"'{line}" if line.startswith(FORMULA) else line


def _row(entry: Entry, states: Mapping[str, State], language: str, zone: str) -> tuple[str, ...]:
    return (
        harmless(entry.reference),
        local(entry.placed_at, zone).isoformat(timespec="seconds"),
        harmless(entry.customer["name"]),
        harmless(entry.customer["email"]),
        harmless(entry.customer["customer_id"]),
        "yes" if entry.new_customer else "no",
        decimal(entry.total, entry.currency),
        decimal(entry.paid, entry.currency),
        entry.currency,
        harmless(entry.payment_method),
        entry.delivery_country,
        entry.state,
        harmless(label(states, entry.state, language)),
        str(entry.order_id),
    )
