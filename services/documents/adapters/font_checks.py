"""Libraries and fonts that WeasyPrint needs, checked at the start."""

import os
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from fontTools.ttLib import TTFont
from weasyprint.text.ffi import ffi, fontconfig, harfbuzz_subset, pango

from shared.runtime.errors import SettingsError

MAIN_FONT = "Noto Sans"
FONTS = frozenset({MAIN_FONT, "Noto Sans Arabic"})
SUBSET_MISSING = (
    "HarfBuzz's subset library is missing: install the Debian package libharfbuzz-subset0."
)


def use_own_fonts() -> None:
    """Limit this process to the service's fonts; without effect after fonts have been looked up."""
    os.environ["FONTCONFIG_FILE"] = str(files("services.documents") / "fonts.conf")


def pango_version() -> str:
    """Return the version of the loaded library, e.g. `1.50.12`."""
    number = pango.pango_version()
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}"


def without_subsetting() -> str:
    """Return a sentence if HarfBuzz's subset library is missing: fontTools would take two thirds of
    the rendering time.
    """
    return SUBSET_MISSING if harfbuzz_subset is None else ""


def require_fonts() -> None:
    """Raise `SettingsError` if the service's fonts are missing: without any font, Pango ends the
    process.
    """
    use_own_fonts()
    missing = sorted(FONTS.difference(family for family, _ in _installed_fonts()))
    if missing:
        raise SettingsError(
            f"Fonts are missing ({', '.join(missing)}): install the Debian package fonts-noto-core."
        )


def font_version() -> str:
    """Return the version of the main font, e.g. `Noto Sans 2.007`; only its name if it cannot be
    read.
    """
    files = []
    for family, file in _installed_fonts():
        if family == MAIN_FONT and "Regular" in file:
            files.append(file)
    if not files:
        return MAIN_FONT
    with TTFont(min(files), lazy=True) as font:
        return f"{MAIN_FONT} {font['head'].fontRevision:.3f}"


def _installed_fonts() -> Iterator[tuple[str, str]]:
    """Yield family and file of each installed font."""
    config = ffi.gc(fontconfig.FcInitLoadConfigAndFonts(), fontconfig.FcConfigDestroy)
    found = fontconfig.FcConfigGetFonts(config, fontconfig.FcSetSystem)
    for index in range(found.nfont):
        yield _text(found.fonts[index], b"family"), _text(found.fonts[index], b"file")


def _text(pattern: Any, name: bytes) -> str:
    value = ffi.new("FcChar8 **")
    if fontconfig.FcPatternGetString(pattern, name, 0, value) != fontconfig.FcResultMatch:
        return ""
    return str(ffi.string(value[0]).decode(errors="replace"))
