"""The default states of every shop, from `states.toml`, and the store of a shop's own states."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from services.orders.domain.states import Graph, State, definition_of, inconsistencies, state_of
from services.orders.store.catalogue_tables import states
from shared.contracts.orders import StateDefinition
from shared.runtime.storage.row_writes import write_rows
from shared.runtime.storage.rows_by_key import rows_by
from shared.runtime.storage.stores import Store

FILE = Path(__file__).parents[1] / "states.toml"


def read_states(text: str) -> Graph:
    """Return the states of a file, in its order.

    Raises `ValueError` if they are inconsistent, or if a key is there twice.
    """
    found = {}
    for key, table in tomllib.loads(text).items():
        found[key] = state_of(StateDefinition.model_validate({"key": key, **table}))
    wrong = [reason.sentence for reason in inconsistencies(found)]
    if wrong:
        raise ValueError(" ".join(wrong))
    return found


@cache
def default_states() -> Graph:
    """Return the states of `states.toml`, read once."""
    return read_states(FILE.read_text(encoding="utf-8"))


class States(Store[str, Graph]):
    """States that a shop added or changed, by shop."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._before: dict[str, set[str]] = {}

    def graph(self, shop: str) -> Graph:
        """Return all states of a shop: the default ones, overridden by its own."""
        own = self.get(shop)
        return {**default_states(), **own} if own else default_states()

    def forget(self, shops: Iterable[str]) -> None:
        """Forget loaded states, so that they are read again under the lock of the shop."""
        for shop in shops:
            self._known.pop(shop, None)
            self._stored.discard(shop)
            self._before.pop(shop, None)

    def load(self, keys: Sequence[str]) -> Mapping[str, Graph]:
        found: dict[str, dict[str, State]] = {}
        key = states.c.shop
        for row in rows_by(self.connection, key, keys, key, states.c.position):
            state = state_of(StateDefinition.model_validate(row.definition))
            found.setdefault(row.shop, {})[row.key] = state
        self._before.update({shop: set(graph) for shop, graph in found.items()})
        return found

    def put(self, new: Mapping[str, Graph], changed: Mapping[str, Graph]) -> None:
        added: list[dict[str, Any]] = []
        edited: list[dict[str, Any]] = []
        for shop, graph in {**new, **changed}.items():
            known = self._before.get(shop, set())
            for row in _rows(shop, graph):
                (edited if row["key"] in known else added).append(row)
        write_rows(self.connection, states, added, edited)


def _rows(shop: str, graph: Graph) -> list[dict[str, Any]]:
    rows = []
    for position, (key, state) in enumerate(graph.items()):
        definition = definition_of(state).model_dump(mode="json")
        rows.append({"shop": shop, "key": key, "position": position, "definition": definition})
    return rows
