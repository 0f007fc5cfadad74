"""Define how a shop rounds its taxes."""

from typing import Literal

from pydantic import Field

from shared.contracts.partial import Settings

RoundingMode = Literal["half_up", "half_down", "half_even", "half_odd", "up", "down"]


class Rounding(Settings):
    """How taxes are rounded."""

    mode: RoundingMode = Field(
        default="half_up",
        description=(
            "`half_…` rounds to the nearest number, and halves away from zero (`half_up`),"
            " towards zero (`half_down`), to an even or to an odd number; `up` rounds away from"
            " zero, `down` towards zero"
        ),
    )
    per: Literal["item", "line", "total"] = Field(
        default="total",
        description=(
            "Amount that is rounded: the tax of one item, of one line, or of the total of one rate"
        ),
    )
