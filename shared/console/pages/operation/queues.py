"""The queues with their rates."""

from starlette.responses import Response

from shared.console.operation.plots import plot
from shared.console.operation.traffic import SAMPLES
from shared.console.pages.operation.access import operations_of
from shared.console.roles import OPERATE
from shared.console.routing import Screens
from shared.console.screen import Screen

screens = Screens()


@screens.get("/operation/queues", needs=OPERATE)
async def show_queues(screen: Screen) -> Response:
    """Show the queues, with plots of the last minutes."""
    traffic = await operations_of(screen).traffic()
    return screen.page("operation/queues.html", traffic=traffic, plot=plot, samples=SAMPLES)
