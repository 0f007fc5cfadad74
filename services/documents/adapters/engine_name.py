"""The name of the engine that rendered a document, with versions."""

import weasyprint
from fontTools.ttLib import TTFont
from weasyprint.text.ffi import pango

from services.documents.adapters.font_checks import MAIN_FONT, installed_fonts


def engine_name() -> str:
    """Return the versions of what decides how a document looks, e.g. `weasyprint 70.0, pango
    1.50.12, Noto Sans 2.007`.
    """
    return f"weasyprint {weasyprint.__version__}, pango {_pango_version()}, {_font_version()}"


def _pango_version() -> str:
    """Return the version of the loaded library, e.g. `1.50.12`."""
    number = pango.pango_version()
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}"


def _font_version() -> str:
    """Return the version of the main font, e.g. `Noto Sans 2.007`; only its name if it cannot be
    read.
    """
    files = []
    for family, file in installed_fonts():
        if family == MAIN_FONT and "Regular" in file:
            files.append(file)
    if not files:
        return MAIN_FONT
    with TTFont(min(files), lazy=True) as font:
        return f"{MAIN_FONT} {font['head'].fontRevision:.3f}"
