"""The states of a shop's orders, asked for."""

from typing import Any, ClassVar

from pydantic import ConfigDict

from shared.contracts import samples
from shared.contracts.message import Answer, Query
from shared.contracts.orders.parts import StateDefinition
from shared.contracts.values import StateKey


class StateAnswer(Answer, StateDefinition, name="state.get_answered"):
    """A state of the shop's graph."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    example: ClassVar[dict[str, Any]] = samples.STATE_DEFINITION


class GetState(Query, name="state.get", answer=StateAnswer, subject="key"):
    """Asks for a state by its key."""

    example: ClassVar[dict[str, Any]] = {"key": "packed"}

    key: StateKey


class StateList(Answer, name="state.list_answered"):
    """All states of the shop: those that every shop begins with, and its own, in the order in which
    they are shown.
    """

    example: ClassVar[dict[str, Any]] = {"states": [samples.STATE_DEFINITION]}

    states: list[StateDefinition]


class ListStates(Query, name="state.list", answer=StateList):
    """Asks for all states of the shop, with their flags and moves."""

    example: ClassVar[dict[str, Any]] = {}
