"""Check what WeasyPrint needs, in a child process: a worker that loaded WeasyPrint would take 40 MB
more.
"""

from dataclasses import dataclass
from importlib import import_module

from shared.runtime.errors import SettingsError


@dataclass(frozen=True)
class Requirements:
    """Why documents cannot be rendered here, and why only slowly: a sentence, or empty."""

    missing: str = ""
    slow: str = ""


def check() -> Requirements:
    """Look for the libraries and the fonts."""
    try:
        font_checks = import_module("services.documents.adapters.font_checks")
    except OSError as error:
        return Requirements(
            f"Pango cannot be loaded ({str(error).splitlines()[0]}): "
            "install the Debian packages libpango-1.0-0 and libpangoft2-1.0-0."
        )
    try:
        font_checks.require_fonts()
    except SettingsError as error:
        return Requirements(str(error))
    return Requirements(slow=font_checks.without_subsetting())
