"""How a list of orders is sorted, and where a page of it ended."""

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
"""The columns of an order that each sorts by, before its time and its id."""
TYPES: dict[str, type] = {"total": int, "paid": int, "new_customer": bool}


@dataclass(frozen=True)
class Sorting:
    """By what, and whether the last come first."""

    by: OrderSort = "placed_at"
    descending: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns that decide."""
        return (*COLUMNS[self.by], "placed_at", "order_id")


@dataclass(frozen=True)
class Place:
    """The last order that was given: its values of the columns that decide."""

    sorting: Sorting
    values: tuple[Any, ...]


def write(place: Place) -> str:
    """Return the place as text that means nothing to anybody else."""
    *values, at, key = place.values
    told = [place.sorting.by, place.sorting.descending, *values, at.isoformat(), key.hex]
    return (
        urlsafe_b64encode(json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode())
        .decode()
        .rstrip("=")
    )


def read(text: str, sorting: Sorting) -> Place | None:
    """Return the text as a place in a list that is sorted like this; None where it is none."""
    try:
        by, descending, *values, at, key = json.loads(
            urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        )
        place = Place(Sorting(by, descending), (*values, datetime.fromisoformat(at), UUID(hex=key)))
    except (ValueError, TypeError, AttributeError):  # of base64, UTF-8, JSON, the time or the key
        return None
    if place.sorting != sorting or not _fits(values, COLUMNS[sorting.by]):
        return None
    return place if write(place) == text and place.values[-2].tzinfo else None


def _fits(values: Sequence[Any], columns: Sequence[str]) -> bool:
    wanted = [TYPES.get(column, str) for column in columns]
    return [type(value) for value in values] == wanted
