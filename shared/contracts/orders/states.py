"""Define the queries on the states of a shop's orders."""

from typing import Any, ClassVar

from pydantic import ConfigDict, Field

from shared.contracts import samples
from shared.contracts.message import Answer, Query
from shared.contracts.orders.values import StateDefinition
from shared.contracts.refusals import codes
from shared.contracts.values import StateKey


class StateAnswer(Answer, StateDefinition, name="state.get_answered"):
    """A state of the shop's graph."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.STATE_DEFINITION


class GetState(Query, name="state.get", answer=StateAnswer, subject="key"):
    """Return a state by its key."""

    example: ClassVar[dict[str, Any]] = {"key": "packed"}
    refusal_codes: ClassVar[tuple[str, ...]] = codes("unknown_state")

    key: StateKey = Field(description="Key of the state")


class StateList(Answer, name="state.list_answered"):
    """All states of the shop, built-in and its own, in display order."""

    example: ClassVar[dict[str, Any]] = {"states": [samples.STATE_DEFINITION]}

    states: list[StateDefinition] = Field(description="States in display order")


class ListStates(Query, name="state.list", answer=StateList):
    """Return all states of the shop, with their flags and moves."""

    example: ClassVar[dict[str, Any]] = {}
