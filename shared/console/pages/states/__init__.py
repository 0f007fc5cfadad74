"""The screens of the states of orders: the graph, its table, and editing a state."""

from shared.console.pages.states import editor, graph
from shared.console.routing import Screens

screens = Screens.joined(graph.screens, editor.screens)
