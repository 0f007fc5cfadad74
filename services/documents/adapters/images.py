"""Pictures of shops, decoded and encoded again, so that only pixels are stored, and small enough to
print.
"""

import io

from PIL import Image

from services.documents.domain.branding import Asset, Thumbnail

READABLE = ("PNG", "JPEG")
MAX_PIXELS = 40_000_000
PRINTED = (1200, 1200)  # pixels that the place of a logo can print
SHOWN = ((480, 160), (320, 106), (240, 80))  # pixels; mails show them at half the size
LIGHT = 60_000  # bytes
PHOTO_QUALITY = 90


class UnusablePicture(ValueError):
    """The content is not a picture, or one that cannot be used."""


def shrink(content: bytes, description: str) -> Asset:
    """Return the picture without metadata, small enough to print. Raise `UnusablePicture`."""
    try:
        with Image.open(io.BytesIO(content), formats=READABLE) as picture:
            picture.verify()  # WeasyPrint sets Pillow to accept truncated pictures
        with Image.open(io.BytesIO(content), formats=READABLE) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise UnusablePicture(f"the picture has more than {MAX_PIXELS:,} pixels")
            return _write(picture, str(picture.format), description)
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnusablePicture(
            f"it cannot be read as PNG or JPEG: {str(error).split(' <')[0]}"
        ) from None


def _write(picture: Image.Image, form: str, description: str) -> Asset:
    picture.thumbnail(PRINTED)
    content = _encoded(picture, form)
    return Asset(content, f"image/{form.lower()}", description, _small(picture, form))


def _small(picture: Image.Image, form: str) -> Thumbnail:
    """Return the picture for screens, in smaller steps until it is light enough for every mail, or
    the smallest.
    """
    for size in SHOWN:
        picture.thumbnail(size)
        content = _encoded(picture, form)
        if len(content) <= LIGHT:
            break
    return Thumbnail(content, picture.width, picture.height)


def _encoded(picture: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    if form == "JPEG":
        picture.convert("RGB").save(out, "JPEG", quality=PHOTO_QUALITY)
    else:
        picture.convert("RGBA").save(out, "PNG", optimize=True)
    return out.getvalue()
