"""The pictures of a shop in its mails. HTML and CSS refer to them by Content-ID."""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

LOGO = "logo"
"""The picture at the top of each mail."""
DOMAIN = "aftercart"
DENSITY = 2
"""Pixels of a picture per CSS pixel, for high-resolution screens."""
MAX_PICTURES = 10
"""In one mail. Each has at most 150 kB, see `services/documents/adapters/images.py`."""
ASSET = re.compile(r"asset:([a-z][a-z0-9-]{0,39})")
SOURCE = re.compile(rf"cid:([a-z][a-z0-9-]{{0,39}})@{DOMAIN}")


@dataclass(frozen=True)
class Picture:
    """A small picture (PNG or JPEG); `width` and `height` in pixels, `description` as alternative
    text. `content` is empty where only its place in the HTML matters.
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


NOTHING = Picture(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
        "0000000049454e44ae426082"
    ),
    "image/png",
    1,
    1,
    "",
)
"""A transparent picture, in the place of one that was removed after the mail was written."""


def content_id(name: str) -> str:
    """Return the Content-ID of a picture, without its angle brackets."""
    return f"{name}@{DOMAIN}"


def source(name: str) -> str:
    """Return the URL by which the HTML of a mail refers to a picture."""
    return f"cid:{content_id(name)}"


def with_content_ids(template: str) -> str:
    """Replace `asset:<name>` in a template of a shop. Texts of customers are not in it yet."""
    return ASSET.sub(lambda found: source(found[1]), template)


def named_in(template: str) -> list[tuple[int, str]]:
    """Return the line and the name of each picture that a template refers to."""
    found = []
    for number, line in enumerate(template.splitlines(), start=1):
        for name in ASSET.findall(line):
            found.append((number, name))
    return found


def used_in(html: str) -> list[str]:
    """Return the names of the pictures that the HTML of a mail refers to, each once."""
    return list(dict.fromkeys(SOURCE.findall(html)))[:MAX_PICTURES]


def to_attach(html: str, stored: Mapping[str, Picture]) -> dict[str, Picture]:
    """Return the pictures of a mail by name."""
    return {name: stored.get(name, NOTHING) for name in used_in(html)}


def with_data_uris(html: str, pictures: Mapping[str, Picture]) -> str:
    """Return the HTML of a mail with its pictures in it."""
    for name, picture in pictures.items():
        html = html.replace(source(name), picture.data_uri)
    return html
