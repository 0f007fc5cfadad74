"""Fonts and libraries that WeasyPrint needs, looked up without loading WeasyPrint."""

import ctypes
import os
from collections.abc import Iterator
from ctypes.util import find_library
from functools import cache
from pathlib import Path

MAIN_FONT = "Noto Sans"
FONTS = frozenset({MAIN_FONT, "Noto Sans Arabic"})
FONTS_FILE = Path(__file__).parents[1] / "fonts.conf"
NEEDED = {
    "gobject-2.0": "libgobject-2.0.so.0",
    "pango-1.0": "libpango-1.0.so.0",
    "harfbuzz": "libharfbuzz.so.0",
    "fontconfig": "libfontconfig.so.1",
    "pangoft2-1.0": "libpangoft2-1.0.so.0",
}
"""Libraries in the order in which they are loaded, with their names on Linux."""
SUBSETTING = {"harfbuzz-subset": "libharfbuzz-subset.so.0"}
SYSTEM_FONTS = 0  # FcSetSystem


class _FontSet(ctypes.Structure):
    _fields_ = (
        ("count", ctypes.c_int),
        ("size", ctypes.c_int),
        ("fonts", ctypes.POINTER(ctypes.c_void_p)),
    )


def use_own_fonts() -> None:
    """Limit this process to the service's fonts; without effect after fonts have been looked up."""
    os.environ["FONTCONFIG_FILE"] = str(FONTS_FILE)


def without_library() -> str:
    """Return why a library cannot be loaded, or an empty text."""
    return _why_not_loaded(NEEDED)


def can_subset() -> bool:
    """Return whether HarfBuzz's subset library can be loaded: fontTools would take two thirds of
    the rendering time.
    """
    return not _why_not_loaded(SUBSETTING)


def missing_fonts() -> list[str]:
    """Return which of the service's fonts are missing: without any font, Pango ends the process."""
    use_own_fonts()
    return sorted(FONTS.difference(family for family, _ in installed_fonts()))


def installed_fonts() -> Iterator[tuple[str, str]]:
    """Yield family and file of each installed font."""
    library = _fontconfig()
    config = library.FcInitLoadConfigAndFonts()
    found = library.FcConfigGetFonts(config, SYSTEM_FONTS).contents
    try:
        for index in range(found.count):
            font = found.fonts[index]
            yield _text(library, font, b"family"), _text(library, font, b"file")
    finally:
        library.FcConfigDestroy(config)


def _text(library: ctypes.CDLL, font: int | None, name: bytes) -> str:
    value = ctypes.c_char_p()
    library.FcPatternGetString(font, name, 0, ctypes.byref(value))
    return (value.value or b"").decode(errors="replace")


@cache
def _fontconfig() -> ctypes.CDLL:
    library = _load("fontconfig", NEEDED["fontconfig"])
    library.FcInitLoadConfigAndFonts.restype = ctypes.c_void_p
    library.FcConfigGetFonts.restype = ctypes.POINTER(_FontSet)
    library.FcConfigGetFonts.argtypes = [ctypes.c_void_p, ctypes.c_int]
    library.FcConfigDestroy.argtypes = [ctypes.c_void_p]
    library.FcPatternGetString.argtypes = [
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.POINTER(ctypes.c_char_p),
    ]
    return library


def _why_not_loaded(libraries: dict[str, str]) -> str:
    for name, on_linux in libraries.items():
        try:
            _load(name, on_linux)
        except OSError as error:
            return str(error)
    return ""


def _load(name: str, on_linux: str) -> ctypes.CDLL:
    try:
        return ctypes.CDLL(on_linux)
    except OSError:
        found = find_library(name)  # slow, and needed elsewhere only
        if found is None:
            raise
        return ctypes.CDLL(found)
