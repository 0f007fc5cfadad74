"""Addresses that get no mail, because mail to them bounced."""

from starlette.responses import Response

from shared.console.pages.mails.show import require_sender
from shared.console.roles import LOOK
from shared.console.routing import Screens
from shared.console.screen import Screen

screens = Screens()
HERE = "/mails/suppressed"


@screens.get(HERE)
async def list_suppressions(screen: Screen) -> Response:
    """Show the suppressed addresses, newest first."""
    found = await screen.ask("suppression.list")
    return screen.page("mails/suppressed.html", suppressions=found["suppressions"])


@screens.post(HERE, needs=LOOK)
async def release(screen: Screen) -> Response:
    """Allow mail to an address again."""
    require_sender(screen)
    return await screen.run(
        "suppression.release", {}, then=HERE, again=list_suppressions, done="mails.released"
    )
