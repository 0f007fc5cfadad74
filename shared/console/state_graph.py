"""Lay out the states of a shop as a graph, to be drawn as SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

BOX_WIDTH, BOX_HEIGHT = 168, 40
COLUMN, ROW = 206, 62
MARGIN = 16
MAX_LABEL = 21  # characters that fit into a box
BEND = 32


@dataclass(frozen=True)
class Node:
    """A state as a box; `x` and `y` are its upper left corner."""

    key: str
    label: str
    colour: str
    x: int
    y: int

    @property
    def short(self) -> str:
        """The label, cut to fit into the box."""
        if len(self.label) <= MAX_LABEL:
            return self.label
        return f"{self.label[: MAX_LABEL - 1]}…"


@dataclass(frozen=True)
class Edge:
    """A move from one state to another, as the path of a curve."""

    source: str
    target: str
    path: str


@dataclass(frozen=True)
class Graph:
    """All boxes and curves. `width` and `height` are those of the drawing."""

    nodes: list[Node]
    edges: list[Edge]
    width: int
    height: int


def lay_out(states: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> Graph:
    """Return the graph: states are to the right of those that lead to them, final ones at the
    end.
    """
    columns = _columns(states)
    nodes: dict[str, Node] = {}
    for number, column in enumerate(columns):
        for row, state in enumerate(column):
            nodes[state["key"]] = Node(
                key=state["key"],
                label=labels[state["key"]],
                colour=state["colour"],
                x=MARGIN + number * COLUMN,
                y=MARGIN + row * ROW,
            )
    return Graph(
        nodes=list(nodes.values()),
        edges=_edges(states, nodes),
        width=2 * MARGIN + (len(columns) - 1) * COLUMN + BOX_WIDTH + BEND,
        height=2 * MARGIN + (max(map(len, columns), default=1) - 1) * ROW + BOX_HEIGHT,
    )


def _columns(states: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Return the states by their rank, final ones at the end."""
    rank = _ranks(states)
    final = [state for state in states if state["next_states"] == []]
    found: list[list[Mapping[str, Any]]] = []
    for number in range(max(rank.values(), default=0) + 1):
        column = [state for state in states if rank[state["key"]] == number and state not in final]
        if column:
            found.append(column)
    if final:
        found.append(final)
    return found or [[]]


def _ranks(states: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return the length of the longest way to each state. Moves back, to a state that is earlier in
    the display order, do not count, so that there is no circle.
    """
    place = {state["key"]: number for number, state in enumerate(states)}
    found = dict.fromkeys(place, 0)
    for state in states:
        for target in state["next_states"] or []:
            if place.get(target, -1) > place[state["key"]]:
                found[target] = max(found[target], found[state["key"]] + 1)
    return found


def _edges(states: Sequence[Mapping[str, Any]], nodes: Mapping[str, Node]) -> list[Edge]:
    found: list[Edge] = []
    for state in states:
        for target in state["next_states"] or []:
            if target in nodes and target != state["key"]:
                path = _curve(nodes[state["key"]], nodes[target])
                found.append(Edge(state["key"], target, path))
    return found


def _curve(source: Node, target: Node) -> str:
    """Return a curve from the right side of a box to the left side of another one further right,
    or to its right side otherwise.
    """
    x1, y1 = source.x + BOX_WIDTH, source.y + BOX_HEIGHT // 2
    x2, y2 = target.x, target.y + BOX_HEIGHT // 2
    if target.x > source.x:
        half = (x2 - x1) // 2
        return f"M{x1},{y1} C{x1 + half},{y1} {x2 - half},{y2} {x2},{y2}"
    x2 += BOX_WIDTH
    right = max(x1, x2) + BEND
    return f"M{x1},{y1 + 6} C{right},{y1 + 6} {right},{y2 - 6} {x2},{y2 - 6}"
