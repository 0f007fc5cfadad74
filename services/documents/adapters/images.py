"""Pictures of shops, decoded and encoded again, so that only pixels are stored, and small enough to
print.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from services.documents.domain.branding import LOGO, Asset, Thumbnail

READABLE = ("PNG", "JPEG")
MAX_PIXELS = 40_000_000
PRINTED = (1200, 1200)  # pixels that the place of a logo can print
PHOTO_QUALITY = 90


@dataclass(frozen=True)
class Screen:
    """How a picture is reduced for mails: to the first of the sizes (in pixels; mails show them at
    half the size) in which it has at most `light` bytes, or to the last one.
    """

    sizes: Sequence[tuple[int, int]]
    light: int


LOGO_SCREEN = Screen(((480, 160), (320, 106), (240, 80)), light=60_000)
SCREEN = Screen(((1200, 1200), (900, 900), (600, 600), (400, 400), (200, 200)), light=150_000)


class UnusablePicture(ValueError):
    """The content is not a picture, or one that cannot be used."""


def shrink(content: bytes, description: str, name: str = LOGO) -> Asset:
    """Return the picture without metadata, small enough to print. Raise `UnusablePicture`."""
    try:
        with Image.open(io.BytesIO(content), formats=READABLE) as picture:
            picture.verify()  # WeasyPrint sets Pillow to accept truncated pictures
        with Image.open(io.BytesIO(content), formats=READABLE) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise UnusablePicture(f"the picture has more than {MAX_PIXELS:,} pixels")
            screen = LOGO_SCREEN if name == LOGO else SCREEN
            return _write(picture, description, screen)
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnusablePicture(
            f"it cannot be read as PNG or JPEG: {str(error).split(' <')[0]}"
        ) from None


def _write(picture: Image.Image, description: str, screen: Screen) -> Asset:
    form = str(picture.format)
    picture.thumbnail(PRINTED)
    content = _encoded(picture, form)
    return Asset(content, f"image/{form.lower()}", description, _small(picture, form, screen))


def _small(picture: Image.Image, form: str, screen: Screen) -> Thumbnail:
    for size in screen.sizes:
        picture.thumbnail(size)
        content = _encoded(picture, form)
        if len(content) <= screen.light:
            break
    return Thumbnail(content, picture.width, picture.height)


def _encoded(picture: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    if form == "JPEG":
        picture.convert("RGB").save(out, "JPEG", quality=PHOTO_QUALITY)
    else:
        picture.convert("RGBA").save(out, "PNG", optimize=True)
    return out.getvalue()
