"""Texts of the shop, chosen by language, with placeholders."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class PlaceholderValues:
    """The values of the placeholders, one field each."""

    customer_name: str = ""
    employee: str = ""
    order_reference: str = ""
    shop_name: str = ""
    subject: str = ""


NAMES = tuple(PlaceholderValues.__dataclass_fields__)


def fill(text: str, values: PlaceholderValues) -> str:
    """Return the text with its placeholders replaced, once: values are not searched for
    placeholders.
    """

    def value_of(found: re.Match[str]) -> str:
        if found[1] not in NAMES:
            return found[0]
        return str(getattr(values, found[1]))

    return PLACEHOLDER.sub(value_of, text)


def objection(texts: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the language of the first text with an unknown placeholder, and a sentence about it;
    None if there is none.
    """
    for language, text in sorted(texts.items()):
        for name in PLACEHOLDER.findall(text):
            if name not in NAMES:
                known = ", ".join(f"{{{each}}}" for each in NAMES)
                return language, f"Unknown placeholder {{{name}}}; available are {known}."
    return None


def in_language(texts: Mapping[str, T], *wanted: str) -> tuple[str, T] | None:
    """Return the text for the first available of the wanted languages (BCP 47), with its language
    tag.

    A language matches itself or its parents (`fa` for `fa-IR`); else English is used, else any
    language. None if there is no text at all.
    """
    for language in (*wanted, "en", *sorted(texts)):
        for tag in _tags(language):
            if tag in texts:
                return tag, texts[tag]
    return None


def _tags(language: str) -> Iterable[str]:
    while language:
        yield language
        language = language.rpartition("-")[0]
