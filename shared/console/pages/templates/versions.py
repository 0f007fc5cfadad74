"""The versions of a template: with author and time; put one back, or the built-in one."""

from starlette.responses import Response

from shared.clients.client import Refusal
from shared.console.form_data import InvalidField, whole_number
from shared.console.pages.templates.editor import HERE
from shared.console.pages.templates.names import place_of
from shared.console.roles import DEFINE
from shared.console.routing import Screens
from shared.console.screen import Data, Screen

screens = Screens()


@screens.get(HERE + "/versions", needs=DEFINE)
async def list_versions(screen: Screen) -> Response:
    """Show the versions, newest first."""
    place = place_of(screen)
    query = dict(place.query)
    if screen.query("before").isdecimal():
        query["before"] = int(screen.query("before"))
    found = await screen.ask("template.versions", query)
    return screen.page("templates/versions.html", place=place, found=found)


@screens.post(HERE + "/restore", needs=DEFINE)
async def restore_version(screen: Screen) -> Response:
    """Use an earlier version again."""
    try:
        number = whole_number(screen.submitted("version_number"), "version_number")
    except InvalidField:
        number = 0
    return await _change(screen, "template.restore", {"version_number": number})


@screens.post(HERE + "/reset", needs=DEFINE)
async def reset_template(screen: Screen) -> Response:
    """Use the built-in template again."""
    return await _change(screen, "template.reset", {})


async def _change(screen: Screen, name: str, data: Data) -> Response:
    place = place_of(screen)
    outcome = await screen.send(name, place.query | data)
    if isinstance(outcome, Refusal):
        screen.show_refusal(outcome)
        return await list_versions(screen)
    return screen.redirect(place.address, "templates.restored")
