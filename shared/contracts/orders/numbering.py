"""Define how a shop numbers its documents."""

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.partial import Settings

Calendar = Literal["gregorian", "jalali"]


class Numbering(Settings):
    """A series of document numbers: `IN000001`; with the year before, `IN2026/000001`, or after,
    `IN000001/2026`.
    """

    series: Annotated[
        str, Field(pattern="^[a-z0-9_-]{1,20}$", description="Its name; another name counts apart")
    ] = Field(
        default="main",
        description="Name of the series; kinds of documents with the same name share one counter",
    )
    width: int = Field(
        default=6,
        ge=1,
        le=12,
        strict=True,
        description="Minimum number of digits, filled with zeros",
    )
    year: Literal["none", "before", "after"] = Field(
        default="none",
        description="Position of the year: not printed, before the counter, or after it",
    )
    separator: str = Field(default="/", pattern="^[-/._]?$", description="Between year and counter")
    yearly: bool = Field(
        default=False,
        description="Whether the counter restarts at 1 each year; needs the year in the number",
    )
    start: int = Field(
        default=0,
        ge=0,
        le=1_000_000_000,
        strict=True,
        description="Next number, from the moment it is set; 0 continues counting",
    )


class Numberings(Settings):
    """The number series of each kind of document."""

    invoice: Numbering = Field(default=Numbering(), description="Invoices")
    delivery_slip: Numbering = Field(default=Numbering(), description="Delivery slips")
    credit_slip: Numbering = Field(default=Numbering(), description="Credit slips")
    return_slip: Numbering = Field(default=Numbering(), description="Return slips")
