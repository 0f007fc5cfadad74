"""Define the actions and moves that an order allows, with the reasons against the others."""

from pydantic import Field

from shared.contracts.explanation import Explanation
from shared.contracts.orders.refund_values import RefundKind
from shared.contracts.values import StateColour, StateKey


class PossibleAction(Explanation):
    """A command that is possible for an order now, or the reason why it is not."""

    name: str = Field(description="Name of the command")
    refund_kind: RefundKind | None = Field(
        default=None, description="For `refund.create`: the kind of refund; null: another command"
    )
    possible: bool = Field(description="Whether the order allows it now")


class PossibleMove(Explanation):
    """A state that an order can move to now, or the reason why it cannot."""

    state: StateKey = Field(description="Key of the state")
    state_label: str = Field(
        description="Name of the state in the requested language, else in the order's"
    )
    state_colour: StateColour
    possible: bool = Field(description="Whether the order allows it now")
