"""A mail: its text, its attempts with the answers of the mail server, and sending it again."""

from starlette.responses import Response

from shared.console import files
from shared.console.roles import DESK, LOOK, ORDERS
from shared.console.routing import Screens
from shared.console.screen import Data, NotAllowed, Screen

screens = Screens()
HERE = "/mails/{mail}"


@screens.get(HERE)
async def show_mail(screen: Screen) -> Response:
    """Show a mail with its attempts."""
    found = await _load(screen)
    return screen.page("mails/show.html", found=found, mail=found["mail"])


@screens.get(HERE + "/html")
async def show_html(screen: Screen) -> Response:
    """Return the HTML of a mail, for a sandboxed frame."""
    return files.html((await _load(screen))["html"])


@screens.post(HERE + "/resend", needs=LOOK)
async def resend_mail(screen: Screen) -> Response:
    """Send a mail again, to the same or another address."""
    require_sender(screen)
    mail = screen.path("mail")
    return await screen.run(
        "mail.resend",
        {"mail_id": mail},
        then=f"/mails/{mail}",
        again=show_mail,
        done="mails.resent",
    )


def require_sender(screen: Screen) -> None:
    """Raise `NotAllowed` unless the user works with orders or customers."""
    if not (screen.may(ORDERS) or screen.may(DESK)):
        raise NotAllowed(ORDERS)


async def _load(screen: Screen) -> Data:
    return await screen.ask("mail.get", {"mail_id": screen.path("mail")})
