"""What a shop replaced in the look of its documents. Where it replaced nothing, the built-in look
is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

LOGO = "logo"  # the asset that stands in the head of the built-in documents


@dataclass(frozen=True)
class Thumbnail:
    """A picture for screens; its size in pixels."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Asset:
    """A picture, checked and made small; `description` is read aloud to those who do not see it.
    `small` is not stored: it is there as long as the picture was put just now.
    """

    content: bytes
    media_type: str
    description: str = ""
    thumbnail: Thumbnail | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Template:
    """HTML (a Jinja template; it may extend a built-in one), CSS after that of the house; "" is
    what is built in.
    """

    html: str = ""
    css: str = ""


@dataclass(frozen=True)
class Branding:
    """Of one kind of document of one shop. `draft` marks every page as one."""

    template: Template = Template()
    assets: Mapping[str, Asset] = field(default_factory=dict)
    draft: bool = False


BUILT_IN = Branding()


def languages_of(tag: str) -> list[str]:
    """Under which languages a template is looked for, the nearest first: `fa-IR` -> `fa-IR`, `fa`,
    "" (all).
    """
    parts = tag.split("-")
    return ["-".join(parts[:count]) for count in range(len(parts), 0, -1)] + [""]
