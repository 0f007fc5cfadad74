"""The templates and pictures of a shop. The built-in ones are used for everything else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

LOGO = "logo"  # the asset at the top of the built-in documents


@dataclass(frozen=True)
class Thumbnail:
    """A picture for screens; its size is in pixels."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Asset:
    """A picture, checked and reduced; `description` is its alternative text. `thumbnail` is not
    stored: it exists only right after the picture was set.
    """

    content: bytes
    media_type: str
    description: str = ""
    thumbnail: Thumbnail | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Template:
    """HTML (a Jinja template, which may extend a built-in one) and CSS, applied after the built-in
    CSS; "" means the built-in one. `version` counts the changes of a shop's template.
    """

    html: str = ""
    css: str = ""
    version: int = field(default=0, compare=False)

    @property
    def parts(self) -> dict[str, str]:
        """Return the HTML and the CSS by name."""
        return {"html": self.html, "css": self.css}


@dataclass(frozen=True)
class Branding:
    """The branding of one kind of document of a shop. `draft` marks every page as a draft."""

    template: Template = Template()
    assets: Mapping[str, Asset] = field(default_factory=dict)
    draft: bool = False


BUILT_IN = Branding()


def first_template(stored: Iterable[Template | None]) -> Template:
    """Return the first template that says anything; else the built-in one."""
    for template in stored:
        if template and template != BUILT_IN.template:
            return template
    return BUILT_IN.template


def languages_of(tag: str) -> list[str]:
    """Return the languages in which to look for a template, nearest first: `fa-IR` -> `fa-IR`,
    `fa`, "" (all).
    """
    parts = tag.split("-")
    return ["-".join(parts[:count]) for count in range(len(parts), 0, -1)] + [""]
