"""What the lists of `orders` are asked with and made of."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field

from shared.contracts.message import Value
from shared.contracts.orders.parts import Reference
from shared.contracts.values import (
    Country,
    Customer,
    Money,
    StateKey,
    Text,
)

Cursor = Annotated[
    str, Field(min_length=1, max_length=200, description="`next` of the page before, as it came")
]
CustomerKey = Annotated[
    str, Field(min_length=1, max_length=64, description="The storefront's own key of the customer")
]
FirstLetters = Annotated[
    str,
    Field(
        min_length=1,
        max_length=100,
        description=(
            "Words, or their first letters, each of which must begin a word; case, accents, kinds"
            " of digits and of letters do not matter. Punctuation binds: `list-b` finds `LIST-B2`,"
            " not `LIST` in one place and `B` in another"
        ),
    ),
]


def _in_utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time lies between the years 1 and 9999 in UTC") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


OrderSort = Literal[
    "placed_at",
    "reference",
    "customer",
    "total",
    "paid",
    "payment_method",
    "delivery_country",
    "state",
    "new_customer",
]


class OrderFilter(Value):
    """Which orders are meant; every field that is given must fit."""

    search: FirstLetters | None = Field(
        default=None,
        description=(
            "Each word in any of: reference, customer's name and e-mail, numbers of documents,"
            " tracking number, and phone and company of both addresses. Digits with the signs of"
            " phone numbers are also looked up as one phone number. Not in notes, products and"
            " messages: see `product.search` and `thread.list`"
        ),
    )
    reference: str | None = Field(
        default=None,
        pattern="^[A-Za-z0-9-]{1,32}$",
        description="Its first letters, or all; capital and small letters are the same",
    )
    customer: FirstLetters | None = Field(
        default=None, description="In the customer's name and e-mail"
    )
    document_number: FirstLetters | None = Field(
        default=None,
        description="Of an invoice, delivery, credit or return slip: its first letters, or all",
    )
    tracking_number: FirstLetters | None = None
    phone: FirstLetters | None = Field(
        default=None,
        description=(
            "Of either address: with or without country's code and area code, from any digit on;"
            " `+`, `00`, a leading `0` and the signs between digits do not matter"
        ),
    )
    company: FirstLetters | None = Field(default=None, description="Of either address")
    customer_id: CustomerKey | None = None
    total_from: Money | None = Field(default=None, description="In this currency, at least this")
    total_to: Money | None = Field(default=None, description="In this currency, at most this")
    payment_method: Text | None = Field(
        default=None,
        description="Its whole name; case, accents and punctuation do not matter",
    )
    states: list[StateKey] = Field(
        default=[], max_length=50, description="One of these; empty: any"
    )
    placed_from: Moment | None = Field(default=None, description="Then or later")
    placed_before: Moment | None = Field(default=None, description="Earlier than this")
    delivery_country: Country | None = None
    new_customer: bool | None = Field(
        default=None, description="Whether it is the customer's first order in the shop"
    )


class ListedOrder(Value):
    """An order as a line of the list."""

    order_id: UUID
    reference: Reference
    placed_at: AwareDatetime
    customer: Customer
    new_customer: bool
    total: Money
    paid: Money
    payment_method: str
    delivery_country: Country
    state: StateKey
    state_label: str = Field(description="In the language that was asked for, or in English")
    state_colour: str
