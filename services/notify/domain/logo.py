"""The logo of a shop, shown in the head of its mails."""

from base64 import b64encode
from dataclasses import dataclass

CID = "logo@aftercart"
"""Content-ID by which the HTML of a mail names it."""
SOURCE = f"cid:{CID}"
DENSITY = 2
"""Pixels of the picture for each that a mail counts: screens of fine resolution show all of
them.
"""


@dataclass(frozen=True)
class Logo:
    """A small picture (PNG or JPEG); `width` and `height` are its pixels, `description` is for
    readers without it.
    """

    content: bytes
    media_type: str
    width: int
    height: int
    description: str

    @property
    def data_uri(self) -> str:
        """Return the picture as an address that holds it, for pages that are no mails."""
        return f"data:{self.media_type};base64,{b64encode(self.content).decode()}"
