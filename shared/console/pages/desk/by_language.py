"""Read and offer texts that exist once per language, such as the names of a contact."""

from collections.abc import Iterable, Mapping

from shared.console.choices import Choices
from shared.console.language import NAMES
from shared.console.screen import Data, Screen


def texts(screen: Screen, field: str) -> dict[str, str]:
    """Return the texts of the inputs `field.<language>` by language; empty ones are left out."""
    found: dict[str, str] = {}
    for name, value in screen.form.multi_items():
        prefix, _, tag = name.rpartition(".")
        if prefix == field and isinstance(value, str) and value.strip():
            found[tag] = value.replace("\r\n", "\n").strip()
    return found


def offered(screen: Screen, *present: Mapping[str, str]) -> Choices:
    """Return the languages to write texts in, with their names: that of the shop first, then those
    of the console, then others that have a text.
    """
    tags = [str(screen.options.get("default_language", "en")), *NAMES, *_of(present)]
    return [(tag, NAMES.get(tag, tag)) for tag in dict.fromkeys(tags)]


def _of(present: Iterable[Mapping[str, str]]) -> list[str]:
    tags: list[str] = []
    for one in present:
        tags += one
    return tags


def fields(screen: Screen, *names: str) -> Data:
    """Return several fields that have texts per language."""
    return {name: texts(screen, name) for name in names}
