"""The mailboxes that mails of customers are read from, and their check."""

from starlette.responses import Response

from shared.console.roles import DEFINE
from shared.console.routing import Screens
from shared.console.screen import Screen

screens = Screens()


@screens.get("/desk/mailboxes", needs=DEFINE)
async def list_mailboxes(screen: Screen) -> Response:
    """Show the mailboxes with their settings, and whether they can be read."""
    found = await screen.ask("mailbox.list")
    return screen.page("desk/mailboxes.html", mailboxes=found["mailboxes"])


@screens.post("/desk/mailboxes/{mailbox}/check", needs=DEFINE)
async def check_mailbox(screen: Screen) -> Response:
    """Read a mailbox now, as a worker does, and show the result."""
    return await screen.run(
        "mailbox.sync",
        {"mailbox": screen.path("mailbox")},
        then="/desk/mailboxes",
        again=list_mailboxes,
        done="desk.mailbox_checked",
    )
