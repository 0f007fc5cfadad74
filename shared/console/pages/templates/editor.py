"""The editor of a template, and storing it."""

from starlette.responses import Response

from shared.clients.client import Refusal
from shared.console.pages.templates.names import Place, place_of
from shared.console.roles import DEFINE
from shared.console.routing import Screens
from shared.console.screen import Data, Screen

screens = Screens()
HERE = "/templates/{service}/{template}"


@screens.get(HERE, needs=DEFINE)
async def edit_template(screen: Screen) -> Response:
    """Show the template of the shop for editing, or an earlier version of it."""
    place = place_of(screen)
    found = await screen.ask("template.get", place.query | _version(screen))
    own = found["shop_template"] or {}
    return screen.page(
        "templates/editor.html",
        place=place,
        own=own,
        version=found["shown_version"],
        built_in=found["built_in_template"],
        earlier=bool(_version(screen)),
        sample=place.language or screen.language.tag,
    )


@screens.post(HERE, needs=DEFINE)
async def put_template(screen: Screen) -> Response:
    """Store the template as a new version, after the service has rendered it with sample data."""
    place = place_of(screen)
    outcome = await screen.send("template.put", place.query | typed(screen, place))
    if isinstance(outcome, Refusal):
        screen.show_refusal(outcome)
        return await edit_template(screen)
    return screen.redirect(place.address, "templates.stored")


def typed(screen: Screen, place: Place) -> Data:
    """Return the parts of the template as typed. Empty ones stand for the built-in ones."""
    found: Data = {}
    for name in place.fields:
        found[name] = screen.submitted(name).replace("\r\n", "\n")
    return found


def _version(screen: Screen) -> Data:
    number = screen.query("version")
    if not number.isdecimal() or not number.isascii():
        return {}
    return {"version_number": int(number)}
