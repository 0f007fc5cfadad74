"""What must be installed below WeasyPrint, looked for at the start and not found out by a customer."""

from collections.abc import Iterator

from weasyprint.text.ffi import ffi, fontconfig, harfbuzz_subset, pango

from shared.runtime.errors import SettingsError
from shared.runtime.log import logger

FONTS = frozenset({"Noto Sans", "Noto Sans Arabic"})
SUBSET_MISSING = "HarfBuzz's subset library is missing: install the Debian package libharfbuzz-subset0."


def pango_version() -> str:
    """Of the library that is loaded, e.g. `1.50.12`."""
    number = pango.pango_version()
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}"


def require_subsetting(*, slow_allowed: bool) -> None:
    """Raises `SettingsError` where fonts would be cut by fontTools, which takes two thirds of all time."""
    if harfbuzz_subset is None:
        if not slow_allowed:
            raise SettingsError(f"{SUBSET_MISSING} To start all the same, set AFTERCART_DOCUMENTS_SLOW_ALLOWED=true.")
        logger().warning("renderer", outcome="slow", reason=SUBSET_MISSING)


def require_fonts() -> None:
    """Raises `SettingsError` where the house's fonts are missing: without any font Pango ends the process."""
    missing = sorted(FONTS.difference(_installed_families()))
    if missing:
        raise SettingsError(f"Fonts are missing ({', '.join(missing)}): install the Debian package fonts-noto-core.")


def _installed_families() -> Iterator[str]:
    config = ffi.gc(fontconfig.FcInitLoadConfigAndFonts(), fontconfig.FcConfigDestroy)
    found = fontconfig.FcConfigGetFonts(config, fontconfig.FcSetSystem)
    name = ffi.new("FcChar8 **")
    for index in range(found.nfont):
        if fontconfig.FcPatternGetString(found.fonts[index], b"family", 0, name) == fontconfig.FcResultMatch:
            yield ffi.string(name[0]).decode(errors="replace")
