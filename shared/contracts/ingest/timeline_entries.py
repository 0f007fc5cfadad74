"""Define the entries of a customer's timeline."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.ingest.messages import ThreadMessage
from shared.contracts.message import Value
from shared.contracts.values import Money, StateColour


class TimelineEntry(Value):
    """An event in a customer's timeline: an order placed or moved, or a message."""

    kind: Literal["order_placed", "order_moved", "message"] = Field(
        description=(
            "`order_placed`; `order_moved`: it reached another state; `message`: one was added to"
            " a thread"
        )
    )
    at: AwareDatetime
    order_id: UUID | None = Field(default=None, description="Order of the entry; null: none")
    order_reference: str | None = Field(
        default=None, description="Reference of the order; null: none"
    )
    state_label: str = Field(
        default="",
        description="State of the order from then on, named in the requested language",
    )
    state_colour: StateColour = ""
    total: Money | None = Field(
        default=None, description="For a placed order: its price, tax included"
    )
    thread_id: UUID | None = Field(default=None, description="Thread of the message; null: none")
    subject: str = Field(default="", description="Subject of the thread")
    message: ThreadMessage | None = Field(default=None, description="The message; null: none")
