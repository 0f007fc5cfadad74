"""Sort orders of a list of orders, and the cursors of its pages."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.contracts.orders import OrderSort

COLUMNS: dict[OrderSort, tuple[str, ...]] = {
    "placed_at": (),
    "reference": ("reference",),
    "customer": ("customer_sorting",),
    "total": ("currency", "total"),
    "paid": ("currency", "paid"),
    "payment_method": ("payment_sorting",),
    "delivery_country": ("delivery_country",),
    "state": ("state",),
    "new_customer": ("new_customer",),
}
"""The columns of each sort order; time and id of the order follow as last columns."""
TYPES: dict[str, type] = {"total": int, "paid": int, "new_customer": bool}


@dataclass(frozen=True)
class Sorting:
    """A sort order and its direction."""

    by: OrderSort = "placed_at"
    descending: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of all columns to sort by."""
        return (*COLUMNS[self.by], "placed_at", "order_id")


@dataclass(frozen=True)
class Position:
    """The last order of a page: its values of the columns sorted by."""

    sorting: Sorting
    values: tuple[Any, ...]


def encode(position: Position) -> str:
    """Return the position as an opaque cursor."""
    *values, at, key = position.values
    sorting = position.sorting
    fields = [sorting.by, sorting.descending, *values, at.isoformat(), key.hex]
    text = json.dumps(fields, separators=(",", ":"), ensure_ascii=False)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, sorting: Sorting) -> Position | None:
    """Return the position of a cursor; None if it is not one of a list that is sorted like this."""
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        by, descending, *values, at, key = json.loads(text)
        at, key = datetime.fromisoformat(at), UUID(hex=key)
        position = Position(Sorting(by, descending), (*values, at, key))
    except (ValueError, TypeError, AttributeError):  # of base64, UTF-8, JSON, the time or the key
        return None
    if position.sorting != sorting or not _fits(values, COLUMNS[sorting.by]):
        return None
    return position if encode(position) == cursor and at.tzinfo else None


def _fits(values: Sequence[Any], columns: Sequence[str]) -> bool:
    types = [TYPES.get(column, str) for column in columns]
    return list(map(type, values)) == types
