"""The states of the shop as a graph, and as a table for screen readers."""

from starlette.responses import Response

from shared.console.choices import label
from shared.console.routing import Screens
from shared.console.screen import Screen
from shared.console.state_graph import BOX_HEIGHT, BOX_WIDTH, lay_out

screens = Screens()


@screens.get("/states")
async def show_states(screen: Screen) -> Response:
    """Show the graph; `focus` names the state whose moves stand out."""
    states = (await screen.ask("state.list"))["states"]
    labels = {state["key"]: label(state["labels"], screen.language) for state in states}
    focus = screen.query("focus")
    return screen.page(
        "states/graph.html",
        states=states,
        labels=labels,
        graph=lay_out(states, labels),
        focus=focus if focus in labels else "",
        box=(BOX_WIDTH, BOX_HEIGHT),
    )
