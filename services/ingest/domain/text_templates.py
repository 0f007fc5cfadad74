"""Texts of the shop: chosen by language, with placeholders that are filled in."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Blanks:
    """What placeholders stand for: a field each."""

    customer_name: str = ""
    employee: str = ""
    order_reference: str = ""
    shop_name: str = ""
    subject: str = ""


NAMES = tuple(Blanks.__dataclass_fields__)


def fill(text: str, blanks: Blanks) -> str:
    """The text with its placeholders filled in; what is filled in is not looked at again."""
    return PLACEHOLDER.sub(
        lambda found: getattr(blanks, found[1]) if found[1] in NAMES else found[0], text
    )


def objection(texts: Mapping[str, str]) -> tuple[str, str] | None:
    """The language of the first text with an unknown placeholder, and a sentence about it."""
    for language, text in sorted(texts.items()):
        unknown = next((name for name in PLACEHOLDER.findall(text) if name not in NAMES), None)
        if unknown is not None:
            known = ", ".join(f"{{{name}}}" for name in NAMES)
            return language, f"There is no placeholder {{{unknown}}}; there are {known}."
    return None


def in_language(texts: Mapping[str, T], *wanted: str) -> tuple[str, T] | None:
    """The language and the text for the first of the languages (BCP 47) that there is: itself or
    its parents (`fa` for `fa-IR`); else in English, else any. None where there is no text at all.
    """
    for tag in (*(tag for language in wanted for tag in _tags(language)), "en", *sorted(texts)):
        if tag in texts:
            return tag, texts[tag]
    return None


def _tags(language: str) -> Iterable[str]:
    while language:
        yield language
        language = language.rpartition("-")[0]
