"""The states that every shop begins with, from their file; and those that a shop added or
changed.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from services.orders.domain.states import Graph, State, definition_of, objections, state_of
from services.orders.store.catalogue_tables import states
from shared.contracts.orders import StateDefinition
from shared.runtime.storage.database import write_rows
from shared.runtime.storage.unit_of_work import Store

FILE = Path(__file__).parents[1] / "states.toml"


def read_states(text: str) -> Graph:
    """The states of a file, in its order. Raises `ValueError` where they make no sense, or a key
    comes twice.
    """
    tables = tomllib.loads(text).items()
    found = {
        key: state_of(StateDefinition.model_validate({"key": key, **table}))
        for key, table in tables
    }
    wrong = [objection.sentence for objection in objections(found)]
    if wrong:
        raise ValueError(" ".join(wrong))
    return found


@cache
def default_states() -> Graph:
    """The states of `states.toml`, read once."""
    return read_states(FILE.read_text(encoding="utf-8"))


class States(Store[str, Graph]):
    """What a shop put over the default states, by shop."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._before: dict[str, set[str]] = {}

    def graph(self, shop: str) -> Graph:
        """All states of a shop."""
        return {**default_states(), **(self.get(shop) or {})}

    def forget(self, shops: Iterable[str]) -> None:
        """Reads these shops again when they are asked for: they were read without a lock."""
        for shop in shops:
            self._known.pop(shop, None)
            self._stored.discard(shop)
            self._before.pop(shop, None)

    def load(self, keys: Sequence[str]) -> Mapping[str, Graph]:
        found: dict[str, dict[str, State]] = {}
        query = (
            select(states).where(states.c.shop.in_(keys)).order_by(states.c.shop, states.c.position)
        )
        for row in self.connection.execute(query):
            state = state_of(StateDefinition.model_validate(row.definition))
            found.setdefault(row.shop, {})[row.key] = state
        self._before.update({shop: set(graph) for shop, graph in found.items()})
        return found

    def put(self, new: Mapping[str, Graph], changed: Mapping[str, Graph]) -> None:
        rows = [row for shop, graph in {**new, **changed}.items() for row in _rows(shop, graph)]
        known = {(shop, key) for shop, keys in self._before.items() for key in keys}
        write_rows(
            self.connection,
            states,
            [row for row in rows if (row["shop"], row["key"]) not in known],
            [row for row in rows if (row["shop"], row["key"]) in known],
        )


def _rows(shop: str, graph: Graph) -> list[dict[str, Any]]:
    return [
        {
            "shop": shop,
            "key": key,
            "position": position,
            "definition": definition_of(state).model_dump(mode="json"),
        }
        for position, (key, state) in enumerate(graph.items())
    ]
