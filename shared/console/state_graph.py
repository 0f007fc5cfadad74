"""Lay out the states of a shop as a graph, to be drawn as SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

BOX_WIDTH, BOX_HEIGHT = 190, 46
COLUMN, ROW = 216, 92
MARGIN = 16
LABEL_WIDTH, LABEL_LINES = 24, 2  # characters that fit into a line, and lines that fit into a box
BEND, FURTHER = 30, 13  # how far a curve bends out beside the boxes, and further for each row


@dataclass(frozen=True)
class Node:
    """A state as a box; `x` and `y` are its upper left corner."""

    key: str
    label: str
    colour: str
    x: int
    y: int

    @property
    def lines(self) -> list[str]:
        """The label in lines, cut to fit into the box."""
        return wrap(self.label, LABEL_WIDTH, max_lines=LABEL_LINES, placeholder="…")


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
    """Return the graph: states are below those that lead to them, final ones at the end."""
    rows = _rows(states)
    beside = MARGIN + BEND + FURTHER * len(rows)
    most = max(map(len, rows), default=1)
    nodes: dict[str, Node] = {}
    for number, row in enumerate(rows):
        indent = (most - len(row)) * COLUMN // 2
        for place, state in enumerate(row):
            nodes[state["key"]] = Node(
                key=state["key"],
                label=labels[state["key"]],
                colour=state["colour"],
                x=beside + indent + place * COLUMN,
                y=MARGIN + number * ROW,
            )
    return Graph(
        nodes=list(nodes.values()),
        edges=_edges(states, nodes),
        width=2 * beside + (most - 1) * COLUMN + BOX_WIDTH,
        height=2 * MARGIN + (len(rows) - 1) * ROW + BOX_HEIGHT,
    )


def _rows(states: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Return the states by their rank, final ones at the end."""
    rank = _ranks(states)
    final = [state for state in states if state["next_states"] == []]
    found: list[list[Mapping[str, Any]]] = []
    for number in range(max(rank.values(), default=0) + 1):
        row = [state for state in states if rank[state["key"]] == number and state not in final]
        if row:
            found.append(row)
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
    """Return a curve from a box down to one in the next row; beside the boxes on the right side to
    one further down, and on the left side to one above.
    """
    rows = (target.y - source.y) // ROW
    if rows == 1:
        x1, x2 = source.x + BOX_WIDTH // 2, target.x + BOX_WIDTH // 2
        y1, y2 = source.y + BOX_HEIGHT, target.y
        return f"M{x1},{y1} C{x1},{y1 + BEND} {x2},{y2 - BEND} {x2},{y2}"
    out = BEND + FURTHER * abs(rows)
    if rows > 1:
        x1, x2 = source.x + BOX_WIDTH, target.x + BOX_WIDTH
        turn = max(x1, x2) + out
    else:
        x1, x2 = source.x, target.x
        turn = min(x1, x2) - out
    y1, y2 = source.y + BOX_HEIGHT * 2 // 3, target.y + BOX_HEIGHT // 3
    return f"M{x1},{y1} C{turn},{y1} {turn},{y2} {x2},{y2}"
