"""Shortcuts for work that WeasyPrint repeats for each document. They use private parts of it: tests
check that the bytes stay the same.
"""

from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

import weasyprint
from cssselect2 import ElementWrapper
from PIL import Image
from weasyprint.images import RasterImage

NOWHERE = "about:blank"
PICTURES = 8  # cached, of up to 6 MB each
pack = RasterImage._get_png_data


class BuiltInPage(weasyprint.HTML):  # type: ignore[misc]
    """A page of a built-in template: parsed as XML, which is fast, and with a small user agent
    style sheet instead of WeasyPrint's, which matches its selectors with every element. Raise
    `ElementTree.ParseError` if the text is not valid XML.
    """

    def __init__(self, text: str, browser: weasyprint.CSS, fetcher: Any) -> None:
        tree = ElementTree.fromstring(text)  # noqa: S314 - no template declares entities, texts of strangers are escaped
        self.wrapper_element = ElementWrapper.from_html_root(tree, content_language=None)
        self.etree_element = self.wrapper_element.etree_element
        self.base_url, self.url_fetcher, self.media_type = NOWHERE, fetcher, "print"
        self._browser = [browser]

    def _ua_stylesheets(self, forms: bool = False) -> list[weasyprint.CSS]:
        return self._browser


def pack_pictures_once() -> None:
    """Compress the logo of a shop for its first document only."""
    RasterImage._get_png_data = staticmethod(_packed)


def _packed(picture: Image.Image) -> bytes:
    return _pack(picture.mode, picture.size, picture.tobytes())


@lru_cache(maxsize=PICTURES)
def _pack(mode: str, size: tuple[int, int], pixels: bytes) -> bytes:
    packed: bytes = pack(Image.frombytes(mode, size, pixels))
    return packed
