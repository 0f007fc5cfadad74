"""Ways around what WeasyPrint does anew for each document and need not. They stand on private parts
of it: tests hold that the bytes stay the same.
"""

from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

import weasyprint
from cssselect2 import ElementWrapper
from PIL import Image
from weasyprint.images import RasterImage

NOWHERE = "about:blank"
PICTURES = 8  # that are remembered, of up to 6 MB each
pack = RasterImage._get_png_data


class BuiltInPage(weasyprint.HTML):  # type: ignore[misc]
    """A page of a built-in template. It is XML, which is read in no time, and meets few of a
    browser's styles: those of all elements would be tried on each box. Raises
    `ElementTree.ParseError` where its text cannot stand in XML.
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
    """The logo of a shop is packed for its first document, not for each."""
    RasterImage._get_png_data = staticmethod(_packed)


def _packed(picture: Image.Image) -> bytes:
    return _pack(picture.mode, picture.size, picture.tobytes())


@lru_cache(maxsize=PICTURES)
def _pack(mode: str, size: tuple[int, int], pixels: bytes) -> bytes:
    packed: bytes = pack(Image.frombytes(mode, size, pixels))
    return packed
