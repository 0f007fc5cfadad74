"""How a shop counts and reckons: its series of numbers, its rounding, its time zone."""

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.partial import Settings

RoundingMode = Literal["half_up", "half_down", "half_even", "half_odd", "up", "down"]
Calendar = Literal["gregorian", "jalali"]


class Numbering(Settings):
    """A series of numbers: `IN000001`; with the year before, `IN2026/000001`, or after,
    `IN000001/2026`.
    """

    series: Annotated[
        str, Field(pattern="^[a-z0-9_-]{1,20}$", description="Its name; another name counts apart")
    ] = "main"
    width: int = Field(default=6, ge=1, le=12, strict=True, description="Digits, at least")
    year: Literal["none", "before", "after"] = "none"
    separator: str = Field(default="/", pattern="^[-/._]?$", description="Between year and count")
    yearly: bool = Field(
        default=False, description="Begins with 1 again each year; the year must be shown"
    )
    start: int = Field(
        default=0,
        ge=0,
        le=1_000_000_000,
        strict=True,
        description="The first number, from when it is set; 0 goes on counting",
    )


class Numberings(Settings):
    """The series of each kind of document."""

    invoice: Numbering = Numbering()
    delivery_slip: Numbering = Numbering()
    credit_slip: Numbering = Numbering()
    return_slip: Numbering = Numbering()


class Rounding(Settings):
    """How taxes are rounded: `mode` says which way, `per` says what: the tax of one item, of one
    line, or of all that bears the same rate.
    """

    mode: RoundingMode = "half_up"
    per: Literal["item", "line", "total"] = "total"
