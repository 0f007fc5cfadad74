"""The settings of customer service: statuses, the default reply, files and limits of the form."""

from starlette.responses import Response

from shared.console.form_data import InvalidField, whole_number
from shared.console.pages.desk.by_language import offered, texts
from shared.console.pages.desk.names import STATUSES, status_choices, statuses
from shared.console.roles import DEFINE
from shared.console.routing import Screens
from shared.console.screen import Data, Faults, Screen

screens = Screens()
KILOBYTE = 1024
LIMITS = ("per_sender", "per_client")
TICKED = "on"


@screens.get("/desk/settings", needs=DEFINE)
async def show_settings(screen: Screen) -> Response:
    """Show the settings in a form."""
    desk = await screen.ask("desk.get")
    displays = desk["statuses"]
    present = [desk["default_replies"]]
    present += [display["labels"] for display in displays.values() if display]
    return screen.page(
        "desk/settings.html",
        desk=desk,
        displays={key: displays.get(key) for key in STATUSES},
        statuses=status_choices(statuses(desk, screen.language)),
        offered=offered(screen, *present),
        kilobytes=desk["form_files"]["largest"] // KILOBYTE,
    )


@screens.post("/desk/settings", needs=DEFINE)
async def set_settings(screen: Screen) -> Response:
    """Store the settings."""
    try:
        fixed = _options(screen)
    except InvalidField as error:
        screen.faults = Faults(fields={error.field: screen.language.text(error.key)})
        return await show_settings(screen)
    return await screen.run(
        "desk.put", fixed, then="/desk/settings", again=show_settings, done="desk.saved"
    )


def _options(screen: Screen) -> Data:
    """Return the fields of `desk.put`. Raises `InvalidField`."""
    shown: Data = {}
    for key in STATUSES:
        labels = texts(screen, f"statuses.{key}.labels")
        if labels:
            shown[key] = {
                "labels": labels,
                "colour": screen.submitted(f"statuses.{key}.colour"),
                "meanings": texts(screen, f"statuses.{key}.meanings"),
            }
    return {
        "statuses": shown,
        "default_replies": texts(screen, "default_replies"),
        "form_files": _files(screen),
        "form_limits": {name: _number(screen, f"form_limits.{name}") for name in LIMITS},
    }


def _files(screen: Screen) -> Data:
    return {
        "allowed": TICKED in screen.form.getlist("form_files.allowed"),
        "media_types": screen.submitted("form_files.media_types").split(),
        "largest": _number(screen, "form_files.largest") * KILOBYTE,
        "most": _number(screen, "form_files.most"),
    }


def _number(screen: Screen, name: str) -> int:
    return whole_number(screen.submitted(name), name)
