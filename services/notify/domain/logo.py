"""The logo of a shop, shown at the top of its mails."""

from base64 import b64encode
from dataclasses import dataclass

CID = "logo@aftercart"
"""The Content-ID that the HTML of a mail refers to."""
SOURCE = f"cid:{CID}"
DENSITY = 2
"""Pixels of the picture per CSS pixel, for high-resolution screens."""


@dataclass(frozen=True)
class Logo:
    """A small picture (PNG or JPEG); `width` and `height` in pixels, `description` as alternative
    text.
    """

    content: bytes
    media_type: str
    width: int
    height: int
    description: str

    @property
    def data_uri(self) -> str:
        """Return the picture as a `data:` URI, for pages outside of a mail."""
        return f"data:{self.media_type};base64,{b64encode(self.content).decode()}"
