"""Lines of an order, and entries of its history, as frozen values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.orders.domain.pricing import Charge, TaxedPrice


@dataclass(frozen=True)
class Line:
    """A line as it was sold, whatever becomes of the product in the catalogue.

    `missing` pieces wait for stock; `invoice` is the document that states the line. The number of a
    line is its index in the order + 1, so a line without pieces stays in the order, but is not
    shown.
    """

    sku: str
    name: str
    charge: Charge
    missing: int = 0
    weight_grams: int = 0
    invoice: UUID | None = None
    taxed: TaxedPrice | None = None


@dataclass(frozen=True)
class Change:
    """A change of state."""

    state: str
    at: datetime
    by: str
    forced: bool = False
    reason: str = ""
