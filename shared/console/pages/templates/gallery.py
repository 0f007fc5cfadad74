"""The gallery: all documents and mails of the shop, and which of them it replaced."""

import asyncio

from starlette.responses import Response

from shared.console.pages.templates.names import DOCUMENTS, KINDS, MAILS, NOTIFY
from shared.console.roles import DEFINE
from shared.console.routing import Screens
from shared.console.screen import Data, Screen

screens = Screens()


@screens.get("/templates", needs=DEFINE)
async def show_gallery(screen: Screen) -> Response:
    """Show the templates with samples in the chosen language."""
    documents, mails, states = await asyncio.gather(
        screen.ask("template.list", {"service": DOCUMENTS}),
        screen.ask("template.list", {"service": NOTIFY}),
        screen.ask("state.list"),
    )
    return screen.page(
        "templates/gallery.html",
        kinds=KINDS,
        mails=_mail_names(mails["templates"], states["states"]),
        own_documents=_by_name(documents["templates"]),
        own_mails=_by_name(mails["templates"]),
        chosen=screen.query("language") or screen.language.tag,
        samples=screen.query("samples") == "yes",
    )


def _mail_names(templates: list[Data], states: list[Data]) -> list[str]:
    """Return the names of the built-in mails, then those that only the shop has."""
    found = list(MAILS)
    for name in (
        *(template["template"] for template in templates),
        *(state["mail_template"] for state in states),
    ):
        if name and name not in found:
            found.append(name)
    return found


def _by_name(templates: list[Data]) -> dict[str, list[Data]]:
    found: dict[str, list[Data]] = {}
    for template in templates:
        found.setdefault(template["template"], []).append(template)
    return found
