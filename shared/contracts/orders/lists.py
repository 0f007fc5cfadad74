"""Define the filters, cursors and rows of the lists of `orders`."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field
from pydantic_core import PydanticCustomError

from shared.contracts.message import Value
from shared.contracts.orders.values import Reference
from shared.contracts.problems import PROBLEMS
from shared.contracts.values import (
    Country,
    Customer,
    Money,
    StateColour,
    StateKey,
    Text,
)

Cursor = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description="`next` of the previous page; null: the first page",
    ),
]
NumberCursor = Annotated[str, Field(pattern="^[1-9][0-9]{0,17}$")]
"""The cursor of a list that is sorted by numbers."""
CustomerKey = Annotated[
    str, Field(min_length=1, max_length=64, description="The storefront's own key of the customer")
]
FirstLetters = Annotated[
    str,
    Field(
        min_length=1,
        max_length=100,
        description=(
            "Words or beginnings of words, each of which must begin a word; case, accents, and the"
            " script of digits and letters are ignored. Punctuation joins words: `list-b` finds"
            " `LIST-B2`, but not separate words `LIST` and `B`"
        ),
    ),
]


def _in_utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("moment", PROBLEMS["moment"]) from None


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
    """Conditions on orders; every condition that is given must match."""

    search: FirstLetters | None = Field(
        default=None,
        description=(
            "Each word must begin a word in any of: reference, customer's name and e-mail,"
            " document numbers, tracking number, phone and company of both addresses. Phone"
            " numbers are also matched as a whole, however they are written. For products and"
            " messages use `product.search` and `thread.list`"
        ),
    )
    reference: str | None = Field(
        default=None,
        pattern="^[A-Za-z0-9-]{1,32}$",
        description="The reference or its beginning; case is ignored",
    )
    customer_search: FirstLetters | None = Field(
        default=None, description="Words in the customer's name and e-mail"
    )
    document_number: FirstLetters | None = Field(
        default=None,
        description="Number of an invoice, delivery, credit or return slip, or its beginning",
    )
    tracking_number: FirstLetters | None = Field(
        default=None, description="Number of the parcel, or its beginning"
    )
    phone: FirstLetters | None = Field(
        default=None,
        description=(
            "Phone number in either address, with or without country and area code, from any"
            " digit on; `+`, `00`, a leading `0` and separators are ignored"
        ),
    )
    company: FirstLetters | None = Field(default=None, description="Company in either address")
    customer_id: CustomerKey | None = None
    total_from: Money | None = Field(
        default=None, description="At least this total, in this currency"
    )
    total_to: Money | None = Field(default=None, description="At most this total, in this currency")
    payment_method: Text | None = Field(
        default=None,
        description="Whole name; case, accents and punctuation are ignored",
    )
    state_keys: list[StateKey] = Field(
        default=[], max_length=50, description="Keys of states, one of which must match; empty: any"
    )
    placed_from: Moment | None = Field(default=None, description="Placed at this time or later")
    placed_before: Moment | None = Field(default=None, description="Placed before this time")
    delivery_country: Country | None = Field(
        default=None, description="Country of the delivery address"
    )
    new_customer: bool | None = Field(
        default=None, description="Whether it is the customer's first order in the shop"
    )


class ListedOrder(Value):
    """An order in a list."""

    order_id: UUID
    reference: Reference
    placed_at: AwareDatetime = Field(description="When the order was placed")
    customer: Customer
    new_customer: bool = Field(description="Whether it is the customer's first order in the shop")
    total: Money = Field(description="Price of the order after discounts, tax included")
    paid: Money = Field(description="Sum of the payments, before refunds")
    payment_method: str = Field(description="Name of the payment method")
    delivery_country: Country = Field(description="Country of the delivery address")
    state: StateKey = Field(description="Key of the current state")
    state_label: str = Field(
        description="Name of the state in the requested language, or in the shop's"
    )
    state_colour: StateColour
