"""Return the choices of selects that several screens have: pairs of a value and its name."""

from collections.abc import Iterable
from functools import cache

from babel import Locale

from shared.console.language import Language
from shared.console.screen import Data, Screen

Choices = list[tuple[str, str]]
NO_COUNTRIES = ("EU", "EZ", "QO", "UN", "XA", "XB", "ZZ")
"""Codes of CLDR that are groups of countries, or stand for none."""


@cache
def countries(tag: str) -> Choices:
    """Return the codes of all countries with their names, in the order of the names."""
    found: Choices = []
    for code, name in Locale.parse(tag).territories.items():
        if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES:
            found.append((code, name))
    return sorted(found, key=lambda choice: choice[1])


async def states(screen: Screen) -> Choices:
    """Return the states of the shop with their names, in display order."""
    answer = await screen.ask_recent("state.list")
    return [(state["key"], label(state["labels"], screen.language)) for state in answer["states"]]


async def payment_methods(screen: Screen) -> Choices:
    """Return the names of the shop's payment methods."""
    answer = await screen.ask_recent("payment_method.list")
    return same(method["name"] for method in answer["payment_methods"])


def same(values: Iterable[str]) -> Choices:
    """Return choices with their values as names."""
    return [(value, value) for value in values]


def named(kind: str, values: Iterable[str], language: Language) -> Choices:
    """Return values of an enumeration with their names (`value.<kind>.<value>`)."""
    return [(value, language.value(kind, value)) for value in values]


def label(labels: Data, language: Language) -> str:
    """Return the label in the language, else in English, else the first one."""
    return str(labels.get(language.tag) or labels.get("en") or next(iter(labels.values()), ""))
