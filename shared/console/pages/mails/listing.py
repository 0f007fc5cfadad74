"""The list of mails: filters in the address, and paging by cursor."""

from typing import get_args

from starlette.responses import Response

from shared.clients.client import Refusal
from shared.console import choices
from shared.console.routing import Screens
from shared.console.screen import Data, Screen
from shared.contracts.notify.mails import MailState

screens = Screens()
PAGE = 100
STATES: tuple[str, ...] = get_args(MailState)


@screens.get("/mails")
async def list_mails(screen: Screen) -> Response:
    """Show the mails that match the filter in the address, newest first."""
    found = await screen.ask_if_possible("mail.list", _query(screen))
    if isinstance(found, Refusal):
        screen.show_refusal(found)
        found = {"mails": [], "next": None}
    return screen.page(
        "mails/list.html",
        found=found,
        states=choices.named("mail", STATES, screen.language),
    )


def _query(screen: Screen) -> Data:
    query: Data = {"limit": PAGE}
    fields = {"order": "order_id", "thread_id": "thread_id", "recipient": "recipient"}
    fields |= {"state": "state", "cursor": "cursor"}
    for name, field in fields.items():
        value = screen.query(name).strip()
        if value and (name != "state" or value in STATES):
            query[field] = value
    return query
