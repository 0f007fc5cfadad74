"""The health of RabbitMQ and the services."""

import asyncio

from starlette.responses import Response

from shared.console.pages.operation.access import operations_of
from shared.console.roles import OPERATE
from shared.console.routing import Screens
from shared.console.screen import Screen

screens = Screens()


@screens.get("/operation", needs=OPERATE)
async def show_health(screen: Screen) -> Response:
    """Show what does not work, and each service with its queues."""
    operations = operations_of(screen)
    report, traffic = await asyncio.gather(operations.health(), operations.traffic())
    return screen.page(
        "operation/health.html",
        report=report,
        problems=[*traffic.problems, *report.problems()],
    )
