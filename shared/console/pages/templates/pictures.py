"""The pictures of the shop, which templates refer to as `asset:<name>`."""

import base64

from starlette.datastructures import UploadFile
from starlette.responses import Response

from shared.clients.client import Refusal
from shared.console import files
from shared.console.roles import DEFINE
from shared.console.routing import Screens
from shared.console.screen import Faults, Screen

screens = Screens()
HERE = "/templates/pictures"


@screens.get(HERE, needs=DEFINE)
async def list_pictures(screen: Screen) -> Response:
    """Show the pictures, and a form for another one."""
    found = await screen.ask("asset.list")
    return screen.page("templates/pictures.html", assets=found["assets"])


@screens.get(HERE + "/{asset}", needs=DEFINE)
async def show_picture(screen: Screen) -> Response:
    """Return a picture."""
    found = await screen.ask("asset.get", {"asset": screen.path("asset")})
    return files.picture(found["content"], found["media_type"])


@screens.post(HERE, needs=DEFINE)
async def put_picture(screen: Screen) -> Response:
    """Store a picture, or replace the one of this name."""
    chosen = screen.form.get("picture")
    if not isinstance(chosen, UploadFile) or not chosen.size:
        screen.faults = Faults(fields={"picture": screen.language.text("templates.choose_file")})
        return await list_pictures(screen)
    data = {
        "asset": screen.submitted("asset").strip(),
        "description": screen.submitted("description").strip(),
        "content": base64.b64encode(await chosen.read()).decode(),
    }
    outcome = await screen.send("asset.put", data)
    if isinstance(outcome, Refusal):
        screen.show_refusal(outcome)
        if "content" in screen.faults.fields:
            screen.faults.fields["picture"] = screen.faults.fields["content"]
        return await list_pictures(screen)
    return screen.redirect(HERE, "templates.picture_stored")


@screens.post(HERE + "/{asset}/remove", needs=DEFINE)
async def remove_picture(screen: Screen) -> Response:
    """Remove a picture."""
    return await screen.run(
        "asset.remove",
        {"asset": screen.path("asset")},
        then=HERE,
        again=list_pictures,
        done="templates.picture_removed",
    )
